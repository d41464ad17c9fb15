"""Reasons for one polynomial inequality under facts, by several ways and in turns.

A quantity is shown to be > 0 (>= 0) where the side conditions and further facts (what the cases
above have fixed) hold. The ways are: combinations of what is known, weighted means, one order of
variables that may be exchanged, completed squares, equations used up, sums of squares, and facts
that exclude each other. Each leads to simpler questions of the same kind, or to a reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from typing import Any

import numpy as np
import sympy as sp

from symbolic import algebraic, clock
from symbolic.abstraction import abstraction
from symbolic.certificate import Malformed, encode
from symbolic.circuits import Signs, by_circuits
from symbolic.completion import completed
from symbolic.contradiction import contradiction
from symbolic.elimination import NotAlgebraic
from symbolic.equations import without_equations
from symbolic.formula import Poly
from symbolic.known import Known
from symbolic.multiples import Tried
from symbolic.ordering import by_order
from symbolic.products import Products
from symbolic.ranges import Domain, Range, sample
from symbolic.shifted import NoCertificate

Json = Any
Facts = tuple[sp.Basic, ...]
Array = np.ndarray[Any, Any]
SIGN: Json = {"by": "sign"}
_SAMPLES = 40
_DEPTH = 3
_FEW = 3  # variables, of which sums and differences are squared too
_MOST_SQUARES = 0.25  # seconds for one search for squares
_STRICT = (sp.Gt, sp.Lt)
_WEAK = Range(sp.S.Zero, sp.oo, False, True)
# All of NumPy's names take a third of a second to load.
_FUNCTIONS = {
    **{name: getattr(np, name) for name in ("exp", "log", "sin", "cos", "tan", "sqrt", "tanh")},
    **{name: getattr(np, name) for name in ("sinh", "cosh", "sign", "pi")},
    **{name: getattr(np, "arc" + name[1:]) for name in ("asin", "acos", "atan")},
}
_LINE = Range(-sp.oo, sp.oo, True, True)


class Leaves:
    """Reasons over one domain without unions of ranges; `squares`: whether to look for those."""

    def __init__(self, domain: Domain, deadline: float, squares: bool) -> None:
        self.domain, self.deadline, self.squares = domain, deadline, squares
        self.tried: dict[Facts, Tried] = {}
        self.symbols = list(domain.ranges)
        inner = sample(domain, _SAMPLES), sample(domain, _SAMPLES // 2, 1)
        points = [[_float(p[s]) for s in self.symbols] for some in inner for p in some]
        self.points = np.array(points).reshape(len(points), len(self.symbols))
        self.size = 1e-9 * np.maximum(1.0, np.abs(self.points).max(axis=1, initial=0.0))
        self.known: dict[sp.Expr, Array] = {}

    def narrowed(self, domain: Domain) -> Leaves:
        """The same with smaller ranges."""
        found = copy(self)
        kept = np.ones(len(self.points), dtype=bool)
        for place, (r,) in enumerate(domain.ranges.values()):
            kept &= self.points[:, place] >= float(r.low)
            kept &= self.points[:, place] <= float(r.high)
        found.domain, found.points, found.size = domain, self.points[kept], self.size[kept]
        found.tried, found.known = {}, {}
        return found

    # --- a look at points -------------------------------------------------------------------------

    def values(self, expr: sp.Expr) -> Array:
        """The values at the points of the domain, in floating point (nan where there is none)."""
        if expr not in self.known:
            function = sp.lambdify(self.symbols, expr, modules=[_FUNCTIONS])
            try:
                with np.errstate(all="ignore"):
                    found = np.asarray(function(*self.points.T), dtype=float)
            except (NameError, TypeError, ValueError, ZeroDivisionError, OverflowError):
                found = np.asarray(np.nan)  # nothing that is known by its values
            self.known[expr] = np.broadcast_to(found, len(self.points))
        return self.known[expr]

    def meeting(self, facts: Facts) -> Array:
        """Which points meet the facts."""
        met = np.ones(len(self.points), dtype=bool)
        for fact in facts:
            value = self.values(fact.lhs - fact.rhs)
            value = -value if isinstance(fact, sp.Lt | sp.Le) else value
            if isinstance(fact, sp.Eq):
                terms = sp.Add.make_args(fact.lhs - fact.rhs)
                met &= np.abs(value) <= 1e-12 * sum(np.abs(self.values(t)) for t in terms)
            else:
                met &= value > (self.size if isinstance(fact, _STRICT) else -self.size)
        return met

    def plausible(self, gap: sp.Expr, facts: Facts) -> bool | None:
        """Whether no point that meets the facts speaks against gap >= 0; None without a point."""
        met = self.meeting(facts)
        if not met.any():
            return None
        low = met & (self.values(gap) < -100 * self.size)
        if not low.any():
            return True
        # Terms that cancel leave an error of their own size.
        terms = sp.Add.make_args(sp.expand(gap))
        return not (self.values(gap) < -1e-9 * sum(np.abs(self.values(t)) for t in terms))[
            low
        ].any()

    # --- reasons ----------------------------------------------------------------------------------

    def reason(
        self, gap: sp.Expr, strict: bool, facts: Facts = (), depth: int = _DEPTH
    ) -> Json | None:
        """A reason for gap > 0 (>= 0) where the facts hold, or None."""
        if clock.now() > self.deadline or depth < 0:
            return None
        likely = self.plausible(gap, facts)
        if likely is False:
            return None
        try:
            if likely is None:
                found = self.excluded(facts, depth)
                if found is not None:
                    return found
            return self._reason(gap, strict, facts, depth)
        except (NoCertificate, NotAlgebraic, Malformed):
            return None

    def _reason(self, gap: sp.Expr, strict: bool, facts: Facts, depth: int) -> Json | None:
        domain = Domain(self.domain.ranges, (*self.domain.where, *facts))
        relation = (sp.Gt if strict else sp.Ge)(gap, 0, evaluate=False)
        parts = abstraction(relation, domain)
        op = ">" if strict else ">="
        search = Products(relation, domain, self.deadline, parts)
        found = _attempt(lambda: search.proof(op, more=False, squares=False, matching=True))
        if found is not None:
            return _alone(found)
        if parts is None:
            found = self._by_structure(search, strict, facts, depth)
            if found is not None:
                return found
        if parts is not None and self._rooted(gap):
            ranges = {s: union[0] for s, union in self.domain.ranges.items()}
            why = algebraic.positive(gap, strict, ranges, self.deadline)
            if why is not None:
                return why
        if self.squares:
            tried = self.tried.setdefault(facts, Tried())
            tried.allow(_MOST_SQUARES)
            found = _attempt(lambda: search.proof(op, more=False, tried=tried))
            if found is not None:
                return _alone(found)
        if facts:
            found = self.excluded(facts, depth, self.squares)
            if found is not None:
                return found
        return self.refuted(gap, strict, facts, False) if parts is None else None

    @staticmethod
    def _rooted(gap: sp.Expr) -> bool:
        return any(not p.exp.is_Integer for p in gap.atoms(sp.Pow)) and algebraic.is_algebraic(gap)

    def _by_structure(
        self, search: Products, strict: bool, facts: Facts, depth: int
    ) -> Json | None:
        known = search.known()
        outer, inner = search.core(search.goal.num, search.goal.den, known, strict)
        mine = len(search.names)
        if inner.is_constant() or any(inner.degrees()[mine:]):
            return None
        for way in (self._means, self._orders, self._completed, self._without_equations):
            why = way(search, known, inner, strict, facts, depth)
            if why is not None:
                return _times(outer, search.encoded(inner), why)
        return None

    def _means(
        self, search: Products, known: list[Known], inner: Poly, strict: bool, *_: Any
    ) -> Json | None:
        positive, nonnegative = search.signs(search.names)
        signs = Signs(
            [n in nonnegative for n in search.names], [n in positive for n in search.names]
        )
        return by_circuits(inner, search.names, signs, strict, search.encoded)

    def _orders(
        self, search: Products, known: list[Known], inner: Poly, strict: bool, *_: Any
    ) -> Json | None:
        ranges = [union[0] for union in self.domain.ranges.values()]

        def orthant(moved: Poly, weak: Sequence[bool]) -> Json | None:
            over = {s: (_WEAK if w else _LINE,) for s, w in zip(self.symbols, weak, strict=True)}
            there = Leaves(Domain(over), self.deadline, self.squares)
            return there.reason(self.expression(search, moved), False, (), 0)

        return by_order(inner, search.names, ranges, strict, search.encoded, orthant)

    def _completed(
        self,
        search: Products,
        known: list[Known],
        inner: Poly,
        strict: bool,
        facts: Facts,
        depth: int,
    ) -> Json | None:
        def show(poly: Poly, sure: bool) -> Json | None:
            return self.reason(self.expression(search, poly), sure, facts, depth - 1)

        def likely(poly: Poly) -> bool:
            return self.plausible(self.expression(search, poly), facts) is not False

        if depth == 0:
            return None
        places = range(len(search.names))
        return completed(inner, places, strict, search.encoded, show, likely)

    def _without_equations(
        self,
        search: Products,
        known: list[Known],
        inner: Poly,
        strict: bool,
        facts: Facts,
        depth: int,
    ) -> Json | None:
        def show(poly: Poly, equation: Known) -> Json | None:
            if poly == 0:
                return None if strict else {"by": "zero"}
            here = tuple(c for c in self.domain.where if not _is(c, equation))
            rest = Leaves(Domain(self.domain.ranges, here), self.deadline, self.squares)
            left = tuple(c for c in facts if not _is(c, equation))
            return rest.reason(self.expression(search, poly), strict, left, depth - 1)

        if depth == 0:
            return None
        for equation in (k for k in known if k.equation > 0 and not k.by_definition):
            found = without_equations(inner, equation, search, known, show)
            if found is not None:
                return found
        return None

    def refuted(
        self, gap: sp.Expr, strict: bool, facts: Facts, thoroughly: bool = True
    ) -> Json | None:
        """A reason where what is known excludes the points at which the claim fails."""
        if gap.is_number or not (facts or self.domain.where):
            return None
        parts: list[Json] = []
        for kind, needed in ((sp.Eq, strict), (sp.Lt, True)):
            fact = kind(gap, 0, evaluate=False)
            if fact in (sp.true, sp.false):
                return None
            try:
                why = self.excluded((*facts, fact), 1, thoroughly) if needed else SIGN
            except (NoCertificate, NotAlgebraic, Malformed):
                return None
            if why is None:
                return None
            parts.append(why)
        code = encode(gap)
        cases = {"by": "cases", "on": code, "parts": [SIGN, *parts]}
        return {"by": "rewrite", "to": code, "then": cases}

    def excluded(self, facts: Facts, depth: int, thoroughly: bool = False) -> Json | None:
        """A reason for anything, where facts (and side conditions) cannot hold together."""
        if depth == 0 or self.meeting(facts).any():
            return None
        every = (*self.domain.where, *facts)
        domain = Domain(self.domain.ranges, every)
        relation = sp.Ge(sum(c.lhs + c.rhs for c in every), 0, evaluate=False)
        if not every or relation in (sp.true, sp.false):
            return None
        parts = abstraction(relation, domain)
        search = Products(relation, domain, self.deadline, parts)
        mine = len(search.names)  # the others stand for numbers
        known = [k for k in search.known() if not any(k.poly.degrees()[mine:])]
        used = {i for k in known for i, d in enumerate(k.poly.degrees()) if d}
        gens = [search.system.context.gens()[i] for i in sorted(used)]
        roots = list(gens)
        if len(gens) <= _FEW:
            roots += [g + s * h for g, h in itertools.combinations(gens, 2) for s in (1, -1)]
        squares = [_square(search, root) for root in roots]
        found = contradiction(known, squares)
        if found is not None:
            return found if parts is None else parts.written(found)
        return self._excluded_by_one(every) if thoroughly else None

    def _excluded_by_one(self, every: Facts) -> Json | None:
        """One fact (or its square) is <= 0 by a combination of the others with monomials."""
        for fact in reversed(every):
            if not isinstance(fact, _STRICT):
                continue
            # As it stands the fact would count as a factor of evident sign.
            weak = sp.Ge(fact.gts, fact.lts, evaluate=False)
            where = (*(c for c in every if c is not fact), weak)
            domain = Domain(self.domain.ranges, where)
            literal = ["add", encode(fact.gts), ["mul", ["rat", "-1"], encode(fact.lts)]]
            gap = fact.gts - fact.lts
            for code, value in ((literal, gap), (["pow", literal, ["rat", "2"]], gap**2)):
                if clock.now() > self.deadline:
                    return None
                relation = sp.Ge(-value, 0, evaluate=False)
                parts = abstraction(relation, domain)
                search = Products(relation, domain, self.deadline, parts)
                find = partial(search.proof, ">=", more=False, matching=True, whole=True)
                found = _attempt(partial(find, squares=self.squares))
                if found is not None:
                    return {"by": "absurd", "expr": code, "why": _alone(found)}
        return None

    def expression(self, search: Products, poly: Poly) -> sp.Expr:
        """The polynomial in the statement's symbols."""
        found = sp.Integer(0)
        for exponents, c in poly.to_dict().items():
            powers = zip(self.symbols, exponents, strict=False)
            found += sp.Rational(int(c.p), int(c.q)) * sp.Mul(*(s ** int(e) for s, e in powers))
        return found


