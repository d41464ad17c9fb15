r"""Theorems 3.1, 4.1 and 5.1: the step size that they allow, as the depth grows.

Symbols in `dense_symbols` and `appendix_b_symbols`; p, q: positions and patch size. Measured is the
inverse of the longest step, on a grid of ratio 1.4, up to which descent contracts at the printed
rate for four steps: a step that is too long shows at once. It has to be at most of the order of
the inverse of what is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018 import appendix_c_symbols as convolution_symbols
from theorems.papers.du2018.appendix_b_runs import labels
from theorems.papers.du2018.appendix_b_symbols import DEEP, PAPER, RATE, H, c_res, m, n
from theorems.papers.du2018.appendix_c_symbols import NATURAL, p, q
from theorems.papers.du2018.dense_symbols import activation, inputs, limit_eigenvalue, sigma
from theorems.papers.du2018.sec4_gram import least_eigenvalue
from theorems.quantifiers import UpToConstant
from theorems.sides import Computed, Sampled

STEPS = 4
SMOOTH = "gelu"
RATIO, TRIED, TRIED_DENSE = 1.4, 11, 15
SEARCH = UpToConstant(along=("H",), samples=30)


def inverse_step(
    least: float, longest: float, contracts: Callable[[float, float], Any], tried: int = TRIED
) -> Any:
    """Per run, 1 over the longest step with which it and all shorter ones contract, `(1, runs)`.

    Steps fall from `longest` by the ratio; `contracts(eta, rate)` says which runs do. The few runs
    that do at the first step already, or not at the last, count at that end of the grid. Raises
    `ValueError` when they are a tenth of all.
    """
    import torch

    allowed = [longest / RATIO**k for k in range(tried)]
    good = torch.stack([contracts(eta, 1 - min(eta * least / 2, 1)) for eta in allowed])
    if int((good[0] | ~good[-1]).sum()) > good.shape[1] / 10:
        raise ValueError(
            f"steps from {allowed[-1]:.3g} to {longest:.3g} do not bracket the longest"
        )
    # Those that hold are counted from the shortest step up to the first failure.
    safe = good.flip(0).to(torch.int64).cumprod(0).sum(0)
    return (RATIO ** (tried - safe) / longest).to(torch.float64).unsqueeze(0)


def dense_inverse(output: Any) -> Callable[..., Any]:
    """For fully connected tanh networks; `output` "sign", or "normal" and trained."""

    def value(points: Any, samples: int, generator: Any) -> Any:
        from numeric.deep_contraction import contracts
        from numeric.deep_network import initial

        count = points["n"]
        start = initial((samples,), (points.H, points.m, count), generator, output)
        data, named = (inputs(count), labels(count)), activation(points)

        def kept(eta: float, rate: float) -> Any:
            return contracts(start, data, named, eta, STEPS, rate, train_output=output == "normal")

        longest = 48 / points.H / (count + 2)
        return inverse_step(limit_eigenvalue(points), longest, kept, TRIED_DENSE)

    return value


def residual_inverse(output: bool) -> Callable[..., Any]:
    """For ResNets, with Gaussian a trained along if `output`."""

    def value(points: Any, samples: int, generator: Any) -> Any:
        import torch

        from numeric import deep_residual as residual
        from numeric.deep_descent import Network
        from numeric.kernels.layers import Activation
        from numeric.residual_contraction import contracts

        count, scale = points["n"], float(points.c_res[0])
        readout: Any = "gaussian" if output else "signs"
        sizes = (points.H, points.m, count)
        weights = residual.initial((samples,), *sizes, generator, readout=readout)
        net = Network(Activation(SMOOTH), scale, train_output=output)
        data = torch.eye(count, dtype=torch.float64), labels(count)

        def kept(eta: float, rate: float) -> Any:
            return contracts(net, weights, data, eta, STEPS, rate)

        return inverse_step(least_eigenvalue(count, points.H, scale, SMOOTH), 3.5, kept)

    return value


def convolution_least(points: Any, output: bool) -> float:
    """`lambda_0` of the convolutional ResNet."""
    scale = float(points.c_res[0])
    sizes = (points["n"], points.p, points.H, scale, points.q)
    return convolution_symbols.least_eigenvalue(*sizes, output=output, name=SMOOTH)


def convolution_inverse(output: bool) -> Callable[..., Any]:
    """For convolutional ResNets."""

    def value(points: Any, samples: int, generator: Any) -> Any:
        from numeric import deep_convolution as convolution
        from numeric.deep_descent import Network
        from numeric.kernels.layers import Activation
        from numeric.residual_contraction import contracts

        readout: Any = "gaussian" if output else "signs"
        sizes = (points.H, points.m, 2, points.p, points.q)
        weights = convolution.initial((samples,), sizes, generator, readout=readout)
        scale = float(points.c_res[0])
        net = Network(Activation(SMOOTH), scale, patch=points.q, train_output=output)
        data = convolution_symbols.inputs(points["n"], points.p), labels(points["n"])

        def kept(eta: float, rate: float) -> Any:
            return contracts(net, weights, data, eta, STEPS, rate)

        return inverse_step(convolution_least(points, output), 2.5, kept)

    return value


def dense_printed(points: Any) -> Any:
    """`n^2 2^H / lambda_0`."""
    import torch

    value = points["n"] ** 2 * 2.0**points.H / limit_eigenvalue(points)
    return torch.full((points.n,), value, dtype=torch.float64)


def residual_printed(points: Any) -> Any:
    """`n^2 / (lambda_0 H^2)`."""
    import torch

    count, depth = points["n"], points.H
    least = [least_eigenvalue(count, depth, rate, SMOOTH) for rate in points.c_res.tolist()]
    return count**2 / depth**2 / torch.tensor(least, dtype=torch.float64)


def convolution_printed(output: bool) -> Callable[..., Any]:
    """`n^2 / (lambda_0 H^2)`, without poly(p)."""

    def value(points: Any) -> Any:
        import torch

        found = points["n"] ** 2 / points.H**2 / convolution_least(points, output)
        return torch.full((points.n,), found, dtype=torch.float64)

    return value


DENSE: dict[str, Any] = {
    "over": {H: sp.S.Naturals, m: DEEP, n: NATURAL, sigma: sp.Range(0, 5)},
    "quantifier": SEARCH,
    "relation": "<=",
    "rhs": Computed(dense_printed),
    "grid": Grid(H=[1, 2, 4, 8], m=[64], n=[2], sigma=[2]).nightly(
        H=[1, 2, 4, 8], m=[128], n=[2, 4]
    ),
}
INPUTS: dict[str, Any] = {
    **DENSE,
    "quantifier": UpToConstant(along=("n",), samples=30),
    "grid": Grid(n=[2, 4, 8, 16], H=[2], m=[64], sigma=[1]).nightly(m=[128]),
}
RESIDUAL: dict[str, Any] = {
    "over": {H: DEEP, m: DEEP, n: NATURAL, c_res: RATE},
    "quantifier": SEARCH,
    "relation": "<=",
    "rhs": Computed(residual_printed),
    "grid": Grid(H=[3, 6, 12, 24], m=[64], n=[2], c_res=[0.95]).nightly(m=[128], n=[2, 4]),
}
CONVOLUTION: dict[str, Any] = {
    "over": {H: DEEP, m: DEEP, n: NATURAL, p: NATURAL, q: NATURAL, c_res: RATE},
    "quantifier": UpToConstant(along=("H",), samples=48),
    "relation": "<=",
    "grid": Grid(H=[3, 6, 12, 24], m=[40], n=[2], p=[2], q=[3], c_res=[0.95]).nightly(m=[64]),
}
DENSE_READING = (
    r"$O(H)$ as $H$; tanh, a pair of inputs at one angle. The measured $\frac1\eta$ grows about "
    r"like $H$ while $\lambda_0$ does not fall: without the factor $2^{O(H)}$ the print would be "
    r"false, with a power of $H$ in its place it would stand"
)
INPUTS_READING = (
    r"$H=2$; softplus, inputs in pairs. The measured $\frac1\eta$ grows about like $n$, as the "
    r"largest eigenvalue of the Gram matrix does, while $\lambda_0$ stays: with $n$ in place of "
    r"$n^2$ the print would stand, without any $n$ it would be false"
)
DEEP_READING = (
    r"GELU, orthonormal inputs; $\lambda_0$ is of order $H^{-2}$ and the measured $\frac1\eta$ "
    r"does not depend on $H$, so that $\frac{\lambda_0H^3}{n^2}$ would be false"
)
CONVOLUTION_READING = (
    r"without poly(p); GELU, random inputs of two channels; $\lambda_0$ is of order $H^{-2}$ and "
    r"the measured $\frac1\eta$ does not depend on $H$, so that $\lambda_0H^3$ in place of "
    r"$\lambda_0H^2$ would be false"
)

dense = Claim(
    id="du2018.theorem-3.1.step",
    source=Source(PAPER, "3", "Theorem 3.1, the step size"),
    title="the step size of Theorem 3.1 as the depth grows",
    statement=r"$L(w(k))\le(1-\frac{\eta\lambda_0}2)^kL(w(0))$ for "
    r"$\eta=O(\frac{\lambda_0}{n^22^{O(H)}})$",
    reading=DENSE_READING,
    lhs=Sampled(dense_inverse("sign")),
    uses=("du2018.lemma-A.7",),
    **DENSE,
)

dense_inputs = Claim(
    id="du2018.theorem-3.1.step.inputs",
    source=dense.source,
    title="the step size of Theorem 3.1 as the number of inputs grows",
    statement=dense.statement,
    reading=INPUTS_READING,
    lhs=Sampled(dense_inverse("sign")),
    uses=("du2018.lemma-A.7",),
    **INPUTS,
)

residual = Claim(
    id="du2018.theorem-4.1.step",
    source=Source(PAPER, "4", "Theorem 4.1, the step size"),
    title="the step size of Theorem 4.1 as the depth grows",
    statement=r"$L(w(k))\le(1-\frac{\eta\lambda_0}2)^kL(w(0))$ for "
    r"$\eta=O\left(\frac{\lambda_0H^2}{n^2}\right)$",
    reading=DEEP_READING,
    lhs=Sampled(residual_inverse(False)),
    uses=("du2018.lemma-B.7",),
    **RESIDUAL,
)

convolution = Claim(
    id="du2018.theorem-5.1.step",
    source=Source(PAPER, "5", "Theorem 5.1, the step size"),
    title="the step size of Theorem 5.1 as the depth grows",
    statement=r"$L(w(k))\le(1-\frac{\eta\lambda_0}2)^kL(w(0))$ for "
    r"$\eta=O\left(\frac{\lambda_0H^2}{n^2\mathrm{poly}(p)}\right)$",
    reading=CONVOLUTION_READING,
    lhs=Sampled(convolution_inverse(False)),
    rhs=Computed(convolution_printed(False)),
    uses=("du2018.lemma-C.7",),
    **CONVOLUTION,
)
