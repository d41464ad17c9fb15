"""Rank-one factorization `1/2 |u v' - sigma u* v*'|^2`: descent in four numbers and in vectors.

`alpha = u.u*`, `beta = v.v*`, `alpha_p` and `beta_p` the lengths of the rest of `u` and `v`. As
components in a fixed direction the last two may change sign; descent in the numbers is then exact.
Source: du2019, section 4.8.
"""

from __future__ import annotations

import torch
from torch import Tensor

State = tuple[Tensor, Tensor, Tensor, Tensor]
FAR = 1e150


def step(state: State, eta: Tensor, sigma: Tensor) -> State:
    """One step of gradient descent on the numbers `(alpha, alpha_p, beta, beta_p)`, any shape."""
    alpha, alpha_p, beta, beta_p = state
    shrink_u = 1 - eta * (beta.square() + beta_p.square())
    shrink_v = 1 - eta * (alpha.square() + alpha_p.square())
    return (
        shrink_u * alpha + eta * sigma * beta,
        shrink_u * alpha_p,
        shrink_v * beta + eta * sigma * alpha,
        shrink_v * beta_p,
    )


def path(state: State, eta: Tensor, sigma: Tensor, steps: int) -> dict[str, Tensor]:
    """`steps + 1` states by name, each `(..., steps + 1)`; `eta`, `sigma` broadcast."""
    rows = [state]
    for _ in range(steps):
        state = step(state, eta, sigma)
        rows.append(state)
    names = ("alpha", "alpha_p", "beta", "beta_p")
    return {name: torch.stack([row[i] for row in rows], dim=-1) for i, name in enumerate(names)}


def vector_step(u: Tensor, v: Tensor, target: Tensor, eta: Tensor) -> tuple[Tensor, Tensor]:
    """`u - eta (u v' - M) v` and `v - eta (v u' - M') u` for vectors `(..., d1)`, `(..., d2)`."""
    residual = u.unsqueeze(-1) * v.unsqueeze(-2) - target
    step_u = (residual @ v.unsqueeze(-1)).squeeze(-1)
    step_v = (residual.mT @ u.unsqueeze(-1)).squeeze(-1)
    return u - eta * step_u, v - eta * step_v


def draw(
    shape: tuple[int, ...],
    dimensions: tuple[int, int],
    deviation: Tensor,
    generator: torch.Generator,
) -> State:
    """The four numbers of `u ~ N(0, deviation^2 I_{d1})` and `v` alike with `d2`, of `shape`.

    `deviation` broadcasts. The lengths are roots of chi-square variables,
    which are gamma variables.
    """
    numbers = []
    for dimension in dimensions:
        signal = torch.randn(*shape, generator=generator, dtype=torch.float64)
        degrees = dimension - 1
        length = torch.zeros(shape, dtype=torch.float64)
        if degrees > 0:
            half = torch.full(shape, degrees / 2, dtype=torch.float64)
            length = (2 * torch._standard_gamma(half, generator)).sqrt()
        numbers += [signal * deviation, length * deviation]
    return numbers[0], numbers[1], numbers[2], numbers[3]


def error(state: State, sigma: Tensor) -> Tensor:
    """`|u v' - sigma u* v*'|_F` from the four numbers."""
    alpha, alpha_p, beta, beta_p = state
    signal = alpha * beta - sigma
    rest = alpha.square() * beta_p.square() + alpha_p.square() * (beta.square() + beta_p.square())
    return (signal.square() + rest).sqrt()


def run(
    state: State, eta: Tensor, sigma: Tensor, eps: Tensor, steps: int
) -> tuple[Tensor, Tensor, Tensor]:
    """First step with error at most `eps sigma`, and least and largest `|alpha / beta|` so far.

    The step is infinite where it does not come within `steps`; a run whose numbers exceed 1e150
    has diverged and is frozen there. The extremes run over all `steps + 1` iterates.
    """
    reached = torch.full_like(state[0] + eta + eps, torch.inf)
    least, most = torch.full_like(reached, torch.inf), torch.zeros_like(reached)
    for t in range(steps + 1):
        close = error(state, sigma) <= eps * sigma
        reached = torch.where(close & reached.isinf(), float(t), reached)
        share = (state[0] / state[2]).abs().nan_to_num(nan=torch.inf)
        least, most = torch.minimum(least, share), torch.maximum(most, share)
        moved = step(state, eta, sigma)
        tame = torch.stack([part.abs() < FAR for part in moved]).all(dim=0)
        state = tuple(torch.where(tame, new, old) for new, old in zip(moved, state, strict=True))  # type: ignore[assignment]
    return reached, least, most
