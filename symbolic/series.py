"""Signs near the ends of a range by power series with a remainder, and between them as before.

The series are those of the checker (`recheck/expansions.py`), which decides here whether a piece at
an end is short enough; so what is found is as sure as the checker, and no surer.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic import clock
from symbolic.ball import SURE
from symbolic.boxes import Box, end_ball, short_rational
from symbolic.certificate import Malformed, encode
from symbolic.exactness import less
from symbolic.ranges import Range
from symbolic.reasons import point
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_MOST_OPERATIONS = 200
_ORDERS = (8, 16, 24)
_SHARES = tuple(sp.Rational(1, 2**k) for k in range(6))
_FAR = tuple(sp.Integer(2**k) for k in range(6))
_OPEN = "the expansion leaves the sign open"
_NO_POINT = "a fractional power of the local variable"
# What no shorter piece helps against.
_FINAL = (
    "no expansion of",
    "a product of logarithms",
    "a power of a logarithm",
    "the exponential of a logarithm",
    "a step or a piece",
    "a leading coefficient of unknown sign",
    "a series without a leading coefficient",
    "an exponential that grows",
)


def by_series(prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
    """Pieces at the ends of the range by series, and what is left in the middle."""
    if len(target.active) != 1 or target.expr.count_ops() > _MOST_OPERATIONS:
        return None
    (x,) = target.active
    r = box.range(x)
    if r.integer or r.low == r.high or (r.low == -sp.oo and r.high == sp.oo):
        return None
    try:
        look = _Look(prover, target.expr, strict, box, x)
    except Malformed:
        return None
    pieces: dict[int, tuple[Any, Reason]] = {}
    tight = {side: _is_tight(prover, target, box, x, side) for side in (1, -1)}
    for side in (1, -1):
        found = look.piece(side) if tight[side] else None
        if found is not None:
            pieces[side] = found
            if found[0] is None:
                return found[1]
    if not pieces:
        return None
    low = pieces[1][0] if 1 in pieces else r.low
    high = pieces[-1][0] if -1 in pieces else r.high
    if len(pieces) == 2 and not less(low, high):
        (at, first), (_, last) = pieces[1], pieces[-1]
        return {"by": "split", "var": x, "at": at, "parts": [first, last]}
    middle = Range(
        low, high, r.low_open and 1 not in pieces, r.high_open and -1 not in pieces, False
    )
    done = all(side in pieces or not tight[side] for side in (1, -1))
    why = prover.prove(target.expr, strict, box.replace(x, middle), depth if done else depth - 1)
    if why is None:
        return None
    if -1 in pieces:
        why = {"by": "split", "var": x, "at": high, "parts": [why, pieces[-1][1]]}
    if 1 in pieces:
        why = {"by": "split", "var": x, "at": low, "parts": [pieces[1][1], why]}
    return why


def _is_tight(prover: Prover, target: Target, box: Box, x: sp.Symbol, side: int) -> bool:
    """Whether the expression is zero, singular or unknown at the end of the range."""
    r = box.range(x)
    end = r.low if side > 0 else r.high
    if not end.is_finite:
        return True
    value = prover.at_face(target.expr, x, end, box)
    if value is None or prover.zero(value):
        return True
    width = abs(end) / 2**30 + sp.Rational(1, 2**30)
    near = short_rational(end_ball(end + side * width), end_ball(width))
    if not (less(r.low, near) and less(near, r.high)):
        return False
    edge = Range(end, near) if side > 0 else Range(near, end)
    return bool(target.value(box.replace(x, edge).intervals).ok != SURE)


class _Look:
    """The search for the pieces at the ends, for one expression of one variable."""

    def __init__(self, prover: Prover, expr: Any, strict: bool, box: Box, x: sp.Symbol) -> None:
        self.prover, self.strict, self.box, self.x = prover, strict, box, x
        self.code = encode(expr)
        self.others = [s for s in box.symbols if s != x]
        denominators = [p.exp.q for p in expr.atoms(sp.Pow) if p.exp.is_Rational]
        root = int(sp.ilcm(1, 1, *denominators))
        arcs = 2 if expr.has(sp.asin, sp.acos, sp.acosh) else 1
        self.roots = list(dict.fromkeys((1, root, int(sp.ilcm(root, arcs)))))

    def piece(self, side: int) -> tuple[Any, Reason] | None:
        """(where the piece ends, its reason); None for an end that is that of the whole range."""
        r = self.box.range(self.x)
        end = r.low if side > 0 else r.high
        cuts = list(self._cuts(r, side))
        for root in self.roots:
            for order in _ORDERS:
                for cut in cuts:
                    piece = Range(
                        r.low if side > 0 else (r.low if cut is None else cut),
                        r.high if side < 0 else (r.high if cut is None else cut),
                        r.low_open and (side > 0 or cut is None),
                        r.high_open and (side < 0 or cut is None),
                    )
                    self.prover.check_time()
                    reason = {
                        "by": "expansion",
                        "var": self.x,
                        "at": end,
                        "root": root,
                        "order": min(order * min(root, 2), 30),
                    }
                    said = self._refused(piece, reason)
                    if said is None:
                        return cut, reason
                    if any(text in said for text in _FINAL):
                        return None
                    if _NO_POINT in said or _OPEN in said:
                        break
                else:
                    continue
                if _NO_POINT in said or (_OPEN in said and not end.is_finite):
                    break
        return None

    def _cuts(self, r: Range, side: int) -> list[Any]:
        """Ends of pieces from long to short; None for the whole range."""
        end, other = (r.low, r.high) if side > 0 else (r.high, r.low)
        if not end.is_finite:
            away = -side
            whole = [None] if other.is_finite and other * away > 0 else []
            start = other if other.is_finite else sp.Integer(0)
            far = [k * away for k in _FAR if less(start * away, k)]
            return [*whole, *far]
        if not other.is_finite:
            return [_rational(end + side * k, k) for k in (*_FAR[2::-1], *_SHARES[1:])]
        width = abs(other - end)
        shares = [_rational(end + side * k * width, k * width) for k in _SHARES[1:]]
        return [None, *shares]

    def _refused(self, piece: Range, reason: Reason) -> str | None:
        """Why the checker does not take the reason on the piece; None if it does."""
        from symbolic.recheck import EXTENSIONS
        from symbolic.recheck.expansions import expansion
        from symbolic.recheck.kernel import NO_FACTS, Prover
        from symbolic.recheck.statement import Side, read_end, read_expression
        from symbolic.recheck.terms import SESSION, Rejected, Session

        left = self.prover.deadline - clock.now()
        session = Session(time.monotonic() + clock.wall_for(max(left, 0.01)), EXTENSIONS)
        token = SESSION.set(session)
        try:
            low, high = read_end(point(piece.low), "-oo"), read_end(point(piece.high), "oo")
            sides = {self.x.name: Side(low, high, piece.low_open, piece.high_open)}
            for other in self.others:
                sides[other.name] = Side(None, None)
            g = read_expression(self.code)
            checker = Prover([])
            written = {**reason, "var": self.x.name, "at": point(reason["at"])}
            goal = ">" if self.strict else ">="
            expansion(checker, g, sides, goal, written, NO_FACTS)
        except Rejected as refusal:
            return str(refusal)
        except (ArithmeticError, RecursionError, ValueError) as error:
            return f"no expansion of what raises {type(error).__name__}"
        finally:
            SESSION.reset(token)
        return None


def _rational(near: Any, width: Any) -> Any:
    """A rational near a number, to within a small part of the width."""
    if near.is_Rational:
        return near
    return short_rational(end_ball(near), end_ball(width) / 8)
