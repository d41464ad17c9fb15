"""The domain of a problem as unions of intervals cut by relations, and exact points inside it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy as sp

from symbolic.pointwise import holds_at
from symbolic.problem import Problem

Point = dict[sp.Symbol, sp.Expr]


@dataclass(frozen=True)
class Range:
    """An interval of reals (ends exact, possibly infinite), or the integers inside it."""

    low: sp.Expr
    high: sp.Expr
    low_open: bool = False
    high_open: bool = False
    integer: bool = False

    def relations(self, symbol: sp.Expr) -> tuple[sp.Basic, ...]:
        """The bounds as relations on `symbol`, integrality left out."""
        found = []
        if self.low == self.high:
            return (sp.Eq(symbol, self.low, evaluate=False),)
        if self.low != -sp.oo:
            kind = sp.Gt if self.low_open else sp.Ge
            found.append(kind(symbol, self.low, evaluate=False))
        if self.high != sp.oo:
            kind = sp.Lt if self.high_open else sp.Le
            found.append(kind(symbol, self.high, evaluate=False))
        return tuple(found)

    def contains(self, value: sp.Expr) -> bool:
        """Whether the exact `value` is certainly inside."""
        if self.integer and not value.is_Integer:
            return False
        if value == self.low or value == self.high:
            inside = not (self.low_open if value == self.low else self.high_open)
            return inside and value.is_finite is not False
        orders = [_order(value, end) for end in (self.low, self.high)]
        if None not in orders:
            return orders == [1, -1]
        return all(holds_at(r.xreplace({_X: value}), {}) is True for r in self.relations(_X))


_X = sp.Dummy("x", real=True)
_PI = sp.Rational(314159265358979, 10**14), sp.Rational(314159265358980, 10**14)


def _order(value: sp.Expr, end: sp.Expr) -> int | None:
    """The sign of value - end for rationals, rational multiples of pi, and infinite ends.

    None where that is not plain: the general comparison is a hundred times as slow.
    """
    if end in (sp.oo, -sp.oo):
        return (-1 if end == sp.oo else 1) if _bounds(value) else None
    a, b = _bounds(value), _bounds(end)
    if a is None or b is None:
        return None
    if a[0] > b[1]:
        return 1
    return -1 if a[1] < b[0] else None


def _bounds(value: sp.Expr) -> tuple[sp.Rational, sp.Rational] | None:
    if value.is_Rational:
        return value, value
    rate, rest = value.as_coeff_Mul()
    if rest is not sp.pi or not rate.is_Rational:
        return None
    low, high = rate * _PI[0], rate * _PI[1]
    return (low, high) if rate > 0 else (high, low)


@dataclass(frozen=True)
class Domain:
    """The product of unions of ranges, cut by `where`."""

    ranges: Mapping[sp.Symbol, tuple[Range, ...]]
    where: tuple[sp.Basic, ...] = ()

    def contains(self, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
        """Whether the exact point is certainly in the domain."""
        for symbol, union in self.ranges.items():
            if symbol not in point or not any(r.contains(point[symbol]) for r in union):
                return False
        return self.meets_where(point)

    def meets_where(self, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
        """Whether the side conditions certainly hold at the point."""
        return all(holds_at(condition, point) is True for condition in self.where)

    def boxes(self, most: int = 64) -> list[dict[sp.Symbol, Range]] | None:
        """The products of single ranges; None when there are more than `most`."""
        count = 1
        for union in self.ranges.values():
            count *= len(union)
            if count > most:
                return None
        symbols = list(self.ranges)
        return [
            dict(zip(symbols, choice, strict=True))
            for choice in itertools.product(*self.ranges.values())
        ]


def _ranges_of(given: sp.Set) -> tuple[Range, ...] | None:
    if given is sp.S.EmptySet:
        return ()
    if isinstance(given, sp.Interval):
        return (Range(given.start, given.end, bool(given.left_open), bool(given.right_open)),)
    if given == sp.S.Reals:
        return (Range(-sp.oo, sp.oo, True, True),)
    if isinstance(given, sp.FiniteSet):
        if not all(e.is_number and e.is_real for e in given.args):
            return None
        return tuple(Range(e, e, integer=bool(e.is_Integer)) for e in given.args)
    whole = {
        sp.S.Naturals: sp.Integer(1),
        sp.S.Naturals0: sp.Integer(0),
        sp.S.Integers: -sp.oo,
    }
    if given in whole:
        return (Range(whole[given], sp.oo, False, True, integer=True),)
    if isinstance(given, sp.Range):
        return _steps(given)
    if isinstance(given, sp.Union):
        parts = [_ranges_of(part) for part in given.args]
        if any(part is None for part in parts):
            return None
        return tuple(r for part in parts if part is not None for r in part)
    return None


def _steps(given: sp.Range) -> tuple[Range, ...] | None:
    if abs(given.step) == 1:
        low, high = given.inf, given.sup
        return (Range(low, high, low == -sp.oo, high == sp.oo, integer=True),)
    if given.size.is_Integer and given.size <= 64:
        return tuple(Range(e, e, integer=True) for e in given)
    return None


def domain_of(problem: Problem) -> Domain | None:
    """The problem's domain, or None when a set or a symbol is of a kind not handled."""
    ranges = {}
    for symbol, given in problem.over.items():
        union = _ranges_of(given)
        if union is None or not all(
            end.is_number and end.is_extended_real for r in union for end in (r.low, r.high)
        ):
            return None
        if not _agrees(symbol, union):
            return None
        ranges[symbol] = union
    return Domain(ranges, tuple(problem.where))


