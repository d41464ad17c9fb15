"""Enclosures: the values of a term over a box lie between two floating-point numbers.

Sums, products, quotients, roots, exp, log, sine and cosine are mpmath's interval functions
(`mpmath.libmp.libmpi`, which `mpmath.iv` wraps), called at `prec` bits; they round outward. What is
added here: an end may be *open* (not attained), and what is not certainly a real number at every
point of the box is `Unclear`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from mpmath.libmp import (
    finf,
    fninf,
    fnone,
    fone,
    from_int,
    from_rational,
    fzero,
    mpf_cmp,
    mpf_neg,
    mpf_sign,
)
from mpmath.libmp.libmpi import (
    mpi_add,
    mpi_cos_sin,
    mpi_div,
    mpi_exp,
    mpi_log,
    mpi_mul,
    mpi_pi,
    mpi_pow_int,
    mpi_sqrt,
)

from symbolic.recheck.normal import rational_constant
from symbolic.recheck.statement import Side
from symbolic.recheck.terms import Rejected, Term, Unclear, check_time, extension

Mpf = Any  # mpmath's tuples; fninf, finf and fzero are those of -oo, oo and 0
FAR, MINUS_FAR = from_int(1 << 40), from_int(-(1 << 40))  # exp, sin, cos stop here


class Ball(NamedTuple):
    """The reals from `lo` to `hi`; an open end is not attained (an infinite one never is)."""

    lo: Mpf
    hi: Mpf
    lo_open: bool = False
    hi_open: bool = False

    def positive(self, strict: bool = True) -> bool:
        sign = mpf_sign(self.lo)
        return sign > 0 or (sign == 0 and (not strict or self.lo_open))

    def negative(self, strict: bool = True) -> bool:
        return negate(self).positive(strict)

    def nonzero(self) -> bool:
        return self.positive() or self.negative()


def ball(lo: Mpf, hi: Mpf, lo_open: bool = False, hi_open: bool = False) -> Ball:
    """A ball; what is not a number becomes an infinite end."""
    if lo[1] == 0 and lo not in (fzero, finf, fninf):
        lo = fninf
    if hi[1] == 0 and hi not in (fzero, finf, fninf):
        hi = finf
    return Ball(lo, hi, lo_open or lo == fninf, hi_open or hi == finf)


WHOLE = ball(fninf, finf)
POSITIVE, NEGATIVE = ball(fzero, finf, True), ball(fninf, fzero, True, True)


def exact(value: Fraction | int, prec: int) -> Ball:
    p, q = Fraction(value).numerator, Fraction(value).denominator
    return Ball(from_rational(p, q, prec, "f"), from_rational(p, q, prec, "c"))


def negate(a: Ball) -> Ball:
    return Ball(mpf_neg(a.hi), mpf_neg(a.lo), a.hi_open, a.lo_open)


def meet(a: Ball, b: Ball) -> Ball:
    """The intersection of two enclosures of the same values."""
    lo, lo_open = max_end((a.lo, a.lo_open), (b.lo, b.lo_open))
    minus, hi_open = max_end((negate(a).lo, a.hi_open), (negate(b).lo, b.hi_open))
    return ball(lo, mpf_neg(minus), lo_open, hi_open)


def max_end(a: tuple[Mpf, bool], b: tuple[Mpf, bool]) -> tuple[Mpf, bool]:
    order = mpf_cmp(a[0], b[0])
    return a if order > 0 else b if order < 0 else (a[0], a[1] or b[1])


def plus(a: Ball, b: Ball, prec: int) -> Ball:
    lo, hi = mpi_add((a.lo, a.hi), (b.lo, b.hi), prec)
    return ball(lo, hi, a.lo_open or b.lo_open, a.hi_open or b.hi_open)


def times(a: Ball, b: Ball, prec: int) -> Ball:
    """Product. A zero end is attained where a factor is zero, another end only at its corner."""
    for x, y in ((a, b), (b, a)):
        if y.lo == y.hi == fzero:
            return y
        if y.negative(strict=False) and not y.positive(strict=False):
            return negate(times(x, negate(y), prec))
    if not b.positive(strict=False):
        a, b = b, a
    if not b.positive(strict=False):
        lo, hi = mpi_mul((a.lo, a.hi), (b.lo, b.hi), prec)
        return ball(lo, hi)
    lo, hi = mpi_mul((a.lo, a.hi), (b.lo, b.hi), prec)
    apart = a.nonzero() and b.nonzero()
    lo_corner = b.lo_open if mpf_sign(a.lo) > 0 else b.hi_open
    hi_corner = b.hi_open if mpf_sign(a.hi) > 0 else b.lo_open
    lo_open = apart if lo == fzero else a.lo_open or lo_corner
    hi_open = apart if hi == fzero else a.hi_open or hi_corner
    return ball(lo, hi, lo_open, hi_open)


def inverse(a: Ball, prec: int) -> Ball:
    if a.negative():
        return negate(inverse(negate(a), prec))
    if not a.positive():
        raise Unclear("a division by what may be zero")
    lo = fzero if a.hi == finf else mpi_div((fone, fone), (a.hi, a.hi), prec)[0]
    hi = finf if a.lo == fzero else mpi_div((fone, fone), (a.lo, a.lo), prec)[1]
    return ball(lo, hi, a.hi_open, a.lo_open)


def rational_power(a: Ball, exponent: Fraction, prec: int) -> Ball:
    if exponent < 0:
        return inverse(rational_power(a, -exponent, prec), prec)
    n, root = exponent.numerator, exponent.denominator
    if root == 1 and n % 2 == 0 and not a.positive(strict=False):
        a = absolute(a, prec)
    if root != 1 and not a.positive(strict=False):
        raise Unclear("a root of what may be negative")

    def at(x: Mpf) -> tuple[Mpf, Mpf]:
        if x in (fzero, finf, fninf) or exponent == 0:
            return (fone, fone) if exponent == 0 else (x, x)
        if root <= 2:
            raised = mpi_pow_int((x, x), n, prec)
            return raised if root == 1 else mpi_sqrt(raised, prec)
        value = times(exact(exponent, prec + 10), log(Ball(x, x), prec + 10), prec + 10)
        return exp(value, prec)[:2]

    return ball(at(a.lo)[0], at(a.hi)[1], a.lo_open and exponent != 0, a.hi_open and exponent != 0)


def exp(a: Ball, prec: int) -> Ball:
    near = [x if mpf_cmp(x, FAR) < 0 else FAR for x in (a.lo, a.hi)]
    near = [x if mpf_cmp(x, MINUS_FAR) > 0 else MINUS_FAR for x in near]
    lo, hi = mpi_exp((near[0], near[1]), prec)
    lo = fzero if near[0] == MINUS_FAR else lo
    return ball(lo, finf if near[1] == FAR else hi, a.lo_open or lo == fzero, a.hi_open)


def log(a: Ball, prec: int) -> Ball:
    if not a.positive():
        raise Unclear("a logarithm of what may be zero or negative")
    lo = fninf if a.lo == fzero else mpi_log((a.lo, a.lo), prec)[0]
    hi = finf if a.hi == finf else mpi_log((a.hi, a.hi), prec)[1]
    return ball(lo, hi, a.lo_open, a.hi_open)


def cos_sin(a: Ball, prec: int) -> tuple[Ball, Ball]:
    """Cosine and sine; an end stays open where the function is monotone on the interval."""
    if mpf_cmp(a.lo, MINUS_FAR) < 0 or mpf_cmp(a.hi, FAR) > 0:
        return Ball(fnone, fone), Ball(fnone, fone)
    both = mpi_cos_sin((a.lo, a.hi), prec)
    cos, sin = (meet(Ball(*ends), Ball(fnone, fone)) for ends in both)
    return _monotone(cos, negate(sin), a), _monotone(sin, cos, a)


def _monotone(value: Ball, slope: Ball, a: Ball) -> Ball:
    if slope.positive(strict=False):
        return ball(value.lo, value.hi, a.lo_open, a.hi_open)
    if slope.negative(strict=False):
        return ball(value.lo, value.hi, a.hi_open, a.lo_open)
    return value


def absolute(a: Ball, prec: int) -> Ball:
    if a.positive(strict=False):
        return a
    minus = negate(a)
    if minus.positive(strict=False):
        return minus
    return greatest(a, minus, prec)._replace(lo=fzero, lo_open=False)


def greatest(a: Ball, b: Ball, prec: int) -> Ball:
    lo, lo_open = max_end((a.lo, a.lo_open), (b.lo, b.lo_open))
    order = mpf_cmp(a.hi, b.hi)
    hi_open = (a.hi_open and b.hi_open) if order == 0 else (a if order > 0 else b).hi_open
    return ball(lo, a.hi if order > 0 else b.hi, lo_open, hi_open)


Box = Mapping[str, Side]
UNARY = {
    "exp": exp,
    "log": log,
    "sin": lambda a, prec: cos_sin(a, prec)[1],
    "cos": lambda a, prec: cos_sin(a, prec)[0],
    "abs": absolute,
}


def _unordered(t: Term) -> tuple[int, ...]:
    return tuple(sorted(map(id, t.args)))


class Evaluator:
    """Encloses terms over one box at `prec` bits.

    `known`: enclosures of certain terms that hold on the box for another reason (lemmas, side
    conditions); what is computed is intersected with them.
    """

    def __init__(self, box: Box, prec: int, known: Mapping[Term, Ball]) -> None:
        self.box, self.prec, self.known = box, prec, known
        self.sums = {_unordered(t): b for t, b in known.items() if t.op == "add"}
        self.memo: dict[Term, Ball] = {}

    def __call__(self, t: Term) -> Ball:
        if t not in self.memo:
            check_time()
            value = self._enclosed(t)
            other = self.known.get(t)
            if other is None and t.op == "add":  # the order of its terms does not matter
                other = self.sums.get(_unordered(t))
            self.memo[t] = value if other is None else meet(value, other)
        return self.memo[t]

    def _enclosed(self, t: Term) -> Ball:
        op, prec = t.op, self.prec
        if op == "rat":
            return exact(t.value, prec)
        if op == "sym":
            return self._symbol(t.value)
        if op == "pi":
            return Ball(*mpi_pi(prec))
        if op == "pow":
            return self._power(*t.args)
        if op in ("add", "mul", "max", "min"):
            values = [self(arg) for arg in t.args]
            values = [negate(value) for value in values] if op == "min" else values
            join = {"add": plus, "mul": times}.get(op, greatest)
            total = values[0]
            for value in values[1:]:
                total = join(total, value, prec)
            return negate(total) if op == "min" else total
        if op in UNARY:
            return UNARY[op](self(t.args[0]), prec)
        enclosed = extension("enclosure", op)
        if enclosed is None:
            raise Rejected(f"no enclosure of {op[:40]}")
        return enclosed(self, t)

    def _symbol(self, name: str) -> Ball:
        side = self.box.get(name)
        if side is None:
            raise Rejected(f"the symbol {name} has no range")
        lo = WHOLE if side.lo is None else self(side.lo)
        hi = WHOLE if side.hi is None else self(side.hi)
        return ball(lo.lo, hi.hi, side.lo_open, side.hi_open)

    def _power(self, base: Term, exponent: Term) -> Ball:
        a, e, prec = self(base), self(exponent), self.prec
        value = rational_constant(exponent)
        if value is not None:
            return rational_power(a, value, prec)
        if a.positive():
            return exp(times(log(a, prec), e, prec), prec)
        if a.positive(strict=False) and e.positive():  # 0**e = 0
            return Ball(fzero, exp(times(log(a._replace(lo_open=True), prec), e, prec), prec).hi)
        raise Unclear("a real power of what may be negative or zero")
