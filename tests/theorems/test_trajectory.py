"""Along trajectories: single bad steps, convergence noise, states outside the domain, NaN."""

from __future__ import annotations

import math

import pytest
import sympy as sp
import torch
from checking import UNIT, check_one, claim, x, y

from theorems.grid import Grid
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Closed, Computed, Holds, Side, Simulated

STEPS = 100_000
STARTS = Grid(x=[0.25, 0.5, 1.0])


def decay(steps, rate=0.5, bad=None, by=1.0):
    """x halves (say) at each step; one step of the second start may be off by a factor."""

    def simulate(points, generator):
        time = torch.arange(steps + 1, dtype=torch.float64)
        state = points.x[:, None] * rate**time
        if bad is not None:
            state[points.x == 0.5, bad:] *= by
        return {"x": state[:, :-1], "x_next": state[:, 1:], "time": time[None].expand(points.n, -1)}

    return AlongTrajectory(simulate=simulate)


def linear(bad=None, by=1.0):
    """x_t = x_0 (1 - t / (2 STEPS)): no step is small."""

    def simulate(points, generator):
        share = 1 - torch.arange(STEPS + 1, dtype=torch.float64) / (2 * STEPS)
        state = points.x[:, None] * share
        if bad is not None:
            state[points.x == 0.5, bad] *= by
        return {"x": state}

    return AlongTrajectory(simulate=simulate)


@pytest.mark.parametrize("excess", [1e-6, 0.01, 0.1, 1.0])
@pytest.mark.parametrize("step", [1, 54_321, STEPS])
def test_one_bad_step_in_a_hundred_thousand_is_found(excess: float, step: int) -> None:
    share = 1 - torch.arange(STEPS + 1, dtype=torch.float64)[None] / (2 * STEPS)
    item = claim(
        lhs=Simulated(lambda p: p["x"] / p["x"][:, :1]),
        rhs=Simulated(lambda p: share.expand(p["x"].shape)),
        grid=STARTS,
        quantifier=linear(step, 1 + excess),
    )
    result = check_one(item)
    assert result.verdict == "VIOLATED"
    assert result.witness["at"]["step"] == step
    assert result.witness["at"]["x"] == 0.5


def test_a_decisive_small_step_is_not_hidden_by_noise_at_a_large_one() -> None:
    # Step 0: 1e9 off by three roundings. Step 1: 1 off by a half.
    def simulate(points, generator):
        return {"s": torch.tensor([[1e9 + 3, 1.5, 1.0]], dtype=torch.float64)}

    item = claim(
        lhs=Simulated(lambda p: p["s"]),
        rhs=Simulated(lambda p: torch.tensor([[1e9, 1.0, 1.0]], dtype=torch.float64)),
        grid=Grid(x=[1]),
        quantifier=AlongTrajectory(simulate=simulate),
    )
    result = check_one(item)
    assert result.verdict == "VIOLATED"
    assert result.witness["at"]["step"] == 1


def test_noise_at_convergence_is_no_violation() -> None:
    # The loss stays at 1e-16 with noise in its last digits; it is said to fall.
    def simulate(points, generator):
        noise = torch.rand(points.n, 5000, generator=generator, dtype=torch.float64) * 1e-15
        start = points.x[:, None] * 0.5 ** torch.arange(50, dtype=torch.float64)
        return {"loss": torch.cat([start, noise], dim=1)}

    falls = claim(
        lhs=Simulated(lambda p: p["loss"][:, 1:]),
        rhs=Simulated(lambda p: p["loss"][:, :-1]),
        grid=STARTS,
        quantifier=AlongTrajectory(simulate=simulate),
    )
    assert check_one(falls).verdict == "SUPPORTED"


NEXT = Simulated(lambda path: path["x_next"])


def test_a_recursion_is_proved_and_compared_with_the_run() -> None:
    item = claim(
        lhs=Side(closed=x / 2, measured=NEXT),
        rhs=Closed(x),
        grid=STARTS,
        quantifier=decay(60),
    )
    result = check_one(item)
    assert result.verdict == "PROVED"
    assert result.details["steps_checked"] == 180
    assert not result.conflict


def test_a_recursion_that_the_run_does_not_follow_is_a_conflict() -> None:
    item = claim(
        lhs=Side(closed=x * sp.Rational(101, 200), measured=NEXT),
        rhs=Closed(x),
        grid=STARTS,
        quantifier=decay(60),
    )
    result = check_one(item)
    assert result.conflict
    assert "simulation" in result.reason
    one_step = claim(
        lhs=Side(closed=x / 2, measured=NEXT),
        rhs=Closed(x),
        grid=STARTS,
        quantifier=decay(20, bad=7, by=1.01),
    )
    assert check_one(one_step).conflict


