"""From SymPy relations to polynomial sign conditions, exactly.

Roots, absolute values, maxima, minima, signs and pieces are replaced by fresh variables with the
polynomial conditions that define them; constants such as pi by variables between tight rational
bounds. Each step records what has to hold for the expression to be a defined real number. With
`abstract=True` also exp, log, sin and cos become variables, of which only a few relations are kept:
enough to prove with, never to refute with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sympy as sp
from flint import fmpq, fmpq_mpoly_ctx

from symbolic.circular import Unsupported
from symbolic.evaluation import Undefined, Undetermined, evaluate, precision, to_ball
from symbolic.formula import TRUE, All, Any_, Formula, Poly, Quotient, Sign, implies, negate
from symbolic.ranges import Domain
from symbolic.transcendental import Generators

_LARGEST_EXPONENT = 60
_MOST_NODES = 4000


class NotAlgebraic(Exception):
    """The relation has a part that cannot be turned into polynomial conditions."""


@dataclass(frozen=True)
class Obligation:
    """What must hold (wherever `guard` does) for the expression to be defined.

    Only the first `known` constraints may be used to show it: later ones presuppose it.
    """

    guard: Formula
    condition: Formula
    known: int
    text: str


class Elimination:
    """Turns relations over one domain into formulas; collects constraints and obligations.

    Raises `NotAlgebraic` from every method that meets something it cannot treat.
    """

    def __init__(
        self,
        domain: Domain,
        expressions: Iterable[sp.Basic],
        abstract: bool = False,
        digits: int = 9,
    ) -> None:
        self.domain = domain
        self.digits = digits
        self.exact = True
        self.symbols = list(domain.ranges)
        expressions = list(expressions)
        spare = _count_non_rational(expressions)
        names = [f"v{i}" for i in range(len(self.symbols))] + [f"w{i}" for i in range(spare)]
        self.context = fmpq_mpoly_ctx.get(names, "degrevlex")
        gens = self.context.gens()
        self._gen = dict(zip(self.symbols, gens, strict=False))
        self._spare = list(gens[len(self.symbols) :])
        self.constraints: list[Formula] = []
        self.obligations: list[Obligation] = []
        # Further true facts, each with the number of obligations that it presupposes.
        self.hints: list[tuple[int, Formula]] = []
        self.constants: dict[str, sp.Expr] = {}
        self.meaning: dict[str, str] = {}
        self._known: dict[tuple[Formula, object, int], Quotient] = {}
        self.guard: Formula = TRUE
        self._assume_defined = False
        self.hypotheses: list[Formula] = []
        self.goal: Formula = TRUE
        self.generators = Generators(self, expressions) if abstract else None
        self._add_domain()

    # --- the domain ---------------------------------------------------------------------------

    @contextmanager
    def assuming_defined(self) -> Iterator[None]:
        """Inside the block, what is converted counts as defined and creates no obligations."""
        before, self._assume_defined = self._assume_defined, True
        yield
        self._assume_defined = before

    def _add_domain(self) -> None:
        with self.assuming_defined():
            self._convert_domain()

    def _convert_domain(self) -> None:
        for symbol, union in self.domain.ranges.items():
            choices = [All(tuple(self.formula(r) for r in one.relations(symbol))) for one in union]
            self.hypotheses.append(choices[0] if len(choices) == 1 else Any_(tuple(choices)))
        for condition in self.domain.where:
            self.hypotheses.append(self.formula(condition))

    def is_integer(self, symbol: sp.Expr) -> bool:
        """Whether the symbol ranges over integers only."""
        union = self.domain.ranges.get(symbol, ())
        return bool(union) and all(r.integer for r in union)

    def is_natural(self, symbol: sp.Expr) -> bool:
        """Whether the symbol ranges over integers >= 0 only."""
        return self.is_integer(symbol) and all(
            bool(r.low.is_nonnegative) for r in self.domain.ranges[symbol]
        )

    # --- conditions ---------------------------------------------------------------------------

    def formula(self, condition: sp.Basic) -> Formula:
        """The condition as a polynomial formula, valid where its sides are defined."""
        if condition in (sp.true, sp.false):
            return TRUE if condition is sp.true else Any_()
        if isinstance(condition, sp.And):
            return All(tuple(self.formula(c) for c in condition.args))
        if isinstance(condition, sp.Or):
            return Any_(tuple(self.formula(c) for c in condition.args))
        if isinstance(condition, sp.Not):
            return negate(self.formula(condition.args[0]))
        if isinstance(condition, sp.core.relational.Relational):
            return self.difference(condition.lhs, condition.rhs).sign(_op(condition))
        raise NotAlgebraic(f"{condition} is not a relation")

    def difference(self, left: sp.Expr, right: sp.Expr) -> Quotient:
        """left - right as a quotient of polynomials in symbols and fresh variables."""
        if not isinstance(left, sp.Expr) or not isinstance(right, sp.Expr):
            raise NotAlgebraic("a side is not a scalar expression")
        return self.quotient(left).plus(self.quotient(right).times(self.constant(fmpq(-1))))

    # --- expressions --------------------------------------------------------------------------

    def hint(self, formula: Formula) -> None:
        """Like `constrain`, for facts that are not always worth their cost."""
        self.hints.append((len(self.obligations), implies(self.guard, formula)))

    def constant(self, value: fmpq) -> Quotient:
        """The rational number as a quotient."""
        return Quotient(self.context.constant(value), self.context.constant(1))

    def fresh(self, meaning: object) -> Poly:
        """A new variable."""
        if not self._spare:
            raise NotAlgebraic("too many auxiliary variables")
        variable = self._spare.pop(0)
        self.meaning[str(variable)] = str(meaning)
        return variable

    def require(self, condition: Formula, text: str) -> None:
        """Records that the condition is needed for the expression to be defined."""
        if self._assume_defined:
            self.constrain(condition)
        else:
            found = Obligation(self.guard, condition, len(self.constraints), text)
            self.obligations.append(found)

    def constrain(self, formula: Formula) -> None:
        """Adds a fact about the variables, valid wherever the present guard holds."""
        self.constraints.append(implies(self.guard, formula))

    def quotient(self, expr: sp.Expr) -> Quotient:
        """The expression as a quotient of polynomials."""
        if expr.is_Rational:
            return self.constant(fmpq(int(expr.p), int(expr.q)))
        if expr in self._gen:
            return Quotient(self._gen[expr], self.context.constant(1))
        if expr.is_Symbol:
            raise NotAlgebraic(f"{expr} has no range")
        if expr.is_Add:
            return self._sum(expr)
        if expr.is_Mul:
            result = self.constant(fmpq(1))
            for factor in expr.args:
                result = result.times(self.quotient(factor))
            return result
        if expr.is_Pow and expr.exp.is_Rational:
            return self._rational_power(expr)
        if isinstance(expr, sp.Abs | sp.sign | sp.Max | sp.Min | sp.Piecewise):
            return self._by_cases_once(expr)
        if not expr.free_symbols and (self.generators is None or expr.is_Atom):
            return self.number(expr)
        if self.generators is None:
            raise NotAlgebraic(f"{expr.func.__name__} is not algebraic")
        self.exact = False
        key = (self.guard, expr, 2)
        if key not in self._known:
            try:
                self._known[key] = self.generators.value(expr)
            except Unsupported as reason:
                raise NotAlgebraic(str(reason)) from None
        return self._known[key]

    def _sum(self, expr: sp.Expr) -> Quotient:
        result = self.constant(fmpq(0))
        for term in expr.args:
            result = result.plus(self.quotient(term))
        return result

    def _rational_power(self, expr: sp.Pow) -> Quotient:
        p, q = int(expr.exp.p), int(expr.exp.q)
        if max(abs(p), q) > _LARGEST_EXPONENT:
            raise NotAlgebraic(f"the exponent of {expr} is large")
        base = self.quotient(expr.base)
        if q > 1:
            base = self.root(base, q, str(expr.base))
        if p < 0:
            self.require(Sign("!=", base.num), f"{expr.base} != 0")
            if base.num == 0:
                raise NotAlgebraic(f"division by zero in {expr}")
        return base.power(p)

    def root(self, base: Quotient, q: int, text: str = "a radicand") -> Quotient:
        """The q-th root of a value that has to be >= 0."""
        key = (self.guard, (str(base.num), str(base.den)), -q)
        if key not in self._known:
            self.require(base.sign(">="), f"{text} >= 0")
            r = self.fresh(f"root {q}")
            self.constrain(All((Sign(">=", r), Sign("==", r**q * base.den - base.num))))
            self._known[key] = Quotient(r, self.context.constant(1))
            if self.generators is not None:
                self.generators.note_root(r, base, q)
        return self._known[key]

    def _by_cases_once(self, expr: sp.Expr) -> Quotient:
        key = (self.guard, expr, 0)
        if key not in self._known:
            self._known[key] = self._by_cases(expr)
        return self._known[key]

    def _by_cases(self, expr: sp.Expr) -> Quotient:
        """Abs, sign, Max, Min, Piecewise: one fresh variable that equals one of the cases."""
        if isinstance(expr, sp.Piecewise):
            return self._piecewise(expr)
        args = [self.quotient(a) for a in expr.args]
        v = self.fresh(expr)
        value = Quotient(v, self.context.constant(1))

        def equals(other: Quotient) -> Formula:
            return Sign("==", v * other.den - other.num)

        def relates(op: str, other: Quotient) -> Formula:
            return value.plus(other.times(self.constant(fmpq(-1)))).sign(op)

        if isinstance(expr, sp.Abs):
            if self.generators is not None:
                self.generators.note_absolute(v, args[0])
            minus = args[0].times(self.constant(fmpq(-1)))
            self.constrain(All((Sign(">=", v), Any_((equals(args[0]), equals(minus))))))
        elif isinstance(expr, sp.sign):
            cases = [All((args[0].sign(op), equals(self.constant(fmpq(s))))) for op, s in _SIGNS]
            self.constrain(Any_(tuple(cases)))
        else:
            op = ">=" if isinstance(expr, sp.Max) else "<="
            bounds = tuple(relates(op, a) for a in args)
            self.constrain(All((*bounds, Any_(tuple(equals(a) for a in args)))))
        return value

    def _piecewise(self, expr: sp.Piecewise) -> Quotient:
        outer = self.guard
        not_before: list[Formula] = []
        v = None
        for branch, condition in expr.args:
            self.guard = _conjunction(outer, not_before)
            here = self.formula(condition)
            self.guard = _conjunction(outer, [*not_before, here])
            value = self.quotient(branch)
            if v is None:
                v = self.fresh(expr)
            self.constrain(Sign("==", v * value.den - value.num))
            not_before.append(negate(here))
        self.guard = outer
        if expr.args[-1][1] is not sp.true:
            self.require(negate(_conjunction(TRUE, not_before)), f"a branch of {expr} applies")
        return Quotient(v, self.context.constant(1))

    def number(self, expr: sp.Expr) -> Quotient:
        """A constant that is not algebraic: a variable between rational bounds."""
        key = (TRUE, expr, 1)
        if key not in self._known:
            self._known[key] = self._bounded(expr)
        return self._known[key]

    def _bounded(self, expr: sp.Expr) -> Quotient:
        try:
            with precision(max(128, 8 * self.digits)):
                value = evaluate(expr, {})
        except (Undefined, Undetermined) as reason:
            raise NotAlgebraic(f"no value for {expr}: {reason}") from None
        if isinstance(value, fmpq):
            return self.constant(value)
        scale = 10**self.digits
        low = (to_ball(value) * scale).floor().lower().unique_fmpz()
        high = (to_ball(value) * scale).ceil().upper().unique_fmpz()
        if low is None or high is None:
            raise NotAlgebraic(f"no bounds for {expr}")
        v = self.fresh(expr)
        one = self.context.constant(1)
        # A fact about a number holds under any guard.
        self.constraints.append(Sign(">=", v * scale - one * fmpq(low)))
        self.constraints.append(Sign("<=", v * scale - one * fmpq(high)))
        self.constants[str(v)] = expr
        return Quotient(v, one)


_SIGNS = ((">", 1), ("==", 0), ("<", -1))


def _conjunction(guard: Formula, more: list[Formula]) -> Formula:
    parts = tuple(p for p in (guard, *more) if p != TRUE)
    return parts[0] if len(parts) == 1 else All(parts)


def _op(relation: sp.Basic) -> str:
    return {sp.Ge: ">=", sp.Gt: ">", sp.Le: "<=", sp.Lt: "<", sp.Eq: "==", sp.Ne: "!="}[
        relation.func
    ]


def _count_non_rational(expressions: Iterable[sp.Basic]) -> int:
    count = nodes = 0
    for expression in expressions:
        for node in sp.preorder_traversal(expression):
            nodes += 1
            if nodes > _MOST_NODES:
                raise NotAlgebraic("the relation is very large")
            rational_power = node.is_Pow and node.exp.is_Integer
            if not (node.is_Atom or node.is_Add or node.is_Mul or rational_power):
                count += 6
            elif node.is_Atom and node.is_number and not node.is_Rational:
                count += 1
    return count
