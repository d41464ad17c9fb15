"""Combinations of side conditions with monomials as weights, found by matching monomials.

A polynomial T, or a multiple of it, is written as a sum of c * m * f with rationals c > 0,
monomials m that are >= 0 on the domain, and f among the known quantities and their products. The
monomials m are those that bring some term of f to a term that is there already, so that high
degrees and many variables cost little; where a variable is > 0 its powers may be negative. The
multiplier is a sum of monomials, too. A linear program in floating point proposes the support, and
the weights are solved for exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from symbolic import clock
from symbolic.formula import Poly
from symbolic.watchdog import shielded

Exponents = tuple[int, ...]
Row = dict[Exponents, fmpq]
Vector = np.ndarray[Any, Any]
_ROUNDS = 2
_MOST_COLUMNS = 2500
_MOST_ROWS = 700
_MOST_PAIRS = 80
_HIGHEST = 6  # how far below zero an exponent may go
_LARGEST_SUPPORT = 60
_MOST_MULTIPLIERS = 16


@dataclass(frozen=True)
class Fact:
    """A polynomial that is >= 0 on the domain (> 0 with `strict`), and the factors it is made of.

    `equation`: it is zero on the domain, so that its weight may have any sign.
    """

    row: Row
    strict: bool
    parts: tuple[int, ...]
    equation: bool = False


@dataclass(frozen=True)
class Term:
    """weight * monomial * the product of the facts with these numbers."""

    weight: fmpq
    monomial: Exponents
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Combination:
    """target * multiplier = the sum of the terms, exactly; the multiplier is > 0 on the domain."""

    terms: list[Term]
    multiplier: Row


@dataclass(frozen=True)
class Signs:
    """Which variables are known to be > 0, and which to be >= 0."""

    positive: Sequence[bool]
    nonnegative: Sequence[bool]

    def allow(self, monomial: Exponents) -> bool:
        """Whether the (Laurent) monomial is defined and >= 0 on the domain."""
        return all(
            self.positive[i] or (power >= 0 and (self.nonnegative[i] or power % 2 == 0))
            for i, power in enumerate(monomial)
            if power
        ) and all(power >= -_HIGHEST for power in monomial)

    def sure(self, monomial: Exponents) -> bool:
        """Whether it is > 0."""
        return all(self.positive[i] for i, power in enumerate(monomial) if power)


def row_of(poly: Poly) -> Row:
    """The polynomial's coefficients."""
    return {tuple(map(int, m)): c for m, c in poly.to_dict().items()}


def combination(
    target: Row, facts: Sequence[Fact], signs: Signs, strict: bool, deadline: float
) -> Combination | None:
    """The target as such a sum, or None. With `strict` one term is > 0 on the domain."""
    size = len(next(iter(target)))
    unit = (0,) * size
    usable = [Fact({unit: fmpq(1)}, True, ()), *facts, *_pairs(facts)]
    for multipliers in ([unit], _multipliers(target, signs)):
        if multipliers and clock.now() < deadline:
            found = _Search(target, usable, signs, strict, multipliers).run(deadline)
            if found is not None:
                return found
    return None


def _multipliers(target: Row, signs: Signs) -> list[Exponents]:
    """Monomials whose combinations with weights >= 0 may multiply the target."""
    size = len(next(iter(target)))
    unit = (0,) * size
    found = [m for m in target if signs.allow(m)]
    simple = [tuple(int(i == k) for i in range(size)) for k in range(size)]
    used = [any(m[k] for m in target) for k in range(size)]
    found += [m for m, here in zip(simple, used, strict=True) if here and signs.allow(m)]
    return list(dict.fromkeys([unit, *found]))[:_MOST_MULTIPLIERS]


