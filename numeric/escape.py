"""Escape times of gradient descent on the tube, however large they are.

Inside a quadratic piece every coordinate is multiplied by a constant, so whole stretches of steps
are taken at once; only the joints, a few steps each, are walked one by one. Coordinates that decay
are kept as logarithms: the later ones fall far below the smallest float64 number, and a plain
simulation would freeze there and overstate the escape time.

Source: du2019, section 7.7.1, proof of Lemma 7.2 (`T_k` and `T_k^tau`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from numeric.tube import Scalar
from numeric.tube_runs import joint_slopes


@dataclass(frozen=True)
class EscapeTimes:
    """Step counts, float64 `(n, d)`; infinite where it never happens.

    `entered`: `T_k - T_k^tau`, the first iterate with `x_k >= tau`. `left`: `T_k`, the first with
    `x_k >= 2 tau`. NaN from the point on where a run left the tube.
    """

    entered: Tensor
    left: Tensor

    @property
    def in_joint(self) -> Tensor:
        """`T_k^tau`, the number of iterates with `tau <= x_k < 2 tau`; NaN where never entered."""
        return self.left - self.entered

    @property
    def dwell(self) -> Tensor:
        """Steps spent at each saddle point, `T_k - T_{k-1}`; NaN after one that is infinite."""
        return torch.diff(self.left, dim=-1, prepend=torch.zeros_like(self.left[:, :1]))


def _steps_to_reach(log_from: Tensor, log_to: Tensor, log_factor: Tensor) -> Tensor:
    """Least whole `n >= 0` with `log_from + n log_factor >= log_to`."""
    steps = torch.ceil((log_to - log_from) / log_factor).clamp(min=0.0)
    one_less = (steps - 1).clamp(min=0.0)
    # The quotient may be rounded across a whole number; the product decides.
    steps = torch.where(log_from + one_less * log_factor >= log_to, one_less, steps)
    return torch.where(log_from + steps * log_factor >= log_to, steps, steps + 1)


def _times(count: Tensor, log_factor: Tensor) -> Tensor:
    """`count * log_factor` with no steps meaning no change, also for the factor 0."""
    return torch.where(count > 0, count * log_factor, 0.0)


def escape_times(
    x0: Tensor, step_size: Scalar, L: Scalar, gamma: Scalar, tau: Scalar
) -> EscapeTimes:
    """Escape times of gradient descent started in the first box of the tube.

    `x0`: `(n, d)` with entries in `[0, tau]` (for the octopus pass absolute values). The others: a
    number or `(n,)`, with `0 < step_size <= 1 / (2 L)` and `0 < gamma < L`. Raises ValueError
    otherwise. A time that lies within rounding of a whole number may be off by one, as it may be
    in a plain simulation.
    """
    count, dimension = x0.shape
    eta, high, low, t = (
        torch.as_tensor(s, dtype=torch.float64).expand(count) for s in (step_size, L, gamma, tau)
    )
    # 1 / (2 L) in floats may be off by one unit in the last place.
    eta = torch.where((2 * eta * high - 1).abs() < 1e-15, 0.5 / high, eta)
    legal = (eta > 0) & (2 * eta * high <= 1 + 1e-15) & (low > 0) & (low < high)
    if not bool(legal.all()):
        raise ValueError("need 0 < step_size <= 1/(2 L) and 0 < gamma < L")
    if not bool(((x0 >= 0) & (x0 <= t.unsqueeze(-1))).all()):
        raise ValueError("initial points must have every coordinate in [0, tau]")
    grow = torch.log1p(2 * eta * low)
    shrink = torch.log1p((-2 * eta * high).clamp(min=-1.0))
    log_x, log_t = torch.log(x0), torch.log(t)
    time = torch.zeros(count, dtype=torch.float64)
    entered, left = torch.empty_like(x0), torch.empty_like(x0)
    for k in range(dimension):
        wait = _steps_to_reach(log_x[:, k], log_t, grow)
        time = time + wait
        entered[:, k] = time
        # Beyond 2^53 steps the product is rounded by more than a step's growth.
        reached = (log_x[:, k] + _times(wait, grow)).clamp(log_t, log_t + grow)
        log_x[:, k] = torch.where(torch.isfinite(wait), reached, -torch.inf)
        log_x[:, k + 1 :] += _times(wait, shrink).unsqueeze(-1)
        spent = _walk_joint(log_x, k, eta, high, low, t)
        log_x[:, k + 2 :] += _times(spent, shrink).unsqueeze(-1)
        time = time + spent
        left[:, k] = time
    return EscapeTimes(entered=entered, left=left)


def _walk_joint(log_x: Tensor, k: int, eta: Tensor, high: Tensor, low: Tensor, t: Tensor) -> Tensor:
    """Walk coordinate `k` through the joint; update coordinate `k + 1` in place.

    Returns the steps taken, `(n,)`: infinite where coordinate `k` never got to the joint, NaN where
    the run leaves the tube.
    """
    last = k + 1 == log_x.shape[1]
    columns = [values.numpy() for values in (eta, high, low, t)]
    eta_, high_, low_, t_ = columns
    s = np.exp(log_x[:, k].numpy())
    log_next = np.full_like(s, -np.inf) if last else log_x[:, k + 1].numpy().copy()
    never = s < t_ * (1 - 1e-12)  # 0 where infinitely many steps would be needed
    spent = np.where(never, np.inf, 0.0)
    rows = np.flatnonzero(~never & (s < 2 * t_))
    now, ahead, steps = s[rows], log_next[rows], 0
    eta_, high_, low_, t_ = (column[rows] for column in columns)
    while rows.size:
        slope, coupling, change = joint_slopes(np.maximum(now, t_), high_, low_, t_)
        now = now - eta_ * (slope + change * np.exp(2 * ahead))
        with np.errstate(divide="ignore"):  # a coordinate that one step wipes out
            ahead = ahead + np.log1p(np.maximum(-2 * eta_ * coupling, -1.0))
        steps += 1
        outside = (np.exp(ahead) > t_) | (now > 6 * t_)
        done = outside | (now >= 2 * t_)
        if done.any():
            spent[rows[done]] = np.where(outside[done], np.nan, float(steps))
            log_next[rows[done]] = ahead[done]
            left = ~done
            rows, now, ahead = rows[left], now[left], ahead[left]
            eta_, high_, low_, t_ = (column[rows] for column in columns)
    if not last:
        log_x[:, k + 1] = torch.from_numpy(log_next)
    return torch.from_numpy(spent)


def plateaus(values: Tensor, fall: float, least: int = 2) -> list[tuple[int, int]]:
    """Horizontal stretches of a curve, as half-open index ranges in order.

    `values`: `(steps,)`. A stretch is a maximal run of steps each of which changes the value by at
    most `fall` in absolute terms, and at least `least` steps long.
    """
    flat = (values.diff().abs() <= fall).tolist()
    found, start = [], None
    for index, is_flat in enumerate([*flat, False]):
        if is_flat and start is None:
            start = index
        if not is_flat and start is not None:
            if index - start >= least:
                found.append((start, index))
            start = None
    return found