def _agrees(symbol: sp.Symbol, union: tuple[Range, ...]) -> bool:
    """Whether what SymPy assumes of the symbol (`positive=True`) is true of its whole range.

    SymPy simplifies by such assumptions, so a symbol that breaks them is not the one declared.
    """
    low = min((r.low for r in union), default=sp.Integer(0))
    high = max((r.high for r in union), default=sp.Integer(0))
    low_in = any(r.low == low and not r.low_open for r in union)
    high_in = any(r.high == high and not r.high_open for r in union)
    # An integer range written with an open end does not occur: its ends are integers inside.
    facts = {
        "positive": low > 0 or (low == 0 and not low_in),
        "negative": high < 0 or (high == 0 and not high_in),
        "nonnegative": low >= 0,
        "nonpositive": high <= 0,
        "integer": all(r.integer for r in union),
        "nonzero": not any(r.contains(sp.Integer(0)) for r in union),
    }
    if any(symbol.assumptions0.get(name) and not true for name, true in facts.items()):
        return False
    known = {
        "rational",
        "even",
        "odd",
        "prime",
        "composite",
        "irrational",
        "noninteger",
        "imaginary",
    }
    given = {name for name in known if symbol.assumptions0.get(name)}
    return not given or (given <= {"rational"} and facts["integer"])


def _between(low: sp.Expr, high: sp.Expr, share: sp.Rational) -> sp.Rational:
    """A rational near low + share*(high - low)."""
    if low.is_Rational and high.is_Rational:
        return low + share * (high - low)
    wanted = sp.N(low + share * (high - low), 40)
    return sp.Rational(str(wanted)).limit_denominator(10**9)


_SHARES = [sp.Rational(*s) for s in ((1, 2), (1, 3), (3, 4), (1, 10), (9, 10), (1, 1000))]
_SHARES += [sp.Rational(999, 1000), sp.Rational(1, 10**6), 1 - sp.Rational(1, 10**6)]
_SIZES = [sp.Rational(s) for s in ("1", "2", "1/2", "3", "1/10", "10", "1/1000", "1000", "7/3")]
_SIZES += [sp.Integer(10) ** 6, sp.Rational(1, 10**6)]


