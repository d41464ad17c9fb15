"""What counts as the same question at the same sample points."""

from __future__ import annotations

import sympy as sp

from symbolic.ranges import Domain, Range
from symbolic.refutation import _key, search

HALF_LINE = (Range(sp.Integer(0), sp.oo, True, True),)


def domain(*symbols: sp.Symbol) -> Domain:
    return Domain(dict.fromkeys(symbols, HALF_LINE))


def test_assumptions_do_not_make_another_question() -> None:
    x, y = sp.symbols("x y", positive=True)
    u, v = sp.symbols("x y", real=True)
    one = _key((sp.Ge(x**2 + 3 * x * y, y - 1),), domain(x, y), 0)
    same = _key((sp.Ge(u**2 + 3 * u * v, v - 1),), domain(u, v), 0)
    assert one == same
    assert hash(one) == hash(same)


def test_different_relations_are_different_questions() -> None:
    x, y = sp.symbols("x y", real=True)
    relations = [
        sp.Ge(x - y, 0),
        sp.Ge(y - x, 0),
        sp.Gt(x - y, 0),
        sp.Ge(x * y, 0),
        sp.Ge(x + y, 0),
        sp.Ge(x**y, 0),
        sp.Ge(y**x, 0),
        sp.Ge(2 * x, 0),
        sp.Ge(3 * x, 0),
        sp.Ge(sp.Add(x, x, evaluate=False), 0),
        sp.Ge(x, 0),
    ]
    keys = {_key((r,), domain(x, y), 0) for r in relations}
    assert len(keys) == len(relations)


def test_a_spared_search_does_not_hide_another_refutation() -> None:
    x, y = sp.symbols("x y", real=True)
    found, met = search((sp.Gt(x + y, 0),), domain(x, y), 40, float("inf"))
    assert found is None
    assert met
    found, _ = search((sp.Gt(x - y, 0),), domain(x, y), 40, float("inf"))
    assert found is not None
