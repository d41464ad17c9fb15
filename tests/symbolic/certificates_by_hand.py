"""Certificates written by hand, for tests of the checker: reasons, proofs on boxes, statements."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symbolic.certificate import build, encode
from symbolic.problem import Problem

Json = Any
x, y, t = sp.symbols("x y t", real=True)
n = sp.Symbol("n", integer=True)
k = sp.Symbol("k", integer=True)
I = sp.Interval  # noqa: E741
R, POSITIVE, UNIT = sp.S.Reals, I.open(0, sp.oo), I(0, 1)
SIGN, ZERO, LIMIT = {"by": "sign"}, {"by": "zero"}, {"by": "limit"}


def taylor(at: Json, order: int, var: str = "x", **more: Json) -> Json:
    return {"by": "taylor", "var": var, "at": at, "order": order, **more}


def monotone(direction: int, var: str = "x", **more: Json) -> Json:
    return {"by": "monotone", "var": var, "direction": direction, **more}


def rewrite(to: sp.Expr | list, then: Json = SIGN) -> Json:
    return {"by": "rewrite", "to": to if isinstance(to, list) else encode(to), "then": then}


def proof(why: Json, **more: Json) -> Json:
    """One box, the whole domain."""
    return {"boxes": [{"box": {}, "why": why}], **more}


def boxes(*parts: tuple[dict, Json]) -> Json:
    return {"boxes": [{"box": box, "why": why} for box, why in parts]}


def certificate(
    relation: sp.Basic, over: dict, body: Json, where: tuple[sp.Basic, ...] = ()
) -> dict[str, Any]:
    return build(Problem((relation,), over, where), "test", {"relations": [body]})


EXP_TANGENT = boxes(
    ({"x": ["-oo", "-2"]}, SIGN),
    ({"x": ["-2", "2"]}, taylor("0", 2)),
    ({"x": ["2", "oo"]}, monotone(1)),
)


def made(entry: tuple) -> dict[str, Any]:
    relation, over, body, *where = entry
    return certificate(relation, over, body, *where)
