"""In expectation: planted violations, heavy tails that fool a standard error, rare events."""

from __future__ import annotations

import math

import pytest
import sympy as sp
import torch
from checking import check_one, claim, profile, verdict, x

from theorems.grid import Grid
from theorems.quantifiers import InExpectation
from theorems.sides import Closed, Computed, Holds, Sampled, Side

ONE = Grid(x=[1])
FINE = InExpectation(samples=1 << 20)


def normal(points, samples, generator):
    return torch.randn(points.n, samples, generator=generator, dtype=torch.float64)


def square(points, samples, generator):
    return points.x[:, None] * normal(points, samples, generator) ** 2


def lognormal(sigma):
    def draws(points, samples, generator):
        return torch.exp(sigma * normal(points, samples, generator))

    return draws


def indicator(chance):
    def draws(points, samples, generator):
        uniform = torch.rand(points.n, samples, generator=generator, dtype=torch.float64)
        return (uniform < chance).double()

    return draws


# E[x Z^2] = x with a spread of sqrt(2) x: 131072 samples tell 3 %, a million tell 1 %.
@pytest.mark.parametrize(
    ("factor", "quantifier"),
    [("101/100", FINE), ("11/10", None), ("2", None), ("99/100", FINE), ("1/2", None)],
)
def test_a_wrong_constant_is_found(factor: str, quantifier: InExpectation | None) -> None:
    stated = Closed(sp.Rational(factor) * x)
    item = claim(
        lhs=Sampled(square), relation="==", rhs=stated, grid=Grid(x=[0.2, 1]), quantifier=quantifier
    )
    result = check_one(item)
    assert result.verdict == "VIOLATED"
    assert "fresh" in result.witness["how"]


def test_a_bound_too_small_by_a_tenth_is_found() -> None:
    assert verdict(lhs=Sampled(square), rhs=Closed(0.9 * x), grid=ONE) == "VIOLATED"
    assert verdict(lhs=Sampled(square), relation=">=", rhs=Closed(1.1 * x), grid=ONE) == "VIOLATED"


@pytest.mark.parametrize("relation", ["==", "<=", ">="])
def test_a_true_mean_is_never_flagged(relation: str) -> None:
    quantifier = InExpectation(samples=1 << 13)
    item = claim(
        lhs=Sampled(square), relation=relation, rhs=Closed(x), grid=ONE, quantifier=quantifier
    )
    results = [check_one(item, profile(f"seed-{n}")) for n in range(200)]
    assert all(result.witness is None for result in results)
    assert not any(result.conflict for result in results)


@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.0, 5.0, 8.0])
def test_lognormal_means_are_never_called_wrong(sigma: float) -> None:
    # The sample mean of exp(sigma Z) lies far below exp(sigma^2 / 2), its standard error too.
    mean = sp.exp(sp.Rational(sigma) ** 2 / 2)
    both = Side(closed=mean, measured=Sampled(lognormal(sigma)))
    quantifier = InExpectation(samples=1 << 12)
    item = claim(
        lhs=both,
        relation="==",
        rhs=Computed(lambda p: p.x * math.exp(sigma**2 / 2)),
        grid=ONE,
        quantifier=quantifier,
    )
    for n in range(40):
        result = check_one(item, profile(f"seed-{n}"))
        assert result.witness is None
        assert not result.conflict


def test_lognormal_means_of_full_size_are_never_called_wrong() -> None:
    for sigma in (1.5, 2.5):
        mean = Closed(sp.exp(sp.Rational(sigma) ** 2 / 2))
        item = claim(lhs=Sampled(lognormal(sigma)), relation="==", rhs=mean, grid=ONE)
        assert all(check_one(item, profile(f"seed-{n}")).witness is None for n in range(4))


@pytest.mark.parametrize("chance", [1e-9, 1e-6, 3e-5])
def test_the_chance_of_a_rare_event_is_not_refuted_by_not_seeing_it(chance: float) -> None:
    item = claim(lhs=Sampled(indicator(chance)), relation="==", rhs=Closed(chance), grid=ONE)
    for n in range(8):
        assert check_one(item, profile(f"seed-{n}", samples=1 << 14)).verdict == "INCONCLUSIVE"


def test_an_infinite_mean_is_not_refuted() -> None:
    def pareto(points, samples, generator):
        uniform = torch.rand(points.n, samples, generator=generator, dtype=torch.float64)
        return (1 - uniform) ** (-1 / 1.2)

    item = claim(lhs=Sampled(pareto), relation="==", rhs=Closed(6), grid=ONE)
    verdicts = {str(check_one(item, profile(f"s{n}", samples=1 << 14)).verdict) for n in range(20)}
    assert verdicts == {"INCONCLUSIVE"}


def test_ordinary_probabilities_still_are_refuted() -> None:
    item = claim(lhs=Sampled(indicator(0.1)), relation="==", rhs=Closed(0.12), grid=ONE)
    assert check_one(item).verdict == "VIOLATED"


