"""An equation as several simpler ones, on pieces of its domain, which together imply it.

Bases of powers may vanish at the end of a range, floors are constant on intervals, and maxima and
absolute values go inside monotone functions. What is put in may hide that a part was undefined: so
each part of the equation is shown to be defined, too, before it is replaced.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy as sp

from symbolic.deduction import follows, is_defined
from symbolic.differences import Unsuitable, outermost, parts
from symbolic.ranges import Domain, Range

_INCREASING = (sp.exp, sp.log, sp.atan, sp.sinh, sp.tanh, sp.asinh, sp.erf, sp.asin, sp.atanh)
_ODD = (sp.atan, sp.sinh, sp.tanh, sp.asinh, sp.erf, sp.asin, sp.atanh)
_MOST_PIECES = 24
_INTEGERS = (Range(-sp.oo, sp.oo, True, True, integer=True),)


@dataclass(frozen=True)
class Piece:
    """An equation over a domain."""

    relation: sp.Eq
    domain: Domain


def pieces(relation: sp.Eq, domain: Domain, deadline: float) -> list[Piece] | None:
    """Equations that together imply the one given, or None where there is no such way."""
    for split in (_inwards, _by_floors, by_zeros):
        found = split(relation, domain, deadline)
        if found is not None:
            return found
    return None


# Monotone functions.


def _inwards(relation: sp.Eq, domain: Domain, deadline: float) -> list[Piece] | None:
    """max(f(a), f(b)) = f(max(a, b)) for increasing f, and |f(a)| = f(|a|) for odd ones."""
    moved = sp.Eq(*(side.replace(_can_move, _moved) for side in relation.args), evaluate=False)
    if moved == relation or not is_defined(relation, domain, deadline):
        return None
    return [Piece(moved, domain)]


def _can_move(e: sp.Basic) -> bool:
    if isinstance(e, sp.Max | sp.Min):
        if all(a.could_extract_minus_sign() and not a.is_Add for a in e.args):
            return True
        return len({a.func for a in e.args}) == 1 and isinstance(e.args[0], _INCREASING)
    return isinstance(e, sp.Abs) and isinstance(e.args[0], _ODD)


def _moved(e: sp.Expr) -> sp.Expr:
    if isinstance(e, sp.Max | sp.Min) and not isinstance(e.args[0], _INCREASING):
        other = sp.Min if isinstance(e, sp.Max) else sp.Max
        return -other(*(-a for a in e.args))
    f = e.args[0].func
    return f(e.func(*(a.args[0] for a in e.args)))


# Floors.


def _by_floors(relation: sp.Eq, domain: Domain, deadline: float) -> list[Piece] | None:
    """x = q m + f with an integer m: on intervals of f from 0 to q each floor is q' m + c."""
    floors = [f for f in relation.atoms(sp.floor, sp.ceiling) if f.free_symbols]
    symbols = set().union(*(f.free_symbols for f in floors))
    if not floors or len(symbols) != 1 or symbols - set(domain.ranges):
        return None
    (x,) = symbols
    period, cuts = 1, set()
    for node in floors:
        slope = _slope(node.args[0], x)
        if slope is None:
            return None
        period = sp.ilcm(period, slope.q)
    whole = all(r.integer for r in domain.ranges[x])
    for node in floors:
        argument = node.args[0]
        inner = argument.atoms(sp.floor, sp.ceiling)
        if inner:  # constant where those inside are, if nothing else moves
            if argument.xreplace({f: sp.Dummy() for f in inner}).has(x):
                return None
            continue
        slope, offset = sp.diff(argument, x), argument.xreplace({x: sp.Integer(0)})
        if not (slope.is_Rational and offset.is_Rational and slope != 0):
            return None
        first, last = sorted((offset, offset + slope * period))
        cuts |= {(k - offset) / slope for k in range(int(sp.ceiling(first)), int(last) + 1)}
    if whole:
        places = [(sp.Integer(f), sp.Integer(f)) for f in range(int(period))]
    else:
        ends = sorted({sp.Integer(0), sp.Integer(period)} | {c for c in cuts if 0 <= c <= period})
        places = [(e, e) for e in ends[:-1]] + list(itertools.pairwise(ends))
    if len(places) > _MOST_PIECES:
        return None
    found = [_on_interval(relation, domain, x, period, place) for place in places]
    checked = (_still_defined(relation, p, mapping, deadline) for p, mapping in found)
    return [p for p, _ in found] if all(checked) else None


