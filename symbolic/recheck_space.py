"""Boxes of the checker: their ends, halves and faces, and whether boxes cover another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cmp_to_key
from math import ceil, floor
from typing import Any

from mpmath.libmp import finf, fninf, to_rational

from symbolic.recheck_balls import Ball, Unclear
from symbolic.recheck_evaluate import Box, Evaluator, Side, fold
from symbolic.recheck_exact import is_zero
from symbolic.recheck_terms import Rejected, Term, check_time, from_json, number, sub, substitute
from symbolic.statement import check_expression, rational

MAX_STEPS = 400_000


@dataclass(frozen=True)
class Facts:
    """Enclosures of terms known beforehand.

    `always` hold on the whole box; `region` only at its points that meet the side conditions (or
    the case at hand), so that they are lost on a path that leaves those points. `moved`: the
    variables along which the argument has left the points of the statement.
    """

    always: Mapping[Term, Ball]
    region: Mapping[Term, Ball]
    moved: frozenset[str] = frozenset()

    def known(self) -> dict[Term, Ball]:
        return {**self.always, **self.region}

    def along(self, names: set[str]) -> Facts:
        kept = {t: b for t, b in self.region.items() if t.free.isdisjoint(names)}
        return Facts(self.always, kept, self.moved | names)

    def without(self, names: set[str]) -> Facts:
        kept = {t: b for t, b in self.always.items() if t.free.isdisjoint(names)}
        return Facts(kept, self.along(names).region, self.moved | names)

    def plus(self, term: Term, value: Ball, region: bool) -> Facts:
        if region:
            return Facts(self.always, {**self.region, term: value}, self.moved)
        return Facts({**self.always, term: value}, self.region, self.moved)


def parse_end(end: Any) -> Term | None:
    """A constant end of a box: rational text, a constant expression, or None when infinite."""
    if end in ("oo", "-oo"):
        return None
    if isinstance(end, str):
        return number(rational(end))
    check_expression(end, frozenset())
    return from_json(end)


def compare(a: Term, b: Term) -> int:
    """Sign of a - b for two constants; rejects a pair that it cannot order."""
    if a is b:
        return 0
    p, q = fold(a), fold(b)
    if p is not None and q is not None:
        return (p > q) - (p < q)
    gap = sub(a, b)
    if is_zero(gap):
        Evaluator({}, 60, {})(gap)
        return 0
    for prec in (60, 300, 1500):
        value = Evaluator({}, prec, {})(gap)
        if value.nonzero():
            return 1 if value.positive() else -1
    raise Rejected("two end points cannot be told apart")


def pieces(domain: list[Any]) -> list[Side]:
    """The sides whose union is a checked domain; for integers, the real hull marked so."""
    head, args = domain[0], domain[1:]
    if head == "union":
        return [side for part in args for side in pieces(part)]
    if head == "points":
        return [Side(point, point) for point in map(from_json, args)]
    if head == "integers":
        low, high = (None if end in ("oo", "-oo") else number(Fraction(end)) for end in args)
        side = Side(low, high, low is None, high is None, integer=True)
    else:
        side = Side(parse_end(args[0]), parse_end(args[1]), args[2], args[3])
    return [] if empty(side) else [side]


def empty(side: Side) -> bool:
    if side.lo is None or side.hi is None:
        return False
    order = compare(side.lo, side.hi)
    return order > 0 or (order == 0 and (side.lo_open or side.hi_open))


def clip(side: Side, box: Sequence[Any]) -> Side | None:
    """The part of a side within [low, high] as a certificate writes them; None if empty."""
    if len(box) != 2 or box[0] == "oo" or box[1] == "-oo":
        raise Rejected("a box gives [low, high] for each variable")
    low, high = parse_end(box[0]), parse_end(box[1])
    if side.integer:
        low, high = _inward(low, ceil), _inward(high, floor)
    lo, lo_open, hi, hi_open = side.lo, side.lo_open, side.hi, side.hi_open
    if low is not None and (lo is None or compare(low, lo) > 0):
        lo, lo_open = low, False
    if high is not None and (hi is None or compare(high, hi) < 0):
        hi, hi_open = high, False
    found = Side(lo, hi, lo_open, hi_open, side.integer)
    return None if empty(found) else found


def _inward(end: Term | None, rounding: Any) -> Term | None:
    value = None if end is None else fold(end)
    if end is not None and value is None:
        raise Rejected("the ends of a box in an integer variable are rational")
    return None if value is None else number(rounding(value))


def covers(whole: Sequence[Side], boxes: Sequence[Sequence[Side]]) -> bool:
    """Whether every point of `whole` (every integer, in integer sides) is in one of the boxes.

    The boxes are parts of `whole`, closed but for its own open ends.
    """

    def ordering(a: Term, b: Term) -> int:
        return compare(a, b)

    grids = []
    for place, side in enumerate(whole):
        ends = {side.lo, _upper(side)} | {
            end for box in boxes for end in (box[place].lo, _upper(box[place]))
        }
        finite = sorted(
            (end for end in ends if end is not None),
            key=cmp_to_key(ordering),
        )
        ranks: dict[Term, int] = {}
        for index, end in enumerate(finite):
            same = index and compare(finite[index - 1], end) == 0
            ranks[end] = ranks[finite[index - 1]] if same else index
        grids.append((ranks, len(finite)))

    def ranked(box: Sequence[Side]) -> tuple[tuple[int, int], ...]:
        found = []
        for side, (ranks, top) in zip(box, grids, strict=True):
            upper = _upper(side)
            found.append(
                (-1 if side.lo is None else ranks[side.lo], top if upper is None else ranks[upper])
            )
        return tuple(found)

    return _covered(ranked(whole), [ranked(box) for box in boxes])


def _upper(side: Side) -> Term | None:
    """The upper end; one more for integers, so that neighbouring ranges touch."""
    if side.integer and side.hi is not None:
        value = fold(side.hi)
        return side.hi if value is None else number(value + 1)
    return side.hi


Ranks = tuple[tuple[int, int], ...]


def _covered(whole: Ranks, boxes: list[Ranks]) -> bool:
    stack, steps = [(whole, boxes)], 0
    while stack:
        target, near = stack.pop()
        steps += 1 + len(near) // 8
        if steps > MAX_STEPS:
            raise Rejected("too many steps to put the boxes together")
        check_time()
        near = [box for box in near if _meets(box, target)]
        if any(_contains(box, target) for box in near):
            continue
        if not near:
            return False
        place, rank = _cut(target, near)
        low, high = target[place]
        for part in ((low, rank), (rank, high)):
            stack.append(((*target[:place], part, *target[place + 1 :]), near))
    return True


def _meets(box: Ranks, target: Ranks) -> bool:
    """Whether the box fills part of the target of the target's own dimension."""
    return all(
        (a < d and c < b) if c < d else a <= c <= b
        for (a, b), (c, d) in zip(box, target, strict=True)
    )


