"""Squares times known quantities: what failed is remembered, and the time for them is limited."""

from __future__ import annotations

import pytest
from flint import Ordering, fmpq_mpoly_ctx

from symbolic import clock, multiples
from symbolic.multiples import Tried, by_squares
from symbolic.products import Known

CONTEXT = fmpq_mpoly_ctx.get(["x", "y"], Ordering.lex)
x, y = CONTEXT.gens()
KNOWN = [Known(x, ["sym", "x"], True), Known(y, ["sym", "y"], False)]
NEVER = x * y - x**2 - y  # negative on most of the quadrant
ALWAYS = x**3 - 2 * x**2 * y + x * y**2 + y


def look(target, tried: Tried):
    deadline = clock.now() + 20
    return by_squares(target, KNOWN, False, lambda poly: ["rat", str(poly)], deadline, True, tried)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    made: list[object] = []
    real = multiples.sum_of_squares

    def counted(target, *rest):
        made.append(target)
        return real(target, *rest)

    monkeypatch.setattr(multiples, "sum_of_squares", counted)
    return made


def test_what_failed_to_its_end_is_not_tried_again(calls: list[object]) -> None:
    tried = Tried()
    assert look(NEVER, tried) is None
    first = len(calls)
    assert first >= 2
    assert len(tried.failed) == first
    assert look(NEVER, tried) is None
    assert len(calls) == first


def test_a_failure_says_nothing_about_another_target(calls: list[object]) -> None:
    tried = Tried()
    assert look(NEVER, tried) is None
    assert look(ALWAYS, tried) is not None


def test_no_search_where_the_time_is_up(calls: list[object]) -> None:
    tried = Tried()
    tried.allow(-1.0)
    assert look(ALWAYS, tried) is None
    assert not calls
    assert tried.cut_short
    assert not tried.failed
    tried.allow(5.0)
    assert look(ALWAYS, tried) is not None
