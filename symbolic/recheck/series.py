"""Extension: the error and gamma functions, enclosed by their series.

The Taylor series of erf has positive terms; the asymptotic series of erfc, log gamma and polygamma
envelop for real x > 0: the remainder is at most the last term kept (NIST Digital Library of
Mathematical Functions, 5.11, 5.15, 7.6 and 7.12).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import comb, factorial
from typing import Any

from mpmath.libmp import (
    finf,
    fninf,
    fone,
    from_int,
    from_rational,
    fzero,
    mpf_cmp,
    mpf_euler,
    mpf_floor,
    mpf_sign,
    to_float,
)
from mpmath.libmp.libmpi import mpi_pi

from symbolic.recheck.intervals import (
    Ball,
    Evaluator,
    Mpf,
    Unclear,
    absolute,
    ball,
    exact,
    exp,
    inverse,
    log,
    max_end,
    negate,
    plus,
    rational_power,
    times,
)
from symbolic.recheck.normal import (
    HALF,
    PI,
    Poly,
    constant,
    generator,
    logarithm,
    normal,
    opaque,
    poly_add,
    poly_mul,
    raised,
)
from symbolic.recheck.terms import (
    ONE,
    Rejected,
    Term,
    check_time,
    make,
    mul,
    neg,
    number,
    power,
    sub,
)

Unary = Callable[[Ball, int], Ball]
GUARD = 30


def point(x: Mpf) -> Ball:
    return Ball(x, x)


def shifted(a: Ball, value: Fraction | int, prec: int) -> Ball:
    return plus(a, exact(value, prec), prec)


def scaled(a: Ball, value: Fraction | int, prec: int) -> Ball:
    return times(a, exact(value, prec), prec)


def divide(a: Ball, b: Ball, prec: int) -> Ball:
    return times(a, inverse(b, prec), prec)


def whole_power(a: Ball, n: int, prec: int) -> Ball:
    return rational_power(a, Fraction(n), prec)


def pi(prec: int) -> Ball:
    return Ball(*mpi_pi(prec))


def about(a: Ball, last: Ball, prec: int) -> Ball:
    """a with an error of at most the last term of its series."""
    size = absolute(last, prec).hi
    return plus(a, Ball(negate(point(size)).lo, size), prec)


# Error functions.


def _erf(x: Ball, prec: int) -> Ball:
    """erf at a point x > 0."""
    if mpf_cmp(x.hi, from_int(8)) > 0:
        return plus(point(fone), negate(_erfc(x, prec)), prec)
    # 2/sqrt(pi) exp(-x**2) sum of 2**n x**(2n+1)/(1*3*...*(2n+1)): positive terms.
    term, total, square, n = x, x, whole_power(x, 2, prec), 0
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
    square = whole_power(x, 2, prec)
    if mpf_cmp(x.hi, from_int(8)) <= 0:
        work = prec + 120
        return plus(point(fone), negate(_erf(x, work)), work)
    # exp(-x**2)/(x sqrt(pi)) (1 - 1/(2x**2) + 3/(2x**2)**2 - ...), truncated while it decreases.
    step = inverse(scaled(square, 2, prec), prec)
    term, total = point(fone), point(fone)
    for n in range(1, 26):
        term = negate(scaled(times(term, step, prec), 2 * n - 1, prec))
        total = plus(total, term, prec)
    below = times(x, rational_power(pi(prec), HALF, prec), prec)
    return divide(times(about(total, term, prec), exp(negate(square), prec), prec), below, prec)


def erfc(a: Ball, prec: int) -> Ball:
    def at(x: Mpf) -> Ball:
        if x in (fninf, finf):
            return exact(2, prec) if x == fninf else point(fzero)
        if mpf_sign(x) > 0:
            return _erfc(point(x), prec + GUARD)
        if x == fzero:
            return point(fone)
        return plus(point(fone), _erf(negate(point(x)), prec + GUARD), prec)

    lo, hi = at(a.hi).lo, at(a.lo).hi
    two = from_int(2)
    hi = hi if mpf_cmp(hi, two) < 0 else two
    return ball(fzero if mpf_sign(lo) <= 0 else lo, hi, a.hi_open or mpf_sign(lo) < 0, a.lo_open)


def erf(a: Ball, prec: int) -> Ball:
    if mpf_sign(a.lo) >= 0 and mpf_cmp(a.hi, from_int(8)) <= 0:  # without cancellation near 0
        ends = [point(x) if x == fzero else _erf(point(x), prec + GUARD) for x in (a.lo, a.hi)]
        return ball(ends[0].lo, ends[1].hi, a.lo_open, a.hi_open)
    if mpf_sign(a.hi) <= 0 and mpf_cmp(a.lo, from_int(-8)) >= 0:
        return negate(erf(negate(a), prec))
    return plus(point(fone), negate(erfc(a, prec + GUARD)), prec)


# The gamma function and its kin.


@cache
def bernoulli(n: int) -> Fraction:
    """The n-th Bernoulli number (n even)."""
    if n == 0:
        return Fraction(1)
    total = Fraction(n - 1, 2)  # B_1 = -1/2 contributes -(n + 1)/2 to the recursion
    for k in range(2, n, 2):
        check_time()
        total -= comb(n + 1, k) * bernoulli(k)
    return total / (n + 1)


def _stirling(x: Ball, coefficient: Callable[[int], Fraction], first: int, prec: int) -> Ball:
    """Sum of c_k x**-(first + 2(k-1))."""
    step = whole_power(inverse(x, prec), 2, prec)
    term, total = whole_power(inverse(x, prec), first, prec), point(fzero)
    for k in range(1, 6 + prec // 8):
        part = scaled(term, coefficient(k), prec)
        total, term = plus(total, part, prec), times(term, step, prec)
    return about(total, part, prec)


def _raise(x: Ball, prec: int) -> int:
    """How far to shift x > 0 up for the asymptotic series to be accurate."""
    return max(0, 8 + prec // 4 - int(min(to_float(x.lo), 1e6)))


def _loggamma(x: Ball, prec: int) -> Ball:
    product, shift = point(fone), _raise(x, prec)
    for j in range(shift):
        product = times(product, shifted(x, j, prec), prec)
    y = shifted(x, shift, prec)
    total = times(shifted(y, -HALF, prec), log(y, prec), prec)
    total = plus(total, negate(y), prec)
    total = plus(total, scaled(log(scaled(pi(prec), 2, prec), prec), HALF, prec), prec)
    series = _stirling(y, lambda k: bernoulli(2 * k) / (2 * k * (2 * k - 1)), 1, prec)
    return plus(plus(total, series, prec), negate(log(product, prec)), prec)


def _polygamma_at(order: int) -> Unary:
    """(-1)**(order+1) polygamma for order >= 1, digamma for 0, at a point x > 0."""

    def value(x: Ball, prec: int) -> Ball:
        shift, near = _raise(x, prec) + order, point(fzero)
        for j in range(shift):
            part = whole_power(inverse(shifted(x, j, prec), prec), order + 1, prec)
            near = plus(near, scaled(part, factorial(order), prec), prec)
        y = shifted(x, shift, prec)

        def coefficient(k: int) -> Fraction:
            return bernoulli(2 * k) * factorial(2 * k + order - 1) / factorial(2 * k)

        series = _stirling(y, coefficient, order + 2, prec)
        if order == 0:
            head = plus(log(y, prec), scaled(inverse(y, prec), -HALF, prec), prec)
            return plus(plus(head, negate(series), prec), negate(near), prec)
        down = whole_power(inverse(y, prec), order, prec)
        head = scaled(down, factorial(order - 1), prec)
        last = scaled(times(down, inverse(y, prec), prec), factorial(order) * HALF, prec)
        return plus(plus(plus(head, last, prec), series, prec), near, prec)

    return value


# loggamma is convex with its least value -0.12148629053584960... at 1.46163214496836234...
LEAST_AT = (Fraction(146163214, 10**8), Fraction(146163215, 10**8))
LEAST = Fraction(-12148629053584961, 10**17)


def loggamma(a: Ball, prec: int) -> Ball:
    if not a.positive():
        raise Unclear("loggamma of what may be zero or negative")

    def at(x: Mpf) -> Ball:
        return Ball(finf, finf) if x in (fzero, finf) else _loggamma(point(x), prec + GUARD)

    left, right = (exact(value, prec) for value in LEAST_AT)
    if mpf_cmp(a.lo, right.hi) >= 0:
        return ball(at(a.lo).lo, at(a.hi).hi, a.lo_open, a.hi_open)
    if mpf_cmp(a.hi, left.lo) <= 0:
        return ball(at(a.hi).lo, at(a.lo).hi, a.hi_open, a.lo_open)
    return ball(exact(LEAST, prec).lo, max_end((at(a.lo).hi, False), (at(a.hi).hi, False))[0])


def gamma(a: Ball, prec: int) -> Ball:
    if a.positive():
        return exp(loggamma(a, prec + GUARD), prec)
    steps = _steps_up(a)
    product = point(fone)
    for j in range(steps):
        product = times(product, shifted(a, j, prec), prec)
    return divide(gamma(shifted(a, steps, prec + GUARD), prec), product, prec)


def _steps_up(a: Ball) -> int:
    """Number of unit steps from a ball strictly between two poles into x > 0."""
    if a.lo == fninf or mpf_cmp(a.lo, from_int(-1000)) < 0:
        raise Unclear("a gamma function too far to the left")
    low, high = mpf_floor(a.lo, 0, "f"), mpf_floor(a.hi, 0, "f")
    if (low == a.lo and not a.lo_open) or (
        mpf_cmp(a.hi, from_int(int(to_float(low)) + 1)) > 0 or (high == a.hi and not a.hi_open)
    ):
        raise Unclear("a gamma function near a pole")
    return -int(to_float(low))


def polygamma(order: int) -> Unary:
    """The function itself; increasing for even order (0: digamma), decreasing for odd."""

    def over(a: Ball, prec: int) -> Ball:
        if not a.positive():
            if order:
                raise Unclear("polygamma of what may be zero or negative")
            steps, below = _steps_up(a), point(fzero)
            for j in range(steps):
                below = plus(below, inverse(shifted(a, j, prec), prec), prec)
            return plus(over(shifted(a, steps, prec), prec), negate(below), prec)
        at = _polygamma_at(order)
        ends = [fninf if order == 0 else finf, finf if order == 0 else fzero]
        if a.lo != fzero:
            ends[0] = at(point(a.lo), prec + GUARD)[0 if order == 0 else 1]
        if a.hi != finf:
            ends[1] = at(point(a.hi), prec + GUARD)[1 if order == 0 else 0]
        if order == 0:
            return ball(ends[0], ends[1], a.lo_open, a.hi_open)
        size = ball(ends[1], ends[0], a.hi_open, a.lo_open)
        return size if order % 2 else negate(size)

    return over


# Normal forms.


def form_of_shifted(t: Term) -> Poly:
    """gamma, digamma, loggamma with the integer part of the argument split off."""
    op, a = t.op, normal(t.args[0])
    whole = a.get(frozenset(), Fraction(0))
    if set(a) <= {frozenset()} and whole.denominator == 1:
        return _at_integer(op, int(whole))
    shift = int(whole // 1)
    if abs(shift) > 200:
        raise Rejected("a shift is too large")
    low = poly_add(a, constant(shift), -1)
    total = opaque(op, low)
    if op == "gamma" and low == constant(HALF):
        total = generator(PI, HALF)
    up = shift > 0
    for j in range(min(shift, 0), max(shift, 0)):
        factor = poly_add(low, constant(j))
        if op == "gamma":
            total = poly_mul(total, factor if up else raised(factor, Fraction(-1)))
        else:
            step = logarithm(factor) if op == "loggamma" else raised(factor, Fraction(-1))
            total = poly_add(total, step, 1 if up else -1)
    return total


def _at_integer(op: str, n: int) -> Poly:
    if n <= 0 or n > 300:
        raise Rejected(f"{op} at a pole, or too far out")
    if op == "digamma":
        harmonic = sum((Fraction(1, k) for k in range(1, n)), Fraction(0))
        return poly_add(constant(harmonic), normal(make("euler_gamma")), -1)
    value = constant(factorial(n - 1))
    return value if op == "gamma" else logarithm(value)


def bell(sign: int) -> Callable[[Term], Term]:
    def slope(t: Term) -> Term:
        bell = make("exp", neg(power(t.args[0], 2)))
        return mul(number(2 * sign), power(make("pi"), -HALF), bell)

    return slope


FUNCTIONS: dict[str, Unary] = {
    "erf": erf,
    "erfc": erfc,
    "gamma": gamma,
    "loggamma": loggamma,
    "digamma": polygamma(0),
}


def _enclosure(f: Unary) -> Callable[[Evaluator, Term], Ball]:
    return lambda enclose, t: f(enclose(t.args[0]), enclose.prec)


KNOWN: dict[tuple[str, str], Any] = {
    **{("enclosure", op): _enclosure(f) for op, f in FUNCTIONS.items()},
    ("enclosure", "polygamma"): lambda enclose, t: polygamma(int(t.args[0].value))(
        enclose(t.args[1]), enclose.prec
    ),
    ("enclosure", "euler_gamma"): lambda enclose, t: Ball(
        mpf_euler(enclose.prec, "f"), mpf_euler(enclose.prec, "c")
    ),
    ("slope", "erf"): bell(1),
    ("slope", "erfc"): bell(-1),
    ("slope", "gamma"): lambda t: mul(t, make("digamma", t.args[0])),
    ("slope", "loggamma"): lambda t: make("digamma", t.args[0]),
    ("slope", "digamma"): lambda t: make("polygamma", ONE, t.args[0]),
    ("slope", "polygamma"): lambda t: make("polygamma", number(t.args[0].value + 1), t.args[1]),
    **{("form", op): form_of_shifted for op in ("gamma", "digamma", "loggamma")},
    ("form", "erfc"): lambda t: normal(sub(ONE, make("erf", t.args[0]))),
}
