"""Exact witnesses: a point of the domain where a relation fails, checked before it is shown."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import sympy as sp

from symbolic import clock
from symbolic.pointwise import holds_at
from symbolic.ranges import Domain, Point, Range, move_onto_equalities, sample

Failure = Literal["false", "undefined"]


@dataclass(frozen=True)
class Counterexample:
    """An exact point of the domain and how relation number `index` fails there."""

    point: Point
    index: int
    failure: Failure


def failure_at(
    relation: sp.Basic, point: Mapping[sp.Symbol, sp.Expr], exact: bool = False
) -> Failure | None:
    """How the relation certainly fails at the point, or None."""
    if relation is sp.false:
        return "false"
    truth = holds_at(relation, point, exact)
    if truth is False:
        return "false"
    return "undefined" if truth == "undefined" else None


def try_point(
    relations: Iterable[sp.Basic], domain: Domain, point: Point, exact: bool = False
) -> Counterexample | None:
    """The point as a counterexample, if it is one; membership in the domain is checked too."""
    for index, relation in enumerate(relations):
        failure = failure_at(relation, point, exact)
        if failure is not None and domain.contains(point):
            return Counterexample(point, index, failure)
    return None


def search(
    relations: tuple[sp.Basic, ...], domain: Domain, count: int, deadline: float, seed: int = 0
) -> tuple[Counterexample | None, bool]:
    """(a counterexample among sampled points or None, whether any point of the domain was met)."""
    key = _key(relations, domain, seed)
    spared = _spared.get(key, 0)  # how many of these points were looked at already, in vain
    if spared >= count:
        return None, True
    met = spared > 0
    for point in itertools.islice(sample(domain, count, seed), spared, None):
        met = met or domain.contains(point)
        found = try_point(relations, domain, point)
        if found is not None:
            return found, True
        if clock.now() > deadline:
            break
    special = itertools.chain(_on_faces(relations, domain, seed),
                              _special_angles(relations, domain, seed))  # fmt: skip
    for point in special if not spared else ():
        found = try_point(relations, domain, point, exact=True)
        if found is not None:
            return found, True
        if clock.now() > deadline:
            break
    else:
        if met and clock.now() <= deadline:
            if len(_spared) >= _MOST_SPARED:
                _spared.clear()
            _spared[key] = count
    return None, met


_spared: dict[object, int] = {}
_MOST_SPARED = 16
_MOST_POLES = 3
_MOST_FACES = 8


def _key(relations: tuple[sp.Basic, ...], domain: Domain, seed: int) -> object:
    """The question and the points at which it is tried, whatever its symbols are assumed to be."""
    ranges = tuple((s.name, union) for s, union in domain.ranges.items())
    where = tuple(_shape(c, domain) for c in domain.where)
    return tuple(_shape(r, domain) for r in relations), ranges, where, seed


def _shape(expr: sp.Basic, domain: Domain) -> object:
    """The expression with the domain's symbols as names, and sums and products in no order.

    Two expressions of one shape differ in the assumptions on their symbols alone. (To put other
    symbols in would evaluate the whole expression anew.)
    """
    if not expr.args:
        return expr.name if expr in domain.ranges else expr
    parts = [_shape(arg, domain) for arg in expr.args]
    if isinstance(expr, sp.Add | sp.Mul):
        return expr.func, frozenset(Counter(parts).items())
    return expr.func, tuple(parts)


def _on_faces(relations: tuple[sp.Basic, ...], domain: Domain, seed: int) -> Iterator[Point]:
    """Sample points with one coordinate moved to 0, where powers of it are no power series."""
    bases = {
        symbol
        for relation in relations
        for power in relation.atoms(sp.Pow)
        if power.exp.free_symbols
        for symbol in power.base.free_symbols
    }
    for symbol in sorted(bases & set(domain.ranges), key=str):
        if any(r.contains(sp.Integer(0)) for r in domain.ranges[symbol]):
            for point in sample(domain, _MOST_FACES, seed):
                yield {**point, symbol: sp.Integer(0)}


def _special_angles(relations: tuple[sp.Basic, ...], domain: Domain, seed: int) -> Iterator[Point]:
    """Sample points with one coordinate moved to a multiple of pi/4 or pi/3."""
    circular = (sp.sin, sp.cos, sp.tan, sp.cot, sp.sec, sp.csc)
    symbols = set()
    for relation in relations:
        for node in relation.atoms(*circular):
            symbols |= node.free_symbols
    if not symbols:
        return
    base = next(sample(domain, 1, seed), None)
    if base is None:
        return
    yield from _poles(relations, domain, base)
    angles = [sp.pi * sp.Rational(k, q) for q in (2, 4, 3) for k in range(-2 * q, 2 * q + 1)]
    for symbol in sorted(symbols & set(domain.ranges), key=str):
        for angle in dict.fromkeys(angles):
            if any(r.contains(angle) for r in domain.ranges[symbol]):
                yield {**base, symbol: angle}


def _poles(relations: tuple[sp.Basic, ...], domain: Domain, base: Point) -> Iterator[Point]:
    """The point with one coordinate moved to where a sine or cosine of it vanishes."""
    arguments = {
        (node.args[0], isinstance(node, sp.sin | sp.cot | sp.csc))
        for relation in relations
        for node in relation.atoms(sp.sin, sp.cos, sp.tan, sp.cot, sp.sec, sp.csc)
    }
    halves = sp.pi / 2
    for argument, is_sine in sorted(arguments, key=str):
        for symbol in sorted(argument.free_symbols & set(domain.ranges), key=str):
            slope = sp.diff(argument, symbol)
            if not (slope.is_number and slope.is_real and slope.is_nonzero):
                continue
            moved = argument.xreplace({s: v for s, v in base.items() if s != symbol})
            offset = moved.xreplace({symbol: sp.Integer(0)})
            for k in range(-_MOST_POLES, _MOST_POLES + 1):
                turns = 2 * k * halves if is_sine else (2 * k + 1) * halves
                value = sp.expand((turns - offset) / slope)
                if any(r.contains(value) for r in domain.ranges[symbol]):
                    yield {**base, symbol: value}


def near_model(domain: Domain, model: Mapping[sp.Symbol, sp.Expr]) -> Iterator[Point]:
    """Exact points at and near a model whose coordinates may be algebraic, simplest first."""
    full = {s: model.get(s, _some_value(union)) for s, union in domain.ranges.items()}
    integer = {s for s, union in domain.ranges.items() if all(r.integer for r in union)}
    if all(v.is_Rational for v in full.values()) and not integer:
        yield full
    for denominator in (1, 4, 20, 200, 10**4, 10**7, 10**12, 10**24):
        rounded = {s: (v if s in integer else _near(v, denominator)) for s, v in full.items()}
        for point in _integral(rounded, integer):
            yield point
            moved = move_onto_equalities(domain, point)
            if moved is not None and moved != point:
                yield moved
    if not integer:
        yield from _beside(full)
        yield full


def _beside(full: Point) -> Iterator[Point]:
    """Points on both sides of an irrational coordinate: a pole may be high on one side only."""
    for symbol, value in full.items():
        if value.is_Rational:
            continue
        others = {s: v if v.is_Rational else _near(v, 10**24) for s, v in full.items()}
        for size in (10**3, 10**8, 10**20):
            scaled = sp.floor(sp.Rational(str(sp.N(value, 60))) * size)
            for end in (scaled, scaled + 1):
                yield {**others, symbol: end / size}


def _near(value: sp.Expr, denominator: int) -> sp.Rational:
    rational = value if value.is_Rational else sp.Rational(str(sp.N(value, 40)))
    return rational.limit_denominator(denominator)


def _integral(point: Point, integer: set[sp.Symbol]) -> Iterator[Point]:
    if not integer or len(integer) > 5:
        yield point
        return
    choices = [sorted({sp.floor(point[s]), sp.ceiling(point[s])}) for s in integer]
    for choice in itertools.product(*choices):
        yield {**point, **dict(zip(integer, choice, strict=True))}


def _some_value(union: tuple[Range, ...]) -> sp.Expr:
    r = union[0]
    if r.low == -sp.oo and r.high == sp.oo:
        return sp.Integer(0)
    if r.low == -sp.oo:
        return sp.floor(r.high) - 1
    if r.high == sp.oo:
        return sp.floor(r.low) + 1
    return r.low if r.low == r.high or r.integer else (r.low + r.high) / 2
