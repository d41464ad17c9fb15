"""What to keep of a trajectory: first times, running extremes, samples, perturbations.

Observers for `numeric.dynamics`. Each is told the number of runs when it is made and holds one
entry per run, whatever the number of steps (`Samples` holds one per recorded step).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

NEVER = -1


class FirstTime:
    """First iterate at which each of several conditions holds.

    `condition`: `(m, d)` to a boolean `(m, k)`. `times`: `(runs, k)` int64, `NEVER` where the
    condition has not held yet.
    """

    def __init__(self, condition: Callable[[Tensor], Tensor], runs: int, width: int) -> None:
        self.condition = condition
        self.times = torch.full((runs, width), NEVER, dtype=torch.int64)

    def see(self, step: int, x: Tensor, runs: Tensor) -> None:
        times = self.times[runs]
        fresh = self.condition(x) & (times == NEVER)
        if bool(fresh.any()):
            self.times[runs] = torch.where(fresh, step, times)


class Count:
    """Number of iterates at which each of several conditions holds; `counts`: `(runs, k)`."""

    def __init__(self, condition: Callable[[Tensor], Tensor], runs: int, width: int) -> None:
        self.condition = condition
        self.counts = torch.zeros((runs, width), dtype=torch.int64)

    def see(self, step: int, x: Tensor, runs: Tensor) -> None:
        self.counts[runs] += self.condition(x).to(torch.int64)


class Largest:
    """Greatest value of a function along each run, and where it was taken.

    `function`: `(m, d)` to `(m,)`. `values`: `(runs,)`, minus infinity before the first iterate;
    a NaN value is kept, it is never smaller than anything. `steps`: `(runs,)` its iterate's index;
    `points`: `(runs, d)` that iterate. For the least value, observe the negative.
    """

    def __init__(self, function: Callable[[Tensor], Tensor], runs: int, dimension: int) -> None:
        self.function = function
        self.values = torch.full((runs,), -torch.inf, dtype=torch.float64)
        self.steps = torch.full((runs,), NEVER, dtype=torch.int64)
        self.points = torch.full((runs, dimension), torch.nan, dtype=torch.float64)

    def see(self, step: int, x: Tensor, runs: Tensor) -> None:
        now, best = self.function(x), self.values[runs]
        greater = (now > best) | (now.isnan() & ~best.isnan())
        chosen = runs[greater]
        self.values[chosen] = now[greater]
        self.steps[chosen] = step
        self.points[chosen] = x[greater]


class Samples:
    """A function of every `every`-th iterate; `table()` is `(recorded steps, runs, ...)`.

    Runs that have ended are NaN from then on. `steps`: indices of the recorded iterates.
    """

    def __init__(self, function: Callable[[Tensor], Tensor], runs: int, every: int = 1) -> None:
        self.function, self.runs, self.every = function, runs, every
        self.steps: list[int] = []
        self._rows: list[Tensor] = []

    def see(self, step: int, x: Tensor, runs: Tensor) -> None:
        if step % self.every:
            return
        values = self.function(x)
        row = torch.full((self.runs, *values.shape[1:]), torch.nan, dtype=torch.float64)
        row[runs] = values.to(torch.float64)
        self.steps.append(step)
        self._rows.append(row)

    def table(self) -> Tensor:
        return torch.stack(self._rows)


class Perturbations:
    """Every perturbation of perturbed gradient descent: its step, run, and both iterates.

    `dimension` is that of the iterates; with no perturbation seen, every table is empty.
    """

    def __init__(self, dimension: int) -> None:
        self._none = torch.empty(0, dtype=torch.int64)
        self._nowhere = torch.empty(0, dimension, dtype=torch.float64)
        self._seen: list[tuple[int, Tensor, Tensor, Tensor]] = []

    def perturbed(self, step: int, before: Tensor, after: Tensor, runs: Tensor) -> None:
        self._seen.append((step, before.clone(), after.clone(), runs.clone()))

    @property
    def steps(self) -> Tensor:
        """`(k,)` int64."""
        return torch.cat([self._none, *(torch.full_like(r, step) for step, _, _, r in self._seen)])

    @property
    def runs(self) -> Tensor:
        """`(k,)` int64."""
        return torch.cat([self._none, *(runs for _, _, _, runs in self._seen)])

    @property
    def before(self) -> Tensor:
        """`(k, d)` iterates before the noise."""
        return torch.cat([self._nowhere, *(before for _, before, _, _ in self._seen)])

    @property
    def after(self) -> Tensor:
        """`(k, d)` iterates after the noise."""
        return torch.cat([self._nowhere, *(after for _, _, after, _ in self._seen)])
