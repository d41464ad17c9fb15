"""Grids of parameter points, and points drawn from a claim's domain."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

Point = dict[str, float | int]


class Grid:
    """Values of each symbol; the grid is their product, cut by the claim's `where`.

    `Grid(phi=linspace(0, 1, 5), p=[2, 5])` is 10 points. `Grid(points=[{...}, ...])` lists points
    one by one. `.nightly(p=[2, 5, 25])` gives the axes that the nightly profile uses instead.
    """

    def __init__(
        self, points: Iterable[Mapping[str, Any]] | None = None, **axes: Iterable[Any]
    ) -> None:
        self.listed = None if points is None else tuple(dict(point) for point in points)
        self.axes: dict[str, tuple[Any, ...]] = {
            name: _values(values) for name, values in axes.items()
        }
        self.nightly_axes: dict[str, tuple[Any, ...]] = {}

    def nightly(self, **axes: Iterable[Any]) -> Grid:
        """The same grid with these axes replaced in the nightly profile."""
        wider = Grid(self.listed, **self.axes)
        wider.nightly_axes = {name: _values(values) for name, values in axes.items()}
        return wider

    def for_profile(self, profile: str) -> Grid:
        if profile != "nightly" or not self.nightly_axes:
            return self
        return Grid(self.listed, **{**self.axes, **self.nightly_axes})

    def names(self) -> set[str]:
        listed = set() if self.listed is None else {name for p in self.listed for name in p}
        return listed | set(self.axes) | set(self.nightly_axes)

    def points(self) -> list[Point]:
        base: Sequence[Mapping[str, Any]] = self.listed if self.listed is not None else ({},)
        names = list(self.axes)
        product = itertools.product(*self.axes.values())
        rows = [dict(zip(names, map(_number, tail), strict=True)) for tail in product]
        heads = [{name: _number(value) for name, value in head.items()} for head in base]
        return [{**head, **row} for head in heads for row in rows]

    def __repr__(self) -> str:
        axes = ", ".join(f"{name}={list(values)}" for name, values in self.axes.items())
        listed = "" if self.listed is None else f"points={list(self.listed)}, "
        nightly = f", nightly={self.nightly_axes}" if self.nightly_axes else ""
        return f"Grid({listed}{axes}{nightly})"


def linspace(start: float, stop: float, number: int) -> list[float]:
    """`number` evenly spaced values from `start` to `stop`, both included."""
    return [float(value) for value in np.linspace(float(start), float(stop), number)]


def logspace(start: float, stop: float, number: int) -> list[float]:
    """`number` values from `start` to `stop` (both positive and included), evenly in the log."""
    return [float(value) for value in np.geomspace(float(start), float(stop), number)]


def _values(values: Any) -> tuple[Any, ...]:
    """An axis; a lone value is an axis of one."""
    lone = isinstance(values, (str, bytes)) or not isinstance(values, Iterable)
    return (values,) if lone else tuple(values)


def _number(value: Any) -> float | int:
    if isinstance(value, (bool, int, np.integer, sp.Integer)):
        return int(value)
    return float(value)


@lru_cache(maxsize=1024)
def is_integer_domain(domain: sp.Set) -> bool:
    """Whether a symbol with this domain is a size (delivered as `int`) rather than a real."""
    return domain.is_subset(sp.S.Integers) is True


@lru_cache(maxsize=1024)
def _float_ends(domain: sp.Interval) -> tuple[float, float]:
    return float(domain.start), float(domain.end)


def contains(domain: sp.Set, value: float | int) -> bool:
    """Whether a grid value lies in the domain, a float standing for the real it is closest to.

    A float cannot hold an irrational end point, so a value that rounds to an end point counts as
    that end point.
    """
    if math.isnan(value) or math.isinf(value):
        return False
    if isinstance(domain, sp.Interval):
        low, high = float(domain.start), float(domain.end)
        left = value > low if domain.left_open else value >= low
        right = value < high if domain.right_open else value <= high
        return left and right
    if isinstance(domain, sp.Union):
        return any(contains(part, value) for part in domain.args)
    exact = sp.Integer(value) if float(value).is_integer() else sp.Rational(value)
    return domain.contains(exact) == sp.true


def inside(domain: sp.Set, values: np.ndarray) -> np.ndarray:
    """`contains` for every entry of an array."""
    if not isinstance(domain, sp.Interval):
        unique, inverse = np.unique(values, return_inverse=True)
        met = np.array([contains(domain, float(value)) for value in unique], dtype=bool)
        return met[inverse].reshape(values.shape)
    low, high = _float_ends(domain)
    left = values > low if domain.left_open else values >= low
    right = values < high if domain.right_open else values <= high
    return left & right & np.isfinite(values)


def random_values(domain: sp.Set, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` values of a domain, its ends and its large and small magnitudes well represented.

    Raises `ValueError` for a set that has no rule here.
    """
    if isinstance(domain, sp.Interval):
        return _random_reals(domain, count, rng)
    if isinstance(domain, sp.Union):
        parts = [random_values(part, count, rng) for part in domain.args]
        return np.choose(rng.integers(len(parts), size=count), parts)
    if isinstance(domain, sp.FiniteSet):
        members = np.array([float(member) for member in domain])
        return members[rng.integers(len(members), size=count)]
    if domain == sp.S.Reals:
        return _random_reals(sp.Interval(-sp.oo, sp.oo), count, rng)
    if is_integer_domain(domain):
        low, high = domain.inf, domain.sup
        if low == -sp.oo:
            return rng.integers(-100, 101, size=count)
        start = int(low)
        span = 1000 if high == sp.oo else int(high) - start
        return start + np.floor(np.expm1(rng.random(count) * math.log1p(span + 0.999))).astype(int)
    raise ValueError(f"no rule for drawing points from {domain}; give the symbol a grid axis")


