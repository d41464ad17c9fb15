r"""Thesis sections 3.6 and 3.11: Theorem 3.3 and Lemmas 3.19 to 3.21.

Symbols in `du2018.appendix_b_symbols`, `du2018.appendix_c_symbols`, c_res itself in place of
c_lambda lambda^(3/2); all layers and a are trained, a(0) is standard normal. a: a_{2,0};
b: 2 c_res c_{w,0} L sqrt(q); Q, r, x as in `du2018.appendix_c_descent`; v: c_{x,0}.
"""

from __future__ import annotations

from typing import Any

from sympy import Interval, log, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018 import appendix_c_descent as descent
from theorems.papers.du2018 import sec5_theorem as sec5
from theorems.papers.du2018.appendix_b_descent import root_c_sigma
from theorems.papers.du2018.appendix_b_runs import Path, first_q
from theorems.papers.du2018.appendix_b_symbols import DEEP, POSITIVE, H, eta, lambda_0
from theorems.papers.du2018.appendix_c_symbols import ALL_ENDS, NATURAL, p
from theorems.papers.du2019.ch3_residual_training import CONDITION, IF
from theorems.quantifiers import SufficientSize, UpToConstant
from theorems.sides import Closed, Computed, Sampled, Simulated

PAPER = "du2019"
a, b, v = symbols("a b v", real=True)
Q, r, x = descent.Q, descent.r, descent.x


def _largest_gradient(points: Any, samples: int, generator: Any) -> Any:
    return descent.largest_gradient(points, samples, generator, readout="gaussian")


def _output_gradient(points: Any, samples: int, generator: Any) -> Any:
    return descent.largest_gradient(points, samples, generator, output=True, readout="gaussian")


STEP = r"$Q'(s)=4c_{res}c_{x,0}La_{2,0}\sqrt{pq}e^{2c_{res}c_{w,0}L\sqrt q}\sqrt n\|y-u(s)\|_2/H$"
FAR = (
    r"$R'=\frac{16c_{res}c_{x,0}L\sqrt{pq}e^{2c_{res}c_{w,0}La_{2,0}\sqrt q}\sqrt n\|y-u(0)\|_2}"
    r"{H\lambda_0\sqrt m}$"
)


def printed_q(path: Path) -> Any:
    """Q' of Lemma 3.19: twice a_{2,0} times that of du2018."""
    return 2 * path["a_2"] * descent.printed_q(path)


def printed_distance(path: Path) -> Any:
    """R' sqrt(m) of Lemma 3.19, a_{2,0} in the exponent as printed."""
    exponent = 2 * path["rate"] * path["c_w"] * path["a_2"] * path["q"].sqrt()
    head = 16 * path["rate"] * path["c_x"] * (path["p"] * path["q"]).sqrt() * exponent.exp()
    return head * path["first_root"] / (path["depth"] * path["lambda_0"])


one_step = Claim(
    id="du2019.lemma-3.19",
    source=Source(PAPER, "3.11", "Lemma 3.19, one step of the layers"),
    statement=IF + r"$\|W^{(h)}(s)-W^{(h)}(s-1)\|_F\le\eta Q'(s-1)$ for any $s\in[k+1]$, " + STEP,
    reading=r"$s=1$, where nothing is assumed, and growth with $H$",
    over=descent.ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=60),
    lhs=Sampled(_largest_gradient),
    relation="<=",
    rhs=Closed(1 / H),
    grid=descent.DEPTHS,
    restates="du2018.lemma-C.5",
    uses=("du2019.lemma-3.17",),
    erratum="the first layer has the factor sqrt(c_sigma/m), not c_res/(H sqrt(m)): its gradient "
    "does not fall with H",
)


def _corrected_q(path: Path) -> Any:
    import torch

    rest = printed_q(path)
    scale = (path["p"] * path["q"]).sqrt() * descent.growth(path)
    scale = scale / (2 * path["rate"] * path["c_w"]).exp()
    first = 2 * path["a_2"] * scale * first_q(path, root_c_sigma())
    count = path["speed"].shape[-2]
    return torch.cat([first, rest.expand(*rest.shape[:-2], count - 1, rest.shape[-1])], -2)


one_step_corrected = Claim(
    id="du2019.lemma-3.19.corrected",
    source=one_step.source,
    statement=r"$\|W^{(h)}(s)-W^{(h)}(s-1)\|_F\le\eta Q'(s-1)$ for $h\ge2$, and $\le2\eta a_{2,0}"
    r"\sqrt{c_\sigma}L\sqrt{pq}e^{2c_{res}c_{w,0}L\sqrt q}\sqrt n\|y-u(s-1)\|_2$ for $h=1$",
    reading=descent.SETTING,
    over=descent.RUN,
    hypotheses=[CONDITION],
    quantifier=descent.runs("speed", output=True),
    lhs=Simulated(lambda path: path["speed"]),
    relation="<=",
    rhs=Simulated(_corrected_q),
    grid=descent.RUN_GRID,
    corrects="du2019.lemma-3.19",
)

