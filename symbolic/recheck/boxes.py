"""Extension: a proof on several boxes, which together cover the domain.

The boxes are closed but for the domain's own open ends. The ends of all boxes are ranked in each
variable; then the whole is cut along faces of boxes until each part lies in one box.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from math import ceil, floor
from typing import Any

from symbolic.recheck.intervals import Box, Side
from symbolic.recheck.kernel import compare, empty
from symbolic.recheck.statement import read_constant
from symbolic.recheck.terms import Rejected, Term, check_time, number

Json = Any
MAX_STEPS = 400_000


def boxes_of(entries: list[Json], whole: Box) -> list[tuple[dict[str, Side], int]]:
    """The boxes within a part of the domain, which they cover, each with its place in the list."""
    found = []
    for index, entry in enumerate(entries):
        box = _clipped(entry, whole)
        if box is not None:
            found.append((box, index))
    names = list(whole)
    if not covers([whole[name] for name in names], [[b[name] for name in names] for b, _ in found]):
        raise Rejected("the boxes do not cover the domain")
    return found


def _clipped(entry: Json, whole: Box) -> dict[str, Side] | None:
    """The entry's box within the domain, or None where they do not meet."""
    if not isinstance(entry, dict) or not isinstance(entry.get("box"), dict):
        raise Rejected("a box gives a range for each variable that it limits")
    if not set(entry["box"]) <= set(whole):
        raise Rejected("a box names an unknown variable")
    box = dict(whole)
    for name, ends in entry["box"].items():
        side = clip(whole[name], ends)
        if side is None:
            return None
        box[name] = side
    return None if any(empty(side) for side in box.values()) else box


def clip(side: Side, box: Sequence[Any]) -> Side | None:
    """The part of a side within [low, high] as a certificate writes them; None if empty."""
    if not isinstance(box, list) or len(box) != 2 or box[0] == "oo" or box[1] == "-oo":
        raise Rejected("a box gives [low, high] for each variable")
    low, high = (None if end in ("-oo", "oo") else read_constant(end) for end in box)
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
    value = end.value if end is not None and end.op == "rat" else None
    if end is not None and value is None:
        raise Rejected("the ends of a box in an integer variable are rational")
    return None if value is None else number(rounding(value))


def covers(whole: Sequence[Side], boxes: Sequence[Sequence[Side]]) -> bool:
    """Whether every point of `whole` (every integer, in integer sides) is in one of the boxes.

    The boxes are parts of `whole`, closed but for its own open ends.
    """
    grids = []
    for place, side in enumerate(whole):
        ends = {side.lo, _upper(side)} | {
            end for box in boxes for end in (box[place].lo, _upper(box[place]))
        }
        finite = sorted((end for end in ends if end is not None), key=cmp_to_key(compare))
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
        value = side.hi.value if side.hi.op == "rat" else None
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


KNOWN = {("proof", "boxes"): boxes_of}
