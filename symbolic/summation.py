"""Sums of hypergeometric terms: equations proved by recurrences that creative telescoping finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import sympy as sp

from symbolic.deduction import follows, is_defined
from symbolic.differences import Unsuitable, outermost, parts, with_sums
from symbolic.hypergeometric import Telescoped, telescoped
from symbolic.induction import defined_apart_from, solved
from symbolic.ranges import Domain, Range

_MOST_TERMS = 12
_CUTS = (1, 0, 2)
_MOST_STARTS = 3
REAL = Range(-sp.oo, sp.oo, True, True)


@dataclass(frozen=True)
class Term:
    """The terms of a sum over the index from `first` to `last`."""

    body: sp.Expr
    index: sp.Symbol
    first: sp.Expr
    last: sp.Expr

    def at(self, k: sp.Expr) -> sp.Expr:
        return self.body.xreplace({self.index: k})


def proved_by_recurrence(relation: sp.Eq, domain: Domain, deadline: float) -> bool:
    """Whether an equation with sums was shown to hold on the domain.

    Sums that telescope are replaced by their values; one more may occur, linearly.
    """
    try:
        closed = [_summed(side, domain, deadline) for side in with_sums(relation).args]
    except Unsuitable:
        return False
    relation = sp.Eq(*closed, evaluate=False)
    sums = outermost(relation)
    if not sums:
        return follows(relation, domain, deadline)
    if len(set(sums)) != 1 or not isinstance(sums[0], sp.Sum):
        return False
    total = sums[0]
    value = solved(relation.lhs - relation.rhs, total)
    if value is None or not _closed(total, value, domain, deadline):
        return False
    return defined_apart_from(relation, sums, domain, deadline)


def _summed(expr: sp.Expr, domain: Domain, deadline: float) -> sp.Expr:
    """With the sums that telescope replaced by their values, inner ones first."""
    if not expr.has(sp.Sum, sp.Product):
        return expr
    if not isinstance(expr, sp.Sum):
        if isinstance(expr, sp.Product):
            return expr
        return expr.func(*(_summed(arg, domain, deadline) for arg in expr.args))
    body, index, first, last = parts(expr)
    inside = domain
    if index in domain.ranges or not (_is_whole(first, domain) and _is_whole(last, domain)):
        return expr
    if body.has(sp.Sum, sp.Product):
        inside = _over_index(Term(body, index, first, last), domain, 0)
        body = _summed(body, inside, deadline)
    if body.has(sp.Sum, sp.Product):
        return expr
    value = _telescoping_value(Term(body, index, first, last), domain, deadline)
    if value is not None:
        return value
    return expr if inside is domain else sp.Sum(body, (index, first, last))


def _is_whole(end: sp.Expr, domain: Domain) -> bool:
    """Whether it is a polynomial in integers with integer coefficients."""
    symbols = sorted(end.free_symbols, key=str)
    if not all(all(r.integer for r in domain.ranges.get(s, (REAL,))) for s in symbols):
        return False
    if not symbols:
        return bool(end.is_Integer)
    return end.is_polynomial(*symbols) and all(
        c.is_Integer for c in sp.Poly(end, *symbols).coeffs()
    )


def _telescoping_value(term: Term, domain: Domain, deadline: float) -> sp.Expr | None:
    found = telescoped(term.body, term.index, None)
    if found is None or not follows(sp.Ne(found.p0, 0, evaluate=False), domain, deadline):
        return None
    for cut in _CUTS:
        forwards = sp.Ge(term.last - cut + 1, term.first, evaluate=False)
        if follows(forwards, domain, deadline) and _pointwise(
            found, term, None, _over_index(term, domain, cut), deadline
        ):
            ends = [_at(found.antidifference, term, k) for k in (term.last - cut + 1, term.first)]
            alone = _alone(term, None, cut)
            if _are_defined(alone, domain, deadline):
                return (ends[0] - ends[1]) / found.p0 + sp.Add(*alone)
    return None


def _closed(total: sp.Sum, value: sp.Expr, domain: Domain, deadline: float) -> bool:
    """Whether the sum was shown to be defined and equal to `value` on the domain."""
    if len(total.limits) != 1 or len(total.limits[0]) != 3:
        return False
    index, first, last = total.limits[0]
    if total.function.has(sp.Sum, sp.Product) or value.has(sp.Sum, sp.Product):
        return False
    if not first.is_Integer or not _is_whole(last, domain) or index in domain.ranges:
        return False
    term = Term(total.function, index, first, last)
    return any(_by_steps(term, value, n, domain, deadline) for n in _variables(last, domain))


def _variables(last: sp.Expr, domain: Domain) -> Iterator[sp.Symbol]:
    """Integers over which induction may run: from a first value, down to which the domain goes."""
    for n in sorted(last.free_symbols, key=str):
        union = domain.ranges.get(n, ())
        step = sp.expand(last.xreplace({n: n + 1}) - last)
        if len(union) != 1 or not union[0].integer or not union[0].low.is_Integer:
            continue
        if step.is_Integer and 0 <= step <= 2 and all(_downwards(c, n) for c in domain.where):
            yield n


def _downwards(condition: sp.Basic, n: sp.Symbol) -> bool:
    """Whether the condition holds at n if it holds at n + 1."""
    if n not in condition.free_symbols:
        return True
    if not isinstance(condition, sp.Ge | sp.Gt | sp.Le | sp.Lt):
        return False
    gap = condition.gts - condition.lts
    step = sp.expand(gap.xreplace({n: n + 1}) - gap)
    return bool(step.is_Integer and step <= 0)


def _over_index(term: Term, domain: Domain, cut: int) -> Domain:
    """The domain together with an index from `first` to `last` - cut."""
    k, low, where = term.index, term.first, domain.where
    if not low.is_Integer:
        where, low = (*where, sp.Ge(k, low, evaluate=False)), -sp.oo
    ranges = {**domain.ranges, k: (Range(low, sp.oo, low == -sp.oo, True, integer=True),)}
    return Domain(ranges, (*where, sp.Le(k, term.last - cut, evaluate=False)))


def _by_steps(term: Term, value: sp.Expr, n: sp.Symbol, domain: Domain, deadline: float) -> bool:
    """By induction over n, with p0 S(n) + p1 S(n + 1) from the telescoped terms."""
    (whole,) = domain.ranges[n]
    found = telescoped(term.body, term.index, n)
    if found is None:
        return False
    for start in range(int(whole.low), int(whole.low) + _MOST_STARTS):
        if not _first(term, value, n, sp.Integer(start), domain, deadline):
            return False
        ranges = {**domain.ranges, n: (replace(whole, low=sp.Integer(start), low_open=False),)}
        later = tuple(c.xreplace({n: n + 1}) for c in domain.where if n in c.free_symbols)
        both = Domain(ranges, (*domain.where, *later))
        if follows(sp.Ne(found.p1, 0, evaluate=False), both, deadline):
            return any(_matches(found, term, value, n, both, cut, deadline) for cut in _CUTS)
    return False


def _matches(
    found: Telescoped,
    term: Term,
    value: sp.Expr,
    n: sp.Symbol | None,
    domain: Domain,
    cut: int,
    deadline: float,
) -> bool:
    """Whether the value meets the recurrence, which is verified too.

    The terms up to last - cut telescope; those after it, where G may be undefined, stand alone.
    """
    if not follows(sp.Ge(term.last - cut + 1, term.first, evaluate=False), domain, deadline):
        return False
    if not _pointwise(found, term, n, _over_index(term, domain, cut), deadline):
        return False
    if not _are_defined(_alone(term, n, cut), domain, deadline):
        return False
    left = found.p0 * value
    if n is not None:
        left += found.p1 * value.xreplace({n: n + 1})
    goal = sp.Eq(left, _boundary(found, term, n, cut), evaluate=False)
    return follows(goal, domain, deadline)


def _first(
    term: Term, value: sp.Expr, n: sp.Symbol, start: sp.Expr, domain: Domain, deadline: float
) -> bool:
    """The equation at the first n."""
    last = term.last.xreplace({n: start})
    if not last.is_Integer or not -1 <= last - term.first <= _MOST_TERMS:
        return False
    body = term.body.xreplace({n: start})
    terms = [body.xreplace({term.index: sp.Integer(k)}) for k in range(term.first, last + 1)]
    others = {s: union for s, union in domain.ranges.items() if s != n}
    where = tuple(c.xreplace({n: start}) for c in domain.where)
    goal = sp.Eq(sp.Add(*terms), value.xreplace({n: start}), evaluate=False)
    return follows(goal, Domain(others, where), deadline)


def _pointwise(
    found: Telescoped, term: Term, n: sp.Symbol | None, domain: Domain, deadline: float
) -> bool:
    left = found.p0 * term.body
    if n is not None:
        left += found.p1 * term.body.xreplace({n: n + 1})
    k = term.index
    right = _at(found.antidifference, term, k + 1) - found.antidifference
    return follows(sp.Eq(left, right, evaluate=False), domain, deadline)


def _boundary(found: Telescoped, term: Term, n: sp.Symbol | None, cut: int) -> sp.Expr:
    """p0 S(n) + p1 S(n + 1), the terms up to last(n) - cut telescoped."""
    ends = [_at(found.antidifference, term, k) for k in (term.last - cut + 1, term.first)]
    total = ends[0] - ends[1]
    total += sp.Add(*(found.p0 * term.at(term.last - i) for i in range(cut)))
    if n is None:
        return total
    later = Term(term.body.xreplace({n: n + 1}), term.index, term.first, term.last)
    step = int(sp.expand(term.last.xreplace({n: n + 1}) - term.last))
    return total + sp.Add(*(found.p1 * later.at(term.last + j) for j in range(1 - cut, step + 1)))


def _alone(term: Term, n: sp.Symbol | None, cut: int) -> list[sp.Expr]:
    """The terms of S(n) and S(n + 1) that are not telescoped."""
    found = [term.at(term.last - i) for i in range(cut)]
    if n is not None:
        later = Term(term.body.xreplace({n: n + 1}), term.index, term.first, term.last)
        step = int(sp.expand(term.last.xreplace({n: n + 1}) - term.last))
        found += [later.at(term.last + j) for j in range(1 - cut, step + 1)]
    return found


def _are_defined(terms: list[sp.Expr], domain: Domain, deadline: float) -> bool:
    """Whether each is shown to be defined, also where they would cancel in a sum."""
    return all(is_defined(sp.Eq(t, 0, evaluate=False), domain, deadline) for t in terms)


def _at(expr: sp.Expr, term: Term, k: sp.Expr) -> sp.Expr:
    return expr.xreplace({term.index: k})
