"""The fully connected residual ReLU network and its gradients, by hand.

`x_1 = relu(W_1' x)`, `x_l = x_{l-1} + theta relu(W_l' x_{l-1})` for `l = 2..L`,
`x_{L+1} = relu(W_{L+1}' x_L)`, output `v' x_{L+1}` with `v` half +1, half -1 and not trained.

Weights are a mapping of float64 tensors with any leading axes (runs, or points and restarts):
`first (..., d, m)`, `hidden (..., L-1, m, m)`, `last (..., m, m_last)`. Inputs are `x (..., n, d)`.
`theta` is a number or a tensor that broadcasts against `(..., n, m)`. ReLU's slope at 0 is 0.
Source: frei2019, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

Weights = Mapping[str, Tensor]
NAMES = ("first", "hidden", "last")


@dataclass(frozen=True)
class Forward:
    """Activations: `x (..., n, d)`, `hidden (..., L, n, m)` are `x_1..x_L`, `last (..., n, m_last)`
    is `x_{L+1}`; `active`, `active_last` are the diagonals of `Sigma_l(x)`, 0 or 1."""

    x: Tensor
    hidden: Tensor
    last: Tensor
    active: Tensor
    active_last: Tensor

    @property
    def output(self) -> Tensor:
        """`f_W(x)`, shape `(..., n)`."""
        return self.last @ signs(self.last.shape[-1])


def signs(width: int) -> Tensor:
    """`v`. Raises `ValueError` for an odd width, which has no equal parts."""
    if width % 2:
        raise ValueError(f"v has as many +1 as -1, so the last width cannot be {width}")
    return torch.cat([torch.ones(width // 2), -torch.ones(width // 2)]).to(torch.float64)


def initial(
    shape: tuple[int, ...],
    sizes: tuple[int, int, int, int],
    generator: torch.Generator,
) -> dict[str, Tensor]:
    """Independent entries N(0, 2/columns); `sizes`: depth L >= 1, width, last width, dimension.

    Raises `ValueError` for a depth below 1. Source: frei2019, Assumption 3.3.
    """
    depth, width, last, dimension = sizes
    if depth < 1:
        raise ValueError(f"a network has at least one hidden layer, not {depth}")

    def gaussian(*axes: int) -> Tensor:
        draw = torch.randn(*shape, *axes, generator=generator, dtype=torch.float64)
        return draw * (2 / axes[-1]) ** 0.5

    return {
        "first": gaussian(dimension, width),
        "hidden": gaussian(depth - 1, width, width),
        "last": gaussian(width, last),
    }


def forward(weights: Weights, x: Tensor, theta: float | Tensor) -> Forward:
    """All activations."""
    before = x @ weights["first"]
    here = before.clamp_min(0)
    hidden, befores = [here], [before]
    for w in weights["hidden"].unbind(-3):
        before = here @ w
        here = here + theta * before.clamp_min(0)
        hidden.append(here)
        befores.append(before)
    before = here @ weights["last"]
    return Forward(
        x=x,
        hidden=torch.stack(hidden, -3),
        last=before.clamp_min(0),
        active=(torch.stack(befores, -3).detach() > 0).to(x.dtype),
        active_last=(before > 0).to(x.dtype),
    )


def both_passes(
    one: Weights, other: Weights, x: Tensor, theta: float | Tensor
) -> tuple[Tensor, Forward]:
    """The output at the first weights and all activations at the others, in one pass."""
    path = forward({name: torch.stack([one[name], other[name]]) for name in one}, x, theta)
    second = Forward(x, path.hidden[1], path.last[1], path.active[1], path.active_last[1])
    return path.output[0], second


def output(weights: Weights, x: Tensor, theta: float | Tensor) -> Tensor:
    """`f_W(x)`, shape `(..., n)`; differentiable."""
    here = (x @ weights["first"]).clamp_min(0)
    for w in weights["hidden"].unbind(-3):
        here = here + theta * (here @ w).clamp_min(0)
    return (here @ weights["last"]).clamp_min(0) @ signs(weights["last"].shape[-1])


def backward(weights: Weights, path: Forward, theta: float | Tensor) -> tuple[Tensor, Tensor]:
    """`v' H_{l+1}^{L+1}` for `l = 1..L`, `(..., L, n, m)`, and for `l = 0`, `(..., n, d)`."""
    row = (path.active_last * signs(path.last.shape[-1])) @ weights["last"].mT
    rows, active = [row], path.active.unbind(-3)
    inner = (_inner(theta, path.active) * path.active).unbind(-3)
    for w, on in zip(reversed(weights["hidden"].unbind(-3)), reversed(inner[1:]), strict=True):
        row = row + (row * on) @ w.mT
        rows.append(row)
    return torch.stack(rows[::-1], -3), (row * active[0]) @ weights["first"].mT


def slopes(weights: Weights, path: Forward, theta: float | Tensor) -> tuple[Tensor, Tensor]:
    """The row factors of (2), `theta v' H_{l+1}^{L+1} Sigma_l`, theta at the inner layers only.

    Shapes `(..., L, n, m)`, `(..., n, m_last)`. The gradient of `f(x_i)` in `W_l` is `x_{l-1,i}`
    times this row.
    """
    rows, _ = backward(weights, path, theta)
    rows = rows * path.active
    scaled = torch.cat([rows[..., :1, :, :], _inner(theta, rows) * rows[..., 1:, :, :]], dim=-3)
    return scaled, path.active_last * signs(path.last.shape[-1])


def _inner(theta: float | Tensor, rows: Tensor) -> float | Tensor:
    """theta with an axis for the layers."""
    if not isinstance(theta, Tensor) or theta.ndim == 0:
        return theta
    return theta.expand(*rows.shape[:-3], *theta.shape[-2:]).unsqueeze(-3)


def output_gradients(weights: Weights, path: Forward, theta: float | Tensor) -> dict[str, Tensor]:
    """Gradients of `f(x_i)` by formula (2): weights' shapes with an axis n before the matrix."""
    rows, last = slopes(weights, path, theta)
    return {
        "first": path.x.unsqueeze(-1) * rows[..., 0, :, :].unsqueeze(-2),
        "hidden": path.hidden[..., :-1, :, :].unsqueeze(-1) * rows[..., 1:, :, :].unsqueeze(-2),
        "last": path.hidden[..., -1, :, :].unsqueeze(-1) * last.unsqueeze(-2),
    }


