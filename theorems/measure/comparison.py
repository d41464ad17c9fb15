"""Comparing two sides: margins, ratios, and a second look at an apparent failure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from theorems import evaluate
from theorems.claim import Claim
from theorems.evidence import Extreme, Witness
from theorems.grid import Point
from theorems.points import Points
from theorems.sides import Measure, Side

# Two numbers of 60 digits that agree to within this share of their size are not told apart.
FIFTY_DIGITS = mpmath.mpf(10) ** -40


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


def to_array(result: Any, *, leading: int, claim: Claim, what: str) -> np.ndarray:
    """A measuring function's tensor as a float array with `leading` rows.

    Raises `MeasurementError` for anything that is not a real floating tensor of that many rows.
    """
    import torch

    if not isinstance(result, torch.Tensor):
        raise MeasurementError(f"{what} must return a tensor, not {type(result).__name__}")
    if result.is_complex():
        raise MeasurementError(f"{what} returned complex numbers")
    if result.dtype == torch.float32 or result.dtype == torch.float16:
        raise MeasurementError(f"{what} returned {result.dtype}; compute in float64")
    if result.ndim == 0 or result.shape[0] != leading:
        raise MeasurementError(
            f"{what} returned shape {tuple(result.shape)}; its first axis must have {leading} rows,"
            " one per point"
        )
    return result.detach().to(dtype=torch.float64, device="cpu").numpy()


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


def exact_side(claim: Claim, side: Side, point: Point, component: int) -> mpmath.mpf | None:
    """One side at a point in 50 digits, or None if it has no exact route or no value there."""
    exact = evaluate.exact_point(point)
    if side.closed is not None:
        entries = side.entries()
        return evaluate.at_exact_point(entries[component if len(entries) > 1 else 0], exact)
    if side.measured is not None and side.measured.exact is not None:
        fractions = {
            name: value if isinstance(value, int) else Fraction(value)
            for name, value in point.items()
        }
        with mpmath.workdps(evaluate.DIGITS + 10):
            value = side.measured.exact(fractions)
            values = value if isinstance(value, (list, tuple)) else [value]
            return mpmath.mpf(values[component if len(values) > 1 else 0])
    return None


def has_exact_route(side: Side) -> bool:
    return side.closed is not None or (
        side.measured is not None and side.measured.exact is not None
    )


def confirm_exactly(claim: Claim, point: Point, component: int) -> Witness | None:
    """Look at a failure again in 50 digits; None if it is not confirmed there.

    Both sides must have an exact route (closed form, or a measurement with `exact`).
    """
    if not inside_exactly(claim, point):
        return None
    lhs, rhs = (exact_side(claim, side, point, component) for side in claim.sides)
    if lhs is None or rhs is None:
        side = "left" if lhs is None else "right"
        return Witness(
            at=shown(point),
            lhs=text(lhs),
            rhs=text(rhs),
            margin="undefined",
            how=f"the {side} side is not a real number at this exact point",
        )
    with mpmath.workdps(evaluate.DIGITS + 10):
        gap = margin(claim.relation, lhs, rhs)
        scale = max(abs(lhs), abs(rhs), mpmath.mpf(10) ** -300)
        if abs(lhs - rhs) <= FIFTY_DIGITS * scale or not fails(claim.relation, gap):
            return None
        return Witness(
            at=shown(point),
            lhs=text(lhs),
            rhs=text(rhs),
            margin=text(gap),
            how=f"both sides evaluated in {evaluate.DIGITS} digits at this exact point",
        )


def inside_exactly(claim: Claim, point: Point) -> bool:
    """Whether the very numbers that a point's floats are lie in the claim's domain.

    A float next to an irrational end point may lie just outside; it then witnesses nothing.
    """
    exact = evaluate.exact_point(point)
    for symbol, domain in claim.over.items():
        if domain.contains(exact[symbol.name]) != sp.true:
            return False
    for relation in claim.relations:
        left, right = (evaluate.at_exact_point(side, exact) for side in relation.args)
        if left is None or right is None:
            return False
        if fails(relation.rel_op, margin(relation.rel_op, left, right)):
            return False
    return True


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
