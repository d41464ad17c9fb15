"""Tests of the checker's normal form: zeros are found, and nothing else is called zero."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sympy as sp

from symbolic.certificate import encode
from symbolic.recheck import EXTENSIONS
from symbolic.recheck.intervals import Evaluator
from symbolic.recheck.normal import is_zero, rational_value
from symbolic.recheck.statement import Side, read_expression
from symbolic.recheck.terms import SESSION, Rejected, Session, Term, Unclear, number


@pytest.fixture(autouse=True)
def _with_extensions() -> Iterator[None]:
    token = SESSION.set(Session(extensions=EXTENSIONS))
    yield
    SESSION.reset(token)


x, y = sp.symbols("x y", positive=True)
NAMES = {"x": x, "y": y, "digamma": sp.digamma, "loggamma": sp.loggamma}

ZERO = """
sin(x)**2 + cos(x)**2 - 1
sin(2*x) - 2*sin(x)*cos(x)
cos(3*x) - 4*cos(x)**3 + 3*cos(x)
sin(x + y) - sin(x)*cos(y) - cos(x)*sin(y)
sin(pi/3) - sqrt(3)/2
sin(pi/2) - 1
tan(x + y) - (tan(x) + tan(y))/(1 - tan(x)*tan(y))
tan(x/2) - sin(x)/(1 + cos(x))
exp(x + y) - exp(x)*exp(y)
exp(-log(1 + exp(-x))) - 1/(1 + exp(-x))
cosh(x)**2 - sinh(x)**2 - 1
tanh(2*x) - 2*tanh(x)/(1 + tanh(x)**2)
acosh(x) - log(x + sqrt(x - 1)*sqrt(x + 1))
sqrt(6) - sqrt(2)*sqrt(3)
sqrt(1 + x)/(1 + x) - 1/sqrt(1 + x)
log(6) - log(2) - log(3)
log(exp(x)*2) - x - log(2)
x**(y + 1) - x*x**y
2**(2*x) - 4**x
gamma(x + 2) - x*(x + 1)*gamma(x)
gamma(Rational(5, 2)) - 3*sqrt(pi)/4
digamma(x + 1) - digamma(x) - 1/x
loggamma(x + 1) - loggamma(x) - log(x)
sin(asin(x)) - x
cos(atan(x)) - 1/sqrt(1 + x**2)
asin(x) + acos(x) - pi/2
atan(1) - pi/4
erf(-x) + erf(x)
erfc(x) + erf(x) - 1
1/(x*(x + 1)) - 1/x + 1/(x + 1)
(1 + x + y)**2/(1 + x + y) - (1 + x + y)
Abs(x - y)**2 - (x - y)**2
""".strip().splitlines()

NOT_ZERO = """
sin(x) - x
sin(x)**2 - cos(x)**2
sqrt((x - 1)**2) - (x - 1)
sqrt(2) - Rational(99, 70)
exp(x) - 1 - x
log(x*y + 1) - log(x)
gamma(x + 1) - gamma(x)
cos(2*x) - 2*cos(x)**2
asin(sin(x)) - x
acos(cos(x)) - x
atan(tan(x)) - x
Abs(x - y) - (x - y)
sign(x - y) - 1
Max(x, y) - x
erf(x) - tanh(x)
log((x - 1)*(y - 1)) - log(x - 1) - log(y - 1)
exp(x)**y - exp(x*y)/2
""".strip().splitlines()


def term(text: str) -> Term:
    return read_expression(encode(sp.sympify(text, locals=NAMES, evaluate=False)))


@pytest.mark.parametrize("text", ZERO)
def test_a_zero_is_found(text: str) -> None:
    assert is_zero(term(text))


@pytest.mark.parametrize("text", NOT_ZERO)
def test_what_is_not_zero_is_never_called_zero(text: str) -> None:
    assert not is_zero(term(text))


@pytest.mark.parametrize("text", ZERO)
def test_a_zero_moved_by_a_millionth_is_not_zero(text: str) -> None:
    assert not is_zero(term(f"{text} + Rational(1, 1000000)"))


@pytest.mark.parametrize("text", ZERO)
def test_zeros_are_zero_by_enclosure_too(text: str) -> None:
    for values in ((1, 3), (2, 5), (3, 4)):
        a, b = (number(value) for value in values)
        box = {"x": Side(a, a), "y": Side(b, b)}
        if "asin(x)" in text:
            continue
        try:
            found = Evaluator(box, 120, {})(term(text))
        except Unclear:
            continue
        assert not found.nonzero()


def test_rational_values() -> None:
    assert rational_value(term("(2*x + 2*y)/(x + y)")) == 2
    assert rational_value(term("x - x")) == 0
    assert rational_value(term("x")) is None


@pytest.mark.parametrize("text", ["1/(x - x)", "log(x - x)"])
def test_what_is_nowhere_defined_is_rejected(text: str) -> None:
    tree = encode(sp.sympify(text, locals=NAMES, evaluate=False))
    with pytest.raises(Rejected):
        is_zero(read_expression(tree))
