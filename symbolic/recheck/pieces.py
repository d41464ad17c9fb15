"""Extension: piecewise expressions, and sums and products over an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath.libmp import finf, fninf, fzero, mpf_cmp

from symbolic.recheck.intervals import Ball, Evaluator, Unclear, ball, exact, negate, plus
from symbolic.recheck.normal import Poly, generator, normal, rational_constant
from symbolic.recheck.terms import ONE, ZERO, Rejected, Term, make, number, substitute

MAX_TERMS = 2000


def truth(enclose: Evaluator, test: Term) -> bool | None:
    """Whether a condition holds at every point (True), at none (False), or cannot be told."""
    op = test.op.removeprefix("cond:")
    if op in ("true", "false"):
        return op == "true"
    if op == "not":
        inner = truth(enclose, test.args[0])
        return None if inner is None else not inner
    if op in ("and", "or"):
        values = [truth(enclose, arg) for arg in test.args]
        decisive = op == "or"
        if decisive in values:
            return decisive
        return None if None in values else not decisive
    left, right = (enclose(arg) for arg in test.args)
    gap = plus(left, negate(right), enclose.prec)
    same = test.args[0] is test.args[1] or gap.lo == gap.hi == fzero
    if op in ("==", "!="):
        answer = True if same else False if gap.nonzero() else None
        return answer if op == "==" or answer is None else not answer
    gap = negate(gap) if op in (">", ">=") else gap
    strict = op in ("<", ">")
    if same:
        return not strict
    if gap.negative(strict):
        return True
    return False if gap.positive(not strict) else None


def enclose_pieces(enclose: Evaluator, t: Term) -> Ball:
    hull: Ball | None = None
    for value, test in zip(t.args[::2], t.args[1::2], strict=True):
        holds = truth(enclose, test)
        if holds is False:
            continue
        here = enclose(value)
        hull = here if hull is None else join(hull, here)
        if holds:
            return hull
    raise Unclear("a piecewise expression may have no value")


def join(a: Ball, b: Ball) -> Ball:
    """The smallest closed ball around two."""
    lo = a.lo if mpf_cmp(a.lo, b.lo) < 0 else b.lo
    hi = a.hi if mpf_cmp(a.hi, b.hi) > 0 else b.hi
    lo_open = all(x.lo_open for x in (a, b) if x.lo == lo)
    return ball(lo, hi, lo_open, all(x.hi_open for x in (a, b) if x.hi == hi))


def resolve_pieces(t: Term, enclose: Evaluator, walk: Callable[[Term], Term]) -> Term:
    """Without the pieces that are decided on the box."""
    kept: list[Term] = []
    for value, test in zip(t.args[::2], t.args[1::2], strict=True):
        holds = truth(enclose, test)
        if holds and not kept:
            return walk(value)
        if holds is not False:
            kept += [value, test]
    return make("piecewise", *kept) if kept else t


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
    inner = Evaluator(enclose.box, enclose.prec, enclose.known)
    inner.memo[make("sym", value=t.value)] = ball(first.lo, last.hi)
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
    ("enclosure", "piecewise"): enclose_pieces,
    ("resolve", "piecewise"): resolve_pieces,
    ("condition", "truth"): truth,
    **{("enclosure", op): enclose_binder for op in ("sum", "product")},
    **{("form", op): form_of_binder for op in ("sum", "product")},
}