def _slope(expr: sp.Expr, x: sp.Symbol) -> sp.Rational | None:
    """The rate of a nested floor of linear arguments, the floors left out."""
    plain = expr.replace(sp.floor, lambda u: u).replace(sp.ceiling, lambda u: u)
    slope = sp.diff(plain, x)
    return slope if slope.is_Rational else None


def _on_interval(
    relation: sp.Eq, domain: Domain, x: sp.Symbol, period: int, place: tuple[sp.Expr, sp.Expr]
) -> tuple[Piece, Mapping[sp.Expr, sp.Expr]]:
    m = sp.Dummy("m", integer=True)
    low, high = place
    ranges = {s: union for s, union in domain.ranges.items() if s != x} | {m: _INTEGERS}
    rest: sp.Expr = low
    if low != high:
        rest = sp.Dummy("f", real=True)
        ranges[rest] = (Range(low, high, True, True),)
    value = period * m + rest
    middle = (low + high) / 2
    mapping: dict[sp.Expr, sp.Expr] = {}
    for node in sorted(relation.atoms(sp.floor, sp.ceiling), key=lambda e: e.count_ops()):
        inner = node.args[0].xreplace(mapping).xreplace({x: period * m + middle})
        mapping[node] = node.func(sp.expand(inner))
    mapping[x] = value
    ends = tuple(end.xreplace({x: value}) for r in domain.ranges[x][:1] for end in r.relations(x))
    where = tuple(c.xreplace(mapping) for c in domain.where)
    known = tuple(c for c in (*ends, *where) if c != sp.true)
    if len(domain.ranges[x]) > 1:
        known = tuple(c for c in where if c != sp.true)
    changed = sp.Eq(*(side.xreplace(mapping) for side in relation.args), evaluate=False)
    return Piece(changed, Domain(ranges, known)), mapping


# Powers of zero.


def by_zeros(
    relation: sp.Eq, domain: Domain, deadline: float, whole: bool = True
) -> list[Piece] | None:
    """Apart from, and at, a value of a variable for which the base of a power vanishes.

    `whole`: also where the exponents are integers.
    """
    integers = {s for s, union in domain.ranges.items() if all(r.integer for r in union)}
    for base in _bases(relation, set() if whole else integers):
        for x in sorted(base.free_symbols & set(domain.ranges), key=str):
            at = _zero_of(base, x)
            union = domain.ranges[x]
            if at is None or any(r.integer for r in union):
                continue
            if not any(r.contains(at) and r.low != r.high for r in union):
                continue
            below = tuple(p for r in union for p in _without(r, at))
            face = Domain({s: u for s, u in domain.ranges.items() if s != x},
                          tuple(c.xreplace({x: at}) for c in domain.where))  # fmt: skip
            if sp.false in face.where:
                return None
            there = _at_zero(relation, x, at, face, deadline)
            if there is None or not below:
                return None
            return [Piece(relation, Domain({**domain.ranges, x: below}, domain.where)), there]
    return None


def _bases(relation: sp.Eq, integers: set[sp.Basic]) -> list[sp.Expr]:
    """Bases of powers whose exponents vary, and not only with the integers."""
    powers = relation.atoms(sp.Pow)
    found = {p.base for p in powers if p.exp.free_symbols - integers and p.base.free_symbols}
    return sorted(found, key=str)


def _zero_of(base: sp.Expr, x: sp.Symbol) -> sp.Rational | None:
    for factor in sp.Mul.make_args(sp.factor(base)):
        inner = factor.base if factor.is_Pow else factor
        if inner.free_symbols == {x} and inner.is_polynomial(x) and sp.degree(inner, x) == 1:
            root = -inner.xreplace({x: sp.Integer(0)}) / sp.diff(inner, x)
            return root if root.is_Rational else None
    return None


def _without(r: Range, at: sp.Rational) -> Iterator[Range]:
    if not r.contains(at):
        yield r
        return
    if r.low != at:
        yield Range(r.low, at, r.low_open, True)
    if r.high != at:
        yield Range(at, r.high, True, r.high_open)


def _at_zero(
    relation: sp.Eq, x: sp.Symbol, at: sp.Rational, face: Domain, deadline: float
) -> Piece | None:
    """The equation at x = at, with 0**e = 0 for e > 0."""
    sides = [_zeros_out(side.xreplace({x: at}), face, deadline) for side in relation.args]
    if any(side is None for side in sides):
        return None
    piece = Piece(sp.Eq(*sides, evaluate=False), face)
    return piece if _still_defined(relation, piece, {x: at}, deadline) else None