def test_means_that_resolve_nothing_are_not_called_support() -> None:
    # Mean 0.001 under a spread of 1: neither 0.001 nor 0.002 can be told from the samples.
    def shifted(points, samples, generator):
        return normal(points, samples, generator) + 1e-3

    stated = verdict(lhs=Sampled(shifted), relation="==", rhs=Closed(0.002), grid=ONE)
    assert stated == "INCONCLUSIVE"
    assert verdict(lhs=Sampled(shifted), rhs=Closed(0.001), grid=ONE) == "INCONCLUSIVE"
    assert verdict(lhs=Sampled(shifted), rhs=Closed(1), grid=ONE) == "SUPPORTED"


def test_an_exact_zero_is_compared_with_the_spread() -> None:
    assert verdict(lhs=Sampled(normal), relation="==", rhs=Closed(0), grid=ONE) == "SUPPORTED"
    tenth = Closed(sp.Rational(1, 10))
    assert verdict(lhs=Sampled(normal), relation="==", rhs=tenth, grid=ONE) == "VIOLATED"


def test_draws_that_vanish_up_to_rounding_are_no_violation() -> None:
    # relu(z) relu(-z) is zero; at an angle of float(pi) the closed form is 1e-16 instead.
    def product(points, samples, generator):
        z = normal(points, samples, generator)
        other = torch.cos(points.x)[:, None] * z
        return z.clamp_min(0) * other.clamp_min(0)

    turned = (sp.sin(x) + (sp.pi - x) * sp.cos(x)) / (2 * sp.pi)
    item = claim(
        over={x: sp.Interval(0, sp.pi)},
        lhs=Sampled(product),
        relation="==",
        rhs=Closed(turned),
        grid=Grid(x=[0, math.pi]),
    )
    result = check_one(item)
    assert result.witness is None
    assert not result.conflict
    assert result.verdict == "SUPPORTED"


def test_every_component_counts() -> None:
    for component in range(3):

        def triple(points, samples, generator, component=component):
            draws = square(points, samples, generator)[..., None].repeat(1, 1, 3)
            draws[..., component] *= 1.1
            return draws

        result = check_one(claim(lhs=Sampled(triple), relation="==", rhs=Closed(x), grid=ONE))
        assert result.verdict == "VIOLATED"
        assert result.witness["at"]["component"] == component


def test_a_closed_form_that_the_samples_contradict_is_a_conflict() -> None:
    both = Side(closed=1.1 * x, measured=Sampled(square))
    result = check_one(claim(lhs=both, rhs=Closed(2 * x), grid=ONE))
    assert result.conflict
    computed = Side(closed=1.1 * x, measured=Computed(lambda p: p.x))
    result = check_one(claim(lhs=Sampled(square), relation="==", rhs=computed, grid=ONE))
    assert result.conflict


def test_a_proof_that_the_samples_contradict_is_a_conflict() -> None:
    # Both closed forms agree, the draws have another mean.
    both = Side(closed=x, measured=Sampled(lambda p, n, g: 1.5 * square(p, n, g)))
    result = check_one(claim(lhs=both, relation="==", rhs=Closed(x), grid=ONE))
    assert result.conflict
    assert not result.expected


def test_common_draws_reach_both_sides() -> None:
    def draw(points, samples, generator):
        return {"z": normal(points, samples, generator)}

    quantifier = InExpectation(draw=draw)
    z_squared, more = Sampled(lambda d: d["z"] ** 2), Sampled(lambda d: d["z"] ** 2 + 0.1)
    assert verdict(lhs=z_squared, rhs=more, grid=ONE, quantifier=quantifier) == "SUPPORTED"
    assert verdict(lhs=more, rhs=z_squared, grid=ONE, quantifier=quantifier) == "VIOLATED"


def test_measured_hypotheses_are_not_ignored() -> None:
    small = Holds("x is small", lambda p: p.x < 0.5)
    item = claim(lhs=Sampled(square), rhs=Closed(0.6), hypotheses=[small], grid=Grid(x=[0.1, 1]))
    result = check_one(item)
    assert result.verdict == "SUPPORTED"
    assert result.skipped == {"x is small": 1}
    never = Holds("never", lambda p: p.x < 0)
    assert verdict(lhs=Sampled(square), rhs=Closed(0), hypotheses=[never], grid=ONE) == "VACUOUS"


def test_an_undefined_closed_side_is_an_error() -> None:
    stated = Closed(sp.log(x - 2))
    assert verdict(lhs=Sampled(square), rhs=stated, grid=ONE) == "ERROR"


@pytest.mark.parametrize("count", [-1, 1, 0])
def test_another_number_of_samples_than_asked_for_is_an_error(count: int) -> None:
    def some(points, samples, generator):
        return normal(points, 2 * samples if not count else samples + count, generator)

    assert verdict(lhs=Sampled(some), rhs=Closed(1), grid=ONE) == "ERROR"


def test_unequal_means_of_one_value_are_left_open() -> None:
    found = verdict(lhs=Sampled(normal), relation="!=", rhs=Closed(0), grid=ONE)
    assert found == "INCONCLUSIVE"
