"""Which monomials the roots of squares in a sum of squares can have."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from symbolic.formula import Poly

_MOST_MONOMIALS = 40
_AT_ONCE = 512  # exponents that are compared with the bounds together
Exponents = tuple[int, ...]
IntArray = np.ndarray[Any, np.dtype[np.int64]]


class Polytope:
    """Bounds on exponents, by linear functionals with small coefficients."""

    def __init__(
        self,
        target: Poly,
        equations: Sequence[Poly],
        factors: Sequence[Poly] = (),
        more: int = 0,
    ) -> None:
        support = np.array([key(m) for m in target.to_dict()], dtype=np.int64)
        count = support.shape[1]
        used = [i for i in range(count) if support[:, i].any()]
        # Where the terms of a factor may cancel, only the total degree is a bound.
        mixed = [
            f for f in factors if sum(1 for d in f.degrees() if d) > 1 and len(f.to_dict()) > 1
        ]
        for poly in (*equations, *mixed):
            used += [i for i, d in enumerate(poly.degrees()) if d and i not in used]
        self.used, self.count = sorted(used), count
        reach = 2 if len(used) <= 3 else 1
        choices: Iterable[tuple[int, ...]] = itertools.product(
            range(-reach, reach + 1), repeat=len(self.used)
        )
        if 3 ** len(self.used) > 3000:
            eye = [tuple(int(i == j) for j in range(len(used))) for i in range(len(used))]
            choices = iter([(1,) * len(used), (-1,) * len(used), *eye])
        functionals = np.zeros((0, count), dtype=np.int64)
        rows = [row for row in choices if any(row)]
        if rows:
            functionals = np.zeros((len(rows), count), dtype=np.int64)
            functionals[:, self.used] = np.array(rows)
        self.functionals = functionals
        self.loose = bool(equations) or bool(mixed)
        self.most = (functionals @ support.T).max(axis=1)
        self.degree = int(support.sum(axis=1).max())
        self.leads = [lead_of(poly) for poly in equations]
        if self.loose:
            self.degree = max(self.degree, *(sum(lead) for lead in self.leads), 0)
            self.degree += self.degree % 2 + more

    def _within(self, double: int, poly: Poly) -> list[Exponents]:
        """Exponents z with double * z plus the support of the polynomial within the bounds."""
        support = np.array([key(m) for m in poly.to_dict()], dtype=np.int64)
        room = (self.degree - int(support.sum(axis=1).max())) // double
        found: list[Exponents] = []
        if room < 0:
            return found
        # A term of the product at an extreme has to be there in the target as well.
        spare = self.most - (self.functionals @ support.T).max(axis=1)
        columns = self.functionals[:, self.used].T
        for powers in _powers(len(self.used), room):
            if not self.loose:
                powers = powers[(double * (powers @ columns) <= spare).all(axis=1)]
            for row in powers.tolist():
                z = [0] * self.count
                for place, power in zip(self.used, row, strict=True):
                    z[place] = power
                found.append(tuple(z))
            if len(found) > _MOST_MONOMIALS:
                return []
        return found

    def half(self, poly: Poly) -> list[Exponents]:
        """Roots of squares; those that an equation expresses in lower ones are left out."""
        found = self._within(2, poly)
        return [z for z in found if not any(divides(lead, z) for lead in self.leads)]

    def whole(self, poly: Poly) -> list[Exponents]:
        return self._within(1, poly)


def _powers(count: int, total: int) -> Iterator[IntArray]:
    """Exponents of `count` variables of at most the total degree, low degrees first, in parts."""
    for degree in range(total + 1):
        cuts = itertools.combinations(range(degree + count - 1), count - 1)
        while part := list(itertools.islice(cuts, _AT_ONCE)):
            ends = np.array(part, dtype=np.int64).reshape(len(part), count - 1)
            edges = np.pad(ends, ((0, 0), (1, 1)), constant_values=-1)
            edges[:, -1] = degree + count - 1
            yield np.diff(edges, axis=1) - 1


def lead_of(poly: Poly) -> Exponents:
    """The exponents of a term of highest degree."""
    return max((key(m) for m in poly.to_dict()), key=lambda m: (sum(m), m))


def divides(lead: Exponents, z: Exponents) -> bool:
    return all(a <= b for a, b in zip(lead, z, strict=True))


def key(exponents: Iterable[Any]) -> Exponents:
    return tuple(int(e) for e in exponents)


def packed(exponents: Exponents, bits: int) -> int:
    """The exponents, of `bits` bits each, as one number: those of a product are then the sum."""
    return sum(power << bits * place for place, power in enumerate(exponents))
