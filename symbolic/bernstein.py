"""Exact Bernstein coefficients of a polynomial on a box whose ends may be infinite.

A finite range [a, b] is brought to [0, 1] by x = a + (b - a) t, a half-line by x = a + t/(1 - t)
(or x = b - t/(1 - t)), after which the polynomial is multiplied by a power of 1 - t. Coefficients
that are all >= 0 show that the polynomial is >= 0 on the box.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from flint import fmpq

from symbolic.formula import Poly

_MOST_COEFFICIENTS = 20_000


@dataclass(frozen=True)
class Side:
    """One side of a box: rational ends, None where infinite, and whether the ends are excluded."""

    low: fmpq | None
    high: fmpq | None
    low_open: bool = False
    high_open: bool = False

    def is_line(self) -> bool:
        """Infinite both ways."""
        return self.low is None and self.high is None

    def included(self) -> tuple[bool, bool]:
        """Whether the lower, the upper end belongs to the side."""
        return (
            self.low is not None and not self.low_open,
            self.high is not None and not self.high_open,
        )

    def halves(self) -> tuple[Side, fmpq, Side]:
        """(lower part, cut, upper part); both parts contain the cut."""
        if self.low is None and self.high is None:
            cut = fmpq(0)
        elif self.high is None and self.low is not None:
            cut = self.low + 1 if self.low < 1 else 2 * self.low
        elif self.low is None and self.high is not None:
            cut = self.high - 1 if self.high > -1 else 2 * self.high
        else:
            cut = (self.low + self.high) / 2  # type: ignore[operator]
        below = Side(self.low, cut, self.low_open, False)
        return below, cut, Side(cut, self.high, False, self.high_open)

    def inner(self, share: fmpq) -> fmpq:
        """A number inside, near the middle for share 1/2."""
        if self.low is None and self.high is None:
            return 4 * share - 2
        if self.high is None:
            return self.low + share / (1 - share)
        if self.low is None:
            return self.high - share / (1 - share)
        return self.low + share * (self.high - self.low)


def coefficients(poly: Poly, box: Sequence[Side | None]) -> dict[tuple[int, ...], fmpq] | None:
    """The coefficients by index (one entry per variable); None for a whole line or a huge tensor.

    `box` has one side for each variable of the polynomial's context, in order; None keeps the
    powers of that variable as they are.
    """
    degrees = [int(d) for d in poly.degrees()]
    size = 1
    for degree, side in zip(degrees, box, strict=True):
        size *= degree + 1
        if size > _MOST_COEFFICIENTS or (degree and side is not None and side.is_line()):
            return None
    moved = _onto_unit(poly, degrees, box)
    found = {tuple(int(i) for i in key): value for key, value in moved.to_dict().items()}
    for place, (degree, side) in enumerate(zip(degrees, box, strict=True)):
        if degree and side is not None:
            finite = side.low is not None and side.high is not None
            found = _along(found, place, degree, finite)
    axes = [range(d + 1) for d in degrees]
    return {index: found.get(index, fmpq(0)) for index in itertools.product(*axes)}


def _onto_unit(poly: Poly, degrees: list[int], box: Sequence[Side | None]) -> Poly:
    gens = list(poly.context().gens())
    images = []
    for gen, degree, side in zip(gens, degrees, box, strict=True):
        if not degree or side is None:
            images.append(gen)
        elif side.low is None:
            images.append(side.high - gen)
        elif side.high is None:
            images.append(side.low + gen)
        else:
            images.append(side.low + (side.high - side.low) * gen)
    return poly.compose(*images)


def _along(
    found: dict[tuple[int, ...], fmpq], place: int, degree: int, finite: bool
) -> dict[tuple[int, ...], fmpq]:
    """From powers to the Bernstein basis in one variable."""
    result: dict[tuple[int, ...], fmpq] = {}
    for index, value in found.items():
        k = index[place]
        value = value / comb(degree, k)
        for j in range(k, degree + 1) if finite else (k,):
            target = (*index[:place], j, *index[place + 1 :])
            result[target] = result.get(target, fmpq(0)) + (value * comb(j, k) if finite else value)
    return result


def shows(poly: Poly, box: Sequence[Side], strict: bool) -> bool:
    """Whether the coefficients show poly >= 0 (> 0 when `strict`) on the box.

    Strictly: for each choice of one included end per variable (none where neither is), the face
    has a positive coefficient.
    """
    if poly == 0:
        return not strict
    found = coefficients(poly, box)
    if found is None or any(value < 0 for value in found.values()):
        return False
    if not strict:
        return True
    degrees = [int(d) for d in poly.degrees()]
    faces = []
    for degree, side in zip(degrees, box, strict=True):
        if not degree:
            faces.append([{0}])
            continue
        low, high = side.included()
        ends = [{0}] if low else []
        if high:
            # The upper end of a half-line brought to [0, 1] from above is t = 0.
            ends.append({0} if side.low is None else {degree})
        faces.append(ends or [set(range(degree + 1))])
    return all(
        any(found[index] > 0 for index in itertools.product(*face))
        for face in itertools.product(*faces)
    )
