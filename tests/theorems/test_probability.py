"""With a probability: exact intervals, coin flips at the edge, ties and rounding."""

from __future__ import annotations

import pytest
import sympy as sp
import torch
from checking import SIZES, check_one, claim, k, profile, verdict, x

from theorems.grid import Grid
from theorems.measure.probability import interval
from theorems.profiles import CATALOGUE_SIZE, FALSE_ALARM, alpha_per_claim
from theorems.quantifiers import WithProbability
from theorems.sides import Closed, Computed, Holds, Sampled

ONE = Grid(x=[1])


def uniform(points, samples, generator):
    return torch.rand(points.n, samples, generator=generator, dtype=torch.float64)


def below(chance, at_least, **fields):
    fields.setdefault("grid", ONE)
    draws = fields.pop("draws", None)
    return claim(
        lhs=Sampled(uniform),
        rhs=Closed(chance),
        quantifier=WithProbability(at_least=at_least, draws=draws),
        **fields,
    )


@pytest.mark.parametrize(("printed", "draws"), [(0.91, 200_000), (0.99, None), (1, None)])
def test_a_probability_printed_too_large_is_found(printed: float, draws: int | None) -> None:
    # The true one is 0.9: 1 % more needs 2 * 10^5 draws, 10 % more the profile's 2000.
    result = check_one(below(0.9, printed, draws=draws))
    assert result.verdict == "VIOLATED"
    assert "fresh draws" in result.witness["how"]


def test_a_failure_probability_printed_at_half_is_found() -> None:
    assert check_one(below(0.8, 0.9)).verdict == "VIOLATED"


def test_at_the_edge_nothing_is_claimed() -> None:
    for n in range(200):
        assert check_one(below(0.5, 0.5), profile(f"seed-{n}")).verdict == "INCONCLUSIVE"


def test_a_true_probability_is_supported() -> None:
    assert check_one(below(0.9, 0.8)).verdict == "SUPPORTED"
    assert check_one(below(1, 1)).verdict == "SUPPORTED"


def test_one_failing_draw_refutes_certainty() -> None:
    assert check_one(below(0.999, 1, draws=20_000)).verdict == "VIOLATED"
    assert interval(1999, 2000, 1e-9)[1] < 1


def test_many_points_do_not_add_up_to_a_false_alarm() -> None:
    item = below(
        0.5,
        0.5,
        over={k: SIZES, x: sp.Interval(0, 1)},
        grid=Grid(k=range(1, 21), x=[0, 0.25, 0.5, 0.75, 1]),
        draws=500,
    )
    for n in range(5):
        assert check_one(item, profile(f"seed-{n}")).verdict == "INCONCLUSIVE"


def test_the_interval_is_exact() -> None:
    low, high = interval(0, 100, 0.05)
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 100), rel=1e-9)
    low, high = interval(100, 100, 0.05)
    assert (low, high) == (pytest.approx(0.025 ** (1 / 100), rel=1e-9), 1)
    assert alpha_per_claim() == pytest.approx(FALSE_ALARM / CATALOGUE_SIZE)


def test_an_equality_that_holds_up_to_rounding_fails_no_draw() -> None:
    def draw(points, samples, generator):
        return {"u": uniform(points, samples, generator) + 0.1}

    tight = WithProbability(at_least=1, draw=draw)
    lhs, rhs = Sampled(lambda d: d["u"] * 3), Sampled(lambda d: d["u"] + d["u"] + d["u"])
    for relation in ("<=", ">=", "=="):
        found = verdict(lhs=lhs, relation=relation, rhs=rhs, grid=ONE, quantifier=tight)
        assert found == "SUPPORTED"


def test_a_tie_fails_a_strict_relation() -> None:
    relu = Sampled(lambda p, n, g: (uniform(p, n, g) - 0.5).clamp_min(0))
    quantifier = WithProbability(at_least=0.9)
    strict = verdict(lhs=relu, relation=">", rhs=Closed(0), grid=ONE, quantifier=quantifier)
    assert strict == "VIOLATED"
    weak = verdict(lhs=relu, relation=">=", rhs=Closed(0), grid=ONE, quantifier=quantifier)
    assert weak == "SUPPORTED"


def test_draws_that_fail_a_hypothesis_are_left_out() -> None:
    def draw(points, samples, generator):
        return {"u": uniform(points, samples, generator)}

    quantifier = WithProbability(at_least=0.95, draw=draw)
    lower = Holds("u is below a half", lambda d: d["u"] < 0.5)
    fields = {
        "lhs": Sampled(lambda d: d["u"]),
        "rhs": Closed(0.5),
        "grid": ONE,
        "quantifier": quantifier,
    }
    assert verdict(**fields) == "VIOLATED"
    result = check_one(claim(hypotheses=[lower], **fields))
    assert result.verdict == "SUPPORTED"
    left_out = result.skipped["u is below a half"]
    assert 0.4 < left_out / (left_out + result.draws) < 0.6
    never = Holds("never met", lambda d: d["u"] > 2)
    result = check_one(claim(hypotheses=[never], **fields))
    assert result.verdict == "VACUOUS"
    assert "never met" in result.reason


def test_undefined_sides_or_probabilities_are_errors() -> None:
    def fields(rhs, at_least):
        quantifier = WithProbability(at_least=at_least)
        return {"lhs": Sampled(uniform), "rhs": rhs, "grid": ONE, "quantifier": quantifier}

    assert verdict(**fields(Closed(sp.log(x - 2)), 0.5)) == "ERROR"
    assert verdict(**fields(Closed(2), sp.log(x - 2))) == "ERROR"
    nothing = Sampled(lambda p, n, g: uniform(p, n, g) * float("nan"))
    assert verdict(lhs=nothing, rhs=Closed(2), grid=ONE, quantifier=WithProbability(0.5)) == "ERROR"
    short = Sampled(lambda p, n, g: uniform(p, n - 1, g))
    assert verdict(lhs=short, rhs=Closed(2), grid=ONE, quantifier=WithProbability(0.5)) == "ERROR"


def test_every_component_must_hold() -> None:
    pair = Sampled(lambda p, n, g: torch.stack([uniform(p, n, g), 2 + uniform(p, n, g)], dim=2))
    assert verdict(lhs=pair, rhs=Closed(1), grid=ONE, quantifier=WithProbability(0.5)) == "VIOLATED"


def test_a_probability_that_depends_on_the_point_is_used_there() -> None:
    item = claim(
        lhs=Sampled(uniform),
        rhs=Computed(lambda p: p.x),
        quantifier=WithProbability(at_least=x - sp.Rational(1, 10)),
        grid=Grid(x=[0.3, 0.6, 0.9]),
    )
    assert check_one(item).verdict == "SUPPORTED"
    worse = claim(
        lhs=Sampled(uniform),
        rhs=Computed(lambda p: p.x * (p.x < 0.8)),
        quantifier=WithProbability(at_least=x - sp.Rational(1, 10)),
        grid=Grid(x=[0.3, 0.6, 0.9]),
    )
    result = check_one(worse)
    assert result.verdict == "VIOLATED"
    assert result.witness["at"] == {"x": 0.9}


def test_more_draws_are_made_only_where_they_settle_something() -> None:
    clear = check_one(below(1, 0.9))
    assert clear.verdict == "SUPPORTED"
    assert clear.draws < profile().draws
    hopeless = check_one(below(0.5, 0.5))
    assert hopeless.verdict == "INCONCLUSIVE"
    needed = check_one(below(0.45, 0.5))  # 10 % too large, in the middle: beyond 2,000 draws
    assert needed.verdict == "VIOLATED"
    assert needed.draws > profile().draws
