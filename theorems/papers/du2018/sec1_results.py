r"""Sections 1 and 1.2: the widths and iteration counts that the paper announces.

n: inputs; H: depth; lambda_0: least eigenvalue of K^(H); lambda: of its 2x2 blocks; delta: failure
probability; epsilon: accuracy. Theorem 3.1's O(H) is read as H; constants are 1.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Max, Rational, log, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.dense_symbols import PAPER, UNIT, H, lambda_0, limit_gram, n, sigma
from theorems.quantifiers import ForAll, UpToConstant
from theorems.sides import Closed, Computed

delta, epsilon = symbols("delta epsilon", real=True)
SMALL = Interval.Lopen(0, 1)
SIZES = {n: sp.S.Naturals, H: sp.S.Naturals}
ALONG = UpToConstant(along=("n", "H"))
GRID = Grid(n=[1, 2, 4, 8, 16], H=[2, 4, 8, 16, 32, 64], delta=[0.1])
BLOCK = Rational(1, 4)


def dense_width(least: Any, block: Any) -> Any:
    """Theorem 3.1's width."""
    logarithm = log(H * n**2 / delta)
    return Max(
        n**4 * 2**H / least**4,
        n * 2**H / delta,
        n**2 * logarithm / (least**2 * block ** (Rational(3, 2) * H)),
    )


def residual_width(least: Any) -> Any:
    """Theorem 4.1's width."""
    return Max(
        n**4 / (least**4 * H**6),
        n**2 / (least**2 * H**2),
        n / delta,
        n**2 * log(H * n**2 / delta) / least**2,
    )


announced = Claim(
    id="du2018.text-1a",
    source=Source(PAPER, "1", "contributions, fully connected networks"),
    statement=r"$m=\Omega(\mathrm{poly}(n)2^{O(H)})$ suffices for fully connected networks",
    reading=r"the width of Theorem 3.1 at $\lambda_0=1$, $\lambda=\frac14$, $\delta=0.1$: "
    r"$O(n^416^H)$",
    over={**SIZES, delta: UNIT},
    quantifier=ALONG,
    lhs=Closed(dense_width(sp.Integer(1), BLOCK)),
    relation="<=",
    rhs=Closed(n**4 * sp.Integer(16) ** H),
    grid=GRID,
    uses=("du2018.theorem-3.1", "du2018.theorem-4.1", "du2018.theorem-5.1"),
)

announced_residual = Claim(
    id="du2018.text-1a.residual",
    source=Source(PAPER, "1", "contributions, ResNet"),
    statement=r"$m=\Omega(\mathrm{poly}(n,H))$ suffices for the ResNet",
    reading=r"the width of Theorem 4.1 with $\lambda_0=1/H^2$ (its footnote 3): $O(n^4H^5)$",
    over={**SIZES, delta: UNIT},
    quantifier=ALONG,
    lhs=Closed(residual_width(1 / H**2)),
    relation="<=",
    rhs=Closed(n**4 * H**5),
    grid=GRID,
    uses=("du2018.theorem-4.1",),
)


def _block_power(points: Any) -> Any:
    """`log_2 lambda^(-3H/2)` for two inputs at cosine 0.6."""
    import math

    import torch

    from numeric.kernels.deep import fully_connected_limit
    from numeric.kernels.layers import Activation
    from theorems.papers.du2018.dense_symbols import NAMES, inputs

    limits = fully_connected_limit(inputs(2), Activation(NAMES[points.sigma]), points.H)[1:]
    least = torch.linalg.eigvalsh(limits)[..., 0].amin().item()
    value = -1.5 * points.H * math.log2(least)
    return torch.full((points.n,), value, dtype=torch.float64)


hidden_block = Claim(
    id="du2018.text-1a.softplus",
    source=Source(PAPER, "1", "contributions, the data-dependent parameter of softplus"),
    title="for softplus the width's exponent grows like H^2",
    statement=r"of the data-dependent parameters that $2^{O(H)}$ leaves out, $\lambda$ is for "
    r"softplus itself exponentially small in H: $\log_2\lambda^{-3H/2}=\Theta(H^2)$",
    reading="not the paper's: what Theorem 3.1 asks for with its guiding activation, two inputs at "
    "cosine 0.6",
    over={H: sp.S.Naturals, sigma: sp.FiniteSet(1)},
    quantifier=UpToConstant(along=("H",)),
    lhs=Computed(_block_power),
    relation="==",
    rhs=Closed(H**2),
    grid=Grid(H=[2, 3, 4, 6, 8, 10, 12, 16], sigma=[1]),
    uses=("du2018.theorem-3.1", "du2018.eq-4", "du2018.assumption-3.1"),
)

