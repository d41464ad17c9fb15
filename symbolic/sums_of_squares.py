"""Exact sums of squares: a polynomial as a sum of products of known quantities and squares.

p = sum_S m_S sigma_S + sum_E q_E h_E, with products m_S of quantities that are >= 0 on the domain,
sums of squares sigma_S, equations q_E = 0 and any polynomials h_E. The Gram matrices of the sigma_S
come from `gram.py` in floating point, are rounded inside the exact solution space of the linear
equations, and are decomposed exactly. Known zeros, and kernels that show in floating point, make
the bases smaller before that.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from symbolic import clock
from symbolic.exponents import Exponents, Polytope, key, packed
from symbolic.formula import Poly
from symbolic.gram import Array, centre, kernels, rational_rows

_MOST_ENTRIES = 420  # unknown entries of all Gram matrices together
_MOST_FREE = 130  # of them, those that the equations leave free
_MOST_PAIRS = 20_000
_ROUNDS = 4
_DENOMINATORS = (1, 2, 4, 12, 60, 1000, 10**5, 10**8, 10**11)
_SHARES = (fmpq(1, 2), fmpq(1, 16), *(fmpq(1, 10**k) for k in (3, 6, 9)))


@dataclass(frozen=True)
class Factor:
    """A polynomial that is >= 0 on the domain (> 0 where `strict`); `label` is the caller's."""

    poly: Poly
    strict: bool
    label: Any


@dataclass(frozen=True)
class Term:
    """weight * factor * root**2, with weight > 0 and no square where `root` is None."""

    weight: fmpq
    factor: Factor
    root: Poly | None


@dataclass(frozen=True)
class Form:
    """The terms, and pairs (equation, multiplier); their sum is the polynomial."""

    terms: list[Term]
    multiples: list[tuple[Factor, Poly]]


def sum_of_squares(
    target: Poly,
    factors: Sequence[Factor],
    equations: Sequence[Factor],
    strict: bool,
    deadline: float,
    loose: bool = False,
    more: int = 0,
) -> Form | None:
    """The form of the target, or None where the search does not find one.

    With `strict` one term is a positive multiple of a strict factor. With `loose` the terms of the
    factors may cancel each other, so that more monomials are allowed, and degrees `more` higher.
    """
    if len(target.to_dict()) > 300:
        return None
    problem = _Gram(target, factors, equations, strict, loose, deadline, more)
    if problem.pairs > _MOST_PAIRS or clock.now() > deadline:
        return None
    problem.narrow()
    for _ in range(_ROUNDS):
        if not problem.prepare() or clock.now() > deadline:
            return None
        found = problem.solve(deadline)
        if found is not None:
            return found
        if not problem.shrink():
            return None
    return None


