"""Gradient descent on residual networks as the claims on Theorem 3.5 need it.

Four inputs on the circle with labels sign(x_2), all at height sqrt(2 pi) gamma: the function
`c(u) = sign(u_2)` of Assumption 3.2 has margin gamma on them.
"""

from __future__ import annotations

from typing import Any

INPUTS = 4


def circle(gamma: Any) -> tuple[Any, Any]:
    """Inputs `(n, 4, 2)` for margins `gamma (n,)`, and labels `(4,)`."""
    import torch

    height = gamma * (2 * torch.pi) ** 0.5
    side = (1 - height.square()).clamp_min(0).sqrt()
    corners = [(side, height), (side, -height), (-side, height), (-side, -height)]
    x = torch.stack([torch.stack(corner, dim=-1) for corner in corners], dim=1)
    return x, 1 - 2 * (torch.arange(INPUTS) % 2).to(torch.float64)


def train(
    points: Any,
    draws: int,
    generator: Any,
    rate: Any,
    steps: int,
    *,
    names: tuple[str, ...] = ("loss", "error", "far"),
    enough: Any = None,
) -> dict[str, Any]:
    """Descents of `draws` networks per point with step size `rate (n,)`: `(n, draws, steps + 1)`.

    "loss", "error" (the surrogate), "far" (the largest layer's distance from its start so far).
    With `enough (n,)` the descents end once the error of each has been as small as that.
    """
    import torch

    from numeric.residual_relu import NAMES, descend, initial, loss, surrogate

    x, y = circle(points.gamma)
    x = x.repeat_interleave(draws, dim=0)
    theta = (points.c / points.L).repeat_interleave(draws).reshape(-1, 1, 1)
    start = initial((points.n * draws,), (points.L, points.m, points.m, 2), generator)

    def far(here: Any, path: Any) -> Any:
        gaps = [(here[n] - start[n]).square().sum(dim=(-2, -1)).sqrt() for n in NAMES]
        inner = gaps[1].amax(-1) if points.L > 1 else 0 * gaps[0]
        return torch.stack([gaps[0], inner, gaps[2]]).amax(0)

    watch = {
        "loss": lambda here, path: loss(path.output, y),
        "error": lambda here, path: surrogate(path.output, y),
        "far": far,
    }
    reached = torch.zeros(points.n * draws, dtype=torch.bool)

    def until(path: Any) -> bool:
        reached.logical_or_(surrogate(path.output, y) <= enough.repeat_interleave(draws))
        return bool(reached.all())

    chosen = {name: watch[name] for name in names}
    ends = None if enough is None else until
    _, seen = descend(start, x, y, theta, rate.repeat_interleave(draws), steps, chosen, ends)
    if "far" in seen:
        seen["far"] = seen["far"].cummax(dim=-1).values
    return {name: value.reshape(points.n, draws, -1) for name, value in seen.items()}