def test_steps_outside_the_domain_are_skipped_and_counted() -> None:
    item = claim(
        over={x: sp.Interval(sp.Rational(1, 10), 1)},
        lhs=Closed(x),
        relation=">=",
        rhs=Closed(sp.Rational(1, 10)),
        grid=STARTS,
        quantifier=decay(10),
    )
    result = check_one(item)
    assert result.verdict in ("PROVED", "SUPPORTED")
    assert sum(result.skipped.values()) == 30 - (2 + 3 + 4)


def test_a_run_that_is_no_number_is_an_error_and_not_outside_the_domain() -> None:
    def simulate(points, generator):
        state = points.x[:, None].repeat(1, 5)
        state[:, 3] = math.nan
        return {"x": state}

    item = claim(
        lhs=Simulated(lambda p: p["x"]),
        rhs=Closed(1),
        grid=STARTS,
        quantifier=AlongTrajectory(simulate=simulate),
    )
    result = check_one(item)
    assert result.verdict == "ERROR"
    assert "step 3" in result.reason


def test_an_overflow_is_an_error_that_names_the_step() -> None:
    item = claim(
        over={x: sp.Interval(0, sp.oo)},
        lhs=Simulated(lambda p: p["x_next"]),
        rhs=Closed(2 * x),
        grid=Grid(x=[1]),
        quantifier=decay(1024, rate=2.0),
    )
    result = check_one(item)
    assert result.verdict == "ERROR"
    assert "finite at step 1023" in result.reason


def test_a_hypothesis_is_checked_step_by_step() -> None:
    early = Holds("the first ten steps", lambda path: path["time"][:, :-1] < 10)
    fields = {
        "lhs": Simulated(lambda p: 1 / p["x"]),
        "rhs": Closed(5000),
        "grid": STARTS,
        "quantifier": decay(60),
    }
    assert check_one(claim(**fields)).verdict == "VIOLATED"
    result = check_one(claim(hypotheses=[early], **fields))
    assert result.verdict == "SUPPORTED"
    assert result.skipped == {"the first ten steps": 150}
    never = Holds("no step at all", lambda path: path["time"][:, :-1] < 0)
    result = check_one(claim(hypotheses=[never], **fields))
    assert result.verdict == "VACUOUS"
    assert "no step at all" in result.reason


def test_a_failing_random_run_is_confirmed_among_its_starts() -> None:
    # Only the third draw exceeds the bound: alone, its start would get the first draw.
    def simulate(points, generator):
        draws = torch.rand(points.n, 1, generator=generator, dtype=torch.float64)
        place = torch.arange(points.n, dtype=torch.float64)[:, None]
        return {"s": draws + 5 * (place == 2)}

    item = claim(
        lhs=Simulated(lambda p: p["s"]),
        rhs=Closed(2),
        grid=STARTS,
        quantifier=AlongTrajectory(simulate=simulate),
    )
    result = check_one(item)
    assert result.verdict == "VIOLATED"
    assert "same seed" in result.witness["how"]


def test_different_at_every_step_can_fail() -> None:
    item = claim(
        lhs=Simulated(lambda p: p["x"]),
        relation="!=",
        rhs=Simulated(lambda p: p["x"]),
        grid=STARTS,
        quantifier=decay(5),
    )
    assert check_one(item).verdict == "INCONCLUSIVE"


def test_a_matrix_along_a_run_is_refused_and_not_cut_to_one_entry() -> None:
    item = claim(
        lhs=Simulated(lambda p: p["x"]),
        rhs=Closed(sp.Matrix([x + 1, x - 1])),
        grid=STARTS,
        quantifier=decay(5),
    )
    assert check_one(item).verdict == "ERROR"


@pytest.mark.parametrize("path", [None, {}, {"x": 1.0}, {"x": torch.zeros(1, 3)}])
def test_a_simulation_that_returns_something_else_is_an_error(path: object) -> None:
    item = claim(
        lhs=Simulated(lambda p: p["x"]),
        rhs=Closed(1),
        grid=STARTS,
        quantifier=AlongTrajectory(simulate=lambda points, generator: path),
    )
    assert check_one(item).verdict == "ERROR"


def test_a_closed_counterexample_on_the_run_is_exact() -> None:
    item = claim(
        over={x: UNIT, y: UNIT},
        lhs=Closed(x * 2),
        rhs=Closed(x + sp.Rational(1, 2)),
        grid=Grid(x=[0.25, 1], y=[0]),
        quantifier=decay(3),
    )
    result = check_one(item)
    assert result.verdict == "VIOLATED"
    assert float(result.witness["margin"]) < 0


def test_a_computed_bound_meets_every_step() -> None:
    item = claim(
        lhs=Simulated(lambda p: p["x"]),
        rhs=Computed(lambda p: p.x),
        grid=STARTS,
        quantifier=decay(8),
    )
    result = check_one(item)
    assert result.verdict == "SUPPORTED"
    assert result.tightness["value"] == 1