output_step = Claim(
    id="du2019.lemma-3.19.output",
    source=Source(PAPER, "3.11", "Lemma 3.19, one step of the output weights"),
    statement=IF + r"$\|a(s)-a(s-1)\|_F\le\eta Q'(s-1)$ for any $s\in[k+1]$, " + STEP,
    reading=r"$s=1$ and growth with $H$",
    over=descent.ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=60),
    lhs=Sampled(_output_gradient),
    relation="<=",
    rhs=Closed(1 / H),
    grid=descent.DEPTHS,
    uses=("du2019.lemma-3.17",),
    erratum="the gradient in a is a sum of states, whose norm does not fall with H",
)

output_step_corrected = Claim(
    id="du2019.lemma-3.19.output.corrected",
    source=output_step.source,
    statement=r"$\|a(s)-a(s-1)\|_F\le2\eta c_{x,0}\sqrt n\|y-u(s-1)\|_2$",
    reading=descent.SETTING,
    over=descent.RUN,
    hypotheses=[CONDITION],
    quantifier=descent.runs("a_speed", output=True),
    lhs=Simulated(lambda path: path["a_speed"]),
    relation="<=",
    rhs=Simulated(lambda path: 2 * path["c_x"] * path["root"]),
    grid=descent.RUN_GRID,
    corrects="du2019.lemma-3.19.output",
)

all_steps = Claim(
    id="du2019.lemma-3.19.all",
    source=Source(PAPER, "3.11", "Lemma 3.19, all steps of the layers"),
    statement=IF + r"$\|W^{(h)}(s)-W^{(h)}(0)\|_F\le R'\sqrt m$, " + FAR,
    reading=r"$R'<c$ is left out, which no width that runs meets",
    over=descent.RUN,
    hypotheses=[CONDITION],
    quantifier=descent.runs("moved", output=True),
    lhs=Simulated(lambda path: path["moved"]),
    relation="<=",
    rhs=Simulated(printed_distance),
    grid=descent.RUN_GRID,
    restates="du2018.lemma-C.5.all",
    uses=("du2019.lemma-3.19", "du2019.lemma-3.19.constants"),
)

constants = Claim(
    id="du2019.lemma-3.19.constants",
    source=Source(PAPER, "3.11.1", "proof of Lemma 3.19, from Q' to R'"),
    title="the constants of Lemma 3.19 (inferred, not printed)",
    statement=r"$\eta Q'(0)\le\frac14\eta\lambda_0R'\sqrt m$ with " + STEP + " and " + FAR,
    reading=r"$a\,e^b\le e^{ab}$ after division, in logarithms; $a=a_{2,0}\ge1$, "
    r"$b=2c_{res}c_{w,0}L\sqrt q$",
    over={a: Interval(1, oo), b: POSITIVE},
    lhs=Closed(log(a) + b),
    relation="<=",
    rhs=Closed(a * b),
    grid=Grid(a=[1.0, 1.2, 2.0], b=[0.1, 1.0, 5.0]),
    erratum="a_{2,0} stands in the exponent of R' but as a factor in Q': for a small c_res and "
    "a_{2,0} > 1 the induction does not close; Lemma 3.12 has it as a factor in both",
)

small_second = Claim(
    id="du2019.lemma-3.20",
    source=Source(PAPER, "3.11", "Lemma 3.20"),
    title="Lemma 3.20, at widths below the theorem's",
    statement=IF + r"with $\eta\le c\lambda_0H^2n^{-2}\mathrm{poly}(1/p)$ for some small constant "
    r"$c$, $\|I_2(k)\|_2\le\frac18\eta\lambda_0\|y-u(k)\|_2$",
    reading=r"$c=\frac1{100}$ and $\frac1p$; shallow networks",
    over=descent.RUN,
    hypotheses=[CONDITION],
    quantifier=descent.runs("second", output=True),
    lhs=Simulated(lambda path: path["second"]),
    relation="<=",
    rhs=Simulated(lambda path: path["eta"] * path["lambda_0"] * path["loss"].sqrt() / 8),
    grid=descent.small_second.grid,
    restates="du2018.lemma-C.6",
    uses=("du2019.lemma-3.19", "du2018.lemma-C.6.bracket"),
)