class _Gram:
    """The linear equations between the Gram matrices, and their bases, which may shrink."""

    def __init__(
        self,
        target: Poly,
        factors: Sequence[Factor],
        equations: Sequence[Factor],
        strict: bool,
        loose: bool,
        deadline: float,
        more: int,
    ) -> None:
        self.target, self.equations, self.strict = target, list(equations), strict
        self.context = target.context()
        self.gens = list(self.context.gens())
        self.bounds = Polytope(
            target, [e.poly for e in equations], [f.poly for f in factors] if loose else [], more
        )
        self.blocks: list[tuple[Factor, list[Poly]]] = []
        # How many products of two basis elements and a term of their factor there are.
        self.pairs = 0
        for factor in factors:
            if clock.now() > deadline or self.pairs > _MOST_PAIRS:
                return
            basis = [self.monomial(z) for z in self.bounds.half(factor.poly)]
            if basis:
                self.blocks.append((factor, basis))
                self.pairs += len(basis) * (len(basis) + 1) // 2 * len(factor.poly.to_dict())
        self.factors = factors

    def narrow(self) -> None:
        """Leave out what can be seen to have no part in any solution."""
        self.zeros = _zeros(self.target, self.factors, self.equations)
        self._prune()
        self._vanish()

    def monomial(self, exponents: Exponents) -> Poly:
        found = self.context.constant(1)
        for gen, power in zip(self.gens, exponents, strict=True):
            if power:
                found = found * gen**power
        return found

    # --- smaller bases ----------------------------------------------------------------------------

    def _prune(self) -> None:
        """Leaves out what the coefficients of squares that nothing can cancel leave out."""
        wanted = {key(m) for m in self.target.to_dict()} | self._free_monomials()
        supports = [[key(m) for m in factor.poly.to_dict()] for factor, _ in self.blocks]
        roots = [[key(*z.to_dict()) for z in basis] for _, basis in self.blocks]
        every = itertools.chain(wanted, *supports, *roots)
        bits = (4 * max(max(m, default=0) for m in every)).bit_length() + 1
        known = {packed(m, bits) for m in wanted}
        terms = [[packed(m, bits) for m in support] for support in supports]
        kept = [{i: packed(m, bits) for i, m in enumerate(basis)} for basis in roots]
        while True:
            squares: dict[int, tuple[int, int]] = {}
            produced: Counter[int] = Counter()
            for b, (support, basis) in enumerate(zip(terms, kept, strict=True)):
                for (i, u), (j, v) in itertools.combinations_with_replacement(basis.items(), 2):
                    made = [m + u + v for m in support]
                    produced.update(made)
                    if i == j:
                        squares.update(dict.fromkeys(made, (b, i)))
            gone = {user for m, user in squares.items() if produced[m] == 1 and m not in known}
            if not gone:
                break
            for b, i in gone:
                del kept[b][i]
        both = zip(self.blocks, kept, strict=True)
        self.blocks = [(f, [basis[i] for i in mine]) for (f, basis), mine in both if mine]

    def _free_monomials(self) -> set[Exponents]:
        found: set[Exponents] = set()
        for e in self.equations:
            for z in self.bounds.whole(e.poly):
                found |= {key(m) for m in (e.poly * self.monomial(z)).to_dict()}
        return found

    def _vanish(self) -> None:
        """At a zero of the target each square whose factor is positive there vanishes too."""
        for b, (factor, basis) in enumerate(self.blocks):
            rows = [[z(*point) for z in basis] for point in self.zeros if factor.poly(*point) > 0]
            if rows:
                self.blocks[b] = (factor, _orthogonal(basis, rows))
        self.blocks = [(factor, basis) for factor, basis in self.blocks if basis]

    def shrink(self) -> bool:
        """Whether the kernels of the last solution leave something smaller to try."""
        if not self.kernels:
            return False
        changed, blocks = False, []
        for (factor, basis), rows in zip(self.blocks, self.kernels, strict=True):
            if len(rows):
                if len(rows) == len(basis):
                    changed = True
                    continue
                exact = rational_rows(rows)
                if exact is None:
                    return False
                changed = True
                basis = _orthogonal(basis, [[fmpq(p, q) for p, q in row] for row in exact])
            blocks.append((factor, basis))
        self.blocks = blocks
        return changed

    # --- the equations ----------------------------------------------------------------------------

    def prepare(self) -> bool:
        """Solves the linear equations exactly; False where they have no solution."""
        self.kernels: list[Array] = []
        columns: list[Poly] = []
        self.multipliers = [
            (e, self.monomial(z)) for e in self.equations for z in self.bounds.whole(e.poly)
        ]
        columns += [e.poly * z for e, z in self.multipliers]
        self.entries = [
            (b, i, j)
            for b, (_, basis) in enumerate(self.blocks)
            for i in range(len(basis))
            for j in range(i, len(basis))
        ]
        if not self.entries or len(self.entries) > _MOST_ENTRIES:
            return False
        for b, i, j in self.entries:
            factor, basis = self.blocks[b]
            columns.append(factor.poly * basis[i] * basis[j] * (1 if i == j else 2))
        rows: dict[Exponents, dict[int, fmpq]] = {}
        for place, poly in enumerate([*columns, self.target]):
            for m, c in poly.to_dict().items():
                rows.setdefault(key(m), {})[place] = c
        width = len(columns)
        flat = [row.get(k, fmpq(0)) for row in rows.values() for k in range(width + 1)]
        reduced, rank = fmpq_mat(len(rows), width + 1, flat).rref()
        pivots: list[int] = []
        for r in range(rank):
            start = pivots[-1] + 1 if pivots else 0
            pivots.append(next(k for k in range(start, width + 1) if reduced[r, k] != 0))
        if width in pivots:
            return False
        first = len(self.multipliers)
        self.reduced, self.pivots, self.width = reduced, pivots, width
        self.free = [k for k in range(first, width) if k not in set(pivots)]
        return len(self.free) <= _MOST_FREE

    def values(self, y: Sequence[fmpq]) -> list[fmpq]:
        """All unknowns, exactly, where the free ones are y (and free multipliers are 0)."""
        found = [fmpq(0)] * self.width
        for k, value in zip(self.free, y, strict=True):
            found[k] = value
        for r, k in enumerate(self.pivots):
            total = self.reduced[r, self.width]
            for other, value in zip(self.free, y, strict=True):
                entry = self.reduced[r, other]
                if entry != 0 and value != 0:
                    total = total - entry * value
            found[k] = total
        return found

    def matrices(self) -> tuple[list[Array], list[Array]]:
        """The blocks' constant parts and slopes in the free entries, in floating point."""
        first = len(self.multipliers)
        count = len(self.free)
        base = np.zeros(self.width)
        slope = np.zeros((self.width, count))
        for r, k in enumerate(self.pivots):
            base[k] = float(self.reduced[r, self.width].p) / float(self.reduced[r, self.width].q)
            for place, other in enumerate(self.free):
                entry = self.reduced[r, other]
                if entry != 0:
                    slope[k, place] = -float(entry.p) / float(entry.q)
        for place, other in enumerate(self.free):
            slope[other, place] = 1.0
        constants = [np.zeros((len(basis), len(basis))) for _, basis in self.blocks]
        slopes = [np.zeros((count, len(basis), len(basis))) for _, basis in self.blocks]
        for place, (b, i, j) in enumerate(self.entries, start=first):
            constants[b][i, j] = constants[b][j, i] = base[place]
            slopes[b][:, i, j] = slopes[b][:, j, i] = slope[place]
        return constants, slopes

    # --- rounding ---------------------------------------------------------------------------------

    def solve(self, deadline: float) -> Form | None:
        constants, slopes = self.matrices()
        found = centre(constants, slopes, deadline)
        if found is None or found.least + 4 * found.gap < 0:
            return None
        if found.least > 1e-9:
            last = None
            for denominator in _DENOMINATORS:
                y = [_rounded(float(v), denominator) for v in found.y]
                if y != last:
                    form = self._form(self.values(y))
                    if form is not None:
                        return form
                last = y
        self.kernels = kernels(constants, slopes, found.y)
        return None

    def _form(self, values: list[fmpq]) -> Form | None:
        first = len(self.multipliers)
        multiples: dict[int, tuple[Factor, Poly]] = {}
        for (e, z), value in zip(self.multipliers, values[:first], strict=True):
            if value != 0:
                before = multiples.get(id(e), (e, 0 * z))[1]
                multiples[id(e)] = (e, before + value * z)
        matrices: list[list[list[fmpq]]] = [
            [[fmpq(0)] * len(basis) for _ in basis] for _, basis in self.blocks
        ]
        for (b, i, j), value in zip(self.entries, values[first:], strict=True):
            matrices[b][i][j] = matrices[b][j][i] = value
        terms: list[Term] = []
        sure = False
        for (factor, basis), matrix in zip(self.blocks, matrices, strict=True):
            one = next((i for i, z in enumerate(basis) if z == 1), None)
            if self.strict and not sure and factor.strict and one is not None:
                for share in _SHARES:
                    less = [list(row) for row in matrix]
                    part = less[one][one] * share
                    less[one][one] = less[one][one] - part
                    squares = _squares(less, basis)
                    if part > 0 and squares is not None:
                        terms.append(Term(part, factor, None))
                        matrix, sure = less, True
                        break
            squares = _squares(matrix, basis)
            if squares is None:
                return None
            terms += [Term(w, factor, None if q == 1 else q) for w, q in squares]
        if self.strict and not sure:
            return None
        return Form(terms, list(multiples.values()))