improves = Claim(
    id="du2018.text-1.2a",
    source=Source(PAPER, "1.2", "against the two-layer result"),
    statement=r"for two-layer networks the width improves from "
    r"$\Omega(\frac{n^6}{\lambda_0^4})$ to $\Omega(\frac{n^4}{\lambda_0^4})$",
    reading=r"printed as depth H = 2; the network of the earlier paper is H = 1 of (2). The width "
    r"of Theorem 3.1 there with $\lambda=\lambda_0$, the smallest for two inputs, is "
    r"$O(\frac{n^4}{\lambda_0^4})$",
    over={n: sp.S.Naturals, lambda_0: SMALL, delta: UNIT},
    quantifier=UpToConstant(along=("n",), shrinking=("lambda_0",)),
    lhs=Closed(dense_width(lambda_0, lambda_0).subs(H, 1)),
    relation="<=",
    rhs=Closed(n**4 / lambda_0**4),
    grid=Grid(n=[1, 2, 4, 8, 16], lambda_0=[2.0**-j for j in range(0, 21, 4)], delta=[0.1]),
    uses=("du2018.theorem-3.1", "du2019.theorem-2.3"),
)


def _pair_eigenvalues(points: Any) -> Any:
    """`lambda_0 - lambda` for two inputs: the last layer's block is K^(H) itself."""
    import torch

    from numeric.kernels.deep import fully_connected_limit
    from numeric.kernels.layers import Activation
    from theorems.papers.du2018.dense_symbols import NAMES, inputs

    limits = fully_connected_limit(inputs(2), Activation(NAMES[points.sigma]), points.H)[1:]
    least = torch.linalg.eigvalsh(limits)[..., 0].amin().item()
    whole = torch.linalg.eigvalsh(limit_gram(2, points.sigma, points.H))[0].item()
    return torch.full((points.n,), whole - least, dtype=torch.float64)


blocks_are_smaller = Claim(
    id="du2018.text-1.2a.blocks",
    source=Source(PAPER, "1.2", "against the two-layer result, the third term"),
    title="for two inputs lambda is at most lambda_0",
    statement=r"for two inputs $\lambda\le\lambda_0$, so that with H = 2 in Theorem 3.1 the third "
    r"term is at least $\frac{n^2\log}{\lambda_0^5}$, more than $\frac{n^4}{\lambda_0^4}$ as "
    r"$\lambda_0\to0$",
    reading=r"not the paper's: why $\lambda$ counts as one of the parameters left out",
    over={H: sp.S.Naturals, sigma: sp.FiniteSet(1, 2, 3, 4)},
    quantifier=ForAll(random_points=0, search=False),
    lhs=Computed(_pair_eigenvalues),
    relation=">=",
    rhs=Closed(0),
    grid=Grid(H=[1, 2, 4], sigma=[1, 2, 3, 4]),
    uses=("du2018.assumption-3.1",),
)


def residual_claim(rate: Any) -> dict[str, Any]:
    """Theorem 4.1's width with `lambda_0 = 1/H^2` against a rate."""
    return {
        "over": {**SIZES, delta: UNIT},
        "quantifier": ALONG,
        "lhs": Closed(residual_width(1 / H**2)),
        "relation": "<=",
        "rhs": Closed(rate),
        "grid": GRID,
        "uses": ("du2018.theorem-4.1", "du2018.proposition-D.1"),
    }


residual = Claim(
    id="du2018.text-1.2b",
    source=Source(PAPER, "1.2", "width of the ResNet, footnote 3"),
    statement=r"with $\lambda_0=\frac{c_D}{H^2}$ Theorem 4.1 requires $m\gtrsim n^4H^2$",
    erratum="its fourth term is then n^2 H^4 log(H n^2/delta), which is more where H is large "
    "beside n",
    **residual_claim(n**4 * H**2),
)

