"""Exponentials, logarithms, circular, inverse, error and gamma functions as polynomial variables.

Every function value becomes a polynomial in a few generators, in a normal form that makes known
functional equations visible: exp of a sum is a product, log of a product a sum, multiple angles are
polynomials in one sine and cosine, gamma arguments that differ by an integer share one generator.
What is kept about a generator (`sin**2 + cos**2 = 1`, `exp > 0`, `acos(cos t) = t if 0 <= t <= pi`)
holds for all real arguments, so whatever follows from it is true; what does not follow stays open.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import sympy as sp
from flint import fmpq

from symbolic.circular import (
    LARGEST_MULTIPLE,
    CircularGenerators,
    Unsupported,
    common_unit,
    leads_negative,
    terms_of,
)
from symbolic.formula import All, Any_, Poly, Quotient, Sign, implies

if TYPE_CHECKING:
    from symbolic.elimination import Elimination

_HYPERBOLIC = (sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.csch)
_AREA = (sp.asinh, sp.acosh, sp.atanh)
_COMBINATORIAL = (sp.factorial, sp.binomial, sp.beta, sp.RisingFactorial, sp.FallingFactorial)


class Generators(CircularGenerators):
    """The transcendental generators of one elimination."""

    def __init__(self, system: Elimination, expressions: Iterable[sp.Basic]) -> None:
        super().__init__(system)
        # What a variable of the system stands for, where its logarithm is known.
        self._exponent: dict[str, Quotient] = {}
        self._root_of: dict[str, tuple[Quotient, int]] = {}
        self._absolute_of: dict[str, Quotient] = {}
        self._log_meaning: dict[str, Poly] = {}
        self._gamma_base: dict[sp.Expr, sp.Expr] = {}
        for expression in expressions:
            self._scan(expression)

    # --- shared angle and gamma units -------------------------------------------------------------

    def _scan(self, expression: sp.Basic) -> None:
        """Finds the angles that all angles are multiples of, and the least gamma shifts."""
        for node in sp.preorder_traversal(expression):
            if isinstance(node, sp.sin | sp.cos | sp.tan | sp.cot | sp.sec | sp.csc):
                for rate, rest in terms_of(node.args[0]):
                    self._unit[rest] = common_unit(self._unit.get(rest, rate), rate)
            elif isinstance(node, sp.gamma | sp.loggamma):
                self._note_gamma(node.args[0])
            elif isinstance(node, _COMBINATORIAL):
                self._scan_combinatorial(node)

    def _scan_combinatorial(self, node: sp.Expr) -> None:
        opened = _as_gamma(node)
        for inner in opened.atoms(sp.gamma):
            self._note_gamma(inner.args[0])

    def _note_gamma(self, argument: sp.Expr) -> None:
        shift, rest = sp.expand(argument).as_coeff_Add()
        if shift.is_Rational and not rest.is_number:
            key = rest + (shift - sp.floor(shift))
            self._gamma_base[key] = min(self._gamma_base.get(key, shift), shift)

    # --- entry ------------------------------------------------------------------------------------

    def value(self, expr: sp.Expr) -> Quotient:
        """The expression in generators; raises `Unsupported`."""
        if isinstance(expr, _HYPERBOLIC):
            return self.system.quotient(expr.rewrite(sp.exp))
        if isinstance(expr, _AREA):
            return self._area(expr)
        if isinstance(expr, sp.exp):
            return self._exp(self.system.quotient(expr.args[0]))
        if expr.is_Pow:
            return self._power(expr)
        if isinstance(expr, sp.log) and len(expr.args) == 1:
            return self._log_of(self.system.quotient(expr.args[0]), str(expr.args[0]))
        if isinstance(expr, sp.sin | sp.cos | sp.tan | sp.cot | sp.sec | sp.csc):
            return self._circular(expr)
        if isinstance(expr, sp.acos | sp.asin | sp.atan):
            return self._arc(expr)
        if isinstance(expr, sp.erf | sp.erfc):
            return self._error(expr)
        if isinstance(expr, sp.loggamma):
            return self._log_of(self._gamma(expr.args[0]), str(expr))
        if isinstance(expr, sp.gamma):
            return self._gamma(expr.args[0])
        if isinstance(expr, _COMBINATORIAL):
            return self.system.quotient(_as_gamma(expr))
        raise Unsupported(f"{expr.func.__name__} is not treated")

    # --- exp, log, powers -------------------------------------------------------------------------

    def _exp(self, argument: Quotient) -> Quotient:
        result = self._whole(1)
        for exponents, coefficient in argument.num.to_dict().items():
            monomial = argument.num.context().from_dict({exponents: 1})
            part = Quotient(monomial, argument.den).reduced()
            rate = coefficient
            if part.den.is_constant():
                rate, part = rate / part.den.leading_coefficient(), Quotient(part.num, _one(part))
            result = result.times(self._exp_term(part, rate))
        return result

    def _exp_term(self, part: Quotient, rate: fmpq) -> Quotient:
        if abs(rate.p) > 200 or rate.q > 60:
            raise Unsupported("a large rate in an exponential")
        logarithm = self._log_argument(part)
        if part.num == part.den:
            base = self.system.number(sp.E)
        elif logarithm is not None:
            # exp(q log|f|) = |f|**q
            base = self._absolute(logarithm)
        else:
            key = ("exp", self.system.guard, str(part.num), str(part.den))
            if key not in self._known:
                v = self.system.fresh("exp")
                self.system.constrain(Sign(">", v))
                self._known[key] = self._as_value(v)
                self._exponent[str(v)] = part
                self.system.hint(
                    self._minus(self._as_value(v), part).plus(self._whole(-1)).sign(">=")
                )
            base = self._known[key]
        if rate.q > 1:
            base = self.system.root(base, int(rate.q))
        return base.power(int(rate.p))

    def _log_argument(self, part: Quotient) -> Poly | None:
        return self._log_meaning.get(str(part.num)) if part.den.is_constant() else None

    def _absolute(self, poly: Poly) -> Quotient:
        if poly.is_constant():
            return self._whole(abs(poly.leading_coefficient()))
        key = ("abs", self.system.guard, str(poly))
        if key not in self._known:
            a = self.system.fresh("abs")
            cases = Any_((Sign("==", a - poly), Sign("==", a + poly)))
            self.system.constrain(All((Sign(">=", a), cases)))
            self._known[key] = self._as_value(a)
        return self._known[key]

    def _log_of(self, argument: Quotient, text: str) -> Quotient:
        self.system.require(argument.sign(">"), f"{text} > 0")
        return self._log_quotient(argument)

    def _log_quotient(self, argument: Quotient) -> Quotient:
        """log|argument| for an argument that is not zero."""
        above = self._log_poly(argument.num)
        return self._minus(above, self._log_poly(argument.den))

    def _log_poly(self, poly: Poly) -> Quotient:
        if poly == 0:
            raise Unsupported("the logarithm of zero")
        constant, factors = (
            poly.factor() if not poly.is_constant() else (poly.leading_coefficient(), [])
        )
        result = self._log_number(abs(fmpq(constant)))
        for factor, multiplicity in factors:
            term = self._log_factor(factor)
            result = result.plus(term.times(self._whole(int(multiplicity))))
        return result

    def _log_number(self, value: fmpq) -> Quotient:
        result = self._whole(0)
        for number, sign in ((int(value.p), 1), (int(value.q), -1)):
            if number > 10**12:
                raise Unsupported("the logarithm of a large number")
            for prime, power in sp.factorint(number).items():
                term = self.system.number(sp.log(prime))
                poly = self.system.context.constant(fmpq(int(prime)))
                self._log_meaning[str(term.num)] = poly
                result = result.plus(term.times(self._whole(sign * int(power))))
        return result

    def _log_factor(self, factor: Poly) -> Quotient:
        name = str(factor)
        if name in self._exponent:
            return self._exponent[name]
        if name in self._absolute_of:
            return self._log_quotient(self._absolute_of[name])
        if name in self._root_of:
            base, degree = self._root_of[name]
            return self._log_quotient(base).times(self._whole(fmpq(1, degree)))
        key = ("log", self.system.guard, name)
        if key not in self._known:
            v = self.system.fresh("log")
            self._known[key] = self._as_value(v)
            self._log_meaning[str(v)] = factor
        return self._known[key]

    def note_absolute(self, variable: Poly, of: Quotient) -> None:
        """Remembers that the variable is an absolute value, so that log|variable| can be opened."""
        self._absolute_of[str(variable)] = of

    def note_root(self, variable: Poly, base: Quotient, degree: int) -> None:
        """Remembers that the variable is a root, so that its logarithm can be opened."""
        self._root_of[str(variable)] = (base, degree)

    def _power(self, expr: sp.Pow) -> Quotient:
        """base**exponent with an exponent that varies, for a positive base."""
        base = self.system.quotient(expr.base)
        whole = self._integer_terms(expr.exp)
        if whole is not None and not _is_positive_number(base):
            return self._integer_power(expr.base, base, whole)
        exponent = self.system.quotient(expr.exp)
        logarithm = self._log_of(base, str(expr.base))
        return self._exp(exponent.times(logarithm))

    def _integer_terms(self, exponent: sp.Expr) -> list[tuple[int, sp.Expr]] | None:
        """The exponent as an integer combination of products of integer symbols, if it is one."""
        found = []
        for rate, rest in terms_of(exponent):
            factors = [] if rest == 1 else sp.Mul.make_args(rest)
            bases = [f.base if f.is_Pow and f.exp.is_Integer and f.exp > 0 else f for f in factors]
            if not rate.is_Integer or not all(self.system.is_integer(b) for b in bases):
                return None
            found.append((int(rate), rest))
        return found

    def _integer_power(
        self, text: sp.Expr, base: Quotient, terms: list[tuple[int, sp.Expr]]
    ) -> Quotient:
        """base**(sum of rate * rest), one generator base**rest for each rest."""
        natural = all(
            rate >= 0 and (rest == 1 or all(self.system.is_natural(s) for s in rest.free_symbols))
            for rate, rest in terms
        )
        if not natural:
            self.system.require(base.sign("!="), f"{text} != 0")
        result = self._whole(1)
        for rate, rest in terms:
            if abs(rate) > LARGEST_MULTIPLE:
                raise Unsupported(f"a large power of {text}")
            if rest == 1:
                result = result.times(base.power(rate))
                continue
            result = result.times(self._parted_power(base, rest, rate))
        return result

    def _parted_power(self, base: Quotient, rest: sp.Expr, rate: int) -> Quotient:
        """(base**rest)**rate, the base taken apart into its irreducible factors."""
        result = self._whole(1)
        for poly, sense in ((base.num, 1), (base.den, -1)):
            if poly == 0:
                constant, factors = fmpq(0), list[tuple[Poly, int]]()
            elif poly.is_constant():
                constant, factors = fmpq(poly.leading_coefficient()), []
            else:
                constant, factors = poly.factor()
                constant = fmpq(constant)
            if constant < 0:
                minus = self._generated_power(self.system.context.constant(fmpq(-1)), rest)
                result = result.times(minus.power(sense * rate))
            if constant == 0:
                zero = self._generated_power(self.system.context.constant(fmpq(0)), rest)
                result = result.times(zero.power(sense * rate))
            elif abs(constant) != 1:
                scale = self._log_number(abs(constant))
                power = self._exp(self.system.quotient(rest).times(scale))
                result = result.times(power.power(sense * rate))
            for factor, multiplicity in factors:
                part = self._generated_power(factor, rest)
                result = result.times(part.power(sense * rate * int(multiplicity)))
        return result

    def _generated_power(self, base: Poly, rest: sp.Expr) -> Quotient:
        key = ("power", self.system.guard, str(base), rest)
        if key not in self._known:
            v = self.system.fresh("power")
            facts = [implies(Sign(op, base), Sign(op, v)) for op in (">", "!=")]
            if base.is_constant() and base == -1:
                facts.append(Sign("==", v**2 - 1))
            self.system.constrain(All(tuple(facts)))
            self._known[key] = self._as_value(v)
        return self._known[key]

    def _area(self, expr: sp.Expr) -> Quotient:
        u = expr.args[0]
        if isinstance(expr, sp.asinh):
            return self.system.quotient(sp.log(u + sp.sqrt(u**2 + 1)))
        if isinstance(expr, sp.acosh):
            self.system.require(self.system.difference(u, sp.Integer(1)).sign(">="), f"{u} >= 1")
            return self.system.quotient(sp.log(u + sp.sqrt(u - 1) * sp.sqrt(u + 1)))
        return self.system.quotient((sp.log(1 + u) - sp.log(1 - u)) / 2)

    # --- erf and gamma ----------------------------------------------------------------------------

    def _error(self, expr: sp.Expr) -> Quotient:
        if isinstance(expr, sp.erfc):
            return self._minus(self._whole(1), self._error(sp.erf(expr.args[0], evaluate=False)))
        u = self.system.quotient(expr.args[0])
        flip = leads_negative(u)
        v = u.times(self._whole(-1)) if flip else u
        key = ("erf", self.system.guard, str(v.num), str(v.den))
        if key not in self._known:
            e = self.system.fresh("erf")
            same_sign = [implies(v.sign(op), Sign(op, e)) for op in (">", "==", "<")]
            self.system.constrain(All((Sign("<", e - 1), Sign(">", e + 1), *same_sign)))
            self._known[key] = self._as_value(e)
        return self._known[key].times(self._whole(-1)) if flip else self._known[key]

    def _gamma(self, argument: sp.Expr) -> Quotient:
        shift, rest = sp.expand(argument).as_coeff_Add()
        if rest.is_number or not shift.is_Rational:
            raise Unsupported(f"gamma({argument})")
        base_shift = self._gamma_base.get(rest + (shift - sp.floor(shift)), shift)
        base = rest + base_shift
        if shift - base_shift > LARGEST_MULTIPLE:
            raise Unsupported("a large shift of a gamma argument")
        value = self.system.quotient(base)
        self.system.require(value.sign(">"), f"{base} > 0")
        key = ("gamma", self.system.guard, str(value.num), str(value.den))
        if key not in self._known:
            v = self.system.fresh("gamma")
            self.system.constrain(Sign(">", v))
            self._known[key] = self._as_value(v)
        result = self._known[key]
        for i in range(int(shift - base_shift)):
            result = result.times(value.plus(self._whole(i)))
        return result


def _is_positive_number(u: Quotient) -> bool:
    if not u.num.is_constant() or u.num == 0 or not u.den.is_constant():
        return False
    return bool(u.num.leading_coefficient() * u.den.leading_coefficient() > 0)


def _one(part: Quotient) -> Poly:
    return part.num.context().constant(1)


def _as_gamma(expr: sp.Expr) -> sp.Expr:
    """Factorials, binomials, beta and rising factorials as gamma functions."""
    a = expr.args[0]
    if isinstance(expr, sp.factorial):
        return sp.gamma(a + 1)
    b = expr.args[1]
    if isinstance(expr, sp.binomial):
        return sp.gamma(a + 1) / (sp.gamma(b + 1) * sp.gamma(a - b + 1))
    if isinstance(expr, sp.beta):
        return sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b)
    if isinstance(expr, sp.RisingFactorial):
        return sp.gamma(a + b) / sp.gamma(a)
    return sp.gamma(a + 1) / sp.gamma(a - b + 1)
