"""Rank-one factorization `1/2 |u v' - sigma u* v*'|^2`: descent in four numbers and in vectors.

`alpha = u.u*`, `beta = v.v*`, `alpha_p` and `beta_p` the lengths of the rest of `u` and `v`. As
components in a fixed direction the last two may change sign; descent in the numbers is then exact.
The states of long runs are NumPy arrays: they are small, and one step is a handful of operations.
Source: du2019, section 4.8.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

State = tuple[Tensor, Tensor, Tensor, Tensor]
NAMES = ("alpha", "alpha_p", "beta", "beta_p")
FAR = 1e150
BLOCK = 64


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
    runs = torch.broadcast_tensors(*state, eta, sigma)
    record = np.empty((steps + 1, 4, runs[0].numel()))
    for first, block in _blocks(runs, steps):
        record[first : first + len(block)] = block
    found = np.ascontiguousarray(record.transpose(1, 2, 0))
    shape = (*runs[0].shape, steps + 1)
    return {
        name: torch.from_numpy(rows).reshape(shape) for name, rows in zip(NAMES, found, strict=True)
    }


def _blocks(runs: Sequence[Tensor], steps: int) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
    """The `steps + 1` states in blocks of consecutive ones: the first one's number, and the block
    `(length, 4, runs)`, which the next one overwrites. A run that diverges ends in NaN.

    `runs`: the four numbers, eta and sigma, of one shape.
    """
    flat = [part.numpy().ravel() for part in runs]
    rate, pull = flat[4], flat[4] * flat[5]
    block = np.empty((min(BLOCK, steps + 1), 2, 2, flat[0].size))  # of u and v, signal and rest
    now = np.stack(flat[:4]).reshape(2, 2, -1)
    for first in range(0, steps + 1, BLOCK):
        length = min(BLOCK, steps + 1 - first)
        with np.errstate(over="ignore", invalid="ignore"):
            for row in block[:length]:
                row[...] = now
                square = now * now
                shrink = 1 - rate * (square[:, 0] + square[:, 1])
                moved = now * shrink[::-1, None]
                moved[:, 0] += pull * now[::-1, 0]
                now = moved
        yield first, block[:length].reshape(length, 4, -1)


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


def error(state: Any, sigma: Any) -> Any:
    """`|u v' - sigma u* v*'|_F` from the four numbers, tensors or arrays."""
    alpha, alpha_p, beta, beta_p = state
    signal = alpha * beta - sigma
    rest = beta_p * beta_p
    rest = alpha * alpha * rest + alpha_p * alpha_p * (beta * beta + rest)
    return (signal * signal + rest) ** 0.5


def run(
    state: State, eta: Tensor, sigma: Tensor, eps: Tensor, steps: int
) -> tuple[Tensor, Tensor, Tensor]:
    """First step with error at most `eps sigma`, and least and largest `|alpha / beta|` so far.

    The step is infinite where it does not come within `steps`; a run whose numbers exceed 1e150
    has diverged and is followed no further. The extremes run over all `steps + 1` iterates.
    """
    *parts, rate, aim_at, accuracy = torch.broadcast_tensors(*state, eta, sigma, eps)
    aim, near = aim_at.numpy().ravel(), (accuracy * aim_at).numpy().ravel()
    reached, least, most = np.full_like(aim, np.inf), np.full_like(aim, np.inf), np.zeros_like(aim)
    tame = np.ones_like(aim, dtype=bool)
    for first, block in _blocks([*parts, rate, aim_at], steps):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            # The first state is taken as it is given; NaN is not below anything.
            followed = (np.abs(block) < FAR).all(axis=1)
            followed[0] |= first == 0
            followed = np.logical_and.accumulate(followed, axis=0) & tame
            tame = followed[-1]
            close = followed & (error(block.swapaxes(0, 1), aim) <= near)
            share = np.abs(block[:, 0] / block[:, 2])
        earliest = np.where(close.any(axis=0), first + close.argmax(axis=0), np.inf)
        reached = np.minimum(reached, earliest)
        share[np.isnan(share)] = np.inf
        least = np.minimum(least, share.min(axis=0, where=followed, initial=np.inf))
        most = np.maximum(most, share.max(axis=0, where=followed, initial=0.0))
    return tuple(torch.from_numpy(part).reshape(rate.shape) for part in (reached, least, most))  # type: ignore[return-value]


def first_within(state: State, eta: Tensor, sigma: Tensor, eps: Tensor, steps: int) -> Tensor:
    """The first step with error at most `eps sigma`, infinite beyond `steps`."""
    *parts, rate, aim_at, accuracy = torch.broadcast_tensors(*state, eta, sigma, eps)
    aim, near = aim_at.numpy().ravel(), (accuracy * aim_at).numpy().ravel()
    reached = np.full_like(aim, np.inf)
    for first, block in _blocks([*parts, rate, aim_at], steps):
        with np.errstate(over="ignore", invalid="ignore"):
            close = error(block.swapaxes(0, 1), aim) <= near
        earliest = np.where(close.any(axis=0), first + close.argmax(axis=0), np.inf)
        reached = np.minimum(reached, earliest)
        if np.isfinite(reached).all():
            break
    return torch.from_numpy(reached).reshape(rate.shape)
