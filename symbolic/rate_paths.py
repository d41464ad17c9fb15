"""Paths along which a ratio of rates may be unbounded: sizes as monomials in one t -> oo.

Nothing here needs to be right: each path is put to the check, which decides by exact growth.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations, islice, permutations, product
from typing import Any

from symbolic.linear import nonnegative_solution
from symbolic.rates import Monomial
from symbolic.recheck.rates import Statement
from symbolic.recheck.scales import Form, range_of, subtract

ONE = Fraction(1)
STEP = Fraction(1, 1000)
MOST_CHOICES = 200
Path = dict[str, Monomial]


def power(exponent: Fraction) -> Monomial:
    """t**exponent, or log t for the exponent 0."""
    return Monomial(powers=(("t", exponent),)) if exponent else SLOW


SLOW = Monomial(logs=(("t", ONE),))
SLOWER = Monomial(logs=(("log t", ONE),))
SLOWEST = Monomial(logs=(("log log t", ONE),))
FAST = power(ONE)


def paths(known: Statement, f: list[list[Form]], g: list[list[Form]]) -> Iterator[Path]:
    """Simple paths first, then those that linear programming finds."""
    names = sorted(known.parameters)
    cases = [
        [subtract(a, b) for a in minimum for b in choice]
        for minimum in f
        for choice in islice(product(*g), MOST_CHOICES)
    ]
    found = chain(
        _simple(names),
        _by_powers(names, known, cases),
        _slow(names, known, cases),
        _nested(names),
        _on_relations(names, known),
    )
    tried: set[tuple[Any, ...]] = set()
    for path in found:
        key = tuple(path[name] for name in names)
        if key not in tried:
            tried.add(key)
            yield path


def _simple(names: list[str]) -> Iterator[Path]:
    """One parameter or two as powers of t, the others as log t; or all as t."""
    for count in (1, 2):
        for chosen in combinations(names, count):
            for exponents in product((ONE, Fraction(3)), repeat=count):
                fast = {n: power(e) for n, e in zip(chosen, exponents, strict=True)}
                yield {name: fast.get(name, SLOW) for name in names}
    yield dict.fromkeys(names, FAST)


def _nested(names: list[str]) -> Iterator[Path]:
    """One parameter as t, the others far behind; or two of them, the others far behind both."""
    for name in names:
        for slow in (SLOWER, SLOWEST):
            yield {other: FAST if other == name else slow for other in names}
    for fast, middle in permutations(names, 2):
        for size in (SLOW, SLOW ** Fraction(1, 2), SLOW ** Fraction(3)):
            yield {n: FAST if n == fast else size if n == middle else SLOWER for n in names}
        both = {fast: FAST, middle: FAST ** Fraction(3)}
        yield {n: both.get(n, SLOWER) for n in names}


def _by_powers(names: list[str], known: Statement, cases: list[list[Form]]) -> Iterator[Path]:
    """Powers of t; parameters with exponentials in them as log t."""
    exponential = {
        inner[1]
        for one in chain(*cases, known.relations)
        for key in one
        if key[0] == "w"
        for inner, _ in key[1]
        if inner[0] == "x"
    }
    for gaps in cases:
        for slow in {frozenset[str](), frozenset(exponential)}:
            for step in (STEP, Fraction(0)):
                for margin, beyond in product((ONE, Fraction(0)), repeat=2):
                    rows = [(_at_powers(one, names, slow), margin) for one in gaps]
                    rows += [(_at_powers(one, names, slow), beyond) for one in known.relations]
                    found = _solve(rows, names, step)
                    if found is not None:
                        yield {n: SLOW if n in slow else power(found[n]) for n in names}


def _at_powers(
    one: Form, names: list[str], slow: frozenset[str]
) -> tuple[list[Fraction], Fraction]:
    """Coefficients of the exponents of t in the power of t that a form is, and a constant."""
    row = [Fraction(0) if n in slow else one.get(("x", n), Fraction(0)) for n in names]
    constant = Fraction(0)
    for key, value in one.items():
        if key[0] == "w" and len(key[1]) == 1 and key[1][0][0][1] in slow:
            constant += value * _roughly(key[2])
    return row, constant


def _roughly(base: str) -> Fraction:
    import math

    low = (
        1
        if base == "e" or base.startswith("#")
        else range_of(base)[0]
        if ".." in base
        else math.log(int(base))
    )
    return Fraction(low).limit_denominator(10**6)


def _slow(names: list[str], known: Statement, cases: list[list[Form]]) -> Iterator[Path]:
    """One parameter as t, the others as powers of log t."""
    for fast in names:
        others = [name for name in names if name != fast]
        for gaps in cases:
            rows = []
            for one, margin in [(g, STEP) for g in gaps] + [
                (r, Fraction(0)) for r in known.relations
            ]:
                leading = one.get(("x", fast), Fraction(0))
                if leading < 0:
                    break
                if leading == 0:
                    row = [one.get(("x", name), Fraction(0)) for name in others]
                    rows.append(((row, one.get(("x", f"log {fast}"), Fraction(0))), margin))
            else:
                found = _solve(rows, others, STEP) if rows else None
                if found is not None:
                    sizes = {n: SLOW**e if e else SLOWER for n, e in found.items()}
                    yield {fast: FAST, **sizes}


def _on_relations(names: list[str], known: Statement) -> Iterator[Path]:
    """One parameter as a relation gives it from the others, these being all t or all log t."""
    for relation in known.relations:
        for key, value in relation.items():
            if key[0] == "x" and key[1] in names:
                for size in (FAST, SLOW):
                    solved = Monomial()
                    for other, factor in relation.items():
                        if other != key:
                            solved = solved * _in_t(other, size) ** (-factor / value)
                    if solved != Monomial():
                        for more in (Fraction(0), Fraction(1, 2), Fraction(-1, 2)):
                            moved = solved * SLOW**more
                            yield {n: moved if n == key[1] else size for n in names}


def _in_t(key: Any, size: Monomial) -> Monomial:
    """What a key stands for, where all parameters are t or log t; 1 for what is not read."""
    fast = size == FAST
    if key[0] == "x":
        depth = key[1].count("log ") + (0 if fast else 1)
        return FAST if not depth else Monomial(logs=(("log " * (depth - 1) + "t", ONE),))
    if len(key[1]) == 1 and key[1][0][1] == 1 and fast and "log " not in key[1][0][0][1]:
        return Monomial(exps=((("t", key[2]), ONE),))
    return Monomial()


def _solve(
    rows: list[tuple[tuple[list[Fraction], Fraction], Fraction]], names: list[str], step: Fraction
) -> dict[str, Fraction] | None:
    """Exponents d >= step with row . d + constant >= margin for each row."""
    matrix, right = [], []
    for i, ((row, constant), margin) in enumerate(rows):
        slack = [-Fraction(int(i == k)) for k in range(len(rows))]
        matrix.append([*row, *slack])
        right.append(margin - constant - step * sum(row, Fraction(0)))
    solution, _ = nonnegative_solution(matrix, right)
    if solution is None:
        return None
    return {name: value + step for name, value in zip(names, solution, strict=False)}
