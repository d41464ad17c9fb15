"""Tests of the checker's limits against limits that are known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sympy as sp

from symbolic.certificate import encode
from symbolic.recheck import EXTENSIONS
from symbolic.recheck.intervals import Evaluator
from symbolic.recheck.limits import limit, one_sided
from symbolic.recheck.normal import is_zero
from symbolic.recheck.statement import read_expression
from symbolic.recheck.terms import SESSION, Rejected, Session, Term, number, sub


@pytest.fixture(autouse=True)
def _with_extensions() -> Iterator[None]:
    token = SESSION.set(Session(extensions=EXTENSIONS))
    yield
    SESSION.reset(token)


x = sp.Symbol("x", real=True)
oo = sp.oo


def found(expression: sp.Expr, towards: int) -> Term | int:
    return limit(read_expression(encode(expression)), "x", towards, Evaluator({}, 80, {}))


KNOWN = [
    (x * (sp.erf(x / sp.sqrt(2)) + 1) / 2, -1, 0),
    ((1 + 1 / x) ** x, 1, sp.E),
    ((1 + 1 / x) ** (x + 1), 1, sp.E),
    ((1 - 2 / x) ** x, 1, sp.exp(-2)),
    (sp.log(x + 1) - sp.log(x), 1, 0),
    (x * sp.exp(-x), 1, 0),
    (x**5 * sp.exp(-(x**2)), -1, 0),
    (sp.log(x) ** 3 / x, 1, 0),
    (x**2 * sp.erfc(x), 1, 0),
    (x * (sp.sqrt(1 + 1 / x) - 1), 1, sp.Rational(1, 2)),
    ((2 * x**2 + 1) / (3 * x**2 - x), 1, sp.Rational(2, 3)),
    ((2 * x**3 + 1) / (3 * x**2 - x), 1, oo),
    ((2 * x**3 + 1) / (3 * x**2 - x), -1, -oo),
    (x * sp.sin(1 / x), 1, 1),
    (x**2 * (1 - sp.cos(1 / x)), -1, sp.Rational(1, 2)),
    (sp.atan(x), -1, -sp.pi / 2),
    (x - x**2, 1, -oo),
    (sp.exp(-x), 1, 0),
    (sp.tanh(x) + sp.erf(-x), 1, 0),
]


@pytest.mark.parametrize(("expression", "towards", "value"), KNOWN, ids=str)
def test_a_known_limit_is_found(expression: sp.Expr, towards: int, value: sp.Expr) -> None:
    here = found(expression, towards)
    if value in (oo, -oo):
        assert here == (1 if value == oo else -1)
    else:
        assert isinstance(here, Term)
        assert is_zero(sub(here, read_expression(encode(sp.sympify(value)))))


@pytest.mark.parametrize(
    "expression",
    [
        sp.sin(x),
        x * sp.sin(x),
        sp.floor(x) / x,
        sp.exp(sp.sin(x)),
        sp.exp(x) - sp.exp(2 * x),
    ],
    ids=str,
)
def test_what_has_no_limit_or_no_rule_is_rejected(expression: sp.Expr) -> None:
    with pytest.raises(Rejected):
        found(expression, 1)


@pytest.mark.parametrize(
    ("expression", "at", "side", "value"),
    [
        (x * sp.log(x), 0, 1, 0),
        (sp.sin(x) / x, 0, 1, 1),
        (sp.sin(x) / x, 0, -1, 1),
        ((1 - sp.cos(x)) / x**2, 0, -1, sp.Rational(1, 2)),
        (sp.log(1 + x) / x, 0, 1, 1),
        ((1 - x) * sp.log(1 - x), 1, -1, 0),
        ((x**2 - 1) / (x - 1), 1, 1, 2),
        ((x**2 - 1) / (x - 1), 1, -1, 2),
    ],
    ids=str,
)
def test_one_sided_limits(expression: sp.Expr, at: int, side: int, value: sp.Expr) -> None:
    moved, far = one_sided(read_expression(encode(expression)), "x", number(at), side)
    here = limit(moved, far, 1, Evaluator({}, 80, {}))
    assert isinstance(here, Term)
    assert is_zero(sub(here, read_expression(encode(sp.sympify(value)))))
