"""The gradient flow of a deep (leaky) ReLU network, followed from kink to kink.

Between kinks every unit has a fixed gain for every sample, and the flow is smooth: an adaptive
method of SciPy follows it to the next preactivation that reaches 0. There minus the velocity is the
shortest element of the sub-differential, as it is almost everywhere along a solution of the
differential inclusion: the unit changes its gain, or, where both gains drive it back, stays at 0.
Several solutions may go on from a point on several kinks; one of them is followed.
Source: du2019, equation (4.5), which is meant with Clarke's sub-differential.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from numeric.flow import Unresolved

Array = np.ndarray[Any, np.dtype[np.float64]]
RELATIVE, ABSOLUTE = 1e-7, 1e-10
LONGEST_STEP = 0.02
MOST_EVENTS, MOST_KINKS = 2000, 6
NOTICED = 1e-4
"""A height on its kink that moves slower than this stays there."""


@dataclass(frozen=True)
class Network:
    """`f(x) = W_H s_{H-1}(... s_1(W_1 x))` on `m` samples, with `s_h(z)` of slope `slopes[h - 1]`
    left of 0, and its empirical loss (du2019, (4.4)).

    `sizes`: `(n_0, ..., n_H)`; `x (m, n_0)`, `y (m, n_H)`; `slopes` in `[0, 1]`; `loss` one of
    "squared", "logistic" and "quartic". A state is all weights in one vector, layer by layer; gains
    and heights are one vector over the hidden units and samples.
    """

    sizes: tuple[int, ...]
    x: Array
    y: Array
    slopes: tuple[float, ...]
    loss: str

    def weights(self, state: Array) -> list[Array]:
        """The layers' matrices, as views."""
        found, start = [], 0
        for columns, rows in itertools.pairwise(self.sizes):
            found.append(state[start : start + rows * columns].reshape(rows, columns))
            start += rows * columns
        return found

    def per_layer(self, gains: Array) -> list[Array]:
        """The entries of each hidden layer, `(m, n_h)`."""
        found, start = [], 0
        for units in self.sizes[1:-1]:
            count = len(self.x) * units
            found.append(gains[start : start + count].reshape(-1, units))
            start += count
        return found

    def least_gains(self) -> Array:
        """The gain of every entry left of 0."""
        counts = [len(self.x) * units for units in self.sizes[1:-1]]
        return np.repeat(np.array(self.slopes), counts)

    def heights(self, state: Array, gains: Array) -> Array:
        """The hidden preactivations with these gains."""
        found, signal = [], self.x
        for weight, gain in zip(self.weights(state)[:-1], self.per_layer(gains), strict=True):
            found.append(signal @ weight.T)
            signal = found[-1] * gain
        return np.concatenate([height.ravel() for height in found])

    def velocity(self, state: Array, gains: Array) -> Array:
        """Minus the gradient of the empirical loss with these gains."""
        layers, factors = self.weights(state), self.per_layer(gains)
        signals = [self.x]
        for weight, gain in zip(layers[:-1], factors, strict=True):
            signals.append((signals[-1] @ weight.T) * gain)
        back = self._slope(signals[-1] @ layers[-1].T) / len(self.x)
        found = []
        for index in range(len(layers) - 1, -1, -1):
            found.append(-(back.T @ signals[index]).ravel())
            if index:
                back = (back @ layers[index]) * factors[index - 1]
        return np.concatenate(found[::-1])

    def rise(self, state: Array, moving: Array, gains: Array) -> Array:
        """The rate of the heights when the state moves at the rate `moving`."""
        found = []
        signal, change = self.x, np.zeros_like(self.x)
        layers, rates = self.weights(state), self.weights(moving)
        for weight, rate, gain in zip(layers[:-1], rates[:-1], self.per_layer(gains), strict=True):
            found.append(signal @ rate.T + change @ weight.T)
            signal, change = (signal @ weight.T) * gain, found[-1] * gain
        return np.concatenate([height.ravel() for height in found])

    def _slope(self, outputs: Array) -> Array:
        """The derivative of each sample's loss with respect to its output."""
        gap = outputs - self.y
        if self.loss == "squared":
            return gap
        if self.loss == "quartic":
            return 4 * np.square(gap).sum(axis=-1, keepdims=True) * gap
        if self.loss == "logistic":
            sign = np.sign(self.y)
            return -sign / (1 + np.exp(sign * outputs))
        raise ValueError(f"unknown loss {self.loss!r}")


