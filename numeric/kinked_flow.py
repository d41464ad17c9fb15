"""The gradient flow of a deep (leaky) ReLU network, followed from kink to kink.

Between kinks every unit has a fixed gain for every sample, and the flow is smooth: an adaptive
method of SciPy follows it. Where a preactivation reaches 0 the unit changes its gain, or, if both
gains drive it back, it stays there: the flow slides along the kink, with the gain between the two
that keeps the preactivation at 0. That gain is an element of the sub-differential of the
activation, so a sliding flow solves the differential inclusion too.
Source: du2019, equation (4.5), which is meant with Clarke's sub-differential.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from numeric.flow import Unresolved

Array = np.ndarray[Any, np.dtype[np.float64]]
RELATIVE, ABSOLUTE = 1e-7, 1e-10
LONGEST_STEP = 0.02
MOST_EVENTS = 2000
NEWTON_STEPS = 20


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
        for columns, rows in pairwise(self.sizes):
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
    """Where a flow is: the side of 0 of each height, and the entries that stay at 0."""

    network: Network
    sides: Array
    low: Array
    sliding: list[int] = field(default_factory=list)

    def gains(self, state: Array) -> Array:
        """The gains of the sides; of sliding entries those that keep their heights where they are.

        The heights' rates are affine in each gain, and Newton's method solves for all at once.
        """
        gains = np.where(self.sides > 0, 1.0, self.low)
        if not self.sliding:
            return gains
        at = self.sliding
        if len(at) == 1:  # one line through two points
            gains[at] = 0.0
            rate = self._rates(state, gains)
            gains[at] = 1.0
            gains[at] = rate / (rate - self._rates(state, gains))
            return gains
        gains[at] = (1 + self.low[at]) / 2
        for _ in range(NEWTON_STEPS):
            rates = self._rates(state, gains)
            step = np.linalg.solve(self._slopes(state, gains), rates)
            gains[at] -= step
            if np.abs(step).max() < 1e-10:
                return gains
        raise Unresolved("no gains keep the flow on its kinks")

    def _rates(self, state: Array, gains: Array) -> Array:
        moving = self.network.velocity(state, gains)
        return self.network.rise(state, moving, gains)[self.sliding]

    def _slopes(self, state: Array, gains: Array) -> Array:
        """The derivatives of the sliding entries' rates in their gains, exact since affine."""
        columns = []
        for entry in self.sliding:
            ends = []
            for end in (0.0, 1.0):
                moved = gains.copy()
                moved[entry] = end
                ends.append(self._rates(state, moved))
            columns.append(ends[1] - ends[0])
        return np.stack(columns, axis=1)

    def velocity(self, _: float, state: Array) -> Array:
        return self.network.velocity(state, self.gains(state))

    def margins(self, state: Array) -> Array:
        """What ends this course where it turns negative: per entry the height on its own side, and
        per sliding entry the distances of its gain from both ends."""
        gains = self.gains(state)
        own = self.sides * self.network.heights(state, gains)
        own[self.low == 1.0] = np.inf  # no kink
        own[self.sliding] = np.inf
        ends = [gains[self.sliding] - self.low[self.sliding], 1 - gains[self.sliding]]
        return np.concatenate([own, *ends])

    def turn(self, state: Array, which: int) -> None:
        """Go on beyond the end that `margins` numbers."""
        count = len(self.sides)
        if which >= count:
            place, upper = (which - count) % len(self.sliding), which - count >= len(self.sliding)
            entry = self.sliding.pop(place)
            self.sides[entry] = 1.0 if upper else -1.0
            return
        self.sides[which] *= -1
        gains = self.gains(state)
        rates = self.network.rise(state, self.network.velocity(state, gains), gains)
        if rates[which] * self.sides[which] < 0:  # beyond the kink the flow turns back
            self.sliding.append(which)


def flow(network: Network, start: Array, times: Sequence[float]) -> Array:
    """The states at `times`, which increase from 0, `(len(times), n)`.

    Raises `Unresolved` where the flow meets too many kinks or no gain keeps it on one.
    """
    from scipy.integrate import RK45

    low = network.least_gains()
    course = _Course(network, _sides(network, start, low), low)
    now, state, end = float(times[0]), np.array(start, dtype=np.float64), float(times[-1])
    states, events, tiny = [state.copy()], 0, 1e-9 * max(1.0, float(np.abs(start).max()))
    while now < end:
        solver = RK45(
            course.velocity, now, state, end, LONGEST_STEP, rtol=RELATIVE, atol=ABSOLUTE
        )
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

        time = begin if margin(begin) <= 0 else float(brentq(margin, begin, end, xtol=1e-13))
        if time < first or which is None:
            first, which = time, int(index)
    return first, which