def gradient_norms(weights: Weights, path: Forward, theta: float | Tensor) -> Tensor:
    """`|grad_{W_l} f(x_i)|_F` for `l = 1..L+1`, shape `(..., L+1, n)`: both factors' lengths."""
    rows, last = slopes(weights, path, theta)
    row_lengths = torch.cat([rows.norm(dim=-1), last.norm(dim=-1).unsqueeze(-2)], dim=-2)
    inputs = path.x.norm(dim=-1).expand(path.output.shape).unsqueeze(-2)
    return torch.cat([inputs, path.hidden.norm(dim=-1)], dim=-2) * row_lengths


def interlayer(
    weights: Weights, path: Forward, theta: float | Tensor, low: int, high: int
) -> Tensor:
    """`H_low^high` for `1 <= low <= high <= L+1`, shape `(..., n, rows, columns)`.

    With the factor of layer 1 `Sigma_1 W_1'` and of layer L+1 `Sigma_{L+1} W_{L+1}'`; the empty
    product (`low = high + 1`) is the identity of the size of `x_high`. Raises `ValueError` for
    other indices. Source: frei2019, equation (1).
    """
    depth = path.hidden.shape[-3]
    if not (1 <= low <= high + 1 and high <= depth + 1):
        raise ValueError(f"no product of layers {low} to {high} in a network of depth {depth}")
    if low > high:
        sizes = [path.x.shape[-1], *[path.hidden.shape[-1]] * depth, path.last.shape[-1]]
        eye = torch.eye(sizes[high], dtype=torch.float64)
        return eye.expand(*path.output.shape, *eye.shape)
    product = _factor(weights, path, theta, low)
    for layer in range(low + 1, high + 1):
        product = _factor(weights, path, theta, layer) @ product
    return product


def _factor(weights: Weights, path: Forward, theta: float | Tensor, layer: int) -> Tensor:
    """One layer's factor, `(..., n, rows, columns)`."""
    depth = path.hidden.shape[-3]
    if layer == depth + 1:
        return path.active_last.unsqueeze(-1) * weights["last"].mT.unsqueeze(-3)
    on = path.active[..., layer - 1, :, :].unsqueeze(-1)
    if layer == 1:
        return on * weights["first"].mT.unsqueeze(-3)
    moved = on * weights["hidden"][..., layer - 2, :, :].mT.unsqueeze(-3)
    scale = theta.unsqueeze(-1) if isinstance(theta, Tensor) and theta.ndim else theta
    return torch.eye(moved.shape[-1], dtype=torch.float64) + scale * moved


