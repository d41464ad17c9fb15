r"""Thesis sections 3.5 and 3.10: Theorem 3.2 and Lemmas 3.12 to 3.14, the ResNet in training.

Symbols in `du2018.appendix_b_symbols`, `du2018.appendix_b_runs`, c_res itself in place of
c_lambda lambda^(3/2); all layers and a are trained, a(0) is standard normal. A, x, Lip, beta, root,
e, Q, p as in `du2018.appendix_b_descent`; a: a_{2,0}; v: c_{x,0}; w: c_x.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018 import appendix_b_descent as descent
from theorems.papers.du2018 import sec4_theorem as sec4
from theorems.papers.du2018.appendix_b_descent import (
    A,
    Lip,
    Q,
    beta,
    e,
    p,
    root,
    x,
)
from theorems.papers.du2018.appendix_b_runs import (
    RUN,
    RUN_GRID,
    SETTING,
    Path,
    first_q,
    held,
    proof_q,
    runs,
)
from theorems.papers.du2018.appendix_b_symbols import (
    DEEP,
    DEPTH_ENDS,
    POSITIVE,
    H,
    c_w,
    eta,
    lambda_0,
)
from theorems.quantifiers import SufficientSize, UpToConstant
from theorems.sides import Closed, Computed, Holds, Sampled, Simulated

PAPER = "du2019"
a, v, w = symbols("a v w", real=True)
CONDITION = Holds("Condition 3.3 up to k", held)
IF = r"if Condition 3.3 holds for $k'=1,\dots,k$ then "


CONSTANTS = (
    r"$Q'(s)=4c_{res}c_{x,0}a_{2,0}Le^{2c_{res}c_{w,0}L}\sqrt n\|y-u(s)\|_2/H$, "
    r"$R'=\frac{16c_{res}c_{x,0}a_{2,0}Le^{2c_{res}c_{w,0}L}\sqrt n\|y-u(0)\|_2}{H\lambda_0\sqrt "
    r"m}$"
)


def printed_q(path: Path) -> Any:
    """Q' of Lemma 3.12: twice a_{2,0} times that of du2018's proof."""
    return 2 * path["a_2"] * proof_q(path)


def _largest_gradient(points: Any, samples: int, generator: Any) -> Any:
    return descent.largest_gradient(points, samples, generator, readout="gaussian")


one_step = Claim(
    id="du2019.lemma-3.12",
    source=Source(PAPER, "3.10", "Lemma 3.12, one step of the layers"),
    statement=IF
    + r"$\|W^{(h)}(s)-W^{(h)}(s-1)\|_F\le\eta Q'(s-1)$ for any $s\in[k+1]$, "
    + CONSTANTS,
    reading=r"$s=1$, where nothing is assumed, and growth with $H$, which enters $Q'$ as "
    r"$\frac1H$ alone",
    over=descent.ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=40),
    lhs=Sampled(_largest_gradient),
    relation="<=",
    rhs=Closed(1 / H),
    grid=descent.DEPTHS,
    restates="du2018.lemma-B.5b",
    uses=("du2019.eq-3.10-grad.corrected", "du2019.lemma-3.10"),
    erratum="the first layer has the factor sqrt(c_sigma/m), not c_res/(H sqrt(m)): its gradient "
    "does not fall with H",
)


def _corrected_q(path: Path) -> Any:
    import torch

    rest = printed_q(path)
    first = 2 * path["a_2"] * first_q(path, descent.root_c_sigma())
    count = path["speed"].shape[-2]
    return torch.cat([first, rest.expand(*rest.shape[:-2], count - 1, rest.shape[-1])], -2)


one_step_corrected = Claim(
    id="du2019.lemma-3.12.corrected",
    source=one_step.source,
    statement=r"$\|W^{(h)}(s)-W^{(h)}(s-1)\|_F\le\eta Q'(s-1)$ for $h\ge2$, and "
    r"$\le2\eta a_{2,0}\sqrt{c_\sigma}Le^{2c_{res}c_{w,0}L}\sqrt n\|y-u(s-1)\|_2$ for $h=1$",
    reading=SETTING,
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("speed", output=True),
    lhs=Simulated(lambda path: path["speed"]),
    relation="<=",
    rhs=Simulated(_corrected_q),
    grid=RUN_GRID,
    corrects="du2019.lemma-3.12",
)

all_steps = Claim(
    id="du2019.lemma-3.12.all",
    source=Source(PAPER, "3.10", "Lemma 3.12, all steps of the layers"),
    statement=IF + r"$\|W^{(h)}(s)-W^{(h)}(0)\|_F\le R'\sqrt m$, " + CONSTANTS,
    reading=r"$R'<c$ is left out, which no width that runs meets",
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("moved", output=True),
    lhs=Simulated(lambda path: path["moved"]),
    relation="<=",
    rhs=Simulated(
        lambda path: 4 * printed_q({**path, "root": path["first_root"]}) / path["lambda_0"]
    ),
    grid=RUN_GRID,
    restates="du2018.lemma-B.5a",
    uses=("du2019.lemma-3.12", "du2018.lemma-B.5a.series"),
)

output_step = Claim(
    id="du2019.lemma-3.12b",
    source=Source(PAPER, "3.10", "Lemma 3.12, one step of the output weights"),
    statement=IF + r"$\|a(s)-a(s-1)\|_2\le\eta Q'(s-1)$ for any $s\in[k+1]$, " + CONSTANTS,
    reading=r"$s=1$ and growth with $H$",
    over=descent.ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=40),
    lhs=Sampled(
        lambda points, samples, generator: descent.largest_gradient(
            points, samples, generator, output=True, readout="gaussian"
        )
    ),
    relation="<=",
    rhs=Closed(1 / H),
    grid=descent.DEPTHS,
    uses=("du2019.lemma-3.10",),
    erratum="the gradient in a is a sum of states x^(H), of norm about 1 at every depth: "
    "2 c_{x,0} is not at most 4 c_res c_{x,0} a_{2,0} L e^(..)/H for large H",
)

output_step_corrected = Claim(
    id="du2019.lemma-3.12b.corrected",
    source=output_step.source,
    statement=r"$\|a(s)-a(s-1)\|_2\le2\eta c_{x,0}\sqrt n\|y-u(s-1)\|_2$ (the proof)",
    reading=SETTING,
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("a_speed", output=True),
    lhs=Simulated(lambda path: path["a_speed"]),
    relation="<=",
    rhs=Simulated(lambda path: 2 * path["c_x"] * path["root"]),
    grid=RUN_GRID,
    corrects="du2019.lemma-3.12b",
)

output_inequality = Claim(
    id="du2019.lemma-3.12b.inequality",
    source=Source(PAPER, "3.10.1", "proof of Lemma 3.12, the output weights"),
    title="the step of the output weights against Q'",
    statement=r"$2\eta c_{x,0}\sum_i|y_i-u_i(s)|\le\eta Q'(s)$",
    reading=r"all residuals equal; over $2\eta c_{x,0}\sqrt n\|y-u\|_2$, $L=1$, $x=c_{res}$: "
    r"$1\le2xa_{2,0}e^{2xc_{w,0}}/H$",
    over={x: Interval.open(0, 1), a: POSITIVE, c_w: POSITIVE, H: DEEP},
    lhs=Closed(1),
    relation="<=",
    rhs=Closed(2 * x * a * sp.exp(2 * x * c_w) / H),
    grid=Grid(x=[0.1, 0.9], a=[1.0], c_w=[2.01], H=[2, 4, 64]),
    erratum="no constants give a fixed left side at most a constant over H at every depth; with "
    "c_res = 0.1, a_{2,0} = 1 and c_{w,0} = 2.01 it fails at H = 2 already",
)

small_second = Claim(
    id="du2019.lemma-3.13",
    source=Source(PAPER, "3.10", "Lemma 3.13"),
    title="Lemma 3.13, at widths below the theorem's",
    statement=IF + r"with $\eta\le c\lambda_0H^2n^{-2}$ for some small constant $c$, "
    r"$\|I_2(k)\|_2\le\frac18\eta\lambda_0\|y-u(k)\|_2$",
    reading=r"$c=\frac1{100}$; shallow networks",
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("second", output=True),
    lhs=Simulated(lambda path: path["second"]),
    relation="<=",
    rhs=Simulated(lambda path: path["eta"] * path["lambda_0"] * path["loss"].sqrt() / 8),
    grid=Grid(c_res=[0.3, 0.9], share=[0.01], H=[2, 4], m=[200], n=[2, 4]),
    restates="du2018.lemma-B.6",
    uses=("du2019.lemma-3.12", "du2019.lemma-3.13.gradient", "du2019.lemma-3.13.bracket"),
)

gradient_norm = Claim(
    id="du2019.lemma-3.13.gradient",
    source=Source(PAPER, "3.10.1", "proof of Lemma 3.13, the gradient norm"),
    title="the gradient norm in the proof of Lemma 3.13",
    statement=r"$\|L'^{(h)}(\theta(k))\|_F\le\lambda_0Q'(k)$",
    reading=r"$h\ge2$",
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("speed", output=True),
    lhs=Simulated(lambda path: path["speed"][..., 1:, :]),
    relation="<=",
    rhs=Simulated(lambda path: path["lambda_0"] * printed_q(path)),
    grid=RUN_GRID,
    restates="du2018.proof-B.6a",
    erratum="the factor lambda_0 has no source; Lemma 3.12's proof gives Q'(k)",
)

INSIDE = x + 2 / Lip * A * beta * root + 4 * c_w * A * beta + Lip + 1
bracket = Claim(
    id="du2019.lemma-3.13.bracket",
    source=Source(PAPER, "3.10.1", "proof of Lemma 3.13, the change of the gradient"),
    title="the change of the gradient in the proof of Lemma 3.13",
    statement=r"$\frac4Hc_{res}c_{x,0}La_{2,0}e^{2Lc_{w,0}}\eta\frac{Q'}{\sqrt m}\left("
    + descent.BRACKET
    + r"+1\right)\le\frac{32}Hc_{res}c_{x,0}a_{2,0}e^{2Lc_{w,0}}(c_{x,0}+c_{w,0}c_x)\beta\eta Q'$",
    reading=r"over $\frac2Hc_{res}c_{x,0}a_{2,0}e^{2Lc_{w,0}}\eta Q'$; $A=c_{x,0}+c_{w,0}c_x$; for "
    r"a width that the small constant $c$ of $R'<c$ may stand for: $\sqrt m\ge\frac L{6A\beta}"
    r"\left(\frac{c_x}{c_{x,0}}+4c_{w,0}A\beta+L+1\right)$, as three terms carry no $\beta$",
    over={**descent.SIZES, root: Interval(1, oo)},
    where=[6 * A * beta * root >= Lip * (x + 4 * c_w * A * beta + Lip + 1)],
    lhs=Closed(2 * Lip / root * INSIDE),
    relation="<=",
    rhs=Closed(16 * A * beta),
    grid=descent.AT,
    restates="du2018.proof-B.6b",
)

quadratic = Claim(
    id="du2019.lemma-3.14",
    source=Source(PAPER, "3.10", "Lemma 3.14"),
    statement=IF + r"with $\eta\le c\lambda_0H^2n^{-2}$ for some small constant $c$, "
    r"$\|u(k+1)-u(k)\|_2^2\le\frac18\eta\lambda_0\|y-u(k)\|_2^2$",
    reading=r"$k=0$ and $\eta=\lambda_0H^2/n^2$: whatever $c$, $\|u(1)-u(0)\|_2^2/(\eta\|y-u(0)"
    r"\|_2^2)$ has to be $O(\lambda_0)$ as $H$ grows",
    over=descent.ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=40),
    lhs=Sampled(
        lambda points, samples, generator: descent.change(
            points, samples, generator, 2, output=True
        )
    ),
    relation="<=",
    rhs=Computed(descent.least_along),
    grid=descent.DEPTHS,
    restates="du2018.lemma-B.7",
    uses=("du2019.lemma-3.12", "du2019.lemma-3.12b", "du2019.lemma-3.14.step-size"),
    erratum="the first layer and a move the outputs by eta times Gram matrices of order 1, not "
    "1/H^2",
)

quadratic_corrected = Claim(
    id="du2019.lemma-3.14.corrected",
    source=quadratic.source,
    statement=r"if $\eta\le c\lambda_0n^{-2}$ then $\|u(k+1)-u(k)\|_2^2\le\frac18\eta\lambda_0"
    r"\|y-u(k)\|_2^2$",
    reading=descent.AT_START,
    over=descent.ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=500),
    lhs=Sampled(
        lambda points, samples, generator: descent.change(
            points, samples, generator, 0, output=True
        )
    ),
    relation="<=",
    rhs=Computed(descent.least_along),
    grid=Grid(H=[4, 8, 16, 32], n=[3], m=[12], c_res=[0.2]),
    corrects="du2019.lemma-3.14",
)

quadratic_step = Claim(
    id="du2019.lemma-3.14.step-size",
    source=Source(PAPER, "3.10.1", "proof of Lemma 3.14, its last inequality"),
    title="the choice of the step size in Lemma 3.14",
    statement=r"$8n\eta^2c_{x,0}^2Q'(k)^2+4n(\eta a_{2,0}c_xQ'(k))^2\le\frac18\eta\lambda_0"
    r"\|y-u(k)\|_2^2$ when $Q'=Q\sqrt n\|y-u(k)\|_2/H$ and $\eta\le\frac{\lambda_0H^2}{32(2c_{x,0}"
    r"^2+a_{2,0}^2c_x^2)Q^2n^2}$",
    reading=r"$p=\sqrt n$, $v=c_{x,0}$, $w=c_x$, $a=a_{2,0}$; with the printed $Q'$",
    over={**dict.fromkeys((Q, v, w, a, e, eta, lambda_0), POSITIVE), p: Interval(1, oo), H: DEEP},
    where=[32 * (2 * v**2 + a**2 * w**2) * Q**2 * p**4 * eta <= lambda_0 * H**2],
    lhs=Closed((8 * v**2 + 4 * a**2 * w**2) * p**2 * (eta * Q * p * e / H) ** 2),
    relation="<=",
    rhs=Closed(eta * lambda_0 * e**2 / 8),
    grid=DEPTH_ENDS,
)


def _keeps(points: Any, width: int, draws: int, generator: Any) -> Any:
    return sec4.keeps_the_bound(points, width, draws, generator, output=True)


theorem = Claim(
    id="du2019.theorem-3.2",
    source=Source(PAPER, "3.5", "Theorem 3.2"),
    statement=r"if $\|x_i\|_2=1$, $|y_i|=O(1)$, $m=\Omega\left(\max\left\{\frac{n^4}{\lambda_{\min}"
    r"^4(K^{(H)})H^6},\frac{n^2}{\lambda_{\min}^2(K^{(H)})H^2},\frac n\delta,\frac{n^2\log(Hn/"
    r"\delta)}{\lambda_{\min}^2(K^{(H)})}\right\}\right)$ and $\eta=O\left(\frac{\lambda_{\min}("
    r"K^{(H)})H^2}{n^2}\right)$ then with probability at least $1-\delta$, $L(\theta(k))\le\left("
    r"1-\frac{\eta\lambda_{\min}(K^{(H)})}2\right)^kL(\theta(0))$",
    reading=sec4.READING
    + sec4.OUTPUT_STEP
    + sec4.ALONG_SIZE
    + "; the logarithm's argument makes no difference here",
    over=sec4.SETTINGS,
    quantifier=SufficientSize(
        at_least=Rational(4, 5), along=("n",), draws=40, largest=sec4.LARGEST
    ),
    lhs=Sampled(_keeps),
    relation="<=",
    rhs=Computed(sec4.printed_width),
    grid=Grid(n=[1, 2, 4, 8], H=[2], c_res=[0.95], tau=[0.5]).nightly(tau=[5.0]),
    restates="du2018.theorem-4.1",
    uses=(
        *("du2019.lemma-3.9", "du2019.lemma-3.11", "du2019.lemma-3.12", "du2019.lemma-3.12b"),
        *("du2019.lemma-3.12.all", "du2019.lemma-3.13", "du2019.lemma-3.14"),
        "du2019.theorem-3.2.eigenvalue",
    ),
)

eigenvalue = Claim(
    id="du2019.theorem-3.2.eigenvalue",
    source=Source(PAPER, "3.10", "proof of Theorem 3.2, by the same argument as Theorem 3.1"),
    title="the least eigenvalue along the run, from Lemmas 3.9 and 3.11 (inferred, not printed)",
    statement=sec4.SAME_ARGUMENT + r"\frac{\lambda_0}2$ (Lemmas 3.9 and 3.11) give "
    r"$\lambda_{\min}(G^{(H)}(k))\ge\frac{\lambda_0}2$, as the argument needs",
    reading="Weyl's inequality: the least eigenvalue falls by at most the shift",
    restates="du2018.theorem-4.1.eigenvalue",
    uses=("du2019.lemma-3.9", "du2019.lemma-3.11"),
    erratum="they give lambda_0/4 only; Lemma 3.4 has lambda_0/4 where Lemma 3.11 has lambda_0/2",
    **sec4.eigenvalue_step(Rational(1, 2)),
)
