"""Sufficient size: known thresholds, bounds that ask for too little, noise, false alarms."""

from __future__ import annotations

import math
from functools import partial

import pytest
import sympy as sp
import torch
from checking import SIZES, check_one, claim, k, profile

from theorems.grid import Grid
from theorems.measure.sizes import ALPHA, SIGMAS, _enough, _Search
from theorems.quantifiers import SufficientSize
from theorems.sides import Closed, Holds, Sampled

OCTAVES = [8, 16, 32, 64, 128]


def uniform(draws, generator):
    return torch.rand(1, draws, generator=generator, dtype=torch.float64)


def step_at(threshold, points, size, draws, generator):
    """Success exactly from a size on."""
    enough = size >= threshold(points.k)
    return torch.full((1, draws), float(enough), dtype=torch.float64)


def noisy(threshold, points, size, draws, generator, sharpness=3.0):
    """Success with probability `1 - 0.1 (t / size)**sharpness`: 0.9 at the threshold `t`."""
    lost = 0.1 * (threshold(points.k) / size) ** sharpness
    return (uniform(draws, generator) >= lost).to(torch.float64)


def sized(success, bound, under=None, grid=None, relation="<=", **quantifier):
    quantifier = {"along": ("k",), "largest": 1 << 22, **quantifier}
    item = claim(
        "t.size",
        over={k: SIZES},
        lhs=Sampled(success),
        relation=relation,
        rhs=Closed(bound),
        quantifier=SufficientSize(**quantifier),
        grid=Grid(k=grid or OCTAVES),
    )
    return check_one(item, under)


def quadratic(n):
    return 4 * n**2


def entropic(n):
    return 3 * n**2 * math.log(n)


def test_a_known_threshold_is_found_and_its_bound_supported() -> None:
    result = sized(partial(step_at, quadratic), k**2)
    assert result.verdict == "SUPPORTED"
    for row in result.rows:
        assert row["lhs"] == pytest.approx(4 * row["k"] ** 2, rel=0.04)
    assert result.tightness["value"] == pytest.approx(4, rel=0.04)


@pytest.mark.parametrize("bound", [k**2 * sp.log(k), k**2 * sp.log(k) ** 2, k**3])
def test_bounds_that_suffice_are_supported(bound) -> None:
    assert sized(partial(noisy, entropic), bound).verdict == "SUPPORTED"


@pytest.mark.parametrize(
    ("success", "power"),
    [(step_at, 1), (step_at, 1.5), (step_at, 1.75), (noisy, 1), (noisy, 1.5)],
)
def test_a_bound_of_too_small_a_power_is_refuted(success, power: float) -> None:
    result = sized(partial(success, quadratic), k ** sp.Rational(power))
    assert result.verdict == "VIOLATED", result.reason
    growth = result.details["growth"][0]
    assert growth["low"] < 2 - power < growth["high"]


def test_a_missing_logarithm_is_not_called_a_power() -> None:
    assert sized(partial(noisy, entropic), k**2).verdict != "SUPPORTED"


def test_the_thresholds_noise_widens_the_exponents_interval() -> None:
    """Three draws of luck per point must not pass for an exponent: soft success, few draws."""
    soft = partial(noisy, quadratic, sharpness=0.5)
    widths = {}
    for draws in (300, 2000):
        growth = sized(soft, k**2, draws=draws).details["growth"][0]
        widths[draws] = growth["high"] - growth["low"]
        assert growth["low"] < 0 < growth["high"]
    assert widths[300] > widths[2000] > 0.05
    assert sized(partial(step_at, quadratic), k**2).details["growth"][0]["high"] < 0.06


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_a_true_bound_is_never_refuted(sharpness: float) -> None:
    """Over 40 seeds each, at few draws, from barely to clearly visible thresholds."""
    for seed in range(40):
        success = partial(noisy, quadratic, sharpness=sharpness)
        result = sized(success, k**2, profile(f"s-{seed}"), draws=150)
        assert result.verdict != "VIOLATED", (seed, result.reason)


