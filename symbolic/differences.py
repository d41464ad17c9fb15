"""Equations between several sums or products: the same at the first n, and changed alike by n + 1.

Sums whose ends move with n are written as one sum, kept as an unknown, and the terms that come or
go; so are the sums inside those terms, and harmonic numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symbolic.deduction import follows, is_defined
from symbolic.ranges import Domain, Range

_FOLDS = (sp.Sum, sp.Product)
_MOST_TERMS = 20
_MOST_WRITTEN = 40
_MOST_MOVED = 2
_REALS = (Range(-sp.oo, sp.oo, True, True),)
_POSITIVE = (Range(sp.Integer(0), sp.oo, True, True),)


class Unsuitable(Exception):
    """A sum is not of the form that is treated here."""


def by_difference(
    relation: sp.Eq, n: sp.Symbol, start: int, domain: Domain, deadline: float
) -> bool:
    """Whether the sums are defined and the sides equal for all n >= start, by induction.

    That the sides are defined where their sums are is for the caller to show.
    """
    now = relation.lhs - relation.rhs
    try:
        if not all(terms_defined(fold, domain, deadline) for fold in outermost(relation)):
            return False
        base = written_out(now.xreplace({n: sp.Integer(start)}))
        others = Domain({s: u for s, u in domain.ranges.items() if s != n}, domain.where)
        if not follows(sp.Eq(base, 0, evaluate=False), others, deadline):
            return False
        atoms = _Atoms(n)
        step = atoms.express(now.xreplace({n: n + 1})) - atoms.express(now)
    except Unsuitable:
        return False
    unknowns = {
        atom.value: _POSITIVE if is_positive(atom.fold, domain, deadline) else _REALS
        for atom in atoms.known.values()
    }
    wider = Domain({**domain.ranges, **unknowns}, domain.where)
    return follows(sp.Eq(step, 0, evaluate=False), wider, deadline)


def with_sums(expr: Any) -> Any:
    """With harmonic numbers as sums."""
    if isinstance(expr, sp.Eq):
        return sp.Eq(*map(with_sums, expr.args), evaluate=False)
    found = [h for h in expr.atoms(sp.harmonic) if len(h.args) == 1]
    for h in sorted(found, key=str):
        k = sp.Dummy("k", integer=True)
        expr = expr.replace(h, sp.Sum(1 / k, (k, 1, h.args[0])))
    return expr


def outermost(expr: sp.Basic) -> list[sp.Expr]:
    """The sums and products that are not inside another."""
    if isinstance(expr, _FOLDS):
        return [expr]
    return [fold for arg in expr.args for fold in outermost(arg)]


def terms_defined(fold: sp.Expr, domain: Domain, deadline: float) -> bool:
    """Whether every term is shown to be a real number, and the range not to run backwards."""
    body, index, low, high = parts(fold)
    fresh = sp.Dummy(index.name, integer=True)
    body = body.xreplace({index: fresh})
    inside = Domain(
        {**domain.ranges, fresh: (Range(-sp.oo, sp.oo, True, True, integer=True),)},
        (*domain.where, sp.Ge(fresh, low, evaluate=False), sp.Le(fresh, high, evaluate=False)),
    )
    if low.is_Integer:
        union = (Range(low, sp.oo, False, True, integer=True),)
        inside = Domain(
            {**domain.ranges, fresh: union},
            (*domain.where, sp.Le(fresh, high, evaluate=False)),
        )
    inner = outermost(body)
    if not all(terms_defined(part, inside, deadline) for part in inner):
        return False
    values = {part: sp.Dummy("S", real=True) for part in inner}
    wider = Domain({**inside.ranges, **dict.fromkeys(values.values(), _REALS)}, inside.where)
    goal = sp.Eq(_replaced(body, values), 0, evaluate=False)
    forwards = sp.Ge(high + 1, low, evaluate=False)
    return is_defined(goal, wider, deadline) and follows(forwards, domain, deadline)


def is_positive(fold: sp.Expr, domain: Domain, deadline: float) -> bool:
    """Whether it is a product of terms that were shown to be > 0."""
    if not isinstance(fold, sp.Product):
        return False
    body, index, low, high = parts(fold)
    if body.has(*_FOLDS) or not low.is_Integer or index in domain.ranges:
        return False
    union = (Range(low, sp.oo, False, True, integer=True),)
    where = (*domain.where, sp.Le(index, high, evaluate=False))
    inside = Domain({**domain.ranges, index: union}, where)
    return follows(sp.Gt(body, 0, evaluate=False), inside, deadline)


def written_out(expr: sp.Expr) -> sp.Expr:
    """With each sum and product between integers written out; raises `Unsuitable`."""
    if isinstance(expr, _FOLDS):
        body, index, low, high = parts(expr)
        if not (low.is_Integer and high.is_Integer) or not -1 <= high - low <= _MOST_WRITTEN:
            raise Unsuitable
        terms = [
            written_out(body.xreplace({index: sp.Integer(k)}))
            for k in range(int(low), int(high) + 1)
        ]
        return sp.Add(*terms) if isinstance(expr, sp.Sum) else sp.Mul(*terms)
    if not expr.has(*_FOLDS):
        return expr
    return expr.func(*(written_out(arg) for arg in expr.args))


def parts(fold: sp.Expr) -> tuple[sp.Expr, sp.Symbol, sp.Expr, sp.Expr]:
    """(terms, index, first, last) of the outermost of the sums that SymPy writes as one."""
    if len(fold.limits[-1]) != 3:
        raise Unsuitable
    index, low, high = fold.limits[-1]
    if not (low.is_polynomial() and high.is_polynomial()):
        raise Unsuitable
    rest = fold.limits[:-1]
    return (type(fold)(fold.function, *rest) if rest else fold.function), index, low, high


def _replaced(expr: Any, values: dict[Any, sp.Symbol]) -> Any:
    """With the outermost sums replaced."""
    if expr in values:
        return values[expr]
    if isinstance(expr, _FOLDS) or not expr.has(*_FOLDS):
        return expr
    return expr.func(*(_replaced(arg, values) for arg in expr.args))


@dataclass(frozen=True)
class _Atom:
    """An unknown: the value of a sum or product of `body` from `low` to `high`."""

    value: sp.Symbol
    low: sp.Expr
    high: sp.Expr
    fold: sp.Expr


@dataclass
class _Atoms:
    """The unknowns, one for all sums of the same terms whose ends differ by integers."""

    n: sp.Symbol
    known: dict[Any, _Atom] = field(default_factory=dict)
    _places: dict[int, sp.Symbol] = field(default_factory=dict)

    def express(self, expr: Any) -> Any:
        """The expression with sums by unknowns and single terms."""
        if isinstance(expr, _FOLDS):
            return self._fold(expr)
        if not expr.has(*_FOLDS):
            return expr
        return expr.func(*(self.express(arg) for arg in expr.args))

    def _fold(self, fold: sp.Expr) -> sp.Expr:
        terms, index, low, high = parts(fold)
        place = self._places.setdefault(0, sp.Dummy("k", integer=True))
        body = terms.xreplace({index: place})
        for sense in (1, -1):  # sums of f(k + n) over k: of f(k), the ends moved by n
            if body.has(self.n):
                body = sp.expand(terms.xreplace({index: place - sense * self.n}))
                move = sense * self.n
                if not body.has(self.n):
                    low, high = low + move, high + move
        if body.has(self.n):
            raise Unsuitable
        body, move = self._known_body(type(fold), self._canonical(body), place)
        low, high = sp.expand(low + move), sp.expand(high + move)
        rates = tuple(sp.diff(end, self.n) for end in (low, high))
        if not all(rate.is_Integer for rate in rates):
            raise Unsuitable
        fixed = tuple(
            sp.expand(end - rate * self.n) for end, rate in zip((low, high), rates, strict=True)
        )
        key = (type(fold), body, rates, tuple(f - f.as_coeff_Add()[0] for f in fixed))
        if key not in self.known:
            self.known[key] = _Atom(sp.Dummy("S", real=True), low, high, fold)
        atom = self.known[key]
        result = atom.value
        for end, own, sense in ((high, atom.high, 1), (low, atom.low, -1)):
            count = sp.expand(end - own)
            if not count.is_Integer or abs(count) > _MOST_TERMS:
                raise Unsuitable
            first = own + 1 if sense == 1 else own
            if count < 0:
                first = first + count
            for i in range(abs(int(count))):
                term = self.express(body.xreplace({place: sp.expand(first + i)}))
                result = self._with(fold, result, term, sense * (1 if count > 0 else -1))
        return result

    def _known_body(self, kind: type, body: sp.Expr, k: sp.Symbol) -> tuple[sp.Expr, int]:
        """(f, m) with f(k + m) = body(k), and f among the known ones if that is possible."""
        bodies = [known for known_kind, known, *_ in self.known if known_kind is kind]
        for move in sorted(range(-_MOST_MOVED, _MOST_MOVED + 1), key=abs):
            moved = body.xreplace({k: k - move})
            for known in bodies:
                if known == moved or sp.expand(known - moved) == 0:
                    return known, move
        return body, 0

    def _with(self, fold: sp.Expr, total: sp.Expr, term: sp.Expr, sense: int) -> sp.Expr:
        if isinstance(fold, sp.Sum):
            return total + sense * term
        return total * term**sense

    def _canonical(self, body: sp.Expr) -> sp.Expr:
        """With the indices of inner sums named alike."""
        for depth, inner in enumerate(outermost(body), start=1):
            terms, index, low, high = parts(inner)
            place = self._places.setdefault(depth, sp.Dummy("j", integer=True))
            renamed = type(inner)(terms.xreplace({index: place}), (place, low, high))
            body = body.xreplace({inner: renamed})
        return body
