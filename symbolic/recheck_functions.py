"""Enclosures of the functions that `mpmath.iv` lacks, each from exp, log, sqrt, sin, cos and +-*/.

A monotone function is enclosed at the two ends of the ball. Sources of the bounds: NIST Digital
Library of Mathematical Functions, 4.24 (arctangent), 7.6 and 7.12 (error functions: the asymptotic
series envelops for real argument). The gamma family is in `recheck_gamma`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from mpmath.libmp import (
    finf,
    fninf,
    fone,
    from_int,
    from_rational,
    fzero,
    mpf_abs,
    mpf_cmp,
    mpf_euler,
    mpf_neg,
    mpf_sign,
    to_float,
)

from symbolic.recheck_balls import (
    Ball,
    Mpf,
    Unclear,
    ball,
    cos_sin,
    divide,
    exact,
    exp,
    floor_of,
    integer_power,
    inverse,
    log,
    max_end,
    negate,
    pi,
    plus,
    point,
    rational_power,
    scaled,
    shifted,
    times,
)
from symbolic.recheck_gamma import gamma, loggamma, polygamma
from symbolic.recheck_terms import Rejected

Unary = Callable[[Ball, int], Ball]
HALF = Fraction(1, 2)
GUARD = 30


def monotone(at: Unary, low: Fraction | None, high: Fraction | None) -> Unary:
    """An increasing function from its enclosure `at` points; `low`, `high` are its limits."""

    def over(a: Ball, prec: int) -> Ball:
        work = prec + GUARD
        lo = point(fninf) if low is None else exact(low, prec)
        hi = point(finf) if high is None else exact(high, prec)
        if a.lo != fninf:
            lo = _within(at(point(a.lo), work), low, high, prec)
        if a.hi != finf:
            hi = _within(at(point(a.hi), work), low, high, prec)
        return ball(lo.lo, hi.hi, a.lo_open, a.hi_open)

    return over


def _within(a: Ball, low: Fraction | None, high: Fraction | None, prec: int) -> Ball:
    lo, hi = a.lo, a.hi
    if low is not None:
        lo = max_end((lo, False), (exact(low, prec).lo, False))[0]
    if high is not None:
        other = exact(high, prec).hi
        hi = other if mpf_cmp(other, hi) < 0 else hi
    return Ball(lo, hi)


def _odd(at: Unary) -> Unary:
    """An odd function at a point, from its values for x > 0."""

    def value(x: Ball, prec: int) -> Ball:
        if x.lo == fzero and x.hi == fzero:
            return x
        return negate(at(negate(x), prec)) if mpf_sign(x.lo) < 0 else at(x, prec)

    return value


def _sinh(x: Ball, prec: int) -> Ball:
    if mpf_cmp(x.hi, from_rational(1, 4, 20, "f")) > 0:
        up = exp(x, prec)
        return scaled(plus(up, negate(inverse(up, prec)), prec), HALF, prec)
    # sum of x**(2k+1)/(2k+1)!: what follows the last term is below that term for x <= 1/4.
    total, term, square = x, x, integer_power(x, 2, prec)
    for k in range(1, 8 + prec // 6):
        term = divide(times(term, square, prec), exact(2 * k * (2 * k + 1), prec), prec)
        total = plus(total, term, prec)
    return plus(total, Ball(fzero, term.hi), prec)


def _tanh(x: Ball, prec: int) -> Ball:
    up = _sinh(x, prec)
    below = rational_power(shifted(integer_power(up, 2, prec), 1, prec), HALF, prec)
    return divide(up, below, prec)


def cosh(a: Ball, prec: int) -> Ball:
    up = sinh(a, prec)
    return rational_power(shifted(integer_power(up, 2, prec), 1, prec), HALF, prec)


def _atan(x: Ball, prec: int) -> Ball:
    halvings = 0
    while halvings < 8 and mpf_cmp(x.hi, from_rational(1, 16, 20, "f")) > 0:
        root = rational_power(shifted(integer_power(x, 2, prec), 1, prec), HALF, prec)
        x, halvings = divide(x, shifted(root, 1, prec), prec), halvings + 1
    total, term, square = x, x, integer_power(x, 2, prec)
    terms = 2 + prec // 6
    for k in range(1, terms + 1):  # alternating and decreasing: the rest is below the next term
        term = negate(times(term, square, prec))
        total = plus(total, scaled(term, Fraction(1, 2 * k + 1), prec), prec)
    rest = mpf_abs(times(term, square, prec).hi if mpf_sign(term.lo) > 0 else term.lo)
    total = plus(total, Ball(mpf_neg(rest), rest), prec)
    return scaled(total, 2**halvings, prec)


def _asinh(x: Ball, prec: int) -> Ball:
    # log(1 + u) with u = x + x**2/(1 + sqrt(1 + x**2)) loses nothing that GUARD bits do not hold.
    root = rational_power(shifted(integer_power(x, 2, prec), 1, prec), HALF, prec)
    return log(plus(x, root, prec), prec)


def _acosh(x: Ball, prec: int) -> Ball:
    below = shifted(x, -1, prec)
    if below.negative():
        raise Unclear("acosh of what may be below 1")
    product = times(_clip(below), shifted(x, 1, prec), prec)
    return log(plus(x, rational_power(product, HALF, prec), prec), prec)


def _clip(a: Ball) -> Ball:
    return Ball(fzero, a.hi) if mpf_sign(a.lo) < 0 else a


def _atanh(x: Ball, prec: int) -> Ball:
    ratio = divide(shifted(x, 1, prec), plus(point(fone), negate(x), prec), prec)
    return scaled(log(ratio, prec), HALF, prec)


def _asin(x: Ball, prec: int) -> Ball:
    if x.lo == fone:
        return scaled(pi(prec), HALF, prec)
    square = times(plus(point(fone), negate(x), prec), shifted(x, 1, prec), prec)
    return _atan(divide(x, rational_power(square, HALF, prec), prec), prec)


def _erf(x: Ball, prec: int) -> Ball:
    if mpf_cmp(x.hi, from_int(8)) > 0:
        return plus(point(fone), negate(_erfc(x, prec)), prec)
    # 2/sqrt(pi) exp(-x**2) sum of 2**n x**(2n+1)/(1*3*...*(2n+1)): positive terms.
    term, total, square, n = x, x, integer_power(x, 2, prec), 0
    limit = to_float(square.hi)
    while n < 4 * limit + 2 * prec:
        n += 1
        term = scaled(times(term, square, prec), Fraction(2, 2 * n + 1), prec)
        total = plus(total, term, prec)
        if 2 * n + 3 > 4 * limit and mpf_cmp(term.hi, from_rational(1, 2**prec, 20, "f")) < 0:
            break  # from here on each term is below half the one before
    total = plus(total, Ball(fzero, term.hi), prec)
    scale = divide(exact(2, prec), rational_power(pi(prec), HALF, prec), prec)
    return times(times(total, exp(negate(square), prec), prec), scale, prec)


def _erfc(x: Ball, prec: int) -> Ball:
    """erfc at a point x > 0."""
    square = integer_power(x, 2, prec)
    if mpf_cmp(x.hi, from_int(8)) <= 0:
        work = prec + 120
        return plus(point(fone), negate(_erf(x, work)), work)
    # exp(-x**2)/(x sqrt(pi)) (1 - 1/(2x**2) + 3/(2x**2)**2 - ...), truncated while it decreases.
    step = inverse(scaled(square, 2, prec), prec)
    term, total, n = point(fone), point(fone), 0
    while n < 25:
        n += 1
        term = negate(scaled(times(term, step, prec), 2 * n - 1, prec))
        total = plus(total, term, prec)
    size = max_end((mpf_abs(term.lo), False), (mpf_abs(term.hi), False))[0]
    total = plus(total, Ball(mpf_neg(size), size), prec)
    below = times(x, rational_power(pi(prec), HALF, prec), prec)
    return divide(times(total, exp(negate(square), prec), prec), below, prec)


def erfc(a: Ball, prec: int) -> Ball:
    def at(x: Mpf) -> Ball:
        if x in (fninf, finf):
            return exact(2, prec) if x == fninf else point(fzero)
        if mpf_sign(x) <= 0:
            return plus(point(fone), negate(erf(point(x), prec)), prec)
        return _erfc(point(x), prec + GUARD)

    lo, hi = at(a.hi).lo, at(a.lo).hi
    return ball(fzero if mpf_sign(lo) <= 0 else lo, hi, a.hi_open or mpf_sign(lo) < 0, a.lo_open)


def asin(a: Ball, prec: int) -> Ball:
    if mpf_cmp(a.lo, mpf_neg(fone)) < 0 or mpf_cmp(a.hi, fone) > 0:
        raise Unclear("asin or acos of what may be outside [-1, 1]")
    return monotone(_odd(_asin), None, None)(a, prec)


def acos(a: Ball, prec: int) -> Ball:
    return plus(scaled(pi(prec), HALF, prec), negate(asin(a, prec)), prec)


def acosh(a: Ball, prec: int) -> Ball:
    if mpf_cmp(a.lo, fone) < 0:
        raise Unclear("acosh of what may be below 1")
    return monotone(_acosh, None, None)(a, prec)


def atanh(a: Ball, prec: int) -> Ball:
    one = mpf_neg(fone)
    if mpf_cmp(a.lo, one) < 0 or mpf_cmp(a.hi, fone) > 0:
        raise Unclear("atanh of what may be outside (-1, 1)")
    if (a.lo == one and not a.lo_open) or (a.hi == fone and not a.hi_open):
        raise Unclear("atanh of what may be 1 or -1")
    lo = fninf if a.lo == one else a.lo
    hi = finf if a.hi == fone else a.hi
    return monotone(_odd(_atanh), None, None)(ball(lo, hi, a.lo_open, a.hi_open), prec)


def acot(a: Ball, prec: int) -> Ball:
    if a.lo == a.hi == fzero:
        return scaled(pi(prec), HALF, prec)
    return atan(inverse(a, prec), prec)


def trigonometric(op: str, a: Ball, below: Ball, prec: int) -> Ball:
    """tan, sec (with `below` the cosine) and cot, csc (the sine), which must not vanish."""
    if op in ("sec", "csc"):
        return inverse(below, prec)
    cosine, sine = cos_sin(a, prec)
    above, plain = (cosine, sine) if op == "cot" else (sine, cosine)
    if not plain.nonzero():  # `below` may be known otherwise; several branches are then possible
        return divide(above, below, prec)

    def at(x: Mpf) -> Ball | None:
        c, s = cos_sin(point(x), prec + GUARD)
        c, s = (s, c) if op == "cot" else (c, s)
        return divide(s, c, prec) if c.nonzero() else None

    first, last = (a.hi, a.lo) if op == "cot" else (a.lo, a.hi)
    low = at(first) if first not in (finf, fninf) else None
    high = at(last) if last not in (finf, fninf) else None
    lo = fninf if low is None else low.lo
    hi = finf if high is None else high.hi
    flags = (a.hi_open, a.lo_open) if op == "cot" else (a.lo_open, a.hi_open)
    return ball(lo, hi, *flags)


def absolute(a: Ball, prec: int) -> Ball:
    if a.positive(strict=False):
        return a
    if a.negative(strict=False):
        return negate(a)
    return ball(fzero, max_end((mpf_neg(a.lo), False), (a.hi, False))[0])


def sign(a: Ball, prec: int) -> Ball:
    lo = -1 if not a.positive(strict=False) else 0 if not a.positive() else 1
    hi = 1 if not a.negative(strict=False) else 0 if not a.negative() else -1
    return Ball(from_int(lo), from_int(hi))


def greatest(values: list[Ball], prec: int) -> Ball:
    found = values[0]
    for other in values[1:]:
        lo, lo_open = max_end((found.lo, found.lo_open), (other.lo, other.lo_open))
        order = mpf_cmp(found.hi, other.hi)
        hi, hi_open = (found.hi, found.hi_open) if order > 0 else (other.hi, other.hi_open)
        found = ball(lo, hi, lo_open, hi_open and not (order == 0 and not found.hi_open))
    return found


def euler(prec: int) -> Ball:
    return Ball(mpf_euler(prec, "f"), mpf_euler(prec, "c"))


sinh = monotone(_odd(_sinh), None, None)
tanh = monotone(_odd(_tanh), Fraction(-1), Fraction(1))
asinh = monotone(_odd(_asinh), None, None)
erf = monotone(_odd(_erf), Fraction(-1), Fraction(1))
_atan_finite = monotone(_odd(_atan), None, None)


def atan(a: Ball, prec: int) -> Ball:
    quarter = scaled(pi(prec), HALF, prec)
    value = _atan_finite(a, prec)
    lo = mpf_neg(quarter.hi) if a.lo == fninf else value.lo
    hi = quarter.hi if a.hi == finf else value.hi
    return ball(lo, hi, a.lo_open, a.hi_open)


FUNCTIONS: dict[str, Unary] = {
    "exp": exp,
    "log": log,
    "sin": lambda a, prec: cos_sin(a, prec)[1],
    "cos": lambda a, prec: cos_sin(a, prec)[0],
    "asin": asin,
    "acos": acos,
    "atan": atan,
    "acot": acot,
    "sinh": sinh,
    "cosh": cosh,
    "tanh": tanh,
    "coth": lambda a, prec: inverse(tanh(a, prec), prec),
    "asinh": asinh,
    "acosh": acosh,
    "atanh": atanh,
    "erf": erf,
    "erfc": erfc,
    "gamma": gamma,
    "loggamma": loggamma,
    "digamma": polygamma(0),
    "abs": absolute,
    "sign": sign,
    "floor": lambda a, prec: Ball(*floor_of(a)),
    "ceiling": lambda a, prec: negate(Ball(*floor_of(negate(a)))),
}


def apply(op: str, args: list[Ball], prec: int) -> Ball:
    """The enclosure of one function of the format over enclosures of its arguments."""
    if op == "euler_gamma":
        return euler(prec)
    if op == "max":
        return greatest(args, prec)
    if op == "min":
        return negate(greatest([negate(arg) for arg in args], prec))
    if op == "polygamma":
        return polygamma(int(to_float(args[0].lo)))(args[1], prec)
    if op not in FUNCTIONS:
        raise Rejected(f"no enclosure of {op[:40]}")
    return FUNCTIONS[op](args[0], prec)
