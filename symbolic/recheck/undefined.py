"""Extension: refutations by a point at which a side is not a real number."""

from __future__ import annotations

from mpmath.libmp import mpf_floor

from symbolic.recheck.intervals import Evaluator, negate
from symbolic.recheck.normal import is_zero, rational_constant, rational_value
from symbolic.recheck.terms import Term, Unclear, extension, make, number, sub

PRECISIONS = (60, 250, 1000)


def undefined(t: Term) -> bool:
    """Whether a constant term is certainly not a real number."""

    def value(term: Term) -> tuple[bool, bool, bool]:
        """Whether a constant is certainly positive, zero, negative."""
        if is_zero(term):
            return False, True, False
        for precision in PRECISIONS:
            try:
                found = Evaluator({}, precision, {})(term)
            except Unclear:
                continue
            if found.nonzero():
                return found.positive(), False, negate(found).positive()
        return False, False, False

    def at_most(term: Term, strict: bool) -> bool:
        _, zero, negative = value(term)
        return negative or (zero and not strict)

    if t.op == "piecewise":
        for branch, test in zip(t.args[::2], t.args[1::2], strict=True):
            truth = extension("condition", "truth")
            holds_here = truth(Evaluator({}, 250, {}), test) if truth else None
            if holds_here is None:
                return False
            if holds_here:
                return undefined(branch)
        return True
    if t.op in ("sum", "product") or t.op.startswith("cond:"):
        return False
    if any(undefined(arg) for arg in t.args):
        return True
    if t.op == "pow":
        exponent = rational_constant(t.args[1])
        if exponent is None:
            return at_most(t.args[0], strict=True) and _not_whole(t.args[1])
        if exponent < 0 and value(t.args[0])[1]:
            return True
        return exponent.denominator > 1 and at_most(t.args[0], strict=True)
    if not t.args:
        return False
    a, one = t.args[0], number(1)
    if t.op in ("log", "loggamma"):
        return at_most(a, strict=False)
    if t.op in ("tan", "sec", "cot", "csc"):
        return value(make("cos" if t.op in ("tan", "sec") else "sin", a))[1]
    if t.op == "coth":
        return value(a)[1]
    if t.op in ("asin", "acos"):
        return any(at_most(gap, strict=True) for gap in (sub(one, a), sub(a, number(-1))))
    if t.op == "acosh":
        return at_most(sub(a, one), strict=True)
    if t.op == "atanh":
        return any(at_most(gap, strict=False) for gap in (sub(one, a), sub(a, number(-1))))
    if t.op in ("gamma", "digamma", "polygamma"):
        exact = rational_value(t.args[-1])
        return exact is not None and exact <= 0 and exact.denominator == 1
    return False


def _not_whole(t: Term) -> bool:
    """Whether a constant is certainly not an integer."""
    exact = rational_value(t)
    if exact is not None:
        return exact.denominator != 1
    try:
        found = Evaluator({}, 250, {})(t)
    except Unclear:
        return False
    low, high = mpf_floor(found.lo, 0, "f"), mpf_floor(found.hi, 0, "f")
    return low == high and found.lo != low


KNOWN = {("failure", "undefined"): undefined}