def test_exponents_stay_inside_their_intervals() -> None:
    inside = 0
    for seed in range(40):
        growth = sized(partial(noisy, quadratic), k, profile(f"e-{seed}"), draws=200).details[
            "growth"
        ][0]
        inside += growth["low"] <= 1 <= growth["high"]
    assert inside == 40


def test_a_bracket_holds_the_threshold() -> None:
    item = claim(
        "t.bracket",
        over={k: SIZES},
        lhs=Sampled(partial(noisy, quadratic)),
        rhs=Closed(k),
        quantifier=SufficientSize(along=("k",), largest=1 << 22),
        grid=Grid(k=OCTAVES),
    )
    for seed in range(60):
        found = _Search(item, item.quantifier, {"k": 20}, profile(), f"b-{seed}").threshold()
        assert found.low < 1600 <= found.high
        assert found.open == ""
        assert found.noise == pytest.approx(math.log(found.high / found.low) / 2 / SIGMAS)


def test_no_size_that_suffices_is_said() -> None:
    result = sized(lambda points, size, draws, g: torch.zeros(1, draws), k, largest=256)
    assert result.verdict == "ERROR"  # float32
    never = partial(step_at, lambda n: 1 << 40)
    result = sized(never, k, largest=256)
    assert result.verdict == "INCONCLUSIVE"
    assert "no size up to 256 suffices" in result.reason


def test_sizes_that_run_out_at_the_large_end_are_no_support() -> None:
    result = sized(partial(step_at, quadratic), k**2, largest=20_000)
    assert result.verdict == "INCONCLUSIVE"


def test_success_that_is_lost_again_is_no_threshold() -> None:
    def window(points, size, draws, generator):
        good = quadratic(points.k) <= size < 3 * quadratic(points.k)
        return torch.full((1, draws), float(good), dtype=torch.float64)

    result = sized(window, k**2)
    assert result.verdict == "INCONCLUSIVE"
    assert "lost again" in result.reason


def test_a_start_that_already_suffices_hides_the_threshold() -> None:
    result = sized(partial(step_at, lambda n: 2), k, start=500)
    assert result.verdict == "INCONCLUSIVE"
    assert "already suffices" in result.reason
    assert sized(partial(step_at, lambda n: 1), k).verdict == "SUPPORTED"


def test_certainty_is_no_matter_of_draws() -> None:
    result = sized(partial(noisy, quadratic), k, at_least=1, largest=1 << 14)
    assert result.verdict == "INCONCLUSIVE"


def test_a_bound_that_is_no_positive_number_is_said() -> None:
    result = sized(partial(step_at, quadratic), k - 8)
    assert result.verdict == "INCONCLUSIVE"
    assert "no positive number" in result.reason


def test_a_measured_hypothesis_is_refused() -> None:
    item = claim(
        "t.hypothesis",
        over={k: SIZES},
        hypotheses=[Holds("any", lambda points: torch.ones(points.n, dtype=torch.bool))],
        lhs=Sampled(partial(step_at, quadratic)),
        rhs=Closed(k),
        quantifier=SufficientSize(along=("k",)),
        grid=Grid(k=OCTAVES),
    )
    assert check_one(item).verdict == "ERROR"


def test_draws_are_enough_to_see_the_target() -> None:
    """With no failure at all the exact interval must reach the target."""
    for target in (0.5, 0.9, 0.95, 0.99):
        draws = _enough(target, profile())
        assert ALPHA ** (1 / draws) > target
    assert _enough(1.0, profile()) == 200


def test_equal_seeds_give_equal_thresholds() -> None:
    one, two = (sized(partial(noisy, entropic), k**2, profile("same")) for _ in range(2))
    assert one.rows == two.rows
    other = sized(partial(noisy, entropic), k**2, profile("other"))
    assert one.rows != other.rows


def test_a_missing_square_root_of_the_depth_is_found_quickly() -> None:
    result = sized(partial(noisy, lambda n: 40 * n**1.5), k)
    assert result.verdict == "VIOLATED"
    assert result.seconds < 60