residual_corrected = Claim(
    id="du2018.text-1.2b.corrected",
    source=residual.source,
    statement=r"with $\lambda_0=\frac{c_D}{H^2}$ Theorem 4.1 requires $m\gtrsim n^4H^2+n^2H^4"
    r"\log\frac{Hn^2}\delta$",
    corrects="du2018.text-1.2b",
    **residual_claim(n**4 * H**2 + n**2 * H**4 * log(H * n**2 / delta)),
)

ACCURATE = {**SIZES, epsilon: UNIT}
COUNTS = Grid(n=[1, 2, 4, 8], H=[2, 4, 8, 16], epsilon=[2.0**-j for j in range(1, 11, 3)])


def iterations(contraction: Any, rate: Any) -> dict[str, Any]:
    """Steps until `(1 - contraction)^T = epsilon` against a rate times `log(1/epsilon)`."""
    return {
        "over": ACCURATE,
        "quantifier": UpToConstant(along=("n", "H"), shrinking=("epsilon",)),
        "lhs": Closed(log(epsilon) / log(1 - contraction)),
        "relation": "<=",
        "rhs": Closed(rate * log(1 / epsilon)),
        "grid": COUNTS,
    }


# eta lambda_0 / 2 with eta = lambda_0 H^2 / n^2 and lambda_0 = 1/H^2.
RESIDUAL_STEP = (1 / H**2) ** 2 * H**2 / (2 * n**2)
steps = Claim(
    id="du2018.text-1.2c",
    source=Source(PAPER, "1.2", "iterations of the ResNet"),
    statement=r"the iteration complexity of Theorem 4.1 is $T\gtrsim n^2\log\frac1\epsilon$",
    reading=r"$(1-\frac{\eta\lambda_0}2)^T=\epsilon$ with $\eta=\frac{\lambda_0H^2}{n^2}$ and the "
    r"$\lambda_0=\frac1{H^2}$ of footnote 3",
    erratum="eta lambda_0 = lambda_0^2 H^2/n^2 = 1/(n H)^2: T is of order n^2 H^2 log(1/epsilon)",
    uses=("du2018.theorem-4.1", "du2018.proposition-D.1"),
    **iterations(RESIDUAL_STEP, n**2),
)

steps_corrected = Claim(
    id="du2018.text-1.2c.corrected",
    source=steps.source,
    statement=r"$T\gtrsim n^2H^2\log\frac1\epsilon$",
    corrects="du2018.text-1.2c",
    uses=steps.uses,
    **iterations(RESIDUAL_STEP, n**2 * H**2),
)

dense_widths = Claim(
    id="du2018.text-1.2d",
    source=Source(PAPER, "1.2", "width of the fully connected network"),
    statement=r"Theorem 3.1 requires $m\ge n^4(\frac1\lambda)^{O(H)}$",
    reading=r"its width at $\lambda_0=1$, $\lambda=\frac14$ is $O(n^4\lambda^{-2H})$; for "
    r"orthogonal inputs and odd activations $\lambda=1$, and $2^{O(H)}$ is no power of it",
    over={**SIZES, delta: UNIT},
    quantifier=ALONG,
    lhs=Closed(dense_width(sp.Integer(1), BLOCK)),
    relation="<=",
    rhs=Closed(n**4 * BLOCK ** (-2 * H)),
    grid=GRID,
    uses=("du2018.theorem-3.1",),
)

dense_steps = Claim(
    id="du2018.text-1.2d.iterations",
    source=Source(PAPER, "1.2", "iterations of the fully connected network"),
    statement=r"Theorem 3.1 requires $T\ge n^22^{O(H)}\log\frac1\epsilon$",
    reading=r"$(1-\frac{\eta\lambda_0}2)^T=\epsilon$ with $\eta=\frac{\lambda_0}{n^22^H}$, "
    r"$\lambda_0=1$ as the parameters of the data are left out",
    uses=("du2018.theorem-3.1",),
    **iterations(1 / (2 * n**2 * sp.Integer(2) ** H), n**2 * sp.Integer(2) ** H),
)
