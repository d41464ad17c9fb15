"""The deep network with skip connections, split into its long part `z` and its running sum `y`.

With `sigma` 1-Lipschitz and `sigma(0) = 0`, layers `l = 1..L-1`:
`z1 = x`, `y1 = 0`, `g_l = sigma(B_l z_l + r_l y_l)`, `z_{l+1} = x + C_l g_l`,
`y_{l+1} = y_l + a_l.g_l`, and the output is `y_L`.

Weights are a mapping of float64 tensors with any leading axes (`points, restarts` in a search):
`a`, `r` `(..., L-1, m)`, `b` `(..., L-1, m, d)`, `c` `(..., L-1, d, m)`. Inputs `x (..., n, d)`.
Source: ema2019, equations (2.2), (2.3), (2.5), (4.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from numeric import skip_sweeps
from numeric.data import unit_sphere

Weights = Mapping[str, Tensor]
Activation = tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]
# From so many layers on, sweeps over all of them at once are faster than one layer after another.
MANY_LAYERS = 24


def _step(u: Tensor) -> Tensor:
    return (u > 0).to(u.dtype)


def _tanh_slope(u: Tensor) -> Tensor:
    return 1 - torch.tanh(u).square()


def soft_threshold(u: Tensor, at: float = 0.5) -> Tensor:
    """`sign(u) max(|u| - at, 0)`: 1-Lipschitz, 0 at 0, and not homogeneous."""
    return u.sign() * (u.abs() - at).clamp_min(0)


def _soft_slope(u: Tensor, at: float = 0.5) -> Tensor:
    return (u.abs() > at).to(u.dtype)


ACTIVATIONS: dict[str, Activation] = {
    "identity": (lambda u: u, torch.ones_like),
    "relu": (lambda u: u.clamp_min(0), _step),
    "tanh": (torch.tanh, _tanh_slope),
    "soft": (soft_threshold, _soft_slope),
    "slight": (partial(soft_threshold, at=0.1), partial(_soft_slope, at=0.1)),
}
"""Each activation with its derivative (ReLU's is 0 at the kink, as automatic gradients take it).

"soft" and "slight" are the soft thresholds at 1/2 and at 1/10."""


def functions(activation: str) -> Activation:
    """An activation and its derivative by name; "soft:0.3" is the soft threshold at 0.3.

    Raises `KeyError` for an unknown name.
    """
    name, _, at = activation.partition(":")
    if name == "soft" and at:
        return partial(soft_threshold, at=float(at)), partial(_soft_slope, at=float(at))
    return ACTIVATIONS[activation]


@dataclass(frozen=True)
class Forward:
    """Layer by layer: `z (..., L, n, d)`, `y (..., L, n)`, `u` and `g` `(..., L-1, n, m)`."""

    z: Tensor
    y: Tensor
    u: Tensor
    g: Tensor

    @property
    def output(self) -> Tensor:
        """`f(x)`, shape `(..., n)`."""
        return self.y[..., -1, :]


@dataclass(frozen=True)
class Backward:
    """Gradients of the output: `alpha (..., L, n)` in `y`, `beta (..., L, n, d)` in `z`,
    `gamma (..., L-1, n, m)` in `g`, `delta` the same in `u = B z + r y`."""

    alpha: Tensor
    beta: Tensor
    gamma: Tensor
    delta: Tensor


def initial(
    shape: tuple[int, ...],
    depth: int,
    width: int,
    dimension: int,
    generator: torch.Generator,
    *,
    gaussian: bool = False,
) -> dict[str, Tensor]:
    """`a = r = C = 0`; rows of `sqrt(m) B` uniform on the sphere, or N(0, I) if `gaussian`.

    Raises `ValueError` unless `depth >= 2` (a network of depth 1 has no parameters that act).
    Source: ema2019, equation (2.5) and the remark after it.
    """
    if depth < 2:
        raise ValueError(f"depth {depth} has no layer; take at least 2")
    rows = (*shape, depth - 1, width)
    if gaussian:
        b = torch.randn(*rows, dimension, generator=generator, dtype=torch.float64)
    else:
        b = unit_sphere(rows, dimension, generator)
    zero = torch.zeros(rows, dtype=torch.float64)
    c = torch.zeros(*rows[:-1], dimension, width, dtype=torch.float64)
    return {"a": zero, "r": zero.clone(), "b": b / width**0.5, "c": c}


def forward(weights: Weights, x: Tensor, activation: str, *, through: int | None = None) -> Forward:
    """All layers' states. Raises `KeyError` for an unknown activation.

    `through`: see `numeric.skip_sweeps`; automatic gradients are exact without it.
    """
    sigma, _ = functions(activation)
    if weights["a"].shape[-2] >= MANY_LAYERS:
        settled = skip_sweeps.states(weights, x, sigma, through)
        if settled is not None:
            return Forward(*settled)
    lower, upper = _joined(weights)
    # z and y in one state, as in (2.2): y is kept and added to, z starts from x in every layer.
    first, only_y = torch.cat([x, 0 * x[..., :1]], dim=-1), _last_only(x.shape[-1] + 1)
    h, hs, us, gs = first, [first], [], []
    for v, w in zip(lower.mT.unbind(-3), upper.mT.unbind(-3), strict=True):
        us.append(h @ v)
        gs.append(sigma(us[-1]))
        h = first + h * only_y + gs[-1] @ w
        hs.append(h)
    hs[0] = hs[0].expand_as(h)
    states = torch.stack(hs, -3)
    return Forward(
        z=states[..., :-1], y=states[..., -1], u=torch.stack(us, -3), g=torch.stack(gs, -3)
    )


def _joined(weights: Weights) -> tuple[Tensor, Tensor]:
    """`V = (B, r)` `(..., L-1, m, d + 1)` and `U = (C, a)` `(..., L-1, d + 1, m)` of (2.2)."""
    lower = torch.cat([weights["b"], weights["r"].unsqueeze(-1)], dim=-1)
    return lower, torch.cat([weights["c"], weights["a"].unsqueeze(-2)], dim=-2)


def _last_only(size: int) -> Tensor:
    """A row of zeros and a one at the end, `(size,)`."""
    return torch.tensor([0.0] * (size - 1) + [1.0], dtype=torch.float64)


def joint_output(weights: Weights, x: Tensor, activation: str) -> Tensor:
    """`f(x)` by the unsplit form `h_{l+1} = (h_1's first d, h_l's last) + U_l sigma(V_l h_l)`.

    Shape `(..., n)`. Source: ema2019, equation (2.2).
    """
    sigma, _ = functions(activation)
    lower, upper = _joined(weights)
    first = torch.cat([x, torch.zeros_like(x[..., :1])], dim=-1)
    h = first
    for u_l, v_l in zip(upper.unbind(-3), lower.unbind(-3), strict=True):
        kept = torch.cat([first[..., :-1].expand_as(h[..., :-1]), h[..., -1:]], dim=-1)
        h = kept + sigma(h @ v_l.mT) @ u_l.mT
    return h[..., -1]


def backward(
    weights: Weights, path: Forward, activation: str, *, through: int | None = None
) -> Backward:
    """The chain rule from the output down, with the activation's derivative. `through` as above."""
    _, slope = functions(activation)
    if weights["a"].shape[-2] >= MANY_LAYERS:
        settled = skip_sweeps.gradients(weights, slope(path.u), through)
        if settled is not None:
            return Backward(*settled)
    lower, upper = _joined(weights)
    bends, only_y = slope(path.u).unbind(-3), _last_only(path.z.shape[-1] + 1)
    # The gradient in the state (z, y), which at the output is (0, 1).
    t = only_y.expand(*path.z.shape[:-3], *path.z.shape[-2:-1], -1)
    ts, gammas, deltas = [t], [], []
    layers = zip(lower.unbind(-3), upper.unbind(-3), bends, strict=True)
    for v, w, bend in reversed(list(layers)):
        gammas.append(t @ w)
        deltas.append(gammas[-1] * bend)
        t = t * only_y + deltas[-1] @ v
        ts.append(t)
    states = torch.stack(ts[::-1], -3)
    return Backward(
        alpha=states[..., -1],
        beta=states[..., :-1],
        gamma=torch.stack(gammas[::-1], -3),
        delta=torch.stack(deltas[::-1], -3),
    )


def output_gradients(path: Forward, back: Backward) -> dict[str, Tensor]:
    """Gradients of `f(x_i)` for every input: `a`, `r` `(..., L-1, n, m)`, `b (..., L-1, n, m, d)`,
    `c (..., L-1, n, d, m)`."""
    alpha, beta = back.alpha[..., 1:, :].unsqueeze(-1), back.beta[..., 1:, :, :]
    z, y = path.z[..., :-1, :, :], path.y[..., :-1, :].unsqueeze(-1)
    return {
        "a": alpha * path.g,
        "r": back.delta * y,
        "b": back.delta.unsqueeze(-1) * z.unsqueeze(-2),
        "c": beta.unsqueeze(-1) * path.g.unsqueeze(-2),
    }


def risk(path: Forward, target: Tensor) -> Tensor:
    """`1/(2n) sum_i (f(x_i) - y_i)^2`, shape `(...,)`. Source: ema2019, equation (2.1)."""
    return (path.output - target).square().mean(-1) / 2


def risk_gradient(
    weights: Weights, x: Tensor, target: Tensor, activation: str, *, through: int | None = None
) -> tuple[Tensor, dict[str, Tensor]]:
    """The empirical risk `(...,)` and its gradient in every weight, shaped like the weights.

    `through`, as in `forward`, concerns automatic gradients of these, not the gradient returned.
    """
    path = forward(weights, x, activation, through=through)
    back = backward(weights, path, activation, through=through)
    share = ((path.output - target) / target.shape[-1]).unsqueeze(-2)
    g, z = path.g, path.z[..., :-1, :, :]
    delta = back.delta * share.unsqueeze(-1)
    alpha = (back.alpha[..., 1:, :] * share).unsqueeze(-1)
    beta = back.beta[..., 1:, :, :] * share.unsqueeze(-1)
    slopes = {
        "a": (alpha * g).sum(-2),
        "r": (delta * path.y[..., :-1, :].unsqueeze(-1)).sum(-2),
        "b": delta.mT @ z,
        "c": beta.mT @ g,
    }
    return risk(path, target), slopes


def gram(path: Forward, back: Backward) -> Tensor:
    """`H_ij = 1/(nL) sum_l <grad_{a_l} f(x_i), grad_{a_l} f(x_j)>`, shape `(..., n, n)`.

    The sum runs over the `L - 1` layers that the output depends on; the divisor is `n L`.
    Source: ema2019, equation (4.8).
    """
    slopes = back.alpha[..., 1:, :].unsqueeze(-1) * path.g
    depth, count = slopes.shape[-3] + 1, slopes.shape[-2]
    return (slopes @ slopes.mT).sum(-3) / (count * depth)


def aligned(epsilon: Tensor, depth: int) -> dict[str, Tensor]:
    """One unit and one input whose perturbations of size `epsilon (points,)` all point one way.

    Shapes `(points, depth - 1, ...)`. With the identity and `x = 1` these weights turn the triangle
    inequalities of ema2019, section 4, into equalities.
    """
    here = epsilon.reshape(-1, 1, 1).expand(-1, depth - 1, 1)
    return {"a": here, "r": here, "b": 1 + here.unsqueeze(-1), "c": here.unsqueeze(-1)}
