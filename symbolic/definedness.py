"""Lemmas that let the checker see that the sides of an equation are defined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from symbolic import clock
from symbolic.boxes import box_of, open_signs
from symbolic.certificate import Malformed, encode
from symbolic.evaluation import precision
from symbolic.obligations import obligations
from symbolic.program import UnsupportedError
from symbolic.prover import OutOfTime, Prover
from symbolic.ranges import Domain, Point
from symbolic.reasons import to_json
from symbolic.rewrites import sign_at

Json = Any
_BITS = 64
_SECONDS = 0.25  # for all of them


def lemmas(
    expressions: Iterable[Any],
    turned: Iterable[sp.Expr],
    domain: Domain,
    points: list[Point],
    deadline: float,
) -> list[Json]:
    """Signs on a domain that is one box, as far as they were found.

    `turned`: arguments a of which the sign of sin(pi a) is wanted, too.
    """
    names = {s: sp.Symbol(s.name, real=True) for s in domain.ranges}
    ranges = {names[s]: union[0] for s, union in domain.ranges.items()}
    box = box_of(ranges, sorted(ranges, key=str))
    where = [c.xreplace(names) for c in domain.where]
    prover = Prover(box.symbols, open_signs(box), where, min(deadline, clock.now() + _SECONDS))
    wanted: list[tuple[Any, str, Json]] = []
    for a in turned:
        sine = ["sin", ["mul", ["pi"], encode(a)]]
        wanted.append((sp.sin(sp.pi * a), "!=", sine))
    wanted += [(e, sign, None) for e, sign in obligations(expressions)]
    found: list[Json] = []
    for expr, sign, code in wanted:
        side = _side(expr, sign, points)
        if not side or expr in prover.known:
            continue
        real = expr.xreplace(names)
        try:
            with precision(_BITS):
                why = prover.prove(side * real, sign != ">=", box)
            if why is None:
                continue
            then = {"by": "rewrite", "to": encode(side * real), "then": to_json(why)}
            relation = {(1, True): ">", (1, False): ">=", (-1, True): "<"}[side, sign != ">="]
            entry = {"expr": code or encode(real), "sign": relation, "why": then}
        except OutOfTime:
            break
        except (UnsupportedError, Malformed):
            continue
        prover.learn(real, relation, why)
        found.append(entry)
    return found


def _side(expr: Any, sign: str, points: list[Point]) -> int:
    """The sign to prove: the one at the points where only "not zero" is asked for."""
    if sign != "!=":
        return 1
    signs = {sign_at(expr, point) for point in points}
    return signs.pop() if len(signs) == 1 else 0
