"""Tests of the certificate format: what goes in comes out, and nothing else is let in."""

from __future__ import annotations

import json

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.certificate import (
    Malformed,
    build,
    digest,
    encode,
    encode_condition,
    encode_domain,
    encode_statement,
    save,
)
from symbolic.decoding import decode, decode_condition
from symbolic.problem import Problem
from symbolic.recheck.statement import rational, read_expression, read_statement

x, y = sp.symbols("x y", real=True)
n = sp.Symbol("n", integer=True, positive=True)
k = sp.Symbol("k", integer=True)

EXPRESSIONS = [
    sp.Rational(-3, 7),
    sp.pi * x - sp.E * y + sp.EulerGamma,
    sp.sqrt(x**2 + 1) / (1 + sp.Abs(y)),
    x ** sp.Rational(-2, 3),
    (x**2 + 1) ** y,
    sp.exp(-(x**2) / 2) * sp.erfc(x / sp.sqrt(2)),
    sp.log(1 + sp.exp(x)) - sp.Max(x, 0, y) + sp.Min(x, y),
    sp.sin(x) * sp.cos(y) + sp.tan(x) / sp.cot(y) - sp.sec(x) * sp.csc(y),
    sp.asin(x) + sp.acos(x) + sp.atan(y) + sp.acot(y),
    sp.sinh(x) + sp.cosh(x) + sp.tanh(x) + sp.coth(x),
    sp.asinh(x) + sp.acosh(y) + sp.atanh(x),
    sp.gamma(x) + sp.loggamma(y) + sp.digamma(x) + sp.polygamma(2, y),
    sp.sign(x) * sp.floor(y) + sp.ceiling(x),
    sp.Piecewise((x**2, x > 0), (-x, sp.Or(x < -1, sp.Ne(y, 0))), (y, True)),
    sp.Sum(k**2, (k, 1, n)) + sp.Product(1 + 1 / n, (k, 1, n)),
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_an_expression_survives_the_round_trip_through_json(expression: sp.Expr) -> None:
    tree = json.loads(json.dumps(encode(expression)))
    assert decode(tree, [x, y, n, k]) == expression
    assert read_expression(tree).free <= {"x", "y", "n"}


@given(
    st.recursive(
        st.one_of(
            st.fractions(min_value=-9, max_value=9, max_denominator=9).map(
                lambda q: sp.Rational(q.numerator, q.denominator)
            ),
            st.sampled_from([x, y, sp.pi]),
        ),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
            st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
            inner.map(sp.sin),
            inner.map(sp.exp),
            inner.map(lambda e: e**3),
        ),
        max_leaves=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_random_expressions_survive_the_round_trip(expression: sp.Expr) -> None:
    assert decode(encode(expression), [x, y]) == expression


def test_conditions_survive_the_round_trip() -> None:
    condition = sp.And(sp.Or(x < y, sp.Eq(x, 1)), x >= -2)
    assert decode_condition(encode_condition(condition), [x, y]) == condition


@pytest.mark.parametrize(
    "expression",
    [
        sp.Float(0.1) * x,
        sp.I * x,
        sp.oo,
        sp.nan,
        sp.zoo,
        sp.besselj(0, x),
        sp.Integral(x, x),
        sp.Function("f")(x),
    ],
    ids=str,
)
def test_what_has_no_exact_real_form_is_refused(expression: sp.Expr) -> None:
    with pytest.raises(Malformed):
        encode(expression)


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        (sp.Interval(0, sp.pi), ["interval", ["rat", "0"], ["pi"], False, False]),
        (sp.Interval.open(0, sp.oo), ["interval", ["rat", "0"], "oo", True, True]),
        (sp.S.Reals, ["interval", "-oo", "oo", True, True]),
        (sp.S.Naturals, ["integers", "1", "oo"]),
        (sp.S.Naturals0, ["integers", "0", "oo"]),
        (sp.S.Integers, ["integers", "-oo", "oo"]),
        (sp.Range(2, 9), ["integers", "2", "8"]),
        (sp.Range(0, 9, 4), ["points", ["rat", "0"], ["rat", "4"], ["rat", "8"]]),
        (sp.FiniteSet(1, 2), ["points", ["rat", "1"], ["rat", "2"]]),
    ],
    ids=str,
)
def test_domains_are_written_with_their_open_ends(domain: sp.Set, code: list) -> None:
    assert encode_domain(domain) == code


