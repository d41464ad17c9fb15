"""Equations with sums and products over k = a..n, proved by induction over the integer n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from symbolic.budget import run_with_deadline
from symbolic.deduction import follows, is_defined, left
from symbolic.derivations import derived
from symbolic.differences import by_difference, is_positive, outermost, with_sums
from symbolic.ranges import Domain, Range

_MOST_TERMS = 40
_CLOSING_SECONDS = 4.0


def has_open_sum(relation: sp.Basic) -> bool:
    """Whether a sum or product, or a harmonic number, with a symbolic bound occurs."""
    return bool(open_sums(with_sums(relation)))


def open_sums(expr: sp.Basic) -> list[sp.Expr]:
    return sorted(set(outermost(expr)), key=str)


@dataclass(frozen=True)
class _Fold:
    """A sum or product of `body` for `index` from the integer `first` to `bound + shift`."""

    whole: sp.Expr
    body: sp.Expr
    index: sp.Symbol
    first: int
    bound: sp.Symbol
    shift: int

    def next_term(self) -> sp.Expr:
        return self.body.xreplace({self.index: self.bound + self.shift + 1})

    def extended(self, value: sp.Expr) -> sp.Expr:
        """The value at bound + 1, given the value at bound."""
        term = self.next_term()
        return value + term if isinstance(self.whole, sp.Sum) else value * term

    def at(self, n: int) -> sp.Expr | None:
        """Written out for bound = n; None where that is long, or runs backwards."""
        last = n + self.shift
        if last < self.first - 1 or last - self.first > _MOST_TERMS:
            return None
        terms = [
            self.body.xreplace({self.index: sp.Integer(k)}) for k in range(self.first, last + 1)
        ]
        return sp.Add(*terms) if isinstance(self.whole, sp.Sum) else sp.Mul(*terms)


def _fold(expr: sp.Expr, domain: Domain) -> _Fold | None:
    body, limits = expr.function, expr.limits
    if len(limits) != 1 or len(limits[0]) != 3 or body.has(sp.Sum, sp.Product):
        return None
    index, first, last = limits[0]
    if not first.is_Integer:
        return None
    bounds = last.free_symbols
    if len(bounds) != 1:
        return None
    bound = next(iter(bounds))
    shift = sp.expand(last - bound)
    if not shift.is_Integer or bound in body.free_symbols or bound not in domain.ranges:
        return None
    return _Fold(expr, body, index, int(first), bound, int(shift))


def closed_by_induction(relation: sp.Eq, domain: Domain, deadline: float) -> bool:
    """Whether the equation follows by induction over the bound that all its sums share."""
    relation = with_sums(relation)
    sums = open_sums(relation)
    folds = [_fold(f, domain) for f in sums]
    known = [f for f in folds if f is not None]
    for n in _bounds(sums, domain):
        union = domain.ranges[n]
        if len(union) != 1 or not union[0].integer or not union[0].low.is_Integer:
            continue
        if any(n in c.free_symbols for c in domain.where):
            continue
        start = int(union[0].low)
        if not defined_apart_from(relation, sums, domain, deadline):
            return False
        difference = relation.lhs - relation.rhs
        if len(known) == len(sums) == 1:
            value = solved(difference, known[0].whole)
            if value is not None and _closed_form(known[0], value, start, domain, deadline):
                return True
        if by_difference(relation, n, start, domain, deadline):
            return True
        if known and len(known) == len(sums) and all(f.bound == n for f in known):
            return _by_closing(relation, known, start, domain, deadline)
    return False


def _bounds(sums: Sequence[sp.Expr], domain: Domain) -> list[sp.Symbol]:
    """The symbols of the domain that the ends of sums depend on."""
    found: set[sp.Symbol] = set()
    for fold in sums:
        for limits in fold.limits:
            found |= set().union(*(end.free_symbols for end in limits[1:]))
    return sorted(found & set(domain.ranges), key=str)


def solved(difference: sp.Expr, whole: sp.Expr) -> sp.Expr | None:
    """The value that the equation gives to its only sum, which must occur linearly."""
    s = sp.Dummy("S", real=True)
    replaced = difference.xreplace({whole: s})
    slope = sp.diff(replaced, s)
    if slope.has(s) or slope == 0:
        return None
    return sp.expand(-replaced.xreplace({s: sp.Integer(0)}) / slope)


def _closed_form(fold: _Fold, value: sp.Expr, start: int, domain: Domain, deadline: float) -> bool:
    """Whether the sum equals `value` for all n >= start: at the start, and from n to n + 1.

    With S = -B/A the equation A S + B = 0 holds; that A is not zero is part of B/A being defined.
    """
    n = fold.bound
    first = fold.at(start)
    if first is None:
        return False
    base = sp.Eq(first, value.xreplace({n: sp.Integer(start)}), evaluate=False)
    later = value.xreplace({n: n + 1})
    step = sp.Eq(fold.extended(value), later, evaluate=False)
    if not follows(base, _without(domain, n), deadline):
        return derived(base, _without(domain, n), deadline) and derived(step, domain, deadline)
    return follows(step, domain, deadline) or derived(step, domain, deadline)


def defined_apart_from(
    relation: sp.Eq, sums: Sequence[sp.Expr], domain: Domain, deadline: float
) -> bool:
    """Whether both sides are defined, given that the sums are."""
    free = {whole: sp.Dummy("S", real=True) for whole in sums}
    reals = {
        d: (
            Range(
                sp.Integer(0) if is_positive(whole, domain, deadline) else -sp.oo, sp.oo, True, True
            ),
        )
        for whole, d in free.items()
    }
    wider = Domain({**domain.ranges, **reals}, domain.where)
    sides = (a.xreplace(free) for a in relation.args)
    return is_defined(sp.Eq(*sides, evaluate=False), wider, deadline)


def _by_closing(
    relation: sp.Eq, folds: list[_Fold], start: int, domain: Domain, deadline: float
) -> bool:
    """SymPy proposes a closed form for each sum, which is then proved by induction."""
    values = {}
    for fold in folds:
        until = deadline - max(0.0, left(deadline) - _CLOSING_SECONDS)
        closed = run_with_deadline(_close, (fold.whole,), until)
        if closed is None or not _closed_form(fold, closed, start, domain, deadline):
            return False
        values[fold.whole] = closed
    return follows(relation.func(*(a.xreplace(values) for a in relation.args), evaluate=False),
                  domain, deadline)  # fmt: skip


def _close(expr: sp.Expr) -> sp.Expr | None:
    closed = expr.doit()
    return None if closed.has(sp.Sum, sp.Product, sp.Piecewise) else closed


def _without(domain: Domain, symbol: sp.Symbol) -> Domain:
    return Domain({s: u for s, u in domain.ranges.items() if s != symbol}, domain.where)
