"""The second route for measured sides: the same torch code in ball arithmetic.

Where the code can be followed in balls, an apparent failure is confirmed, or explained as rounding,
by enclosures; where it cannot, the caller falls back on float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from theorems.claim import Claim
from theorems.evaluate import DIGITS
from theorems.sides import Side

if TYPE_CHECKING:
    import torch

PRECISION = 200
# A failure by less, as a share of the sides, may come from the constants of the code: a number such
# as 1/3 or 1/sqrt(m) written there is the nearest float64, and the statement means the number.
CONSTANTS = 1e-13
# Sides that differ by no more, as a share of them, are equal: float64 told them apart by rounding.
EQUAL = 1e-40
HOW = (
    "both sides enclosed in balls of 60 digits at this exact point, the constants of the code "
    "taken as the float64 numbers that they are"
)
Run = Callable[[Side], "torch.Tensor"]
Pick = Callable[[np.ndarray], Any]


@dataclass(frozen=True)
class Enclosed:
    """The middles of both sides' balls, whether the relation certainly fails or holds, and whether
    the sides agree to forty digits."""

    lhs: mpmath.mpf
    rhs: mpmath.mpf
    fails: bool
    holds: bool
    agree: bool


def enclose(
    claim: Claim, run: Run, closed: Callable[[Side], mpmath.mpf | None], pick: Pick
) -> Enclosed | None:
    """Both sides in balls; None where balls cannot follow the code.

    `run` runs a measured side's torch code, anew each time, and `pick` takes the one number that
    matters from the array of balls; `closed` gives a closed side to `DIGITS` digits.
    """
    found = []
    for side in claim.sides:
        ball = _measured(side, run, pick) if side.measured is not None else _closed(closed(side))
        if ball is None:
            return None
        found.append(ball)
    fails, holds = _settled(claim.relation, *found)
    return Enclosed(_middle(found[0]), _middle(found[1]), fails, holds, _agree(*found))


def _measured(side: Side, run: Run, pick: Pick) -> Any:
    from numeric.ball_replay import NotReplayed, replay

    try:
        return pick(replay(lambda: run(side)))
    except NotReplayed:
        return None


def _closed(value: mpmath.mpf | None) -> Any:
    """A number known to `DIGITS` digits as a ball that contains it."""
    import flint

    if value is None:
        return None
    with flint.ctx.workprec(PRECISION), mpmath.workdps(DIGITS + 10):
        middle = flint.arb(mpmath.nstr(value, DIGITS + 10))
        return middle + flint.arb(0, abs(middle) * flint.arb(10) ** (5 - DIGITS))


def _settled(relation: str, lhs: Any, rhs: Any) -> tuple[bool, bool]:
    """Whether the relation certainly fails, and whether it certainly holds, of two balls."""
    above, below, same = bool(lhs > rhs), bool(lhs < rhs), bool(lhs == rhs)
    fails, holds = {
        "<=": (above, below or same),
        "<": (above, below),
        ">=": (below, above or same),
        ">": (below, above),
        "==": (above or below, same),
        "!=": (False, above or below),
    }[relation]
    beyond_constants = bool(abs(lhs - rhs) > CONSTANTS * abs(lhs).max(abs(rhs)))
    return fails and beyond_constants, holds


def _agree(lhs: Any, rhs: Any) -> bool:
    return bool(abs(lhs - rhs) <= EQUAL * abs(lhs).max(abs(rhs)))


def _middle(ball: Any) -> mpmath.mpf:
    with mpmath.workdps(DIGITS + 10):
        return mpmath.mpf(ball.mid().str(DIGITS, radius=False, more=True))
