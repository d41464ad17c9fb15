"""The checker's rules for sums, multipliers, powers, new variables and steps: what they refuse."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import sympy as sp
from sympy import Abs, Interval, S, cos, cosh, exp, log, oo, sinh, sqrt, tanh
from sympy import Rational as Q

from symbolic.certificate import build, encode, encode_statement
from symbolic.decide import decide
from symbolic.problem import Problem
from symbolic.recheck import recheck
from symbolic.recheck.statement import digest
from symbolic.recheck.text import statement_text

x, y, z, t, n, k = sp.symbols("x y z t n k", real=True)
REALS, HALF, POSITIVE = S.Reals, Interval(0, oo), Interval.open(0, oo)
SYMMETRIC = Interval(-1, 1)
SIGN = {"by": "sign"}


def ge(left: sp.Expr, right: Any) -> sp.Basic:
    return sp.Ge(left, right, evaluate=False)


def gt(left: sp.Expr, right: Any) -> sp.Basic:
    return sp.Gt(left, right, evaluate=False)


def le(left: sp.Expr, right: Any) -> sp.Basic:
    return sp.Le(left, right, evaluate=False)


def check(relation: sp.Basic, over: dict, why: dict[str, Any], where: tuple = ()) -> bool:
    body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
    return recheck(build(Problem((relation,), over, where), "test", body), 20.0).ok


def part(expr: sp.Expr, why: dict[str, Any] = SIGN) -> dict[str, Any]:
    return {"expr": encode(expr), "why": why}


# --- sums -----------------------------------------------------------------------------------------


def test_a_sum_needs_parts_that_add_up_each_with_its_sign():
    claim = ge(x**2 + exp(y), 0)
    over = {x: REALS, y: REALS}
    assert check(claim, over, {"by": "sum", "parts": [part(x**2), part(exp(y))]})
    assert not check(claim, over, {"by": "sum", "parts": [part(x**2)]})
    assert not check(claim, over, {"by": "sum", "parts": [part(x**2 + 1), part(exp(y) - 1)]})
    assert not check(claim, over, {"by": "sum", "parts": []})


def test_the_first_part_of_a_strict_sum_is_strict():
    claim = gt(x**2 + exp(y), 0)
    over = {x: REALS, y: REALS}
    assert check(claim, over, {"by": "sum", "parts": [part(exp(y)), part(x**2)]})
    assert not check(claim, over, {"by": "sum", "parts": [part(x**2), part(exp(y))]})


def test_a_part_is_defined_everywhere():
    claim = ge(x, 0)
    parts = [part(x + 1 / (x - 1) ** 2), part(-1 / (x - 1) ** 2)]
    assert not check(claim, {x: HALF}, {"by": "sum", "parts": parts})


# --- multipliers ----------------------------------------------------------------------------------

MOTZKIN = x**4 * y**2 + x**2 * y**4 - 3 * x**2 * y**2 + 1
ROBINSON = (
    x**6 + y**6 + z**6 + 3 * x**2 * y**2 * z**2
    - x**4 * y**2 - x**2 * y**4 - x**4 * z**2 - x**2 * z**4 - y**4 * z**2 - y**2 * z**4
)  # fmt: skip


def test_a_multiplier_that_vanishes_shows_no_strict_claim():
    why = {"by": "multiplier", "times": encode(x**2), "then": SIGN}
    assert check(ge(exp(x), 0), {x: REALS}, why)
    assert not check(gt(exp(x), 0), {x: REALS}, why)


@pytest.mark.parametrize(
    ("times", "over"),
    [
        (sp.Integer(0), {x: REALS}),  # shows everything
        (x**3, {x: REALS}),  # of both signs
        (x**2, {x: S.Integers}),  # the integer 0 is no limit of others
        (x**2, {x: sp.FiniteSet(0)}),
    ],
)
def test_a_multiplier_is_a_polynomial_whose_zeros_are_nowhere_dense(times, over):
    claim = ge(x**2 - Abs(x) / 2, 0) if over[x] == S.Integers else ge(-1 + 0 * x + x**2, 0)
    assert not check(claim, over, {"by": "multiplier", "times": encode(times), "then": SIGN})


def test_a_multiplier_is_not_used_where_side_conditions_cut_the_domain():
    # On x**2 <= 0 the multiplier vanishes at every point.
    claim, where = ge(x**2 - 1, 0), (le(x**2, 0),)
    why = {"by": "multiplier", "times": encode(x**2), "then": {"by": "outside", "where": 0}}
    assert not check(claim, {x: REALS}, why, where)
    cases = {"by": "cases", "on": encode(x**2), "parts": [
        {"by": "multiplier", "times": encode(x**2), "then": SIGN}] * 3}  # fmt: skip
    assert not check(claim, {x: REALS}, cases)


def test_a_multiplied_jump_shows_nothing_at_the_jump():
    claim = ge(sp.Piecewise((-1, sp.Eq(x, 0)), (1, True)), 0)
    assert not check(claim, {x: REALS}, {"by": "multiplier", "times": encode(x**2), "then": SIGN})


# --- powers ---------------------------------------------------------------------------------------


def test_squares_compare_where_the_larger_side_is_not_negative():
    why = {"by": "powers", "left": encode(x), "right": encode(sp.Integer(1)), "power": "2"}
    assert check(ge(x - 1, 0), {x: Interval(1, 3)}, why)
    assert not check(ge(x - 1, 0), {x: Interval(-3, -1)}, why)  # (-2)**2 >= 1
    assert not check(ge(x - 1, 0), {x: Interval(Q(99, 100), 3)}, why)


def test_cubes_compare_everywhere_and_other_exponents_nowhere():
    claim, over = ge(x + 2, 0), {x: SYMMETRIC}
    sides = {"left": encode(x), "right": encode(sp.Integer(-2))}
    assert check(claim, over, {"by": "powers", **sides, "power": "3"})
    for power in ("1", "0", "-2", "1/2", "13"):
        assert not check(claim, over, {"by": "powers", **sides, "power": power})


def test_the_compared_sides_differ_by_the_claim():
    why = {"by": "powers", "left": encode(x + 5), "right": encode(sp.Integer(1)), "power": "2"}
    assert not check(ge(x - 1, 0), {x: Interval(0, 3)}, why)


# --- new variables --------------------------------------------------------------------------------


def change(**other: Any) -> dict[str, Any]:
    reason = {
        "by": "change", "var": "x", "new": "u", "range": ["0", "oo", True, True],
        "image": ["log", ["sym", "u"]], "inverse": ["exp", ["sym", "x"]],
        "then": {"by": "rewrite", "to": encode((sp.Symbol("u") - 1) ** 2)},
    }  # fmt: skip
    return {**reason, **other}


def test_a_new_variable_covers_the_range_of_the_old_one():
    claim = ge(exp(2 * x) + 1, 2 * exp(x))
    assert check(claim, {x: REALS}, change())
    for ends in (["1", "oo", False, True], ["0", "9", True, False], ["-2", "-1", False, False]):
        assert not check(claim, {x: REALS}, change(range=ends))
    assert not check(claim, {x: REALS}, change(range=["0", "oo", True]))
    assert not check(claim, {x: S.Integers}, change())


def test_the_inverse_is_one():
    claim = ge(exp(2 * x) + 1, 2 * exp(x))
    assert not check(
        claim, {x: REALS}, change(inverse=["exp", ["mul", ["rat", "2"], ["sym", "x"]]])
    )
    assert not check(claim, {x: REALS}, change(image=["sym", "u"]))


def test_the_new_name_is_new():
    claim = ge(exp(2 * x) + 1 + y**2, 2 * exp(x))
    u = sp.Symbol("u")
    then = {"by": "rewrite", "to": encode((u - 1) ** 2 + y**2)}
    assert check(claim, {x: REALS, y: REALS}, change(then=then))
    assert not check(claim, {x: REALS, y: REALS}, change(new="y", then=then))


def test_a_square_is_no_image_of_a_negative_number():
    # x = u**2 with u = sqrt(x) is undefined for x < 0, where the claim is false.
    u = sp.Symbol("u")
    why = change(range=["0", "oo", False, True], image=encode(u**2), inverse=encode(sqrt(x)),
                 then={"by": "rewrite", "to": encode(u**2)})  # fmt: skip
    assert check(ge(x, 0), {x: HALF}, why)
    assert not check(ge(x, 0), {x: Interval(-1, 1)}, why)


# --- steps ----------------------------------------------------------------------------------------


def test_steps_start_somewhere_and_rise():
    over = {n: S.Naturals}
    why = {"by": "steps", "var": "n", "rate": ["rat", "2"], "to": encode(n)}
    assert check(ge(2**n, n + 1), over, why)
    assert not check(ge(2**n, n + 2), over, why)  # false at n = 1, and the step differs
    assert not check(gt(2**n, n + 1), over, why)  # equal at n = 1
    assert not check(ge(2**n, n + 1), over, {**why, "rate": ["rat", "-2"]})
    assert not check(ge(2**n, n + 1), {n: HALF}, why)


def test_a_step_that_falls_is_refused():
    total = sp.Sum(1 / k**2, (k, 1, n))
    why = {"by": "steps", "var": "n", "to": encode(1 / n - 1 / (n + 1) - 1 / (n + 1) ** 2)}
    rewritten = {"by": "rewrite", "to": encode(1 / (n * (n + 1) ** 2))}
    assert check(le(total, 2 - 1 / n), {n: S.Naturals}, {**why, "then": rewritten})
    assert not check(le(total, 1 - 1 / n), {n: S.Naturals}, {**why, "then": rewritten})


# --- lemmas ---------------------------------------------------------------------------------------


def test_a_lemma_is_shown_before_it_is_used():
    claim = ge(log(1 + x**2) / (x - x**2 - 1), 0)
    lemma = {"by": "lemma", "expr": encode(x - 1), "sign": ">", "then": SIGN}
    assert not check(claim, {x: REALS}, lemma)
    assert not check(ge(x - 1, 0), {x: REALS}, lemma)


# --- what the deciders write ----------------------------------------------------------------------

PAIRS = {
    "multiplier": (ge(ROBINSON, 0), ge(ROBINSON, x**2 * y**2 * z**2 / 100), REALS),
    "squares": (ge(MOTZKIN, 0), ge(MOTZKIN, Q(1, 100)), REALS),
    "powers": (le(sqrt((x + y) ** 2 + z**2), sqrt(x**2 + z**2) + Abs(y)),
               le(sqrt((x + y) ** 2 + z**2), Q(99, 100) * sqrt(x**2 + z**2) + Abs(y)), REALS),
    "root": (ge((x + y + z) / 3, (x * y * z) ** Q(1, 3)),
             ge((x + y + z) / 3, Q(101, 100) * (x * y * z) ** Q(1, 3)), HALF),
    "exponentials": (le(1 - tanh(x) ** 2, 4 * exp(-2 * x)),
                     le(1 - tanh(x) ** 2, Q(396, 100) * exp(-2 * x)), HALF),
    "logarithms": (le(log(1 + exp(x + y)), log(1 + exp(x)) + log(1 + exp(y))),
                   le(log(1 + exp(x + y)), Q(99, 100) * (log(1 + exp(x)) + log(1 + exp(y)))),
                   REALS),
    "groups": (ge(cos(x) + cos(y), 2 - (x**2 + y**2) / 2),
               ge(cos(x) + cos(y), 2 - Q(99, 200) * (x**2 + y**2)), SYMMETRIC),
    "bounds": (le(x * exp(-x) * sp.sin(x), Q(1, 2)), le(x * exp(-x) * sp.sin(x), Q(3, 10)),
               HALF),
    "rates": (gt(sinh(x) ** 3, x**3 * cosh(x)),
              gt(sinh(x) ** 3, Q(101, 100) * x**3 * cosh(x)), POSITIVE),
    "steps": (le(sp.Sum(1 / k**2, (k, 1, n)), 2 - 1 / n),
              le(sp.Sum(1 / k**2, (k, 1, n)), Q(198, 100) - 1 / n), S.Naturals),
}  # fmt: skip


@pytest.fixture(scope="module")
def certificates() -> dict[str, Any]:
    found = {}
    for name, (true, _, domain) in PAIRS.items():
        over = dict.fromkeys(true.free_symbols, domain)
        found[name] = decide(true, over, seconds=10)
    return found


@pytest.mark.parametrize("name", PAIRS)
def test_the_proof_is_replayed_and_is_no_proof_of_the_near_miss(name, certificates):
    true, false, domain = PAIRS[name]
    decision = certificates[name]
    assert decision.outcome == "proved"
    assert recheck(decision.certificate, 20.0).ok
    over = dict.fromkeys(true.free_symbols, domain)
    assert decide(false, over, seconds=3).outcome == "refuted"
    forged = copy.deepcopy(decision.certificate)
    forged["statement"] = encode_statement(Problem((false,), over))
    forged["text"], forged["digest"] = (
        statement_text(forged["statement"]),
        digest(forged["statement"]),
    )
    assert not recheck(forged, 20.0).ok


def _numbers(tree: Any, path: tuple = ()) -> list[tuple]:
    if isinstance(tree, list) and len(tree) == 2 and tree[0] == "rat":
        return [path]
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    if isinstance(tree, str | int | bool) or tree is None:
        return []
    return [p for key, value in items if isinstance(value, list | dict)
            for p in _numbers(value, (*path, key))]  # fmt: skip


@pytest.mark.parametrize("name", ["multiplier", "squares", "root", "exponentials", "rates"])
def test_a_changed_number_spoils_the_proof(name, certificates):
    certificate = certificates[name].certificate
    places = _numbers(certificate["body"])
    spoiled = 0
    for path in places[:: max(1, len(places) // 8)]:
        changed = copy.deepcopy(certificate)
        node = changed["body"]
        for key in path:
            node = node[key]
        node[1] = str(sp.Rational(node[1]) * Q(101, 100) + Q(1, 100))
        spoiled += not recheck(changed, 20.0).ok
    assert spoiled >= 1


def test_a_sum_that_collapses_to_a_product_is_not_taken_for_a_sum():
    # x**2 * y, written as a sum: the arguments of the product are no parts of it.
    expr = sp.Add(3 * x**2 * y, -2 * x**2 * y, evaluate=False)
    decision = decide(sp.Ge(expr + sp.exp(x) - sp.exp(x), -1, evaluate=False), {x: REALS, y: REALS})
    assert decision.outcome == "refuted"
    p = sp.Symbol("p", real=True)
    claim = sp.Ge(p**2 * (32 * x**4 + sqrt(2) * x), p**2 * (3 * x**4 + sqrt(2) * x), evaluate=False)
    decision = decide(claim, {x: POSITIVE, p: S.Naturals})
    assert decision.outcome == "proved"
    assert decision.certificate is not None