def _zeros_out(expr: sp.Expr, domain: Domain, deadline: float) -> sp.Expr | None:
    """With powers of zero as numbers; None where one is not known."""
    if expr.is_Pow and expr.base == 0:
        positive = follows(sp.Gt(expr.exp, 0, evaluate=False), domain, deadline)
        return sp.Integer(0) if positive else None
    if not any(p.base == 0 for p in expr.atoms(sp.Pow)):
        return expr
    if isinstance(expr, sp.Sum):
        return _only_term(expr, domain, deadline)
    if isinstance(expr, sp.Product):
        return None
    values = [_zeros_out(arg, domain, deadline) for arg in expr.args]
    return None if any(v is None for v in values) else expr.func(*values)


def _only_term(total: sp.Sum, domain: Domain, deadline: float) -> sp.Expr | None:
    """The only term that does not vanish, where 0**e is a factor with e = 0 at one end."""
    if len(total.limits) != 1 or len(total.limits[0]) != 3 or not total.function.is_Mul:
        return None
    k, first, last = total.limits[0]
    zeros = [f for f in total.function.args if f.is_Pow and f.base == 0]
    if len(zeros) != 1:
        return None
    (zero,) = zeros
    for end, inwards in ((first, 1), (last, -1)):
        if sp.expand(zero.exp.xreplace({k: end})) == 0 and sp.diff(zero.exp, k) == inwards:
            if not follows(sp.Ge(last, first, evaluate=False), domain, deadline):
                return None
            rest = sp.Mul(*(f for f in total.function.args if f is not zero))
            return rest.xreplace({k: end})
    return None


def _still_defined(
    relation: sp.Eq, piece: Piece, mapping: Mapping[sp.Expr, sp.Expr], deadline: float
) -> bool:
    """Whether every part of the equation that may be undefined is defined on the piece."""
    nodes = sorted(set(sp.preorder_traversal(relation)), key=sp.default_sort_key)
    if not all(_terms_are_defined(f, piece, mapping, deadline) for f in outermost(relation)):
        return False
    for node in nodes:
        natural = node.is_Pow and node.exp.is_Integer and node.exp >= 0
        if not isinstance(node, sp.Pow | sp.Function) or natural or not node.free_symbols:
            continue
        if node.free_symbols - piece.domain.ranges.keys() - mapping.keys():
            continue  # the terms of a sum, which are looked at below
        if isinstance(node, sp.floor | sp.ceiling | sp.Abs | sp.Max | sp.Min | sp.sign):
            continue
        value = _zeros_out(node.xreplace(mapping), piece.domain, deadline)
        if value is None or value.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
            return False
        if not _is_defined(value, piece.domain, deadline):
            return False
    return True


def _is_defined(value: sp.Expr, domain: Domain, deadline: float) -> bool:
    """Whether a function or power is defined, given that its arguments are."""
    if is_defined(sp.Eq(value, 0, evaluate=False), domain, deadline):
        return True
    return value.is_Pow and all(
        follows(condition, domain, deadline)
        for condition in (
            sp.Ge(value.base, 0, evaluate=False),
            sp.Gt(value.exp, 0, evaluate=False),
        )
    )


def _terms_are_defined(
    fold: sp.Expr, piece: Piece, mapping: Mapping[sp.Expr, sp.Expr], deadline: float
) -> bool:
    """Whether all terms of a sum are made of parts that are defined on the piece.

    Integer powers of zero have to have exponents >= 0 there.
    """
    try:
        body, k, first, last = parts(fold)
    except Unsuitable:
        return False
    if not first.is_Integer or body.has(sp.Sum, sp.Product) or k in piece.domain.ranges:
        return False
    union = (Range(first, sp.oo, False, True, integer=True),)
    ends = (*piece.domain.where, sp.Le(k, last.xreplace(mapping), evaluate=False))
    inside = Domain({**piece.domain.ranges, k: union}, ends)
    for node in sp.preorder_traversal(body):
        natural = node.is_Pow and node.exp.is_Integer and node.exp >= 0
        if not isinstance(node, sp.Pow | sp.Function) or natural:
            continue
        value = node.xreplace(mapping)
        if value.is_Pow and value.base == 0:
            if not _is_natural(value.exp, inside, deadline):
                return False
        elif not is_defined(sp.Eq(value, 0, evaluate=False), inside, deadline):
            return False
    return True


def _is_natural(exponent: sp.Expr, domain: Domain, deadline: float) -> bool:
    symbols = exponent.free_symbols
    integers = all(all(r.integer for r in domain.ranges[s]) for s in symbols)
    whole = exponent.is_polynomial(*symbols) and all(
        c.is_Integer for c in sp.Poly(exponent, *sorted(symbols, key=str)).coeffs()
    )
    return integers and whole and follows(sp.Ge(exponent, 0, evaluate=False), domain, deadline)
