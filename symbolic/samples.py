"""Signs at sample points in floating point: hints that steer a search, and nothing more."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Any

import sympy as sp

from symbolic.ranges import Range

_SAMPLES = 24


def sampled_sign(expr: Any, ranges: Mapping[sp.Symbol, Range]) -> int | None:
    """The sign of the values at sample points (-1 as soon as one is negative), None for no value.

    In floating point: a hint, and nothing more. 2 where the values have both signs.
    """
    symbols = sorted(ranges, key=str)
    function = sp.lambdify(symbols, expr, modules="math")
    rng = random.Random(1)
    low = high = False
    seen = False
    for k in range(_SAMPLES):
        point = [_sample(ranges[s], rng, k) for s in symbols]
        try:
            value = function(*point)
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        if isinstance(value, complex) or not math.isfinite(value):
            continue
        seen = True
        low, high = low or value < -1e-7, high or value > 1e-7
    if not seen:
        return None
    return -1 if low else 1


def _sample(r: Range, rng: random.Random, k: int) -> float:
    share = rng.random() if k % 4 else (0.02, 0.98, 0.5)[k // 4 % 3]
    low, high = float(r.low), float(r.high)
    if math.isfinite(low) and math.isfinite(high):
        return low + share * (high - low)
    away = math.exp(8 * share - 4)
    if math.isfinite(low):
        return low + away
    return high - away if math.isfinite(high) else (away if rng.random() < 0.5 else -away)