class _Family:
    """The columns m * f of one fact f, as exponents of m and as the places of their terms.

    Monomials are compared by a linear hash of their exponents: a collision could only spoil the
    linear program, whose answer is solved for exactly afterwards.
    """

    def __init__(self, fact: Fact, key: Vector, signs: Signs, size: int) -> None:
        self.fact, self.key = fact, key
        self.terms = np.array(list(fact.row), dtype=np.int64).reshape(-1, size)
        values = np.array([float(c.p) / float(c.q) for c in fact.row.values()])
        self.scale = float(np.abs(values).max())
        self.values = values / self.scale
        self.positive = np.array(signs.positive, bool)
        self.nonnegative = np.array(signs.nonnegative, bool)
        self.monomials = np.zeros((0, size), dtype=np.int64)

    def match(self, monomials: Vector, most: int) -> Vector:
        """Adds the columns that reach one of the monomials; returns the terms of the new ones."""
        found = (monomials[:, None, :] - self.terms[None, :, :]).reshape(-1, self.terms.shape[1])
        good = self.positive | (found >= 0)
        if not self.fact.equation:
            good &= self.positive | self.nonnegative | (found % 2 == 0)
        found = found[good.all(axis=1) & (found >= -_HIGHEST).all(axis=1)]
        hashes, first = np.unique(found @ self.key, return_index=True)
        found = found[first[~np.isin(hashes, self.monomials @ self.key)]][:most]
        self.monomials = np.concatenate([self.monomials, found])
        return np.asarray((found[:, None, :] + self.terms[None, :, :]).reshape(-1, found.shape[1]))

    def sure(self) -> Vector:
        """Which columns are > 0 on the domain."""
        certain = (self.positive | (self.monomials == 0)).all(axis=1)
        return certain if self.fact.strict else np.zeros(len(self.monomials), bool)

    def row(self, place: int) -> Row:
        """One column, exactly."""
        return _times(self.fact.row, tuple(map(int, self.monomials[place])))


class _Search:
    """sum of weights * columns - target * multiplier = 0, the multiplier > 0."""

    def __init__(
        self,
        target: Row,
        facts: Sequence[Fact],
        signs: Signs,
        strict: bool,
        multipliers: Sequence[Exponents],
    ) -> None:
        size = len(multipliers[0])
        self.signs, self.strict, self.multipliers = signs, strict, multipliers
        self.key = np.random.default_rng(0).integers(-(2**62), 2**62, size, dtype=np.int64)
        self.families = [_Family(f, self.key, signs, size) for f in facts]
        self.scaled = [_times(target, m) for m in multipliers]
        every = dict.fromkeys(m for row in self.scaled for m in row)
        self.rows = np.array(list(every), dtype=np.int64).reshape(-1, size)

    def run(self, deadline: float) -> Combination | None:
        fresh, count = self.rows, 0
        for _ in range(_ROUNDS):
            reached = []
            for family in self.families:
                before = len(family.monomials)
                reached.append(family.match(fresh, _MOST_COLUMNS - count))
                count += len(family.monomials) - before
            new = np.concatenate(reached)
            if not len(new) or clock.now() > deadline:
                return None
            hashes, first = np.unique(new @ self.key, return_index=True)
            fresh = new[first[~np.isin(hashes, self.rows @ self.key)]]
            self.rows = np.concatenate([self.rows, fresh])
            found = self.solved()
            if found is not None or len(self.rows) > _MOST_ROWS or count >= _MOST_COLUMNS:
                return found
        return None

    def solved(self) -> Combination | None:
        free = np.concatenate([np.full(len(f.monomials), f.fact.equation) for f in self.families])
        sure = np.concatenate([f.sure() for f in self.families])
        if self.strict and not sure.any():
            return None
        weights = self.proposed(free, sure)
        if weights is None:
            return None
        places = [(f, k) for f in self.families for k in range(len(f.monomials))]
        count = len(places)
        order = np.argsort(-np.abs(weights))[:_LARGEST_SUPPORT]
        support = [int(k) for k in order if abs(weights[k]) > 1e-12]
        negated = [{m: -c for m, c in row.items()} for row in self.scaled]
        exact = _exact(
            [places[k][0].row(places[k][1]) if k < count else negated[k - count] for k in support]
        )
        if exact is None:
            return None
        terms: list[Term] = []
        multiplier: Row = {}
        strictly = not self.strict
        for k, weight in zip(support, exact, strict=True):
            if weight < 0 and not (k < count and free[k]):
                return None
            if weight == 0:
                continue
            if k < count:
                family, place = places[k]
                monomial = tuple(map(int, family.monomials[place]))
                terms.append(Term(weight, monomial, family.fact.parts))
                strictly = strictly or bool(sure[k])
            else:
                multiplier[self.multipliers[k - count]] = weight
        if not strictly or not any(self.signs.sure(m) for m in multiplier):
            return None
        return _over_a_monomial(terms, multiplier)

    def proposed(self, free: Vector, sure: Vector) -> Vector | None:
        """Weights in floating point: a vertex, with some weight on a sure column where needed.

        Columns are scaled to size one, so that the total weight is a measure of simplicity.
        """
        linprog, csc_array = _library()
        hashes = self.rows @ self.key
        order = np.argsort(hashes)
        ranked = hashes[order]
        data, i, j, scales = [], [], [], []
        width = 0
        for family in self.families:
            mine = len(family.monomials)
            there = (family.monomials @ self.key)[:, None] + (family.terms @ self.key)[None, :]
            i.append(order[np.searchsorted(ranked, there.ravel())])
            j.append(np.repeat(np.arange(width, width + mine), len(family.terms)))
            data.append(np.tile(family.values, mine))
            scales.append(np.full(mine, family.scale))
            width += mine
        certain = np.array([self.signs.sure(m) for m in self.multipliers])
        for k, row in enumerate(self.scaled):
            values = np.array([-float(c.p) / float(c.q) for c in row.values()])
            size = np.abs(values).max()
            there = np.array(list(row), dtype=np.int64) @ self.key
            i.append(order[np.searchsorted(ranked, there)])
            j.append(np.full(len(row), width + k))
            data.append(values / size)
            scales.append(np.array([size]))
        # The weights of the multiplier that is certainly > 0 add up to one.
        i.append(np.full(int(certain.sum()), len(self.rows)))
        j.append(width + np.flatnonzero(certain))
        data.append(np.ones(int(certain.sum())))
        extra = len(self.scaled)
        shape = (len(self.rows) + 1, width + extra)
        matrix = csc_array(
            (np.concatenate(data), (np.concatenate(i), np.concatenate(j))), shape=shape
        )
        right = np.zeros(len(self.rows) + 1)
        right[-1] = 1.0
        cost = np.concatenate([np.where(free, 0.0, 1.0), np.zeros(extra)])
        lowest = np.concatenate([np.where(free, -np.inf, 0.0), np.zeros(extra)])
        bounds = np.column_stack([lowest, np.full(width + extra, np.inf)])
        marked = np.concatenate([sure, np.zeros(extra, bool)])
        for least in (0.0, 1e-3) if self.strict else (0.0,):
            above = {"A_ub": -marked[None, :].astype(float), "b_ub": [-least]} if least else {}
            found = linprog(
                cost, A_eq=matrix, b_eq=right, bounds=bounds, method="highs-ds", **above
            )
            if found.status != 0:
                return None
            if not self.strict or (found.x[marked] > 1e-9).any():
                return np.asarray(found.x / np.concatenate(scales))
        return None


