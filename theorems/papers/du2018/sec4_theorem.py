r"""Section 4: Theorem 4.1, gradient descent on the ResNet, and its width.

Symbols in `appendix_b_symbols`. K: a constant; c: the small constant of R = c lambda_0 H^2/n;
loss: |y - u(0)|^2 over n; g: lambda_min(G^(H)(0)); shift: |G^(H)(k) - G^(H)(0)|_2; p: n;
size: n = H, both growing together; tau: runs are followed until the printed factor is e^-tau.
"""

from __future__ import annotations

import math
from typing import Any

from sympy import Interval, Max, Rational, log, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_runs import contract, labels
from theorems.papers.du2018.appendix_b_symbols import (
    DEEP,
    PAPER,
    POSITIVE,
    RATE,
    H,
    c_res,
    lambda_0,
    n,
)
from theorems.papers.du2018.appendix_c_symbols import NATURAL
from theorems.papers.du2018.sec4_gram import least_eigenvalue
from theorems.quantifiers import SufficientSize, UpToConstant
from theorems.sides import Closed, Computed, Sampled

g, shift, K, c, loss, m, size = symbols("g shift K c loss m size", real=True)
tau = symbols("tau", real=True)
# Neurons that see nothing of an input leave it where it is: small widths fail.
NAME, SIZE_OF_LABELS = "gelu", 4.0


def keeps_the_bound(
    points: Any, width: int, draws: int, generator: Any, *, output: bool = False
) -> Any:
    """Whether |y - u(k)|^2 <= (1 - eta lambda_0/2)^k |y - u(0)|^2 until the factor is e^-tau.

    eta is 600 lambda_0 H^2/n^2, at most 4/5, or 3/(n + 9) if `output`, when a is trained along.
    """
    import torch

    from numeric import deep_residual as residual
    from numeric.deep_descent import Network
    from numeric.kernels.layers import Activation

    count, depth, rate = points["n"], points.H, float(points.c_res[0])
    least = least_eigenvalue(count, depth, rate, NAME)
    step_size = min(600 * least * depth**2 / count**2, 3 / (count + 9) if output else 0.8)
    readout: Any = "gaussian" if output else "signs"

    def drawn(runs: int) -> Any:
        return residual.initial((runs,), depth, width, count, generator, readout=readout)

    net = Network(Activation(NAME), rate, train_output=output)
    data = torch.eye(count, dtype=torch.float64), SIZE_OF_LABELS * labels(count)
    return contract(net, drawn, data, draws, (step_size, least, float(points.tau[0])))


def printed_width(points: Any, *, chance: float = 0.2) -> Any:
    """The maximum of the theorem's four terms."""
    import torch

    count, depth = points["n"], points.H
    values = []
    for rate in points.c_res.tolist():
        least = least_eigenvalue(count, depth, rate, NAME)
        terms = [
            count**4 / (least**4 * depth**6),
            count**2 / (least**2 * depth**2),
            count / chance,
            count**2 * math.log(depth * count**2 / chance) / least**2,
        ]
        values.append(max(terms))
    return torch.tensor(values, dtype=torch.float64)


STATEMENT = (
    r"if $\|x_i\|_2=1$, $|y_i|\le C$, $m=\Omega\left(\max\left\{\frac{n^4}{\lambda_0^4H^6},"
    r"\frac{n^2}{\lambda_0^2H^2},\frac n\delta,\frac{n^2\log(Hn^2/\delta)}{\lambda_0^2}\right\}"
    r"\right)$ and $\eta=O\left(\frac{\lambda_0H^2}{n^2}\right)$ then with probability at least "
    r"$1-\delta$, $L(w(k))\le\left(1-\frac{\eta\lambda_0}2\right)^kL(w(0))$"
)
READING = (
    r"smallest width that suffices for $\delta=\frac15$, steps until the printed factor is "
    r"$e^{-\tau}$; GELU, orthonormal inputs, labels +-4; "
)
STEP = r"$\eta=\min\{600\frac{\lambda_0H^2}{n^2},\frac45\}$"
OUTPUT_STEP = r"$\eta=\min\{600\frac{\lambda_0H^2}{n^2},\frac3{n+9}\}$"
ALONG_SIZE = (
    "; growth with n at $H=2$: a bound lower by n^4 would not stand, one lower by n^3 would; depth "
    "is in the part on the step size"
)
LARGEST = 1 << 6