def _zeros(
    target: Poly, factors: Sequence[Factor], equations: Sequence[Factor]
) -> list[list[fmpq]]:
    """Simple points of the closed domain at which the target vanishes."""
    used = [i for i, d in enumerate(target.degrees()) if d]
    for e in equations:
        used += [i for i, d in enumerate(e.poly.degrees()) if d and i not in used]
    values = {1: 21, 2: 9, 3: 7, 4: 4}.get(len(used), 3)
    simple = [fmpq(*v) for v in _SIMPLE[:values]]
    found = []
    gens = len(target.degrees())
    for choice in itertools.islice(itertools.product(simple, repeat=len(used)), 729):
        point = [fmpq(0)] * gens
        for i, value in zip(used, choice, strict=True):
            point[i] = value
        if target(*point) != 0 or any(e.poly(*point) != 0 for e in equations):
            continue
        if all(f.poly(*point) >= 0 for f in factors):
            found.append(point)
    return found


_SIMPLE = [
    *((0, 1), (1, 1), (-1, 1), (2, 1), (-2, 1), (1, 2), (-1, 2), (3, 1), (-3, 1), (1, 3), (-1, 3)),
    *((2, 3), (-2, 3), (3, 2), (-3, 2), (4, 1), (-4, 1), (1, 4), (-1, 4), (3, 4), (-3, 4)),
]


