"""Comparing two sides in float64: values, margins, ratios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath
import numpy as np

from theorems import evaluate
from theorems.claim import Claim
from theorems.evidence import Extreme
from theorems.grid import Point
from theorems.points import Points
from theorems.sides import Measure, Side


class MeasurementError(Exception):
    """A measuring function returned something that cannot be compared."""


def margin(relation: str, lhs: Any, rhs: Any) -> Any:
    """How far the relation is from failing: negative where it fails, zero at the edge."""
    if relation in ("<=", "<"):
        return rhs - lhs
    if relation in (">=", ">"):
        return lhs - rhs
    gap = abs(lhs - rhs)
    return -gap if relation == "==" else gap


def fails(relation: str, gap: Any) -> Any:
    """Whether a margin means failure when nothing is uncertain."""
    return gap <= 0 if relation in ("<", ">", "!=") else gap < 0


def ratio(relation: str, lhs: np.ndarray, rhs: np.ndarray) -> np.ndarray:
    """The smaller side over the larger one as the relation orders them; NaN where meaningless."""
    top, bottom = (lhs, rhs) if relation in ("<=", "<") else (rhs, lhs)
    if relation not in ("<=", "<", ">=", ">"):
        return np.full(np.shape(lhs), np.nan)
    with np.errstate(all="ignore"):
        return np.where((bottom > 0) & (top >= 0), top / bottom, np.nan)


def to_array(
    result: Any, *, leading: int, claim: Claim, what: str, counts: bool = False
) -> np.ndarray:
    """A measuring function's tensor as a float array with `leading` rows.

    `counts` lets whole numbers and truth values pass. Raises `MeasurementError` for anything else
    that is not a float64 tensor of that many rows.
    """
    import torch

    if not isinstance(result, torch.Tensor):
        raise MeasurementError(f"{what} must return a tensor, not {type(result).__name__}")
    whole = not (result.is_floating_point() or result.is_complex())
    if result.dtype != torch.float64 and not (counts and whole):
        raise MeasurementError(f"{what} returned {result.dtype}; compute in float64")
    if result.ndim == 0 or result.shape[0] != leading:
        raise MeasurementError(
            f"{what} returned shape {tuple(result.shape)}; its first axis must have {leading} rows,"
            " one per point"
        )
    return result.detach().to(dtype=torch.float64, device="cpu").numpy()


def to_mask(result: Any, what: str) -> np.ndarray:
    """What a `Holds` function returned. Raises `MeasurementError` unless it is truth values."""
    mask = np.asarray(result)
    if mask.dtype != np.bool_:
        raise MeasurementError(f"the hypothesis {what!r} must return booleans, not {mask.dtype}")
    return mask


def environment(points: Points) -> dict[str, np.ndarray]:
    """The points' symbols as arrays of shape `(n,)`."""
    return {
        name: np.full(points.n, value) if isinstance(value, int) else value.numpy()
        for name, value in points.items()
    }


def closed_values(side: Side, env: Mapping[str, np.ndarray]) -> np.ndarray:
    """A closed side along an environment: shape `(*environment, entries)`."""
    return np.stack([evaluate.values(entry, env) for entry in side.entries()], axis=-1)


def computed_values(claim: Claim, measured: Measure, points: Points, what: str) -> np.ndarray:
    """A computed side: shape `(n, components)`.

    Raises `MeasurementError` for NaN.
    """
    array = to_array(measured.function(points), leading=points.n, claim=claim, what=what)
    array = array.reshape(points.n, -1)
    if np.isnan(array).any():
        where = points.listed[int(np.argmax(np.isnan(array).any(axis=1)))]
        raise MeasurementError(f"{what} returned NaN at {where}")
    return array


def closed_at(side: Side, points: Points) -> np.ndarray:
    """A closed side at points, shape `(n, entries)`. Raises `MeasurementError` if undefined."""
    array = closed_values(side, environment(points))
    array = np.broadcast_to(array, (points.n, array.shape[-1]))
    bad = ~np.isfinite(array)
    if bad.any():
        where = shown(points.listed[int(np.argmax(bad.any(axis=1)))])
        raise MeasurementError(f"a closed side is no finite real number in float64 at {where}")
    return array


def text(value: mpmath.mpf | float | None, digits: int = 15) -> str:
    """A number as the report prints it."""
    if value is None:
        return "undefined"
    return str(mpmath.nstr(mpmath.mpf(value), digits))


def shown(point: Mapping[str, Any]) -> dict[str, Any]:
    """A point as plain numbers."""
    return {
        name: value if isinstance(value, (int, str)) else float(value)
        for name, value in point.items()
    }


def extreme_at(
    index: int, values: np.ndarray, points: list[Point], lhs: np.ndarray, rhs: np.ndarray
) -> Extreme:
    return Extreme(
        value=float(values[index]),
        at=shown(points[index]),
        lhs=float(lhs[index]),
        rhs=float(rhs[index]),
    )