@pytest.mark.parametrize("domain", [sp.S.EmptySet, sp.S.Rationals, sp.S.Complexes], ids=str)
def test_other_sets_are_refused(domain: sp.Set) -> None:
    with pytest.raises(Malformed):
        encode_domain(domain)


def test_a_certificate_is_tied_to_its_statement(tmp_path) -> None:  # type: ignore[no-untyped-def]
    problem = Problem((x + y > 0,), {x: sp.Interval(0, 1), y: sp.Interval(1, 2)}, (x < y,))
    certificate = build(problem, "intervals", {"relations": []})
    assert certificate["digest"] == digest(encode_statement(problem))
    assert certificate["text"] == "(x + y) > 0 for all x in [0, 1], y in [1, 2] with x < y"
    other = Problem((x + y >= 0,), problem.over, problem.where)
    assert digest(encode_statement(other)) != certificate["digest"]
    save(certificate, tmp_path / "c.json")
    assert json.loads((tmp_path / "c.json").read_text()) == certificate


def test_a_symbol_without_a_range_or_two_of_one_name_are_refused() -> None:
    with pytest.raises(Malformed, match="ranges over"):
        encode_statement(Problem((x + y > 0,), {x: sp.S.Reals}))
    twin = sp.Symbol("x", positive=True)
    with pytest.raises(Malformed, match="two symbols"):
        encode_statement(Problem((x + twin > 0,), {x: sp.S.Reals, twin: sp.S.Reals}))


@pytest.mark.parametrize(
    "tree",
    [
        ["rat", 1],
        ["rat", "1.5"],
        ["rat", "nan"],
        ["rat", "1e9"],
        ["rat", "1/0"],
        ["rat", "7" * 5000],
        ["sym", "__import__('os')", "y"],
        ["sym", ""],
        ["sym", "a b"],
        ["eval", ["rat", "1"]],
        ["sin"],
        ["sin", ["rat", "1"], ["rat", "2"]],
        ["add"],
        ["pow", ["sym", "x"], ["rat", "99999999"]],
        ["piecewise"],
        ["piecewise", [["rat", "1"], ["rat", "1"]]],
        ["polygamma", ["rat", "0"], ["sym", "x"]],
        ["polygamma", ["sym", "x"], ["sym", "x"]],
        "x",
        {"sin": "x"},
        [],
        None,
    ],
    ids=lambda tree: str(tree)[:40],
)
def test_malformed_expressions_are_refused(tree: object) -> None:
    with pytest.raises(Malformed):
        read_expression(tree)


def test_deep_nesting_is_refused() -> None:
    tree: list = ["sym", "x"]
    for _ in range(100_000):
        tree = ["sin", tree]
    with pytest.raises(Malformed, match="deeper"):
        read_expression(tree)
    deep: sp.Expr = x
    for _ in range(300):
        deep = sp.sin(deep, evaluate=False)
    with pytest.raises((Malformed, RecursionError)):
        encode(deep)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.pop("where"),
        lambda s: s.update(extra=1),
        lambda s: s.update(relations=[]),
        lambda s: s.update(relations=[["add", ["sym", "x"], ["sym", "x"]]]),
        lambda s: s["over"].clear(),
        lambda s: s["over"].update(x=["interval", "0", "1", False, False]),
        lambda s: s["over"].update(x=["interval", "-oo", "oo", False, True]),
        lambda s: s["over"].update(x=["integers", "1/2", "oo"]),
        lambda s: s["over"].update(x=["reals"]),
        lambda s: s["over"].update(x=["interval", ["sym", "x"], "oo", True, True]),
    ],
)
def test_malformed_statements_are_refused(change) -> None:  # type: ignore[no-untyped-def]
    statement = encode_statement(Problem((x > 0,), {x: sp.Interval(1, 2)}))
    read_statement(statement)
    change(statement)
    with pytest.raises(Malformed):
        read_statement(statement)


def test_rationals_are_exact() -> None:
    assert rational("-3/7") * 7 == -3
    assert rational("6/4") * 2 == 3
