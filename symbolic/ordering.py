"""Polynomials that stay the same when variables are exchanged: one order of them is enough.

In the order x_1 >= ... >= x_n the differences of neighbours (and the distance of the last from the
lower end of the range) are >= 0; in them most such polynomials have coefficients >= 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import sympy as sp
from flint import fmpq

from symbolic.formula import Poly
from symbolic.ranges import Range

Json = Any
_FEWEST, _MOST = 2, 6
_MOST_TERMS = 1500
# What may be said of the differences as if they were variables: nothing that names a range.
_PLAIN = {"rewrite", "sign", "sum", "product", "zero"}


def by_order(
    target: Poly,
    names: Sequence[str],
    ranges: Sequence[Range],
    strict: bool,
    encoded: Callable[[Poly], Json],
    orthant: Callable[[Poly, Sequence[bool]], Json | None],
) -> Json | None:
    """A reason for target >= 0, or for > 0 where some term is > 0; else None.

    `orthant` looks for a reason for a polynomial where the variables marked are >= 0.
    """
    degrees = [int(d) for d in target.degrees()]
    if any(degrees[len(names) :]):
        return None
    used = [i for i, d in enumerate(degrees) if d]
    if not _FEWEST <= len(used) <= _MOST or any(ranges[i] != ranges[used[0]] for i in used):
        return None
    r = ranges[used[0]]
    if r.integer or not (r.low.is_Rational or r.low == -sp.oo):
        return None
    turns = not _symmetric(target, used)
    if turns and not _cyclic(target, used):
        return None
    low = fmpq(int(r.low.p), int(r.low.q)) if r.low.is_Rational else fmpq(0)
    gens = list(target.context().gens())
    images, codes = list(gens), {}
    last = used[-1]
    images[last] = gens[last] + low
    codes[names[last]] = _less(["sym", names[last]], ["rat", str(low)]) if low else None
    for place in reversed(range(len(used) - 1)):
        i, base = used[place], last if turns else used[place + 1]
        images[i] = gens[i] + images[base]
        codes[names[i]] = _less(["sym", names[i]], ["sym", names[base]])
    moved = target.compose(*images)
    rows = moved.to_dict()
    if len(rows) > _MOST_TERMS:
        return None
    free = None if r.low.is_Rational else last
    plain = all(c >= 0 and (free is None or m[free] % 2 == 0) for m, c in rows.items())
    if strict and not any(_only(m, last) and (r.low_open or not m[last]) for m in rows):
        return None
    if plain:
        then: Json | None = {"by": "rewrite", "to": encoded(moved), "then": {"by": "sign"}}
    elif strict:
        return None
    else:
        then = orthant(moved, [i != free for i in range(len(names))])
    if then is None or not _is_plain(then):
        return None
    found = {"by": "ordered", "vars": [names[i] for i in used], "then": _put(then, codes)}
    return found | ({"turns": True} if turns else {})


def _only(exponents: Sequence[int], place: int) -> bool:
    return all(i == place or not e for i, e in enumerate(exponents))


def _symmetric(target: Poly, used: Sequence[int]) -> bool:
    gens = list(target.context().gens())
    for i, j in pairwise(used):
        images = list(gens)
        images[i], images[j] = gens[j], gens[i]
        if target.compose(*images) != target:
            return False
    return True


def _cyclic(target: Poly, used: Sequence[int]) -> bool:
    gens = list(target.context().gens())
    images = list(gens)
    for place, i in enumerate(used):
        images[i] = gens[used[(place + 1) % len(used)]]
    return bool(target.compose(*images) == target)


def _less(code: Json, other: Json) -> Json:
    return ["add", code, ["mul", ["rat", "-1"], other]]


def _is_plain(reason: Json) -> bool:
    if isinstance(reason, dict):
        by = reason.get("by", "sign")
        return by in _PLAIN and all(_is_plain(v) for v in reason.values())
    return not isinstance(reason, list) or all(_is_plain(v) for v in reason)


def _put(code: Json, codes: dict[str, Json | None]) -> Json:
    """The reason with the differences in the places of the variables."""
    if isinstance(code, dict):
        return {key: _put(value, codes) for key, value in code.items()}
    if not isinstance(code, list):
        return code
    if len(code) == 2 and code[0] == "sym":
        return codes.get(code[1]) or code
    return [_put(part, codes) for part in code]
