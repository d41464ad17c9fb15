"""Extension: sums and products over an index."""

from __future__ import annotations

from typing import Any

from mpmath.libmp import finf, fninf, fzero

from symbolic.recheck.intervals import Ball, Evaluator, ball, exact, negate, plus
from symbolic.recheck.normal import Poly, generator, normal, rational_constant
from symbolic.recheck.terms import (
    ONE,
    ZERO,
    Rejected,
    Term,
    Unclear,
    make,
    number,
    substitute,
    symbol,
)

MAX_TERMS = 2000


def written_out(t: Term) -> Term:
    """A sum or product between two literal integers."""
    body, low, high = t.args
    first, last = rational_constant(low), rational_constant(high)
    if first is None or last is None or first.denominator != 1 or last.denominator != 1:
        raise Unclear(f"a {t.op} whose ends are not integers here")
    if last - first > MAX_TERMS:
        raise Rejected(f"a {t.op} of more than {MAX_TERMS} terms")
    if last < first - 1:
        raise Unclear(f"a {t.op} over a reversed range")
    parts = [substitute(body, {t.value: number(k)}) for k in range(int(first), int(last) + 1)]
    if not parts:
        return ZERO if t.op == "sum" else ONE
    return make("add" if t.op == "sum" else "mul", *parts)


def enclose_binder(enclose: Evaluator, t: Term) -> Ball:
    """A sum or product; with symbolic ends only that it is defined, and its sign."""
    body, low, high = t.args
    if rational_constant(low) is not None and rational_constant(high) is not None:
        return enclose(written_out(t))
    if t.value in enclose.box or not (_whole(enclose, low) and _whole(enclose, high)):
        raise Unclear(f"a {t.op} whose ends are not integers here")
    first, last = enclose(low), enclose(high)
    count = plus(plus(last, negate(first), enclose.prec), exact(1, enclose.prec), enclose.prec)
    if not count.positive(strict=False):
        raise Unclear(f"a {t.op} over a range that may be reversed")
    inner = Evaluator(enclose.box, enclose.prec, enclose.facts)
    inner.memo[symbol(t.value)] = ball(first.lo, last.hi)
    return ball(fzero if inner(body).positive(strict=False) else fninf, finf)


def _whole(enclose: Evaluator, t: Term) -> bool:
    """Whether a term takes integer values: integer polynomials in integer variables."""
    if t.op == "sym":
        return t.value in enclose.box and enclose.box[t.value].integer
    if t.op == "rat":
        return t.value.denominator == 1
    return t.op in ("add", "mul") and all(_whole(enclose, arg) for arg in t.args)


def form_of_binder(t: Term) -> Poly:
    if rational_constant(t.args[1]) is not None and rational_constant(t.args[2]) is not None:
        return normal(written_out(t))
    return generator((t.op, t))


KNOWN: dict[tuple[str, str], Any] = {
    **{("enclosure", op): enclose_binder for op in ("sum", "product")},
    **{("form", op): form_of_binder for op in ("sum", "product")},
}