USES = (
    *("du2018.lemma-B.2", "du2018.lemma-B.4", "du2018.lemma-B.5a", "du2018.lemma-B.5b"),
    *("du2018.lemma-B.6", "du2018.lemma-B.7", "du2018.theorem-4.1.eigenvalue"),
    *("du2018.theorem-4.1.width", "du2018.theorem-4.1.first-layer"),
)
SETTINGS = {H: DEEP, n: NATURAL, c_res: RATE, tau: POSITIVE}
theorem = Claim(
    id="du2018.theorem-4.1",
    source=Source(PAPER, "4", "Theorem 4.1"),
    statement=STATEMENT,
    reading=READING + STEP + ALONG_SIZE,
    over=SETTINGS,
    quantifier=SufficientSize(at_least=Rational(4, 5), along=("n",), draws=40, largest=LARGEST),
    lhs=Sampled(keeps_the_bound),
    relation="<=",
    rhs=Computed(printed_width),
    grid=Grid(n=[1, 2, 4, 8], H=[2], c_res=[0.95], tau=[1.0]).nightly(
        n=[1, 2, 4, 8, 16], H=[2, 3], tau=[4.0]
    ),
    uses=USES,
)


def eigenvalue_step(share: Any) -> dict[str, Any]:
    """lambda_min(G^(H)(k)) >= lambda_0/2 from Lemmas B.2 and B.4, with `share` lambda_0 for B.4."""
    return {
        "over": {g: POSITIVE, shift: Interval(0, oo), lambda_0: POSITIVE},
        "where": [4 * g >= 3 * lambda_0, shift <= share * lambda_0],
        "lhs": Closed(g - shift),
        "relation": ">=",
        "rhs": Closed(lambda_0 / 2),
        "grid": Grid(
            points=[
                {"g": 0.075, "shift": 0.05, "lambda_0": 0.1},
                {"g": 0.08, "shift": 0.02, "lambda_0": 0.1},
            ]
        ),
    }


SAME_ARGUMENT = (
    r"$\lambda_{\min}(G^{(H)}(0))\ge\frac34\lambda_0$ and $\|G^{(H)}(k)-G^{(H)}(0)\|_2\le"
)
eigenvalue = Claim(
    id="du2018.theorem-4.1.eigenvalue",
    source=Source(PAPER, "B", "proof of Theorem 4.1, by the same argument as Theorem 3.1"),
    title="the least eigenvalue along the run, from Lemmas B.2 and B.4 (inferred, not printed)",
    statement=SAME_ARGUMENT + r"\frac{\lambda_0}2$ (Lemmas B.2 and B.4) give "
    r"$\lambda_{\min}(G^{(H)}(k))\ge\frac{\lambda_0}2$, as the argument needs",
    reading="Weyl's inequality: the least eigenvalue falls by at most the shift",
    uses=("du2018.lemma-B.2", "du2018.lemma-B.4"),
    erratum="they give lambda_0/4 only; Lemma A.4, which the argument is taken from, has "
    "lambda_0/4 where Lemma B.4 has lambda_0/2",
    **eigenvalue_step(Rational(1, 2)),
)

eigenvalue_corrected = Claim(
    id="du2018.theorem-4.1.eigenvalue.corrected",
    source=eigenvalue.source,
    title="the least eigenvalue along the run, with half the radius",
    statement=SAME_ARGUMENT + r"\frac{\lambda_0}4$ give "
    r"$\lambda_{\min}(G^{(H)}(k))\ge\frac{\lambda_0}2$",
    corrects="du2018.theorem-4.1.eigenvalue",
    **eigenvalue_step(Rational(1, 4)),
)

