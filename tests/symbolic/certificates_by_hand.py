"""Certificates written by hand, for tests of the checker: reasons, proofs, statements."""

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


HALF_PI = encode(sp.pi / 2)
COS_POSITIVE = {"expr": encode(sp.cos(x)), "sign": ">", "why": taylor(HALF_PI, 1)}
SINC = ["mul", ["pow", ["sym", "x"], ["rat", "-1"]], encode(x - sp.sin(x))]
PRODUCT_OF = {"by": "product", "factors": [{"sign": 1}, {"sign": 1, "why": taylor("0", 2)}]}
MAX_XY = encode(sp.Max(x, y))

TRUE: dict[str, tuple] = {
    "exponential tangent": (sp.exp(x) >= 1 + x, {x: R}, EXP_TANGENT),
    "strict by an open end": (sp.exp(x) > 1 + x, {x: I.Lopen(0, 1)}, proof(taylor("0", 2))),
    "sine": (sp.sin(x) <= x, {x: I(0, sp.pi / 2)}, proof(taylor("0", 2))),
    "cosine at its zero": (sp.cos(x) >= 0, {x: I(0, sp.pi / 2)}, proof(taylor(HALF_PI, 1))),
    "removable singularity": (
        sp.sin(x) / x <= 1,
        {x: I.Lopen(0, 1)},
        proof(rewrite(SINC, PRODUCT_OF)),
    ),
    "tangent with a lemma": (
        sp.tan(x) > x,
        {x: I.open(0, sp.pi / 2)},
        proof(monotone(1, slope=rewrite(sp.tan(x) ** 2)), lemmas=[COS_POSITIVE]),
    ),
    "erf is below 1": (sp.erf(x) < 1, {x: R}, proof(SIGN)),
    "decay to a limit": (1 - sp.erf(x) > 0, {x: I(1, sp.oo)}, proof(monotone(-1, then=LIMIT))),
    "gamma": (sp.gamma(x) >= sp.Rational(22, 25), {x: I(sp.Rational(1, 10), 10)}, proof(SIGN)),
    "digamma": (sp.digamma(x) < sp.log(x), {x: I(1, 20)}, proof(SIGN)),
    "two variables, curve of zeros": (
        x**2 + y**2 >= 2 * x * y,
        {x: R, y: R},
        proof(taylor(["sym", "y"], 2)),
    ),
    "Young": (
        x * y <= sp.exp(x) + y * sp.log(y) - y,
        {x: R, y: POSITIVE},
        proof(taylor(encode(sp.log(y)), 2)),
    ),
    "square": (x**2 + y**2 >= 2 * x * y, {x: R, y: R}, proof(rewrite((x - y) ** 2))),
    "minimum inside": (
        x**2 + x * y + y**2 - x - y + sp.Rational(1, 3) >= 0,
        {x: R, y: R},
        proof({"by": "minimum", "at": {"x": "1/3", "y": "1/3"}}),
    ),
    "concave": (sp.sin(x) >= 2 * x / sp.pi, {x: I(0, sp.pi / 2)}, None),
    "Sturm": (x**2 - x + 1 > 0, {x: R}, proof({"by": "sturm"})),
    "Sturm, even zero": (x**4 - 2 * x**2 + 1 >= 0, {x: R}, proof({"by": "sturm"})),
    "Bernstein": (x * (1 - x) > 0, {x: I.open(0, 1)}, proof({"by": "bernstein"})),
    "Bernstein, unbounded": (
        x * y + x + 1 > 0,
        {x: I(0, sp.oo), y: I(0, sp.oo)},
        proof({"by": "bernstein"}),
    ),
    "shifted": (
        x**2 - y**2 > 0,
        {x: I(0, sp.oo), y: I(0, sp.oo)},
        proof({"by": "bernstein"}, shift=[["x", ["sym", "y"], 0]]),
        (x > y,),
    ),
    "side condition": (
        2 * x - 2 * y >= 0,
        {x: R, y: R},
        proof({"by": "where", "where": 0}),
        (x >= y,),
    ),
    "cut by a side condition": (
        x > sp.Rational(1, 2),
        {x: R},
        boxes(({"x": ["-oo", "1"]}, {"by": "outside", "where": 0}), ({"x": ["1", "oo"]}, SIGN)),
        (x > 1,),
    ),
    "absolute value in cases": (
        sp.Abs(x) * 2 >= x + sp.Abs(x),
        {x: R},
        proof({"by": "split", "var": "x", "at": "0", "parts": [rewrite(-2 * x), ZERO]}),
    ),
    "maximum resolved": (
        sp.Max(x, y) >= y,
        {x: R, y: R},
        proof(
            {
                "by": "cases",
                "on": encode(x - y),
                "parts": [
                    {"by": "resolve", "of": MAX_XY, "is": ["sym", "x"], "then": rewrite(x - y)},
                    {"by": "resolve", "of": MAX_XY, "is": ["sym", "y"], "then": ZERO},
                    {"by": "resolve", "of": MAX_XY, "is": ["sym", "y"], "then": ZERO},
                ],
            }
        ),
    ),
    "compared through logarithms": (
        sp.exp(x**2 / 2) >= sp.cosh(x),
        {x: I(0, 1)},
        proof(
            {
                "by": "compare",
                "map": "log",
                "left": encode(sp.exp(x**2 / 2)),
                "right": encode(sp.cosh(x)),
                "then": taylor("0", 2, rest=rewrite(sp.tanh(x) ** 2)),
            }
        ),
    ),
    "jump of a piece": (
        sp.Piecewise((1, x < 0), (2, True)) >= 1 + sp.Piecewise((0, x < 0), (1, True)),
        {x: I(-1, 1)},
        proof({"by": "apart", "var": "x", "at": "0", "parts": [SIGN, SIGN, SIGN]}),
    ),
    "integers": (
        n**2 >= n,
        {n: sp.S.Integers},
        boxes(({"n": ["-oo", "0"]}, rewrite(n * (n - 1))), ({"n": ["1", "oo"]}, None)),
    ),
    "unequal": (sp.Ne(sp.exp(x), 0, evaluate=False), {x: R}, proof({"by": "sign", "side": 1})),
    "Pythagoras": (sp.Eq(sp.sin(x) ** 2 + sp.cos(x) ** 2, 1), {x: R}, proof(ZERO)),
    "half angle": (
        sp.Eq(sp.tan(x / 2), sp.sin(x) / (1 + sp.cos(x))),
        {x: I(-3, 3)},
        proof(ZERO, lemmas=[]),
    ),
    "inverse tangents": (
        sp.Eq(sp.atan(x) + sp.atan(1 / x), sp.pi / 2),
        {x: POSITIVE},
        proof({"by": "constant", "var": "x", "at": "1"}),
    ),
    "log of a product": (
        sp.Eq(sp.log(x * y, evaluate=False), sp.log(x) + sp.log(y)),
        {x: POSITIVE, y: POSITIVE},
        proof(
            {
                "by": "rule",
                "rule": "log-product",
                "bind": {"a": ["sym", "x"], "b": ["sym", "y"]},
                "then": ZERO,
            }
        ),
    ),
    "gamma ratio": (sp.Eq(sp.gamma(x + 2), x * (x + 1) * sp.gamma(x)), {x: POSITIVE}, proof(ZERO)),
    "sum of squares": (
        sp.Eq(sp.Sum(k**2, (k, 1, n)), n * (n + 1) * (2 * n + 1) / 6),
        {n: sp.S.Naturals},
        proof({"by": "induction", "var": "n"}),
    ),
}
TRUE |= {
    "limit oo - oo": (
        sp.log(x + 1) - sp.log(x) > 0,
        {x: I(1, sp.oo)},
        proof(monotone(-1, slope=rewrite(1 / (x * (x + 1))), then=LIMIT)),
    ),
    "limit at an excluded end": (
        -x * sp.log(x) >= 0,
        {x: I.open(0, sp.Rational(1, 4))},
        proof(monotone(1, slope=rewrite(-1 - sp.log(x)), then=LIMIT)),
    ),
}
TRUE["concave"] = (
    *TRUE["concave"][:2],
    proof({"by": "ends", "var": "x", "low": ZERO, "high": ZERO}),
)
TRUE["integers"][2]["boxes"][1]["why"] = monotone(1, var="n", then=ZERO)
