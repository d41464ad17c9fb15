"""Tests of the independent checker: it accepts what is proved, and no forgery of what is false."""

from __future__ import annotations

import subprocess
import sys

import pytest
import sympy as sp
from certificates_by_hand import (
    COS_POSITIVE,
    EXP_TANGENT,
    HALF_PI,
    LIMIT,
    POSITIVE,
    PRODUCT_OF,
    SIGN,
    SINC,
    TRUE,
    UNIT,
    ZERO,
    I,
    R,
    boxes,
    certificate,
    k,
    made,
    monotone,
    n,
    proof,
    rewrite,
    t,
    taylor,
    x,
    y,
)

from symbolic.certificate import encode
from symbolic.recheck import recheck


@pytest.mark.parametrize("name", TRUE)
def test_a_true_statement_with_its_reason_is_accepted(name: str) -> None:
    verdict = recheck(made(TRUE[name]))
    assert verdict.ok, verdict.reason


# Near misses: the same reasons for statements that are false, or not shown by them.

FALSE: dict[str, tuple] = {
    "strict at the tangent point": (sp.exp(x) > 1 + x, {x: R}, EXP_TANGENT),
    "1 % too steep": (sp.exp(x) >= 1 + sp.Rational(101, 100) * x, {x: R}, EXP_TANGENT),
    "sine without sign": (sp.sin(x) <= x, {x: I(-1, 1)}, proof(taylor("0", 2))),
    "sine beyond": (sp.sin(x) <= x * sp.Rational(99, 100), {x: UNIT}, proof(taylor("0", 2))),
    "cosine past its zero": (sp.cos(x) >= 0, {x: I(0, 2)}, proof(taylor(HALF_PI, 1))),
    "undefined at an included end": (
        sp.sin(x) / x <= 1,
        {x: UNIT},
        proof(rewrite(SINC, PRODUCT_OF)),
    ),
    "cancelled away": (sp.Mul(x, 1 / x, evaluate=False) >= 1, {x: UNIT}, proof(rewrite(x * 0))),
    "pole inside": (sp.tan(x) >= x, {x: I(0, 2)}, proof(monotone(1))),
    "lemma that is false": (
        sp.tan(x) > x,
        {x: I.open(0, 2)},
        proof(monotone(1, slope=rewrite(sp.tan(x) ** 2)), lemmas=[COS_POSITIVE]),
    ),
    "lemma by itself": (
        x > 0,
        {x: R},
        proof(
            SIGN, lemmas=[{"expr": ["sym", "x"], "sign": ">", "why": {"by": "where", "where": 0}}]
        ),
    ),
    "erf reaches 1 % less": (sp.erf(x) < sp.Rational(99, 100), {x: R}, proof(SIGN)),
    "limit below zero": (
        sp.Rational(99, 100) - sp.erf(x) > 0,
        {x: I(1, sp.oo)},
        proof(monotone(-1, then=LIMIT)),
    ),
    "gamma minimum": (
        sp.gamma(x) >= sp.Rational(8857, 10000),
        {x: I(sp.Rational(1, 10), 10)},
        proof(SIGN),
    ),
    "curve outside the range": (
        x >= y,
        {x: UNIT, y: I(0, 2)},
        proof(taylor(["sym", "y"], 2)),
    ),
    "saddle": (x * y >= 0, {x: R, y: R}, proof({"by": "minimum", "at": {"x": "0", "y": "0"}})),
    "minimum, strict": (
        x**2 + y**2 > 0,
        {x: R, y: R},
        proof({"by": "minimum", "at": {"x": "0", "y": "0"}}),
    ),
    "minimum elsewhere": (
        x**2 + y**2 - x >= 0,
        {x: R, y: R},
        proof({"by": "minimum", "at": {"x": "0", "y": "0"}}),
    ),
    "convex, not concave": (
        x**2 >= x,
        {x: UNIT},
        proof({"by": "ends", "var": "x", "low": ZERO, "high": ZERO}),
    ),
    "Sturm with a zero": (x**2 - 2 * x + 1 > 0, {x: R}, proof({"by": "sturm"})),
    "Sturm, negative": (-(x**2) - 1 > 0, {x: R}, proof({"by": "sturm"})),
    "Sturm, odd zero": (x**3 - x**2 >= 0, {x: R}, proof({"by": "sturm"})),
    "Bernstein at an end": (x * (1 - x) > 0, {x: I.Ropen(0, 1)}, proof({"by": "bernstein"})),
    "Bernstein at infinity": (1 - x / 1000 > 0, {x: I(0, sp.oo)}, proof({"by": "bernstein"})),
    "Bernstein of another function": (sp.sin(x) >= 0, {x: I(0, 4)}, proof({"by": "bernstein"})),
    "shift without the condition": (
        x**2 - y**2 > 0,
        {x: I(0, sp.oo), y: I(0, sp.oo)},
        proof({"by": "bernstein"}, shift=[["x", ["sym", "y"], 0]]),
        (x > y - 1,),
    ),
    "weak side condition": (x > y, {x: R, y: R}, proof({"by": "where", "where": 0}), (x >= y,)),
    "wrong multiple": (y - x >= 0, {x: R, y: R}, proof({"by": "where", "where": 0}), (x >= y,)),
    "not outside": (
        x > sp.Rational(1, 2),
        {x: R},
        boxes(({"x": ["-oo", "1"]}, {"by": "outside", "where": 0}), ({"x": ["1", "oo"]}, SIGN)),
        (x > 0,),
    ),
    # The slope 2 (x - y) is positive where x > y, but the way to the face x = 0 leaves that region.
    "path out of the region": (
        x**2 - 2 * x * y + sp.Rational(1, 2) >= 0,
        {x: UNIT, y: UNIT},
        proof(monotone(1, slope={"by": "where", "where": 0})),
        (2 * x >= 2 * y,),
    ),
    "path out of the region, by enclosure": (
        x**2 - 2 * x * y + sp.Rational(1, 2) >= 0,
        {x: UNIT, y: UNIT},
        proof(monotone(1, slope=rewrite(2 * (x - y)))),
        (x >= y,),
    ),
    "path through what is outside": (
        (x - sp.Rational(1, 2)) ** 2 >= sp.Rational(1, 5),
        {x: UNIT},
        proof(
            monotone(
                1,
                slope={
                    "by": "split",
                    "var": "x",
                    "at": "1/2",
                    "parts": [{"by": "outside", "where": 0}, SIGN],
                },
            )
        ),
        (x >= sp.Rational(1, 2),),
    ),
    "induction out of the region": (
        sp.Eq(sp.sin(sp.pi * n / 2), 1),
        {n: sp.S.Naturals},
        proof({"by": "induction", "var": "n", "step": {"by": "outside", "where": 0}}),
        (n <= 1,),
    ),
    "case left out": (
        sp.Abs(x) >= x + 1,
        {x: R},
        proof({"by": "cases", "on": ["sym", "x"], "parts": [None, None, SIGN]}),
    ),
    "case of the wrong sign": (
        sp.Eq(sp.Abs(x), x),
        {x: R},
        proof(
            {
                "by": "resolve",
                "of": ["abs", ["sym", "x"]],
                "is": ["sym", "x"],
                "then": ZERO,
            }
        ),
    ),
    "compare without positivity": (
        x >= -2,
        {x: I(-3, -1)},
        proof(
            {
                "by": "compare",
                "map": "log",
                "left": encode(x + 2),
                "right": ["rat", "0"],
                "then": SIGN,
            }
        ),
    ),
    "jump hidden by an open box": (
        sp.Piecewise((1, x < 0), (sp.Rational(1, 2), True)) >= 1,
        {x: I(-1, 0)},
        proof(taylor("0", 1)),
    ),
    "step seen as monotone": (sp.sign(x) + 1 >= 1, {x: I(-1, 1)}, proof(monotone(1))),
    "acot jumps": (sp.acot(x) >= 0, {x: I(-1, 1)}, proof(monotone(-1, then=SIGN))),
    "acot is not odd at 0": (
        sp.Eq(sp.acot(x) + sp.acot(-x, evaluate=False), 0),
        {x: I(-1, 1)},
        proof(ZERO),
    ),
    "kink": (sp.sqrt(x**2 + 0 * y) <= x, {x: I(-1, 1), y: UNIT}, proof(monotone(1))),
    "integers only": (n**2 >= n, {n: R}, TRUE["integers"][2]),
    "unequal": (sp.Ne(sp.exp(x), 1), {x: R}, proof({"by": "sign", "side": 1})),
    "root of a square": (
        sp.Eq(sp.Pow(sp.Pow(t, 2, evaluate=False), sp.S.Half, evaluate=False), t, evaluate=False),
        {t: R},
        proof(ZERO),
    ),
    "log of a product, any sign": (
        sp.Eq(sp.log(x * y, evaluate=False), sp.log(x) + sp.log(y), evaluate=False),
        {x: POSITIVE, y: R},
        TRUE["log of a product"][2],
    ),
    "inverse tangents across the jump": (
        sp.Eq(sp.atan(x) + sp.atan(1 / x), sp.pi / 2),
        {x: sp.Union(I.open(-sp.oo, 0), POSITIVE)},
        proof({"by": "constant", "var": "x", "at": "1"}),
    ),
    "arc cosine of cosine": (
        sp.Eq(sp.acos(sp.cos(x)), x, evaluate=False),
        {x: I(0, 4)},
        proof({"by": "rule", "rule": "acos-cos", "bind": {"a": ["sym", "x"]}, "then": ZERO}),
    ),
    "sum from the wrong start": (
        sp.Eq(sp.Sum(k, (k, 0, n)), n * (n + 1) / 2 + 1),
        {n: sp.S.Naturals},
        proof({"by": "induction", "var": "n"}),
    ),
    "sum, wrong step": (
        sp.Eq(sp.Sum(k**2, (k, 1, n)), n),
        {n: sp.S.Naturals},
        proof({"by": "induction", "var": "n"}),
    ),
    "induction over reals": (
        sp.Eq(sp.sin(sp.pi * t), 0),
        {t: I(0, sp.oo)},
        proof({"by": "induction", "var": "t"}),
    ),
    "equality by a sign": (sp.Eq(x**2, 0), {x: R}, proof(SIGN)),
    "nothing shown": (x > 0, {x: UNIT}, boxes()),
}
FALSE["kink"] = (
    sp.Pow(sp.Pow(t, 2, evaluate=False), sp.S.Half, evaluate=False) <= t,
    {t: I(-1, 1)},
    proof(monotone(1, var="t", then=ZERO)),
)


