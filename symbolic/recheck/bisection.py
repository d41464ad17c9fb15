"""Extension: signs and definedness on the halves of a box where the whole is too wide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import Any

from mpmath.libmp import finf, fninf, to_rational

from symbolic.recheck.intervals import Box, Evaluator
from symbolic.recheck.kernel import Facts, Json, Prover, vanishes
from symbolic.recheck.statement import Side
from symbolic.recheck.terms import Rejected, Term, Unclear, extension, number

MAX_SPLITS = 256


def on_parts(g: Term, box: Box, test: Callable[[Box, int], bool]) -> bool:
    """Whether the test passes on the box, at 53 or 150 bits, or on each of a few parts."""
    stack, tried = [box], 0
    while stack:
        part = stack.pop()
        if test(part, 53) or test(part, 150):
            continue
        tried += 1
        split = halves(part, g.free)
        if split is None or tried > MAX_SPLITS:
            return False
        stack += split
    return True


def halves(box: Box, names: frozenset[str]) -> tuple[Box, Box] | None:
    """The box bisected across its widest side among the names; None when it is too small."""
    best: tuple[tuple[int, Fraction], str] | None = None
    for name in sorted(names & set(box)):
        lo, hi = _fraction(box[name].lo), _fraction(box[name].hi)
        width = (1, Fraction(1)) if lo is None or hi is None else (0, hi - lo)
        if width[1] > 0 and (best is None or width > best[0]):
            best = (width, name)
    cut = None if best is None else midpoint(box[best[1]])
    if best is None or cut is None:
        return None
    side, name = box[best[1]], best[1]
    low, high = replace(side, hi=cut, hi_open=False), replace(side, lo=cut, lo_open=False)
    return {**box, name: low}, {**box, name: high}


def midpoint(side: Side) -> Term | None:
    """A rational inside a side (towards an infinite end, twice as far out); None if too narrow."""
    lo, hi = _fraction(side.lo), _fraction(side.hi)
    if lo is None and hi is None:
        return number(0)
    if lo is None or hi is None:
        end, away = (lo, 1) if lo is not None else (hi, -1)
        assert end is not None
        return number(2 * end if end * away >= 1 else floor(end) + 2 * away)
    if (hi - lo) * 2**40 <= 1 + abs(lo):
        return None
    scale = Fraction(1)
    while scale > (hi - lo) / 16:
        scale /= 2
    while scale * 4 < (hi - lo) / 16:
        scale *= 2
    return number(round((lo + hi) / 2 / scale) * scale)


def _fraction(end: Term | None) -> Fraction | None:
    """An end, or a lower bound for it good to 60 bits."""
    exact = end.value if end is not None and end.op == "rat" else None
    if end is None or exact is not None:
        return exact
    value = Evaluator({}, 60, {})(end)
    if value.lo in (finf, fninf):
        raise Rejected("an end of a box is infinite")
    p, q = to_rational(value.lo)
    return Fraction(int(p), int(q))


def defined(p: Prover, g: Term, box: Box, facts: Facts) -> bool:
    def test(part: Box, prec: int) -> bool:
        try:
            p.enclose(g, part, facts, prec)
        except Unclear:
            return False
        return True

    return on_parts(g, box, test)


def sign(p: Prover, g: Term, box: Box, strict: bool, reason: Json, facts: Facts) -> bool:
    resolve = None if strict else extension("resolve", "term")
    if resolve and vanishes(resolve(p, g, box, facts)):
        return True
    slopes, wide = extension("parts", "mean value"), reason.get("form") == "mean_value"
    smooth = slopes is not None

    def test(part: Box, prec: int) -> bool:
        nonlocal smooth
        try:
            if p.enclose(g, part, facts, prec).positive(strict):
                return True
        except Unclear:
            return False
        if not smooth or not (wide or prec == 53):
            return False
        try:
            return slopes(p, g, part, facts).positive(strict)
        except Unclear:
            return False
        except Rejected:  # without a derivative, or out of time: the next call says which
            smooth = False
            return False

    return on_parts(g, box, test)


KNOWN: dict[tuple[str, str], Any] = {
    ("parts", "defined"): defined,
    ("parts", "sign"): sign,
    ("parts", "each"): on_parts,
}
