"""Roots of products: means with roots, and the rule by which the checker takes them apart."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import sympy as sp
from sympy import Interval, S, oo, sqrt
from sympy import Rational as Q

from symbolic.decide import decide
from symbolic.recheck import recheck

x, y, z = sp.symbols("x y z", real=True)
WEAK, POSITIVE = Interval(0, oo), Interval.open(0, oo)
MEAN = (x * y * z) ** Q(1, 3)


def on(domain: Any, *symbols: Any) -> dict[Any, Any]:
    return dict.fromkeys(symbols, domain)


@pytest.mark.parametrize(
    ("relation", "over"),
    [
        (x + y + z >= 3 * MEAN, on(WEAK, x, y, z)),
        (sqrt(x) + sqrt(y) + sqrt(z) >= 3 * (x * y * z) ** Q(1, 6), on(WEAK, x, y, z)),
        (3 / (1 / x + 1 / y + 1 / z) <= MEAN, on(POSITIVE, x, y, z)),
        (sqrt(x * y) + sqrt(y * z) + sqrt(z * x) <= x + y + z, on(WEAK, x, y, z)),
        (sp.Abs(x) + sp.Abs(y) <= sqrt(2) * sqrt(x**2 + y**2), on(S.Reals, x, y)),
    ],
)
def test_means_with_roots(relation: Any, over: Any) -> None:
    decision = decide(relation, over=over, seconds=5)
    assert decision.outcome == "proved"
    assert decision.certificate is not None
    assert recheck(decision.certificate).ok


@pytest.mark.parametrize(
    ("relation", "over"),
    [
        (x + y + z > 3 * MEAN, on(WEAK, x, y, z)),
        (x + y + z >= Q(301, 100) * MEAN, on(WEAK, x, y, z)),
        (x + y + z >= 3 * MEAN, on(S.Reals, x, y, z)),
        (sp.Abs(x) + sp.Abs(y) <= Q(141, 100) * sqrt(x**2 + y**2), on(S.Reals, x, y)),
    ],
)
def test_near_misses(relation: Any, over: Any) -> None:
    assert decide(relation, over=over, seconds=5).outcome == "refuted"


def _rules(reason: Any) -> list[dict[str, Any]]:
    if isinstance(reason, dict):
        mine = [reason] if reason.get("by") == "rule" else []
        return mine + [r for v in reason.values() for r in _rules(v)]
    return [r for v in reason for r in _rules(v)] if isinstance(reason, list) else []


def test_a_root_is_not_negative_and_has_its_power() -> None:
    good = decide(x + y + z >= 3 * MEAN, over=on(WEAK, x, y, z), seconds=5).certificate
    assert good is not None
    for bad in (["mul", ["rat", "-1"], ["pow", ["sym", "x"], ["rat", "1/3"]]], ["sym", "x"]):
        changed = copy.deepcopy(good)
        (rule,) = _rules(changed["body"])
        rule["bind"]["b"] = bad
        assert not recheck(changed).ok