def _random_reals(domain: sp.Interval, count: int, rng: np.random.Generator) -> np.ndarray:
    low, high = float(domain.start), float(domain.end)
    uniform = rng.random(count)
    if math.isfinite(low) and math.isfinite(high):
        # A quarter of the points crowd towards each end: that is where inequalities break.
        toward = 10.0 ** (-8 * rng.random(count))
        share = np.choose(
            rng.integers(4, size=count), [uniform, uniform, 0.5 * toward, 1 - 0.5 * toward]
        )
        values = low + (high - low) * share
    elif math.isfinite(low):
        values = low + 10.0 ** rng.uniform(-6, 4, count)
    elif math.isfinite(high):
        values = high - 10.0 ** rng.uniform(-6, 4, count)
    else:
        values = rng.choice([-1.0, 1.0], count) * 10.0 ** rng.uniform(-6, 4, count)
    inside_low = np.nextafter(low, math.inf) if domain.left_open else low
    inside_high = np.nextafter(high, -math.inf) if domain.right_open else high
    return np.clip(values, inside_low, inside_high)


def default_axis(domain: sp.Set) -> list[float | int]:
    """The values tried for a symbol that a grid leaves out: ends, middle, near-ends, large."""
    if isinstance(domain, sp.FiniteSet):
        whole = is_integer_domain(domain)
        return sorted(int(member) if whole else float(member) for member in domain)
    if is_integer_domain(domain):
        return _default_sizes(domain)
    interval = domain if isinstance(domain, sp.Interval) else sp.Interval(domain.inf, domain.sup)
    start, end = float(interval.start), float(interval.end)
    return _default_reals(domain, start, end)


def _default_sizes(domain: sp.Set) -> list[float | int]:
    """The smallest sizes, two larger ones, and the largest; both signs where there is no end."""
    if domain.inf.is_finite:
        low = int(domain.inf)
        sizes = {low, low + 1, low + 2, low + 7, low + 99}
    else:
        sizes = {-100, -7, -1, 0, 1, 7, 100}
    if domain.sup.is_finite:
        sizes |= {int(domain.sup) - 1, int(domain.sup)}
    return [value for value in sorted(sizes) if contains(domain, value)]


def _default_reals(domain: sp.Set, low: float, high: float) -> list[float | int]:
    if math.isfinite(low) and math.isfinite(high):
        width = high - low
        tries = [low, low + 1e-3 * width, low + width / 2, high - 1e-3 * width, high]
    elif math.isfinite(low):
        tries = [low, low + 1e-3, low + 0.5, low + 1, low + 10, low + 1e3]
    elif math.isfinite(high):
        tries = [high, high - 1e-3, high - 0.5, high - 1, high - 10, high - 1e3]
    else:
        tries = [-1e3, -1.0, -0.1, 0.0, 0.1, 1.0, 1e3]
    return [value for value in tries if contains(domain, value)]
