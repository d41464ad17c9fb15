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

from symbolic.formula import All, Any_, Poly, Quotient, Sign, implies

if TYPE_CHECKING:
    from symbolic.elimination import Elimination

_LARGEST_MULTIPLE = 24
_HYPERBOLIC = (sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.csch)
_AREA = (sp.asinh, sp.acosh, sp.atanh)
_COMBINATORIAL = (sp.factorial, sp.binomial, sp.beta, sp.RisingFactorial, sp.FallingFactorial)


class Unsupported(Exception):  # noqa: N818 - a finding, not an error
    """A function, or an argument, for which no normal form is known here."""


class Generators:
    """The transcendental generators of one elimination."""

    def __init__(self, system: Elimination, expressions: Iterable[sp.Basic]) -> None:
        self.system = system
        self._known: dict[tuple, Quotient] = {}
        # What a variable of the system stands for, where its logarithm or arc is known.
        self._exponent: dict[str, Quotient] = {}
        self._root_of: dict[str, tuple[Quotient, int]] = {}
        self._arc_of_sine: dict[str, Quotient] = {}
        self._arc_of_tangent: dict[tuple[str, str], Quotient] = {}
        self._absolute_of: dict[str, Quotient] = {}
        self._log_meaning: dict[str, Poly] = {}
        self._gamma_base: dict[sp.Expr, sp.Expr] = {}
        self._unit: dict[sp.Expr, sp.Rational] = {}
        for expression in expressions:
            self._scan(expression)

    # --- shared angle and gamma units -------------------------------------------------------------

    def _scan(self, expression: sp.Basic) -> None:
        """Finds the angles that all angles are multiples of, and the least gamma shifts."""
        for node in sp.preorder_traversal(expression):
            if isinstance(node, sp.sin | sp.cos | sp.tan | sp.cot | sp.sec | sp.csc):
                for rate, rest in _terms(node.args[0]):
                    self._unit[rest] = _common_unit(self._unit.get(rest, rate), rate)
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

    def _whole(self, value: int | fmpq) -> Quotient:
        return self.system.constant(fmpq(value) if isinstance(value, int) else value)

    def _as_value(self, variable: Poly) -> Quotient:
        return Quotient(variable, self.system.context.constant(1))

    def _minus(self, a: Quotient, b: Quotient) -> Quotient:
        return a.plus(b.times(self._whole(-1)))

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
                self.system.hint(self._minus(self._as_value(v), part).plus(self._whole(-1)).sign(">="))
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
        constant, factors = poly.factor() if not poly.is_constant() else (poly.leading_coefficient(), [])
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
        for rate, rest in _terms(exponent):
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
            if abs(rate) > _LARGEST_MULTIPLE:
                raise Unsupported(f"a large power of {text}")
            if rest == 1:
                result = result.times(base.power(rate))
                continue
            key = ("power", self.system.guard, str(base.num), str(base.den), rest)
            if key not in self._known:
                v = self.system.fresh("power")
                facts = [implies(base.sign(op), Sign(op, v)) for op in (">", "!=")]
                if base.num.is_constant() and base.num == -base.den:
                    facts.append(Sign("==", v**2 - 1))
                self.system.constrain(All(tuple(facts)))
                self._known[key] = self._as_value(v)
            result = result.times(self._known[key].power(rate))
        return result

    def _area(self, expr: sp.Expr) -> Quotient:
        u = expr.args[0]
        if isinstance(expr, sp.asinh):
            return self.system.quotient(sp.log(u + sp.sqrt(u**2 + 1)))
        if isinstance(expr, sp.acosh):
            self.system.require(self.system.difference(u, sp.Integer(1)).sign(">="), f"{u} >= 1")
            return self.system.quotient(sp.log(u + sp.sqrt(u - 1) * sp.sqrt(u + 1)))
        return self.system.quotient((sp.log(1 + u) - sp.log(1 - u)) / 2)

    # --- circular functions -----------------------------------------------------------------------

    def _circular(self, expr: sp.Expr) -> Quotient:
        sine, cosine = self._sine_cosine(expr.args[0])
        if isinstance(expr, sp.sin):
            return sine
        if isinstance(expr, sp.cos):
            return cosine
        below = cosine if isinstance(expr, sp.tan | sp.sec) else sine
        self.system.require(below.sign("!="), f"{expr} is defined")
        if below.num == 0:
            raise Unsupported(f"{expr} is nowhere defined")
        above = {sp.tan: sine, sp.cot: cosine}.get(expr.func, self._whole(1))
        return above.times(below.power(-1))

    def _sine_cosine(self, argument: sp.Expr) -> tuple[Quotient, Quotient]:
        sine, cosine = self._whole(0), self._whole(1)
        for rate, rest in _terms(argument):
            s, c = self._multiple(rest, rate)
            sine, cosine = (
                sine.times(c).plus(cosine.times(s)),
                self._minus(cosine.times(c), sine.times(s)),
            )
        return sine, cosine

    def _multiple(self, rest: sp.Expr, rate: sp.Rational) -> tuple[Quotient, Quotient]:
        if rest is sp.pi:
            values = [f(rate * sp.pi) for f in (sp.sin, sp.cos)]
            known = [
                self.system.number(v) if v.has(sp.sin, sp.cos) else self.system.quotient(v)
                for v in values
            ]
            return known[0], known[1]
        unit = self._unit.get(rest, rate)
        if isinstance(rest, sp.acos | sp.asin | sp.atan):
            unit = sp.Rational(1, unit.q)
        times = rate / unit
        if not times.is_Integer or abs(times) > _LARGEST_MULTIPLE:
            raise Unsupported(f"a large multiple of {rest}")
        s, c = self._unit_angle(rest, unit)
        sine, cosine = self._whole(0), self._whole(1)
        for _ in range(abs(int(times))):
            sine, cosine = (
                sine.times(c).plus(cosine.times(s)),
                self._minus(cosine.times(c), sine.times(s)),
            )
        return (sine if times > 0 else sine.times(self._whole(-1))), cosine

    def _unit_angle(self, rest: sp.Expr, unit: sp.Rational) -> tuple[Quotient, Quotient]:
        """Sine and cosine of unit * rest."""
        if isinstance(rest, sp.acos | sp.asin | sp.atan):
            if unit != 1:
                raise Unsupported(f"a fraction of {rest}")
            return self._of_arc(rest)
        angle = self.system.quotient(rest).times(self._whole(fmpq(int(unit.p), int(unit.q))))
        key = ("angle", self.system.guard, str(angle.num), str(angle.den))
        if key not in self._known:
            s, c = self.system.fresh("sin"), self.system.fresh("cos")
            self.system.constrain(Sign("==", s**2 + c**2 - 1))
            self._known[key] = self._as_value(s)
            self._known[(*key, "cos")] = self._as_value(c)
            half = self.system.number(sp.pi).times(self._whole(fmpq(1, 2)))
            self._arc_of_sine[str(s)] = angle
            self._arc_of_sine[str(c)] = self._minus(half, angle)
            self._arc_of_tangent[str(s), str(c)] = angle
            self._hint_signs(s, angle, fmpq(0))
            self._hint_signs(c, angle, fmpq(-1, 2))
        return self._known[key], self._known[(*key, "cos")]

    def _hint_signs(self, wave: Poly, angle: Quotient, start: fmpq) -> None:
        """The wave is positive on (start pi, (start + 1) pi) and alternates from there."""
        pi = self.system.number(sp.pi)
        for k in range(-2, 3):
            low = self._minus(angle, pi.times(self._whole(start + k)))
            high = self._minus(pi.times(self._whole(start + k + 1)), angle)
            inside = All((low.sign(">"), high.sign(">")))
            self.system.hint(implies(inside, Sign("<" if k % 2 else ">", wave)))
            self.system.hint(implies(low.sign("=="), Sign("==", wave)))

    def _of_arc(self, arc: sp.Expr) -> tuple[Quotient, Quotient]:
        u = arc.args[0]
        self.system.quotient(arc)  # records that the arc itself is defined
        if isinstance(arc, sp.atan):
            norm = self.system.quotient(1 / sp.sqrt(1 + u**2))
            return self.system.quotient(u).times(norm), norm
        straight = self.system.quotient(u)
        other = self.system.quotient(sp.sqrt(1 - u**2))
        return (other, straight) if isinstance(arc, sp.acos) else (straight, other)

    # --- inverse functions ------------------------------------------------------------------------

    def _arc(self, expr: sp.Expr) -> Quotient:
        u = self.system.quotient(expr.args[0])
        if not isinstance(expr, sp.atan):
            square = self._minus(self._whole(1), u.times(u))
            self.system.require(square.sign(">="), f"{expr.args[0]} in [-1, 1]")
        flip = _leads_negative(u)
        v = u.times(self._whole(-1)) if flip else u
        half = self.system.number(sp.pi).times(self._whole(fmpq(1, 2)))
        if isinstance(expr, sp.atan):
            base = self._arc_tangent(v)
            return base.times(self._whole(-1)) if flip else base
        base = self._arc_sine(v)
        signed = base.times(self._whole(-1)) if flip else base
        return signed if isinstance(expr, sp.asin) else self._minus(half, signed)

    def _arc_sine(self, u: Quotient) -> Quotient:
        """asin(u), in [-pi/2, pi/2]; acos(u) is pi/2 minus it."""
        key = ("asin", self.system.guard, str(u.num), str(u.den))
        if key in self._known:
            return self._known[key]
        a = self._known[key] = self._as_value(self.system.fresh("asin"))
        pi = self.system.number(sp.pi)
        half = pi.times(self._whole(fmpq(1, 2)))
        in_range = All((self._minus(half, a).sign(">="), a.plus(half).sign(">=")))
        same_sign = [implies(u.sign(op), a.sign(op)) for op in (">", "==", "<")]
        self.system.constrain(All((in_range, *same_sign)))
        if u.den.is_constant() and str(u.num) in self._arc_of_sine:
            self._unwind(a, self._arc_of_sine[str(u.num)], pi, alternate=True)
        return a

    def _unwind(self, a: Quotient, angle: Quotient, pi: Quotient, alternate: bool) -> None:
        """asin(sin t) = +-(t - k pi), atan(tan t) = t - k pi, wherever that is in range."""
        half = pi.times(self._whole(fmpq(1, 2)))
        op = ">=" if alternate else ">"
        for k in range(-3, 4):
            moved = self._minus(angle, pi.times(self._whole(k)))
            inside = All((self._minus(half, moved).sign(op), moved.plus(half).sign(op)))
            value = moved.times(self._whole(-1)) if alternate and k % 2 else moved
            self.system.hint(implies(inside, self._minus(a, value).sign("==")))

    def _arc_tangent(self, u: Quotient) -> Quotient:
        key = ("atan", self.system.guard, str(u.num), str(u.den))
        if key in self._known:
            return self._known[key]
        a = self._known[key] = self._as_value(self.system.fresh("atan"))
        pi = self.system.number(sp.pi)
        half = pi.times(self._whole(fmpq(1, 2)))
        in_range = All((self._minus(half, a).sign(">"), a.plus(half).sign(">")))
        same_sign = [implies(u.sign(op), a.sign(op)) for op in (">", "==", "<")]
        self.system.constrain(All((in_range, *same_sign)))
        for (sine, cosine), angle in list(self._arc_of_tangent.items()):
            if (str(u.num), str(u.den)) == (sine, cosine):
                self._unwind(a, angle, pi, alternate=False)
        return a

    # --- erf and gamma ----------------------------------------------------------------------------

    def _error(self, expr: sp.Expr) -> Quotient:
        if isinstance(expr, sp.erfc):
            return self._minus(self._whole(1), self._error(sp.erf(expr.args[0], evaluate=False)))
        u = self.system.quotient(expr.args[0])
        flip = _leads_negative(u)
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
        if shift - base_shift > _LARGEST_MULTIPLE:
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


def _terms(argument: sp.Expr) -> list[tuple[sp.Rational, sp.Expr]]:
    """The argument as a sum of rational multiples."""
    found = []
    for term in sp.Add.make_args(sp.expand(argument)):
        rate, rest = term.as_coeff_Mul()
        found.append((rate, rest) if rate.is_Rational else (sp.Integer(1), term))
    return found


def _common_unit(a: sp.Rational, b: sp.Rational) -> sp.Rational:
    """The largest rational of which both are integer multiples."""
    return sp.Rational(sp.igcd(a.p * b.q, b.p * a.q), a.q * b.q)


def _is_positive_number(u: Quotient) -> bool:
    if not u.num.is_constant() or u.num == 0 or not u.den.is_constant():
        return False
    return bool(u.num.leading_coefficient() * u.den.leading_coefficient() > 0)


def _leads_negative(u: Quotient) -> bool:
    return u.num != 0 and bool(u.num.leading_coefficient() < 0)


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
