"""Sines, cosines and arcs as polynomial variables (see `transcendental.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp
from flint import fmpq

from symbolic.formula import All, Poly, Quotient, Sign, implies

if TYPE_CHECKING:
    from symbolic.elimination import Elimination

LARGEST_MULTIPLE = 24
_LARGEST_DENOMINATOR = 30


class Unsupported(Exception):
    """A function, or an argument, for which no normal form is known here."""


class CircularGenerators:
    """The generators for angles, and what is known of inverse functions of them."""

    def __init__(self, system: Elimination) -> None:
        self.system = system
        self._known: dict[tuple, Quotient] = {}
        self._unit: dict[sp.Expr, sp.Rational] = {}
        # sin(angle) = variable, for the first; sin and cos of an angle, for the second.
        self._arc_of_sine: dict[str, Quotient] = {}
        self._arc_of_tangent: dict[tuple[str, str], Quotient] = {}

    def _whole(self, value: int | fmpq) -> Quotient:
        return self.system.constant(fmpq(value) if isinstance(value, int) else value)

    def _as_value(self, variable: Poly) -> Quotient:
        return Quotient(variable, self.system.context.constant(1))

    def _minus(self, a: Quotient, b: Quotient) -> Quotient:
        return a.plus(b.times(self._whole(-1)))

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
        for rate, rest in terms_of(argument):
            s, c = self._multiple(rest, rate)
            sine, cosine = (
                sine.times(c).plus(cosine.times(s)),
                self._minus(cosine.times(c), sine.times(s)),
            )
        terms = terms_of(argument)
        if len(terms) > 1 or terms[0][0] != self._unit.get(terms[0][1]):
            angle = self.system.quotient(argument)
            self._hint_signs(sine, angle, fmpq(0))
            self._hint_signs(cosine, angle, fmpq(-1, 2))
        return sine, cosine

    def _multiple(self, rest: sp.Expr, rate: sp.Rational) -> tuple[Quotient, Quotient]:
        if rest is sp.pi:
            values = [f(rate * sp.pi) for f in (sp.sin, sp.cos)]
            if not any(v.has(sp.sin, sp.cos) for v in values):
                return self.system.quotient(values[0]), self.system.quotient(values[1])
        whole = sp.cancel(rest / sp.pi)
        if rest is not sp.pi and rate.is_Integer and self._is_whole(whole):
            return self._whole(0), self.system.quotient((-1) ** (rate * whole))
        unit = self._unit.get(rest, rate)
        if isinstance(rest, sp.acos | sp.asin | sp.atan):
            unit = sp.Rational(1, unit.q)
        times = rate / unit
        if not times.is_Integer or abs(times) > LARGEST_MULTIPLE:
            raise Unsupported(f"a large multiple of {rest}")
        s, c = self._unit_angle(rest, unit)
        sine, cosine = self._whole(0), self._whole(1)
        for _ in range(abs(int(times))):
            sine, cosine = (
                sine.times(c).plus(cosine.times(s)),
                self._minus(cosine.times(c), sine.times(s)),
            )
        return (sine if times > 0 else sine.times(self._whole(-1))), cosine

    def _is_whole(self, expr: sp.Expr) -> bool:
        """Whether the expression is a product of integers."""
        return all(
            f.is_Integer or self.system.is_integer(f.base if f.is_Pow and f.exp.is_Integer
                                                   and f.exp > 0 else f)
            for f in sp.Mul.make_args(expr)
        )  # fmt: skip

    def _unit_angle(self, rest: sp.Expr, unit: sp.Rational) -> tuple[Quotient, Quotient]:
        """Sine and cosine of unit * rest."""
        if isinstance(rest, sp.acos | sp.asin | sp.atan):
            if unit == sp.Rational(1, 2):
                return self._of_half_arc(rest)
            if unit != 1:
                raise Unsupported(f"a fraction of {rest}")
            return self._of_arc(rest)
        if rest is sp.pi:
            return self._algebraic_angle(unit)
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
            self._hint_signs(self._known[key], angle, fmpq(0))
            self._hint_signs(self._known[(*key, "cos")], angle, fmpq(-1, 2))
        return self._known[key], self._known[(*key, "cos")]

    def _algebraic_angle(self, unit: sp.Rational) -> tuple[Quotient, Quotient]:
        """Sine and cosine of unit * pi, as the roots of their minimal polynomials."""
        if unit.q > _LARGEST_DENOMINATOR:
            raise Unsupported(f"the angle {unit} pi")
        found = []
        for function in (sp.sin, sp.cos):
            exact = function(unit * sp.pi)
            value = self.system.number(exact)
            if not value.num.is_constant():
                poly = sp.Poly(sp.minimal_polynomial(exact, sp.Dummy("x")))
                total = self._whole(0)
                for (power,), coefficient in poly.terms():
                    weight = self._whole(fmpq(int(coefficient.p), int(coefficient.q)))
                    total = total.plus(value.power(power).times(weight))
                self.system.constraints.append(total.sign("=="))
            found.append(value)
        square = found[0].times(found[0]).plus(found[1].times(found[1]))
        self.system.constraints.append(self._minus(square, self._whole(1)).sign("=="))
        return found[0], found[1]

    def _hint_signs(self, wave: Quotient, angle: Quotient, start: fmpq) -> None:
        """The wave is positive on (start pi, (start + 1) pi) and alternates from there."""
        pi = self.system.number(sp.pi)
        for k in range(-2, 3):
            low = self._minus(angle, pi.times(self._whole(start + k)))
            high = self._minus(pi.times(self._whole(start + k + 1)), angle)
            inside = All((low.sign(">"), high.sign(">")))
            self.system.hint(implies(inside, wave.sign("<" if k % 2 else ">")))
            self.system.hint(implies(low.sign("=="), wave.sign("==")))

    def _of_arc(self, arc: sp.Expr) -> tuple[Quotient, Quotient]:
        u = arc.args[0]
        self.system.quotient(arc)  # records that the arc itself is defined
        if isinstance(arc, sp.atan):
            norm = self.system.quotient(1 / sp.sqrt(1 + u**2))
            return self.system.quotient(u).times(norm), norm
        straight = self.system.quotient(u)
        other = self.system.quotient(sp.sqrt(1 - u**2))
        return (other, straight) if isinstance(arc, sp.acos) else (straight, other)

    def _of_half_arc(self, arc: sp.Expr) -> tuple[Quotient, Quotient]:
        """Sine and cosine of half an arc, which lies in [-pi/4, pi/4], for acos in [0, pi/2]."""
        sine, cosine = self._of_arc(arc)
        key = ("half", self.system.guard, arc)
        if key not in self._known:
            s, c = self.system.fresh("sin"), self.system.fresh("cos")
            half = self._as_value(s), self._as_value(c)
            double = self._minus(half[0].times(half[1]).times(self._whole(2)), sine)
            other = self._minus(self._minus(half[1].power(2), half[0].power(2)), cosine)
            side = s if isinstance(arc, sp.acos) else 2 * c**2 - 1
            facts = (Sign("==", s**2 + c**2 - 1), Sign(">=", c), Sign(">=", side))
            self.system.constrain(All((*facts, double.sign("=="), other.sign("=="))))
            self._known[key], self._known[(*key, "cos")] = half
        return self._known[key], self._known[(*key, "cos")]

    # --- inverse functions ------------------------------------------------------------------------

    def _arc(self, expr: sp.Expr) -> Quotient:
        u = self.system.quotient(expr.args[0])
        if not isinstance(expr, sp.atan):
            square = self._minus(self._whole(1), u.times(u))
            self.system.require(square.sign(">="), f"{expr.args[0]} in [-1, 1]")
        flip = leads_negative(u)
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


def terms_of(argument: sp.Expr) -> list[tuple[sp.Rational, sp.Expr]]:
    """The argument as a sum of rational multiples."""
    found = []
    for term in sp.Add.make_args(sp.expand(argument)):
        rate, rest = term.as_coeff_Mul()
        found.append((rate, rest) if rate.is_Rational else (sp.Integer(1), term))
    return found


def common_unit(a: sp.Rational, b: sp.Rational) -> sp.Rational:
    """The largest rational of which both are integer multiples."""
    return sp.Rational(sp.igcd(a.p * b.q, b.p * a.q), a.q * b.q)


def leads_negative(u: Quotient) -> bool:
    return u.num != 0 and bool(u.num.leading_coefficient() < 0)