@cache
def _library() -> tuple[Any, Any]:
    """SciPy's linear programs and sparse arrays; loading them is no work that counts."""
    before = clock.now()
    with shielded():  # an import that a time limit interrupts may spoil a module for good
        from scipy.optimize import linprog
        from scipy.sparse import csc_array
    clock.charge(before - clock.now())
    return linprog, csc_array


def _over_a_monomial(terms: list[Term], multiplier: Row) -> Combination:
    """With exponents >= 0 everywhere, and the multiplier's greatest common monomial left out."""
    every = [t.monomial for t in terms] + list(multiplier)
    low = tuple(min(powers) for powers in zip(*every, strict=True))

    def moved(m: Exponents) -> Exponents:
        return tuple(p - q for p, q in zip(m, low, strict=True))

    return Combination(
        [Term(t.weight, moved(t.monomial), t.parts) for t in terms],
        {moved(m): c for m, c in multiplier.items()},
    )


def _pairs(facts: Sequence[Fact]) -> list[Fact]:
    found = []
    for a, b in itertools.combinations_with_replacement(facts, 2):
        if a.equation or b.equation or (a is b and len(a.row) > 3):
            continue
        row: Row = {}
        for (m, c), (n, d) in itertools.product(a.row.items(), b.row.items()):
            key = tuple(i + j for i, j in zip(m, n, strict=True))
            row[key] = row.get(key, fmpq(0)) + c * d
        row = {m: c for m, c in row.items() if c != 0}
        found.append(Fact(row, a.strict and b.strict, a.parts + b.parts))
        if len(found) >= _MOST_PAIRS:
            break
    return found


def _times(row: Row, monomial: Exponents) -> Row:
    return {tuple(i + j for i, j in zip(m, monomial, strict=True)): c for m, c in row.items()}


def _exact(columns: list[Row]) -> list[fmpq] | None:
    """Weights, not all zero, with which the columns add up to zero, or None.

    The columns are taken to have one such combination, up to its size.
    """
    used = {m: k for k, m in enumerate(dict.fromkeys(m for row in columns for m in row))}
    matrix = fmpq_mat(len(used), len(columns))
    for k, row in enumerate(columns):
        for m, c in row.items():
            matrix[used[m], k] = c
    reduced, rank = matrix.rref()
    if rank != len(columns) - 1:
        return None
    pivots: list[int] = []
    for r in range(rank):
        start = pivots[-1] + 1 if pivots else 0
        pivots.append(next(k for k in range(start, len(columns)) if reduced[r, k] != 0))
    (free,) = set(range(len(columns))) - set(pivots)
    found = [fmpq(0)] * len(columns)
    found[free] = fmpq(1)
    for r, k in enumerate(pivots):
        found[k] = -reduced[r, free]
    return found