def _float(value: sp.Expr) -> float:
    try:
        return float(value)
    except (OverflowError, TypeError):
        return float("nan")


def _square(search: Products, root: Poly) -> Known:
    return Known(root**2, ["pow", search.encoded(root), ["rat", "2"]], False, square=True)


def _attempt(look: Callable[[], Json]) -> Json | None:
    try:
        return look()
    except NoCertificate:
        return None


def _alone(proof: Json) -> Json | None:
    """The reason of a proof on one box, its lemmas before it."""
    (box,) = proof["boxes"]
    why = box["why"]
    for lemma in reversed(box.get("lemmas", [])):
        why = {"by": "lemma", **lemma, "then": why}
    return why


def _times(outer: list[Json], inner: Json, why: Json) -> Json:
    """The reason for the product of factors of evident sign and of what `why` is about."""
    if not outer:
        return {"by": "rewrite", "to": inner, "then": why}
    product = outer[0] if len(outer) == 1 else ["mul", *outer]
    factors = [{"sign": 1, "why": SIGN}, {"sign": 1, "why": why}]
    return {
        "by": "rewrite",
        "to": ["mul", product, inner],
        "then": {"by": "product", "factors": factors},
    }


def _is(condition: sp.Basic, equation: Known) -> bool:
    if not isinstance(condition, sp.Eq):
        return False
    left, right = (encode(side) for side in condition.args)
    return bool(equation.code == ["add", left, ["mul", ["rat", "-1"], right]])
