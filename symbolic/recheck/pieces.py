"""Extension: piecewise expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath.libmp import fzero, mpf_cmp

from symbolic.recheck.intervals import Ball, Evaluator, ball, negate, plus
from symbolic.recheck.terms import Term, Unclear, make


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


KNOWN: dict[tuple[str, str], Any] = {
    ("enclosure", "piecewise"): enclose_pieces,
    ("resolve", "piecewise"): resolve_pieces,
    ("condition", "truth"): truth,
}