quadratic = Claim(
    id="du2019.lemma-3.21",
    source=Source(PAPER, "3.11", "Lemma 3.21"),
    statement=IF + r"with $\eta\le c\lambda_0H^2n^{-2}\mathrm{poly}(1/p)$ for some small constant "
    r"$c$, $\|u(k+1)-u(k)\|_2^2\le\frac18\eta\lambda_0\|y-u(k)\|_2^2$",
    reading=r"$k=0$, $\eta=\lambda_0H^2/(n^2p)$, growth with $H$: whatever $c$ and the polynomial, "
    r"$\|u(1)-u(0)\|_2^2/(\eta\|y-u(0)\|_2^2)$ has to be $O(\lambda_0)$",
    over=descent.ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=60),
    lhs=Sampled(
        lambda points, samples, generator: descent.change(
            points, samples, generator, 2, output=True
        )
    ),
    relation="<=",
    rhs=Computed(lambda points: descent.least_along(points, output=True)),
    grid=descent.DEPTHS,
    restates="du2018.lemma-C.7",
    uses=("du2019.lemma-3.19", "du2019.lemma-3.19.output", "du2019.lemma-3.21.step-size"),
    erratum="the first layer and a move the outputs by eta times Gram matrices of order 1, not "
    "1/H^2",
)

quadratic_corrected = Claim(
    id="du2019.lemma-3.21.corrected",
    source=quadratic.source,
    statement=r"if $\eta\le c\lambda_0n^{-2}\mathrm{poly}(1/p)$ then $\|u(k+1)-u(k)\|_2^2\le"
    r"\frac18\eta\lambda_0\|y-u(k)\|_2^2$",
    reading=descent.AT_START,
    over=descent.ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=200),
    lhs=Sampled(
        lambda points, samples, generator: descent.change(
            points, samples, generator, 0, output=True
        )
    ),
    relation="<=",
    rhs=Computed(lambda points: descent.least_along(points, output=True)),
    grid=descent.SHALLOW,
    corrects="du2019.lemma-3.21",
)

quadratic_step = Claim(
    id="du2019.lemma-3.21.step-size",
    source=Source(PAPER, "3.11.1", "proof of Lemma 3.21, its last inequality"),
    title="the choice of the step size in Lemma 3.21",
    statement=r"$8n\eta^2c_{x,0}^2Q'(k)^2+4np(\eta a_{2,0}c_xQ'(k))^2\le\frac18\eta\lambda_0"
    r"\|y-u(k)\|_2^2$ when $Q'=Q\sqrt n\|y-u(k)\|_2/H$ and $\eta\le\frac{\lambda_0H^2}{32(2c_{x,0}"
    r"^2+pa_{2,0}^2c_x^2)Q^2n^2}$",
    reading=r"$r=\sqrt n$, $v=c_{x,0}$, $x=c_x$, $a=a_{2,0}$; with the printed $Q'$; over "
    r"$\eta\|y-u\|^2$",
    over={
        **dict.fromkeys((Q, v, x, a, eta, lambda_0), POSITIVE),
        r: Interval(1, oo),
        p: NATURAL,
        H: DEEP,
    },
    where=[32 * (2 * v**2 + p * a**2 * x**2) * Q**2 * r**4 * eta <= lambda_0 * H**2],
    lhs=Closed((8 * r**2 * v**2 + 4 * r**2 * p * a**2 * x**2) * eta * (Q * r / H) ** 2),
    relation="<=",
    rhs=Closed(lambda_0 / 8),
    grid=ALL_ENDS,
)


def _keeps(points: Any, width: int, draws: int, generator: Any) -> Any:
    return sec5.keeps_the_bound(points, width, draws, generator, output=True)


def _printed_width(points: Any) -> Any:
    return sec5.printed_width(points, output=True)


theorem = Claim(
    id="du2019.theorem-3.3",
    source=Source(PAPER, "3.6", "Theorem 3.3, (3.10)"),
    statement=r"if $\|x_i\|_F=1$, $|y_i|=O(1)$, $m=\Omega\left(\max\left\{\frac{n^4}{\lambda_0^4"
    r"H^6},\frac{n^4}{\lambda_0^4H^2},\frac n\delta,\frac{n^2\log(Hn/\delta)}{\lambda_0^2}\right\}"
    r"\mathrm{poly}(p)\right)$ and $\eta=O\left(\frac{\lambda_0H^2}{n^2\mathrm{poly}(p)}\right)$ "
    r"then with probability at least $1-\delta$, $L(\theta(k))\le\left(1-\frac{\eta\lambda_{\min}"
    r"(K^{(H)})}2\right)^kL(\theta(0))$",
    reading=sec5.READING + sec5.OUTPUT_STEP + "; the logarithm's argument makes no difference here",
    over=sec5.SETTINGS,
    quantifier=SufficientSize(along=("n",), **sec5.SEARCH),
    lhs=Sampled(_keeps),
    relation="<=",
    rhs=Computed(_printed_width),
    grid=sec5.GRID,
    restates="du2018.theorem-5.1",
    uses=(
        *("du2019.lemma-3.16", "du2019.lemma-3.18", "du2019.lemma-3.19", "du2019.lemma-3.20"),
        *("du2019.lemma-3.19.all", "du2019.lemma-3.21", "du2019.theorem-3.2.eigenvalue"),
    ),
)