@dataclass
class _Course:
    """Where a flow is: the side of 0 of each height, and the entries that are at 0."""

    network: Network
    sides: Array
    low: Array
    kinks: list[int] = field(default_factory=list)

    def motion(self, state: Array) -> tuple[Array, Array]:
        """The velocity, and the rates of the heights.

        On kinks the velocity is the shortest convex combination of those with the gains of either
        side, hence minus the shortest element of the sub-differential.
        """
        gains = np.where(self.sides > 0, 1.0, self.low)
        if not self.kinks:
            moving = self.network.velocity(state, gains)
            return moving, self.network.rise(state, moving, gains)
        ends = [(self.low[entry], 1.0) for entry in self.kinks]
        corners, fields = np.array(list(itertools.product(*ends))), []
        for corner in corners:
            gains[self.kinks] = corner
            fields.append(self.network.velocity(state, gains))
        weights = _shortest(np.stack(fields))
        gains[self.kinks] = weights @ corners
        moving = weights @ np.stack(fields)
        return moving, self.network.rise(state, moving, gains)

    def velocity(self, _: float, state: Array) -> Array:
        return self.motion(state)[0]

    def margins(self, state: Array) -> Array:
        """What ends this course where it turns negative: per entry its height on its own side, or,
        on its kink, how much slower than noticeable its height moves."""
        margins = self.sides * self.network.heights(state, np.where(self.sides > 0, 1.0, self.low))
        margins[self.low == 1.0] = np.inf  # no kink
        if self.kinks:
            margins[self.kinks] = NOTICED - np.abs(self.motion(state)[1][self.kinks])
        return margins

    def turn(self, state: Array, which: int) -> None:
        """Go on where the margin `which` ends: at a kink, or away from one."""
        leaves = which in self.kinks
        if not leaves:
            self.sides[which] *= -1
            if self.motion(state)[1][which] * self.sides[which] > NOTICED:
                return
            self.kinks.append(which)
        if len(self.kinks) > MOST_KINKS:
            raise Unresolved(f"the flow is on {len(self.kinks)} kinks at once")
        rates = self.motion(state)[1]
        for entry in tuple(self.kinks):
            if abs(rates[entry]) > NOTICED or (leaves and entry == which):
                self.kinks.remove(entry)
                self.sides[entry] = 1.0 if rates[entry] > 0 else -1.0


def _shortest(fields: Array) -> Array:
    """Weights of the shortest convex combination of the rows.

    Least squares with one more equation, that the weights sum to 1, give them up to their sum.
    """
    from scipy.optimize import nnls

    size = max(float(np.abs(fields).max()), 1e-300)
    rows = np.vstack([fields.T / size, np.ones(len(fields))])
    weights = nnls(rows, np.append(np.zeros(fields.shape[1]), 1.0))[0]
    shares: Array = weights / weights.sum()
    return shares


def flow(network: Network, start: Array, times: Sequence[float]) -> Array:
    """The states at `times`, which increase from 0, `(len(times), n)`.

    Raises `Unresolved` where the flow meets too many kinks, in all or at once, or stalls.
    """
    from scipy.integrate import RK45

    low = network.least_gains()
    course = _Course(network, _sides(network, start, low), low)
    now, state, end = float(times[0]), np.array(start, dtype=np.float64), float(times[-1])
    states, events, tiny = [state.copy()], 0, 1e-9 * max(1.0, float(np.abs(start).max()))
    while now < end:
        solver = RK45(course.velocity, now, state, end, LONGEST_STEP, rtol=RELATIVE, atol=ABSOLUTE)
        while True:
            solver.step()
            if solver.status == "failed":
                raise Unresolved(f"no time step is short enough at {now:.6g}")
            follow = solver.dense_output()
            reached, which = _first_end(course, follow, solver.t_old, solver.t, tiny)
            while len(states) < len(times) and times[len(states)] <= reached:
                states.append(follow(times[len(states)]))
            now, state = reached, follow(reached) if which is not None else solver.y
            if which is not None:
                course.turn(state, which)
                break
            if now >= end:
                break
        events += 1
        if events > MOST_EVENTS:
            raise Unresolved(f"more than {MOST_EVENTS} kinks up to time {now:.6g}")
    return np.stack(states)


def _sides(network: Network, state: Array, low: Array) -> Array:
    """The side of 0 of each height, layer by layer since the later ones depend on the earlier."""
    sides = np.ones_like(low)
    for _ in network.sizes[1:-1]:
        heights = network.heights(state, np.where(sides > 0, 1.0, low))
        sides = np.where(heights > 0, 1.0, -1.0)
    return sides


def _first_end(
    course: _Course, follow: Any, begin: float, end: float, tiny: float
) -> tuple[float, int | None]:
    """The first time in a step at which a margin falls below `-tiny`, and which; else its end."""
    from scipy.optimize import brentq

    first, which = end, None
    for index in np.flatnonzero(course.margins(follow(end)) < -tiny):

        def margin(time: float, index: int = int(index)) -> float:
            return float(course.margins(follow(time))[index]) + tiny

        if margin(begin) <= min(0.0, margin(end)):
            continue  # beyond its kink by a rounding error, and on the way back
        time = begin if margin(begin) <= 0 else float(brentq(margin, begin, end, xtol=1e-13))
        if time < first or which is None:
            first, which = time, int(index)
    return first, which
