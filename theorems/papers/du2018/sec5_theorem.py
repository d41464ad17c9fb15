r"""Section 5: Theorem 5.1, gradient descent on the convolutional ResNet, and its width.

Symbols in `appendix_b_symbols` and `appendix_c_symbols`.
"""

from __future__ import annotations

import math
from typing import Any

from sympy import Rational

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
from theorems.papers.du2018.appendix_c_symbols import NATURAL, inputs, least_eigenvalue, p, q
from theorems.papers.du2018.sec4_theorem import NAME, tau
from theorems.quantifiers import SufficientSize
from theorems.sides import Closed, Computed, Sampled


def keeps_the_bound(
    points: Any, width: int, draws: int, generator: Any, *, output: bool = False
) -> Any:
    """Whether |y - u(k)|^2 <= (1 - eta lambda_0/2)^k |y - u(0)|^2 until the factor is e^-tau.

    eta is 32 lambda_0 H^2/(n^2 p), at most 2/(4 p + n), or 1/(2 p + n) if `output`.
    """
    from numeric import deep_convolution as convolution
    from numeric.deep_descent import Network
    from numeric.kernels.layers import Activation

    count, depth, patch, rate = points["n"], points.H, points.q, float(points.c_res[0])
    least = least_eigenvalue(count, points.p, depth, rate, patch, output=output, name=NAME)
    largest = 1 / (2 * points.p + count) if output else 2 / (4 * points.p + count)
    step_size = min(32 * least * depth**2 / (count**2 * points.p), largest)
    readout: Any = "gaussian" if output else "signs"
    sizes = (depth, width, 2, points.p, patch)

    def drawn(runs: int) -> Any:
        return convolution.initial((runs,), sizes, generator, readout=readout)

    activation = Activation(NAME)
    net = Network(activation, rate, patch=patch, train_output=output)
    data = inputs(count, points.p), (10 if output else 16) * labels(count)
    return contract(net, drawn, data, draws, (step_size, least, float(points.tau[0])))


def printed_width(points: Any, *, chance: float = 0.5, output: bool = False) -> Any:
    """The maximum of the theorem's four terms, without poly(p)."""
    import torch

    count, depth, values = points["n"], points.H, []
    for rate in points.c_res.tolist():
        least = least_eigenvalue(count, points.p, depth, rate, points.q, output=output, name=NAME)
        terms = [
            count**4 / (least**4 * depth**6),
            count**4 / (least**4 * depth**2),
            count / chance,
            count**2 * math.log(depth * count**2 / chance) / least**2,
        ]
        values.append(max(terms))
    return torch.tensor(values, dtype=torch.float64)


STATEMENT = (
    r"if $\|x_i\|_F=1$, $|y_i|\le C$, $m=\Omega\left(\max\left\{\frac{n^4}{\lambda_0^4H^6},"
    r"\frac{n^4}{\lambda_0^4H^2},\frac n\delta,\frac{n^2\log(Hn^2/\delta)}{\lambda_0^2}\right\}"
    r"\mathrm{poly}(p)\right)$ and $\eta=O\left(\frac{\lambda_0H^2}{n^2\mathrm{poly}(p)}\right)$ "
    r"then with probability at least $1-\delta$, $L(w(k))\le\left(1-\frac{\eta\lambda_0}2\right)^k"
    r"L(w(0))$"
)
READING = (
    r"smallest width that suffices for $\delta=\frac12$, steps until the printed factor is "
    r"$e^{-\tau}$; $H=2$, $p=q=3$; GELU, random inputs of two channels; growth with "
    r"n, without poly(p): a bound lower by n^6 would not stand, one lower by n^4 would; depth is "
    r"in the part on the step size; "
)
STEP = r"$\eta=\min\{32\frac{\lambda_0H^2}{n^2p},\frac2{4p+n}\}$; labels +-16"
OUTPUT_STEP = r"$\eta=\min\{32\frac{\lambda_0H^2}{n^2p},\frac1{2p+n}\}$; labels +-10"
USES = (
    *("du2018.lemma-C.2", "du2018.lemma-C.4", "du2018.lemma-C.5", "du2018.lemma-C.5.all"),
    *("du2018.lemma-C.6", "du2018.lemma-C.7", "du2018.theorem-4.1.eigenvalue"),
)
SETTINGS = {H: DEEP, n: NATURAL, p: NATURAL, q: NATURAL, c_res: RATE, tau: POSITIVE}
SEARCH = {"at_least": Rational(1, 2), "draws": 40, "largest": 1 << 6}
GRID = Grid(n=[1, 2, 4, 8], H=[2], p=[3], q=[3], c_res=[0.95], tau=[1.0]).nightly(tau=[3.0])
theorem = Claim(
    id="du2018.theorem-5.1",
    source=Source(PAPER, "5", "Theorem 5.1"),
    statement=STATEMENT,
    reading=READING + STEP,
    over=SETTINGS,
    quantifier=SufficientSize(along=("n",), **SEARCH),
    lhs=Sampled(keeps_the_bound),
    relation="<=",
    rhs=Computed(printed_width),
    grid=GRID,
    uses=USES,
)

second_term = Claim(
    id="du2018.theorem-5.1.second-term",
    source=Source(PAPER, "5", "Theorem 5.1, the second term of its width"),
    title="the second term covers that of Theorem 4.1",
    statement=r"$\frac{n^4}{\lambda_0^4H^2}\ge\frac{n^2}{\lambda_0^2H^2}$, the width at which "
    r"$R'<c$ (up to poly(p)), when $\lambda_0\le n$",
    reading="appendix C gives no source of the larger term; Theorem 4.1 prints the smaller one",
    over={n: NATURAL, lambda_0: POSITIVE, H: DEEP},
    where=[lambda_0 <= n],
    lhs=Closed(n**4 / (lambda_0**4 * H**2)),
    relation=">=",
    rhs=Closed(n**2 / (lambda_0**2 * H**2)),
    grid=Grid(n=[1, 4], lambda_0=[0.01, 0.5], H=[2, 8]),
    uses=("du2018.theorem-4.1.width-constant",),
)