def _first_values(r: Range) -> Iterator[sp.Expr]:
    if r.low == r.high:
        yield r.low
        return
    if r.integer:
        start = r.low if r.low != -sp.oo else (sp.Integer(0) if r.high == sp.oo else r.high)
        step = 1 if r.low != -sp.oo or r.high == sp.oo else -1
        for i in (0, 1, 2, 3, 4, 5, 7, 10, 25, 100):
            yield start + step * i
            if r.low == -sp.oo and r.high == sp.oo:
                yield start - i
        return
    if r.low != -sp.oo and not r.low_open:
        yield r.low
    if r.high != sp.oo and not r.high_open:
        yield r.high
    if r.low != -sp.oo and r.high != sp.oo:
        for share in _SHARES:
            yield _between(r.low, r.high, share)
        return
    anchor: sp.Expr = sp.Integer(0)
    signs: tuple[int, ...] = (1, -1)
    if r.low != -sp.oo:
        anchor, signs = r.low, (1,)
    elif r.high != sp.oo:
        anchor, signs = r.high, (-1,)
    else:
        yield sp.Integer(0)
    if not anchor.is_Rational:
        anchor = sp.Rational(str(sp.N(anchor, 20)))
    for size, sign in itertools.product(_SIZES, signs):
        yield anchor + sign * size


def _random_value(r: Range, rng: random.Random) -> sp.Expr:
    if r.low == r.high:
        return r.low
    if r.integer:
        low = int(r.low) if r.low != -sp.oo else None
        high = int(r.high) if r.high != sp.oo else None
        width = rng.choice((4, 12, 60))
        if low is None and high is None:
            return sp.Integer(rng.randint(-width, width))
        if low is None and high is not None:
            return sp.Integer(high - rng.randint(0, width))
        start = low or 0
        return sp.Integer(rng.randint(start, start + width if high is None else high))
    if r.low != -sp.oo and r.high != sp.oo:
        denominator = rng.choice((7, 64, 1009))
        return _between(r.low, r.high, sp.Rational(rng.randint(1, denominator - 1), denominator))
    size = sp.Rational(rng.randint(1, 400), rng.choice((1, 8, 50, 100, 1000)))
    if r.low == -sp.oo and r.high == sp.oo:
        return size * rng.choice((1, -1))
    anchor = r.low if r.low != -sp.oo else r.high
    if not anchor.is_Rational:
        anchor = sp.Rational(str(sp.N(anchor, 20)))
    return anchor + size if r.low != -sp.oo else anchor - size


def move_onto_equalities(domain: Domain, point: Point) -> Point | None:
    """Move one coordinate per linear equality of `where` so that it holds."""
    moved: set[sp.Symbol] = set()
    for condition in domain.where:
        if not isinstance(condition, sp.Eq):
            continue
        gap = condition.lhs - condition.rhs
        for symbol in sorted(gap.free_symbols - moved, key=str):
            slope = sp.diff(gap, symbol)
            if slope.has(symbol):
                continue
            fixed = {s: v for s, v in point.items() if s != symbol}
            rate = slope.xreplace(fixed)
            if rate.is_Rational and rate != 0:
                value = -gap.xreplace({**fixed, symbol: sp.Integer(0)}) / rate
                point = {**point, symbol: value}
                moved.add(symbol)
                break
        else:
            return None
    return point


def sample(domain: Domain, count: int, seed: int = 0) -> Iterator[Point]:
    """At most `count` exact points of the domain: corners and simple values, then random ones.

    Coordinates are rational except where an end of a range or a solved equality is not.
    """
    rng = random.Random(seed)
    if any(not union for union in domain.ranges.values()):
        return
    firsts = {
        s: [v for r in union for v in _first_values(r) if r.contains(v)]
        for s, union in domain.ranges.items()
    }
    equalities = any(isinstance(c, sp.Eq) for c in domain.where)
    yielded = 0
    for attempt in range(6 * count):
        point: Point = {}
        for symbol, union in domain.ranges.items():
            simple = firsts[symbol]
            if simple and (rng.random() < 0.6 or attempt < len(simple)):
                same_step = attempt < 8 and len(simple) > attempt
                point[symbol] = simple[attempt] if same_step else rng.choice(simple)
            else:
                point[symbol] = _random_value(rng.choice(union), rng)
        if equalities:
            solved = move_onto_equalities(domain, point)
            if solved is None:
                continue
            point = solved
            if not domain.contains(point):
                continue
        elif not domain.meets_where(point):
            continue
        yield point
        yielded += 1
        if yielded >= count:
            return