@pytest.mark.parametrize("name", FALSE)
def test_a_reason_that_does_not_hold_is_rejected(name: str) -> None:
    verdict = recheck(made(FALSE[name]), seconds=20)
    assert not verdict.ok
    assert verdict.reason.startswith("rejected: ")
    assert "\n" not in verdict.reason
    assert "malformed" not in verdict.reason


def test_no_combination_of_reasons_proves_a_false_bound() -> None:
    """Every reason of the true statements, tried on statements that fail by 1 % or at an end."""
    reasons = [body["boxes"][-1]["why"] for _, _, body, *_ in TRUE.values()]
    wrong = [
        (sp.exp(x) >= sp.Rational(101, 100) + x, {x: UNIT, y: UNIT}),
        (x > 0, {x: UNIT, y: UNIT}),
        (x * (1 - x) <= sp.Rational(24, 100), {x: UNIT, y: UNIT}),
        (sp.sin(x) >= x, {x: UNIT, y: UNIT}),
        (x >= y, {x: UNIT, y: UNIT}),
        (sp.Eq(x, y), {x: UNIT, y: UNIT}),
        (1 / x > 0, {x: UNIT, y: UNIT}),
        (sp.log(x) <= x - 1, {x: I(0, 2), y: UNIT}),
    ]
    for relation, over in wrong:
        for why in reasons:
            verdict = recheck(certificate(relation, over, proof(why)), seconds=10)
            assert not verdict.ok, (relation, why)


def test_the_checker_imports_no_decider_and_no_other_library() -> None:
    code = (
        "import sys, symbolic.recheck\n"
        "bad = [m for m in sys.modules if m.split('.')[0] in "
        "('sympy', 'flint', 'z3', 'torch', 'numpy', 'scipy')]\n"
        "own = [m for m in sys.modules if m.startswith('symbolic.') "
        "and not m.startswith('symbolic.recheck')]\n"
        "print(bad + own)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