p = symbols("p", real=True)
WIDTHS = dict.fromkeys((K, c, loss, lambda_0, m), POSITIVE)
# R'^2 < R^2 with R' = K sqrt(n) |y - u(0)|/(H lambda_0 sqrt(m)), |y - u(0)|^2 = loss n, p = n.
FAR = K**2 * p * (loss * p) / (H**2 * lambda_0**2 * m)
width = Claim(
    id="du2018.theorem-4.1.width",
    source=Source(PAPER, "4", "Theorem 4.1, the width"),
    title="the choice of the width for R' < R",
    statement=r"$R'=\frac{K\sqrt n\|y-u(0)\|_2}{H\lambda_0\sqrt m}<R=\frac{c\lambda_0H^2}n$ for "
    r"$m=\Omega\left(\frac{n^4}{\lambda_0^4H^6}\right)$ when $\|y-u(0)\|_2^2=O(n)$",
    reading=r"$p=n$; $\|y-u(0)\|_2^2=n\,loss$; both sides squared; "
    r"$m>\frac{K^2loss}{c^2}\frac{n^4}{\lambda_0^4H^6}$",
    over={**WIDTHS, p: Interval(1, oo), H: DEEP},
    where=[m * c**2 * lambda_0**4 * H**6 > K**2 * loss * p**4],
    lhs=Closed(FAR),
    relation="<",
    rhs=Closed((c * lambda_0 * H**2 / p) ** 2),
    grid=Grid(
        points=[
            {"K": 1.0, "c": 1.0, "loss": 1.0, "lambda_0": 0.1, "p": 2.0, "H": 2, "m": 1e5},
            {"K": 2.0, "c": 0.1, "loss": 2.0, "lambda_0": 0.01, "p": 3.0, "H": 4, "m": 1e13},
        ]
    ),
    uses=("du2018.lemma-B.4", "du2018.lemma-B.5a"),
)

width_constant = Claim(
    id="du2018.theorem-4.1.width-constant",
    source=width.source,
    title="the choice of the width for R' < c",
    statement=r"$R'=\frac{K\sqrt n\|y-u(0)\|_2}{H\lambda_0\sqrt m}<c$ for "
    r"$m=\Omega\left(\frac{n^2}{\lambda_0^2H^2}\right)$",
    reading=width.reading.rsplit(";", 1)[0],
    over={**WIDTHS, p: Interval(1, oo), H: DEEP},
    where=[m * c**2 * lambda_0**2 * H**2 > K**2 * loss * p**2],
    lhs=Closed(FAR),
    relation="<",
    rhs=Closed(c**2),
    grid=Grid(
        points=[{"K": 1.0, "c": 1.0, "loss": 1.0, "lambda_0": 0.1, "p": 2.0, "H": 2, "m": 1e5}]
    ),
    uses=("du2018.lemma-B.4", "du2018.lemma-B.5a"),
)

# kappa = lambda_0 H^2 and delta are constants; n = H = size.
PRINTED = Max(size**6, size**4, size, size**6 * log(size))
first_layer = Claim(
    id="du2018.theorem-4.1.first-layer",
    source=width.source,
    title="the width for R' < R in the first layer (inferred, not printed)",
    statement=r"$\max\left\{\frac{n^4}{\lambda_0^4H^6},\frac{n^2}{\lambda_0^2H^2},\frac n\delta,"
    r"\frac{n^2\log(Hn^2/\delta)}{\lambda_0^2}\right\}$ covers the width at which $R'<R$ for the "
    r"first layer's weights too",
    reading=r"by their gradient (lemma-B.5b.corrected) this $R'$ has no $\frac1H$ and asks for "
    r"$\frac{n^4}{\lambda_0^4H^4}$; $\lambda_0\sim H^{-2}$ and $n=H=$ size",
    over={size: Interval(2, oo)},
    quantifier=UpToConstant(along=("size",)),
    lhs=Closed(size**8),
    relation="<=",
    rhs=Closed(PRINTED),
    grid=Grid(size=[2.0**j for j in range(2, 13)]),
    uses=("du2018.lemma-B.5b.corrected", "du2018.text-4b"),
    erratum="the width of the proof has to hold for the first layer too: its term is "
    "n^4/(lambda_0^4 H^4), which the printed maximum does not cover",
)

first_layer_corrected = Claim(
    id="du2018.theorem-4.1.first-layer.corrected",
    source=width.source,
    title="the width for R' < R in the first layer, corrected",
    statement=r"$R'=\frac{K\sqrt n\|y-u(0)\|_2}{\lambda_0\sqrt m}<R=\frac{c\lambda_0H^2}n$ for "
    r"$m=\Omega\left(\frac{n^4}{\lambda_0^4H^4}\right)$",
    reading=width.reading.rsplit(";", 1)[0],
    over={**WIDTHS, p: Interval(1, oo), H: DEEP},
    where=[m * c**2 * lambda_0**4 * H**4 > K**2 * loss * p**4],
    lhs=Closed(K**2 * p * (loss * p) / (lambda_0**2 * m)),
    relation="<",
    rhs=Closed((c * lambda_0 * H**2 / p) ** 2),
    grid=width.grid,
    corrects="du2018.theorem-4.1.first-layer",
)
