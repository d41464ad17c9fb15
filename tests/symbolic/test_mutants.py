"""Constants of true statements moved until the statement is false: none of these may be proved.

That a mutant is false is established without the deciders: mpmath, at 50 digits, finds a point of
the domain at which both sides are real and the relation fails by far more than rounding.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import mpmath
import pytest
import sympy as sp
from corpus import Item
from corpus_algebraic import ITEMS as ALGEBRAIC
from corpus_analysis import ITEMS as ANALYSIS

from symbolic.decide import decide

FACTORS = (sp.Rational(101, 100), sp.Rational(99, 100), sp.Rational(11, 10), sp.Rational(9, 10))
FACTORS += (sp.Integer(2), sp.Rational(1, 2), sp.Integer(-1))
SHARE = 7  # one mutant in so many is tried
POINTS = 60
_INEQUALITIES = (sp.Le, sp.Lt, sp.Ge, sp.Gt)
mpmath.mp.dps = 50


def mutants(item: Item) -> Iterator[sp.Basic]:
    """The relation with one constant (one place in the tree) replaced, each in several ways."""
    relation = item.relation
    for side in (0, 1):
        for path, value in _constants(relation.args[side], ()):
            for factor in FACTORS:
                sides = list(relation.args)
                sides[side] = _put(sides[side], path, value * factor)
                if sides[side].is_finite is not False and not sides[side].has(sp.I, sp.zoo):
                    yield relation.func(*sides, evaluate=False)


def _constants(expr: sp.Basic, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], sp.Expr]]:
    if expr.is_Rational and expr != 0:
        yield path, expr
    for place, arg in enumerate(expr.args):
        if isinstance(arg, sp.Expr):
            yield from _constants(arg, (*path, place))


def _put(expr: sp.Expr, path: tuple[int, ...], value: sp.Expr) -> sp.Expr:
    if not path:
        return value
    args = list(expr.args)
    args[path[0]] = _put(args[path[0]], path[1:], value)
    return expr.func(*args)


def _coordinate(domain: sp.Set, rng: random.Random) -> sp.Rational | None:
    if isinstance(domain, sp.Union):
        return _coordinate(rng.choice(domain.args), rng)
    if domain in (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers):
        low = {sp.S.Naturals: 1, sp.S.Naturals0: 0}.get(domain, -9)
        return sp.Integer(rng.randint(low, 12))
    if not isinstance(domain, sp.Interval):
        return None
    low, high = domain.start, domain.end
    share = sp.Rational(rng.randint(1, 999), 1000)
    if low.is_finite and high.is_finite:
        low, high = (sp.Rational(str(sp.N(end, 20))) for end in (low, high))
        return low + (high - low) * share
    size = share / (1 - share) * rng.choice((sp.Rational(1, 10), 1, 4))
    if low.is_finite:
        return low + size if low.is_Rational else None
    if high.is_finite:
        return high - size if high.is_Rational else None
    return rng.choice((-1, 1)) * size


def falsifying_point(item: Item, relation: sp.Basic) -> dict[sp.Symbol, sp.Rational] | None:
    """A point at which the relation is clearly false, by mpmath alone."""
    rng = random.Random(5)
    symbols = list(item.over)
    gap = relation.lhs - relation.rhs
    if isinstance(relation, sp.Le | sp.Lt):
        gap = -gap
    value = sp.lambdify(symbols, gap, "mpmath")
    for _ in range(POINTS):
        point = {s: _coordinate(item.over[s], rng) for s in symbols}
        if any(v is None for v in point.values()):
            return None
        try:
            exact = [mpmath.mpf(v.p) / v.q for v in point.values()]
            found = value(*exact)
        except (ArithmeticError, ValueError, TypeError, KeyError):
            continue
        if (
            isinstance(found, mpmath.mpf)
            and mpmath.isfinite(found)
            and found < -(mpmath.mpf(10) ** -20)
        ):
            return point
    return None


@cache
def sample() -> tuple[tuple[Item, sp.Basic], ...]:
    """A deterministic sample of mutants that are false."""
    rng = random.Random(11)
    chosen = []
    for item in (*ANALYSIS, *ALGEBRAIC):
        if not item.truth or item.where or not isinstance(item.relation, _INEQUALITIES):
            continue
        if item.relation.has(sp.Piecewise, sp.Sum, sp.Product) or len(item.over) > 3:
            continue
        for relation in mutants(item):
            if rng.randrange(SHARE) or not isinstance(relation, _INEQUALITIES):
                continue
            if falsifying_point(item, relation) is not None:
                chosen.append((item, relation))
    return tuple(chosen)


def test_the_falsifying_search_spares_true_statements():
    """Points that mpmath calls false are false: none is found for what is known to be true."""
    for item in (*ANALYSIS, *ALGEBRAIC):
        plain = item.truth and not item.where and isinstance(item.relation, _INEQUALITIES)
        if plain and not item.relation.has(sp.Piecewise) and len(item.over) <= 2:
            assert falsifying_point(item, item.relation) is None, item.name


def test_false_mutants_are_refuted_and_never_proved():
    outcomes = [(i.name, r, decide(r, i.over, seconds=0.5).outcome) for i, r in sample()]
    assert len(outcomes) >= 60
    assert [o for o in outcomes if o[2] == "proved"] == []
    refuted = sum(o[2] == "refuted" for o in outcomes)
    print(f"{refuted} of {len(outcomes)} mutants refuted")
    assert refuted >= 0.95 * len(outcomes), [o for o in outcomes if o[2] != "refuted"]


@pytest.mark.parametrize("place", range(4))
def test_true_statements_survive_with_the_constant_put_back(place: int):
    item = next(i for i in ANALYSIS[place * 4 :] if i.truth and len(i.over) == 1)
    sides = list(item.relation.args)
    for path, value in _constants(sides[1], ()):
        assert _put(sides[1], path, value) == sides[1]
    assert decide(item.relation, item.over, seconds=20).outcome == "proved"
