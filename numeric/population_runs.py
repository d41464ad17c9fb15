"""Long runs of gradient descent on the population loss, in NumPy.

The same step as `numeric.population.step`, several times faster on few runs, where most of the time
of a step is what each operation costs apart from its arithmetic. A replay in balls follows PyTorch
alone: short runs that it is to follow are those of `numeric.population.trajectory`.
Source: du2019, Algorithm 1 with Theorems 5.1 and 5.2.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from numeric.population import Scalar, State, Teacher


class _March:
    """The runs of one batch, moved in place; every array has one entry per run."""

    def __init__(self, state: State, teacher: Teacher, eta: Scalar) -> None:
        count = state.phi.shape[0]

        def column(value: Scalar) -> np.ndarray:
            array = np.asarray(value, dtype=np.float64)
            return np.array(np.broadcast_to(array, (count,)))

        w, square, total, patches, step = (
            column(value)
            for value in (teacher.norm_w, teacher.square, teacher.total, teacher.patches, eta)
        )
        self.leak = step / (2 * math.pi)
        self.c_w, self.keep = self.leak * w, 1 - self.leak * (math.pi - 1)
        self.level = self.c_w * total
        self.by_pull, self.by_lift = np.stack([square, total]), np.stack([total, patches])
        self.phi, self.square_v = column(state.phi), column(state.norm_v) ** 2
        self.inner_and_sum = np.stack([column(state.inner), column(state.sum_a)])
        self.square_a = column(state.square_a)
        self.one, self.two = np.empty(count), np.empty(count)
        self.pair, self.other = np.empty((2, count)), np.empty((2, count))

    def step(self) -> None:
        """One step; the formulas are those of `numeric.population.step`."""
        phi, one, two, now = self.phi, self.one, self.two, self.inner_and_sum
        moves, after = self.pair, self.other
        # The gains of `a` along a* and along the vector of ones.
        pull, lift = moves
        np.sin(phi, out=one)
        np.subtract(math.pi, phi, out=two)
        np.cos(phi, out=pull)
        pull *= two
        pull += one
        pull -= 1.0
        pull *= self.c_w
        np.multiply(self.leak, now[1], out=lift)
        np.subtract(self.level, lift, out=lift)
        # The turn of v, over its length.
        one *= two
        one *= now[0]
        one *= self.c_w
        one /= self.square_v
        np.arctan(one, out=two)
        phi -= two
        np.abs(phi, out=phi)
        # A step away from w* may carry v past -w*; the angle is then measured from the other side.
        np.subtract(2 * math.pi, phi, out=two)
        np.minimum(phi, two, out=phi)
        one *= one
        one *= self.square_v
        self.square_v += one
        # |keep a + lift 1 + pull a*|^2, by its products with a, with 1 and with a*.
        np.multiply(moves, now, out=after)
        self.square_a *= self.keep
        self.square_a += after[0]
        self.square_a += after[1]
        self.square_a *= self.keep
        now *= self.keep
        np.multiply(self.by_pull, pull, out=after)
        now += after
        np.multiply(self.by_lift, lift, out=after)
        now += after
        np.multiply(moves, now, out=after)
        self.square_a += after[0]
        self.square_a += after[1]

    def state(self) -> State:
        """The present iterates, fields `(n,)`."""
        arrays = (self.phi, np.sqrt(self.square_v), *self.inner_and_sum, self.square_a)
        phi, norm_v, inner, sum_a, square_a = (torch.from_numpy(array.copy()) for array in arrays)
        return State(phi, norm_v, inner, sum_a, square_a)

    def write(self, out: np.ndarray) -> None:
        """The present iterates into `out`, `(5, runs)`, with |v|^2 for |v|."""
        out[0], out[1], out[2:4], out[4] = (
            self.phi,
            self.square_v,
            self.inner_and_sum,
            self.square_a,
        )


def long_run(state: State, teacher: Teacher, eta: Scalar, steps: int, *, every: int = 1) -> State:
    """The run: each field `(n, steps // every + 1)`, iterates 0, `every`, `2 every`, ...

    `state` has fields `(n,)`; the teacher's numbers and `eta` are one for all runs or one per run.
    """
    march = _March(state, teacher, eta)
    kept = np.empty((steps // every + 1, 5, state.phi.shape[0]))
    march.write(kept[0])
    for index in range(1, steps + 1):
        march.step()
        if index % every == 0:
            march.write(kept[index // every])
    np.sqrt(kept[:, 1], out=kept[:, 1])
    phi, norm_v, inner, sum_a, square_a = (
        torch.from_numpy(np.ascontiguousarray(kept[:, row].T)) for row in range(5)
    )
    return State(phi, norm_v, inner, sum_a, square_a)


def after(state: State, teacher: Teacher, eta: Scalar, steps: int) -> State:
    """The state after `steps` steps, fields `(n,)`."""
    march = _March(state, teacher, eta)
    for _ in range(steps):
        march.step()
    return march.state()
