"""Boolean combinations of polynomial sign conditions over the rationals, and rational forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Poly = Any  # flint.fmpq_mpoly

_NEGATION = {">=": "<", "<": ">=", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


@dataclass(frozen=True)
class Sign:
    """`poly op 0` with op one of >= > <= < == !=."""

    op: str
    poly: Poly

    def __hash__(self) -> int:
        return hash((self.op, str(self.poly)))


@dataclass(frozen=True)
class All:
    """Every part holds (true when there is none)."""

    parts: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class Any_:
    """Some part holds (false when there is none)."""

    parts: tuple[Formula, ...] = ()


Formula = Sign | All | Any_
TRUE = All()
FALSE = Any_()


def negate(formula: Formula) -> Formula:
    """The formula that holds exactly where `formula` does not."""
    if isinstance(formula, Sign):
        return Sign(_NEGATION[formula.op], formula.poly)
    parts = tuple(negate(part) for part in formula.parts)
    return Any_(parts) if isinstance(formula, All) else All(parts)


def variables(formula: Formula) -> frozenset[str]:
    """The names of the variables that occur."""
    if isinstance(formula, Sign):
        names = formula.poly.context().names()
        return frozenset(
            n for n, degree in zip(names, formula.poly.degrees(), strict=True) if degree
        )
    return frozenset().union(*(variables(part) for part in formula.parts))


def implies(guard: Formula, formula: Formula) -> Formula:
    """`formula` wherever `guard` holds."""
    return formula if guard == TRUE else Any_((negate(guard), formula))


@dataclass(frozen=True)
class Quotient:
    """num/den, the value of a rational expression wherever its own denominators do not vanish."""

    num: Poly
    den: Poly

    def plus(self, other: Quotient) -> Quotient:
        """The sum."""
        if self.den == other.den:
            return Quotient(self.num + other.num, self.den)
        common = self.den.gcd(other.den)
        left, right = divide(self.den, common), divide(other.den, common)
        return Quotient(self.num * right + other.num * left, self.den * right).reduced()

    def times(self, other: Quotient) -> Quotient:
        """The product."""
        return Quotient(self.num * other.num, self.den * other.den).reduced()

    def power(self, exponent: int) -> Quotient:
        """The integer power; raises ZeroDivisionError for a negative power of zero."""
        if exponent >= 0:
            return Quotient(self.num**exponent, self.den**exponent)
        if self.num == 0:
            raise ZeroDivisionError("a negative power of zero")
        return Quotient(self.den ** (-exponent), self.num ** (-exponent))

    def reduced(self) -> Quotient:
        """Without common factors."""
        if self.den.is_constant():
            return self
        common = self.num.gcd(self.den)
        return Quotient(divide(self.num, common), divide(self.den, common))

    def sign(self, op: str) -> Formula:
        """`num/den op 0` as a polynomial condition, given that den does not vanish.

        Even powers are taken out: they decide only whether the value can be zero.
        """
        if self.den.is_constant() and self.num.is_constant():
            return Sign(op, self.num * self.den)
        if op in ("==", "!="):
            return Sign(op, self.num)
        odd, even = odd_part(self.num)
        odd_den, _ = odd_part(self.den)
        core = odd * odd_den
        if even is None:
            return Sign(op, core)
        if op in (">=", "<="):
            return Any_((Sign(op, core), Sign("==", even)))
        return All((Sign(op, core), Sign("!=", even)))


def divide(poly: Poly, by: Poly) -> Poly:
    """The exact quotient."""
    quotient, remainder = divmod(poly, by)
    if remainder != 0:
        raise ArithmeticError("not an exact quotient")
    return quotient


def odd_part(poly: Poly) -> tuple[Poly, Poly | None]:
    """(product of the factors of odd multiplicity, times the constant; product of the even ones).

    The second is None when there is no factor of even multiplicity.
    """
    one = poly.context().constant(1)
    if poly.is_constant():
        return poly, None
    constant, factors = poly.factor_squarefree()
    odd, even = one * constant, None
    for factor, multiplicity in factors:
        if multiplicity % 2:
            odd = odd * factor
        else:
            even = factor if even is None else even * factor
    return odd, even
