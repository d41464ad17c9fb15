"""Extension: limits that are 0 because one factor outgrows the others."""

from __future__ import annotations

from fractions import Fraction

from symbolic.recheck.limits import Limits
from symbolic.recheck.normal import is_zero, rational_constant
from symbolic.recheck.terms import Rejected, Term

Growth = tuple[int, Fraction, Fraction]  # sign of an exponential rate, power of x, power of log x
STEADY: Growth = (0, Fraction(0), Fraction(0))


def fades(limits: Limits, t: Term) -> bool:
    """Whether t is seen to tend to 0 by its order of growth."""
    try:
        return growth(limits, t) < STEADY
    except Rejected:
        return False


def growth(limits: Limits, t: Term) -> Growth:
    """(e, p, l): |t| is between constants times exp(e * a power of x) x**p log(x)**l.

    The power in the exponential is positive and not stated; with e = -1 (or 1) p and l do not
    matter, since any such exponential outdoes them.
    """
    if t.op == "sym" and t.value == limits.name:
        return 0, Fraction(1), Fraction(0)
    if t.op == "mul":
        parts = [growth(limits, arg) for arg in t.args]
        if {1, -1} <= {e for e, _, _ in parts}:
            raise Rejected("two exponentials")
        e = sum(part[0] for part in parts)
        return (
            (e > 0) - (e < 0),
            sum((p[1] for p in parts), Fraction(0)),
            sum((p[2] for p in parts), Fraction(0)),
        )
    if t.op == "pow" and rational_constant(t.args[1]) is not None:
        r, (e, p, q) = rational_constant(t.args[1]) or Fraction(0), growth(limits, t.args[0])
        return e * ((r > 0) - (r < 0)), p * r, q * r
    if t.op in ("exp", "erfc", "log") and limits.name in t.free:
        inner = limits.of(t.args[0])
        e, p, _ = growth(limits, t.args[0]) if isinstance(inner, int) else STEADY
        if e == 0 and p > 0 and t.op == "exp" and isinstance(inner, int):
            return inner, Fraction(0), Fraction(0)
        if e == 0 and p > 0 and t.op == "erfc" and inner == 1:
            return -1, Fraction(0), Fraction(0)
        if t.op == "log" and isinstance(inner, Term) and is_zero(inner):
            e, p, _ = growth(limits, t.args[0])
            p = -p
        if t.op == "log" and e == 0 and p > 0:
            return 0, Fraction(0), Fraction(1)
    if t.op == "add" and sum_fades(limits, t):
        return -1, Fraction(0), Fraction(0)
    value = limits.by_rules(t) if limits.name in t.free else t
    if isinstance(value, int):
        return largest(limits, t)
    limits.sign(value)
    return STEADY


def largest(limits: Limits, t: Term) -> Growth:
    """The growth of a sum with one fastest term."""
    if t.op != "add":
        raise Rejected("no order of growth")
    parts = sorted((growth(limits, arg) for arg in t.args), reverse=True)
    if parts[0] == parts[1] or parts[0][0] != 0:
        raise Rejected("no single fastest term")
    return parts[0]


def sum_fades(limits: Limits, t: Term) -> bool:
    """Whether a sum is c + b f(a), f one of erf and tanh, that tends to 0."""
    found = limits.by_rules(t)
    rest = [arg for arg in t.args if limits.name in arg.free]
    if not isinstance(found, Term) or not is_zero(found) or len(rest) != 1:
        return False
    parts = [arg for arg in rest[0].args if limits.name in arg.free]
    f = rest[0] if rest[0].op in ("erf", "tanh") else parts[0]
    if f.op not in ("erf", "tanh") or (f is not rest[0] and rest[0].op != "mul"):
        return False
    e, p, _ = growth(limits, f.args[0])
    return len(parts) == 1 and e == 0 and p > 0


KNOWN = {("limit", "fades"): fades}