def linear_part(weights: Weights, moved: Weights, path: Forward, theta: float | Tensor) -> Tensor:
    """`sum_l tr[(moved_l - W_l)' grad_{W_l} f_W(x)]`, `(..., n)`; `path` is that of `weights`."""
    return linear_part_of(slopes(weights, path, theta), weights, moved, path)


def linear_part_of(
    rows_and_last: tuple[Tensor, Tensor], weights: Weights, moved: Weights, path: Forward
) -> Tensor:
    """`linear_part` with the slopes of the path, for many moves from the same weights."""
    rows, last = rows_and_last
    first = path.x @ (moved["first"] - weights["first"])
    hidden = path.hidden[..., :-1, :, :] @ (moved["hidden"] - weights["hidden"])
    outer = path.hidden[..., -1, :, :] @ (moved["last"] - weights["last"])
    inner = (first * rows[..., 0, :, :]).sum(-1) + (outer * last).sum(-1)
    return inner + (hidden * rows[..., 1:, :, :]).sum(-1).sum(-2)


def distance(one: Weights, other: Weights, theta: float | Tensor) -> Tensor:
    """`h`: spectral distances, the inner layers' times `theta (...)`, shape `(...)`; Lemma 4.2."""
    gaps = {name: torch.linalg.matrix_norm(one[name] - other[name], ord=2) for name in NAMES}
    return gaps["first"] + theta * gaps["hidden"].sum(-1) + gaps["last"]


def loss(f: Tensor, y: Tensor) -> Tensor:
    """`L_S = mean log(1 + exp(-y f))` over the inputs, shape `(...)`."""
    return softplus(-y * f).mean(-1)


def surrogate(f: Tensor, y: Tensor) -> Tensor:
    """`E_S = mean 1/(1 + exp(y f))`, minus the loss's derivative, shape `(...)`."""
    return torch.sigmoid(-y * f).mean(-1)


def loss_gradient(
    weights: Weights, path: Forward, y: Tensor, theta: float | Tensor
) -> dict[str, Tensor]:
    """The gradient of `L_S` in the weights, shaped like them."""
    rows, last = slopes(weights, path, theta)
    share = (-y * torch.sigmoid(-y * path.output) / y.shape[-1]).unsqueeze(-1)
    rows = rows * share.unsqueeze(-3)
    return {
        "first": path.x.mT @ rows[..., 0, :, :],
        "hidden": path.hidden[..., :-1, :, :].mT @ rows[..., 1:, :, :],
        "last": path.hidden[..., -1, :, :].mT @ (share * last),
    }


def last_gradient(path: Forward, y: Tensor) -> Tensor:
    """The gradient of `L_S` in the last layer alone."""
    share = (-y * torch.sigmoid(-y * path.output) / y.shape[-1]).unsqueeze(-1)
    last = path.active_last * signs(path.last.shape[-1])
    return path.hidden[..., -1, :, :].mT @ (share * last)


def descend(
    weights: Weights,
    x: Tensor,
    y: Tensor,
    theta: float | Tensor,
    step_size: float | Tensor,
    steps: int,
    watch: Mapping[str, Callable[[Weights, Forward], Tensor]],
    until: Callable[[Forward], bool] | None = None,
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Gradient descent on `L_S` in all layers: the last weights, and what `watch` saw.

    `step_size` is a number or of the weights' leading shape. `watch` is asked at every iterate, the
    first and the last included; each answer is stacked along a new last axis of `steps + 1`, or
    less where `until` ends the run at an iterate.
    """
    here = dict(weights)
    seen: dict[str, list[Tensor]] = {name: [] for name in watch}
    for step in range(steps + 1):
        path = forward(here, x, theta)
        for name, look in watch.items():
            seen[name].append(look(here, path))
        if until is not None and until(path):
            break
        if step < steps:
            slope = loss_gradient(here, path, y, theta)
            here = {name: w - _like(step_size, w) * slope[name] for name, w in here.items()}
    return here, {name: torch.stack(values, -1) for name, values in seen.items()}


def _like(step_size: float | Tensor, weight: Tensor) -> float | Tensor:
    if not isinstance(step_size, Tensor):
        return step_size
    return step_size.reshape(step_size.shape + (1,) * (weight.ndim - step_size.ndim))