def _orthogonal(basis: list[Poly], rows: list[list[fmpq]]) -> list[Poly]:
    """The combinations of the basis whose coefficients v satisfy row . v = 0 for every row."""
    size = len(basis)
    reduced, rank = fmpq_mat(len(rows), size, [v for row in rows for v in row]).rref()
    pivots: list[int] = []
    for r in range(rank):
        start = pivots[-1] + 1 if pivots else 0
        pivots.append(next(k for k in range(start, size) if reduced[r, k] != 0))
    found = []
    for free in (k for k in range(size) if k not in set(pivots)):
        poly = basis[free]
        for r, k in enumerate(pivots):
            if reduced[r, free] != 0:
                poly = poly - reduced[r, free] * basis[k]
        found.append(poly)
    return found


def _rounded(value: float, denominator: int) -> fmpq:
    return fmpq(round(value * denominator), denominator)


def _squares(matrix: list[list[fmpq]], basis: list[Poly]) -> list[tuple[fmpq, Poly]] | None:
    """The quadratic form as a sum of weight * root**2 with weights > 0; None if it is not one."""
    rest = [list(row) for row in matrix]
    found = []
    for k in range(len(rest)):
        pivot = rest[k][k]
        if pivot < 0:
            return None
        if pivot == 0:
            if any(rest[k][j] != 0 for j in range(k, len(rest))):
                return None
            continue
        ratios = [rest[k][j] / pivot for j in range(len(rest))]
        root = basis[k]
        for j in range(k + 1, len(rest)):
            if ratios[j] != 0:
                root = root + ratios[j] * basis[j]
        for i in range(k + 1, len(rest)):
            if ratios[i] != 0:
                for j in range(i, len(rest)):
                    rest[i][j] = rest[i][j] - pivot * ratios[i] * ratios[j]
                    rest[j][i] = rest[i][j]
        found.append((pivot, root))
    return found