def _contains(box: Ranks, target: Ranks) -> bool:
    return all(a <= c and d <= b for (a, b), (c, d) in zip(box, target, strict=True))


def _cut(target: Ranks, boxes: list[Ranks]) -> tuple[int, int]:
    """The place and rank of a face inside the target that cuts few boxes and halves the rest."""
    best: tuple[float, int, int] | None = None
    for place, (low, high) in enumerate(target):
        ranks = sorted(r for box in boxes for r in box[place] if low < r < high)
        if not ranks:
            continue
        for rank in {ranks[len(ranks) // 2], ranks[0], ranks[-1]}:
            left = sum(box[place][0] < rank for box in boxes)
            right = sum(box[place][1] > rank for box in boxes)
            score = float(max(left, right) + 2 * (left + right - len(boxes)))
            if best is None or score < best[0]:
                best = (score, place, rank)
    if best is None:
        raise Rejected("the boxes cannot be put together")
    return best[1], best[2]


def midpoint(side: Side) -> Term:
    """A rational strictly inside a side (towards an infinite end, twice as far out).

    Raises `Unclear` for a side too narrow to find one.
    """
    lo, hi = _fraction(side.lo), _fraction(side.hi)
    if lo is None and hi is None:
        return number(0)
    if lo is None or hi is None:
        end = hi if lo is None else lo
        assert end is not None
        away = 1 if hi is None else -1
        return number(2 * end if end * away >= 1 else floor(end) + 2 * away)
    if (hi - lo) * 2**40 <= 1 + abs(lo):
        raise Unclear("a side is too narrow")
    return number(_round((lo + hi) / 2, hi - lo))


def _round(value: Fraction, width: Fraction) -> Fraction:
    """A nearby dyadic number with few digits."""
    scale = Fraction(1)
    while scale > width / 16:
        scale /= 2
    while scale * 4 < width / 16:
        scale *= 2
    return round(value / scale) * scale


def _fraction(end: Term | None) -> Fraction | None:
    """An end, or a lower bound for it good to 60 bits."""
    exact = None if end is None else fold(end)
    if end is None or exact is not None:
        return exact
    value = Evaluator({}, 60, {})(end)
    if value.lo in (finf, fninf):
        raise Rejected("an end of a box is infinite")
    p, q = to_rational(value.lo)
    return Fraction(int(p), int(q))


def halves(box: Box, names: frozenset[str]) -> tuple[Box, Box] | None:
    """The box bisected across its widest side among the names; None when it is too small."""
    best: tuple[tuple[int, Fraction], str] | None = None
    for name in sorted(names & set(box)):
        side = box[name]
        lo, hi = _fraction(side.lo), _fraction(side.hi)
        width = (1, Fraction(1)) if lo is None or hi is None else (0, hi - lo)
        if width[1] > 0 and (best is None or width > best[0]):
            best = (width, name)
    if best is None:
        return None
    side, name = box[best[1]], best[1]
    try:
        cut = midpoint(side)
    except Unclear:
        return None
    low = replace(side, hi=cut, hi_open=False)
    high = replace(side, lo=cut, lo_open=False)
    return {**box, name: low}, {**box, name: high}


def with_side(box: Box, name: str, **changes: Any) -> Box:
    """The box with one side changed."""
    return {**box, name: replace(box[name], **changes)}


def at_face(facts: Facts, name: str, value: Term, inside: bool) -> Facts:
    """What is known on the face name = value; `inside`: the face belongs to the box."""
    if not inside:
        return facts.without({name})
    moved = {substitute(t, {name: value}): b for t, b in facts.always.items()}
    return Facts(moved, facts.along({name}).region, facts.moved | {name})
