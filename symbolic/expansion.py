"""Taylor expansions at the ends of a range, remainders proved in turn, and limits at open ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.boxes import Box
from symbolic.exactness import constant_sign
from symbolic.limits import gruntz_limit, limit_at
from symbolic.reasons import ZERO, about
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_HIGHEST_ORDER = 7


def by_expansion(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int
) -> Reason | None:
    """A Taylor expansion in one variable at one end, the remainder proved in turn."""
    for symbol in target.active:
        r = box.range(symbol)
        ends = [(r.low, r.low_open, 1), (r.high, r.high_open, -1)]
        for end, is_open, side in ends:
            reason = _expand_at(prover, target, strict, box, (symbol, end, is_open, side), depth)
            if reason is not None:
                return reason
    return None


def _expand_at(
    prover: Prover,
    target: Target,
    strict: bool,
    box: Box,
    where: tuple[Any, Any, bool, int],
    depth: int,
) -> Reason | None:
    symbol, end, is_open, side = where
    face = box.face(symbol, end)
    undefined = is_open and prover.at_face(target.expr, symbol, end, box) is None
    if end in (sp.oo, -sp.oo) or undefined:
        return _from_limit(prover, target, strict, box, (symbol, end, side), depth)
    terms: list[Reason] = []
    positive = False
    for order in range(_HIGHEST_ORDER):
        derivative = target.derivative(symbol, order)
        oriented = derivative if side > 0 or order % 2 == 0 else -derivative
        if order > 0:
            previous = target.derivative(symbol, order - 1)
            if order > 1 and not prover.defined_inside(previous, box):
                return None
            sign = prover.probes.sign(prover.target(oriented), box)
            if sign == 1:
                need = strict and not positive
                rest = prover.prove(oriented, need, box, depth - 1, inside=True)
                if rest is not None and (not need or is_open):
                    return {
                        "by": "taylor",
                        "var": symbol,
                        "at": end,
                        "order": order,
                        "terms": terms,
                        "rest": about(oriented, rest),
                    }
        at_end = prover.at_face(oriented, symbol, end, box)
        if at_end is None:
            return None
        if prover.zero(at_end):
            terms.append(ZERO)
            if strict and order == 0 and not is_open:
                return None
            continue
        if order == 0 and strict:
            why = prover.prove(at_end, True, face, depth - 1)
            if why is not None:
                positive = True
            elif is_open:
                why = prover.prove(at_end, False, face, depth - 1)
        else:
            why = prover.prove(at_end, False, face, depth - 1)
        if why is None:
            return None
        terms.append(about(at_end, why))
    return None


def _from_limit(
    prover: Prover,
    target: Target,
    strict: bool,
    box: Box,
    where: tuple[Any, Any, int],
    depth: int,
    gruntz: bool = False,
) -> Reason | None:
    """Monotone towards an infinite or singular end, with a limit that is exactly known."""
    symbol, end, side = where
    slope = target.derivative(symbol)
    oriented = slope if side > 0 else -slope
    if prover.probes.sign(prover.target(oriented), box) != 1:
        return None
    limit = limit_at(target.expr, symbol, end)
    if limit is None and (gruntz or end.is_finite):
        limit = gruntz_limit(target.expr, symbol, end, prover.deadline, side)
    if limit is None or constant_sign(limit) not in (0, 1):
        return None
    why = prover.prove(oriented, strict, box, depth - 1, inside=True)
    if why is None:
        return None
    return {
        "by": "monotone",
        "var": symbol,
        "direction": side,
        "slope": about(oriented, why),
        "then": {"by": "limit"},
    }


def by_limit(prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
    """Monotone towards infinity, with a limit that takes more than its parts' limits."""
    for symbol in target.active:
        for end, side in ((box.range(symbol).low, 1), (box.range(symbol).high, -1)):
            if end in (sp.oo, -sp.oo):
                where = (symbol, end, side)
                reason = _from_limit(prover, target, strict, box, where, depth, gruntz=True)
                if reason is not None:
                    return reason
    return None
