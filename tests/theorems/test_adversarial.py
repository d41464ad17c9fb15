"""For all weights: planted violations, tight truths, hypotheses, confirmed witnesses."""

from __future__ import annotations

import base64
import math

import mpmath
import numpy as np
import pytest
import sympy as sp
import torch
from checking import SIZES, check_one, claim, k, profile, x, y

from numeric.adversary import Around
from theorems.grid import Grid
from theorems.measure import adversarial, balls
from theorems.measure.adversarial import effort
from theorems.profiles import nightly, quick
from theorems.quantifiers import ForAllWeights
from theorems.sides import Closed, Computed, Holds, Side

POSITIVE = sp.Interval.open(0, sp.oo)
FEW = profile(ascent_starts=12, ascent_steps=12)


def zeros(*shape):
    return torch.zeros(shape, dtype=torch.float64)


def ball(shape="euclidean", size=3):
    """Weights `w` in a ball of radius x around 0."""

    def within(points, generator):
        return {"w": Around(zeros(points.n, 1, size), points.x, shape=shape, trailing=1)}

    return within


def layers(points, generator):
    """k matrices in spectral balls of radius `c / k`, x being c."""
    radius = points.x / points.k
    return {"w": Around(zeros(points.n, 1, points.k, 3, 3), radius, shape="spectral")}


def length(points, weights):
    return weights["w"].norm(dim=-1)


def exact_length(point, weights):
    return mpmath.sqrt(sum(mpmath.mpf(value) ** 2 for value in weights["w"]))


def product(points, weights):
    eye = torch.eye(3, dtype=torch.float64)
    out = eye
    for layer in weights["w"].unbind(dim=2):
        out = (eye + layer) @ out
    return torch.linalg.matrix_norm(out, ord=2)


def bounded(lhs, rhs, within=None, relation="<=", under=None, **fields):
    fields.setdefault("over", {x: POSITIVE})
    fields.setdefault("grid", Grid(x=[0.5, 2.0, 30.0]))
    rhs = rhs if isinstance(rhs, Side) else Closed(rhs)
    item = claim(
        lhs=lhs if isinstance(lhs, Side) else Computed(lhs),
        relation=relation,
        rhs=rhs,
        quantifier=ForAllWeights(within=within or ball()),
        **fields,
    )
    return check_one(item, under)


@pytest.mark.parametrize("part", [1e-6, 1e-3, 1e-2, 0.1, 0.5])
def test_a_bound_too_small_by_any_part_is_found(part: float) -> None:
    assert bounded(length, x * (1 - part)).verdict == "VIOLATED"
    assert bounded(lambda p, w: -length(p, w), -x * (1 - part), relation=">=").verdict == "VIOLATED"


@pytest.mark.parametrize("wrong", [0.999, 0.9, 1 / sp.sqrt(k)])
def test_a_bound_on_deep_products_too_small_is_found(wrong) -> None:
    fields = {"over": {x: POSITIVE, k: SIZES}, "grid": Grid(x=[1, 10], k=[12])}
    bound = (1 + x / k) ** k
    result = bounded(product, wrong * bound, layers, **fields)
    assert result.verdict == "VIOLATED"
    assert result.seconds < 60
    assert bounded(product, bound, layers, under=FEW, **fields).verdict == "SUPPORTED"


def test_a_constant_that_holds_at_one_fails_at_ten() -> None:
    """`(1 + c/L)**L <= 4 c` holds for c = 1 and fails for c = 10."""
    fields = {"over": {x: POSITIVE, k: SIZES}}
    at_one = bounded(product, 4 * x, layers, grid=Grid(x=[1], k=[4, 16]), **fields)
    assert at_one.verdict == "SUPPORTED"
    assert at_one.tightness["value"] == pytest.approx((1 + 1 / 16) ** 16 / 4, rel=1e-5)
    at_ten = bounded(product, 4 * x, layers, grid=Grid(x=[1, 10], k=[4, 16]), **fields)
    assert at_ten.verdict == "VIOLATED"


@pytest.mark.parametrize("shape", ["euclidean", "sphere", "box"])
@pytest.mark.parametrize("relation", ["<=", ">="])
def test_tight_truths_are_never_flagged(shape: str, relation: str) -> None:
    """34 seeds each of statements that hold with equality somewhere, radii from 1e-3 to 1e4."""
    bound = {"euclidean": x, "sphere": x, "box": sp.sqrt(3) * x}[shape]
    sign = 1 if relation == "<=" else -1
    for seed in range(34):
        result = bounded(
            lambda p, w: sign * length(p, w),
            sign * bound,
            ball(shape),
            relation,
            grid=Grid(x=[1e-3, 0.7, 3.0, 1e4]),
            under=profile(f"tight-{seed}", ascent_starts=8, ascent_steps=8),
        )
        assert result.verdict == "SUPPORTED", (seed, result.reason)
        if relation == "<=":
            assert 0.99 < result.tightness["value"] <= 1 + 1e-9


def test_rounding_against_zero_is_no_violation() -> None:
    """`|w . w - |w|^2| <= 0` holds and leaves roundings in floats."""

    def cancels(points, weights):
        w = weights["w"]
        return ((w[..., 0] + w[..., 1]) ** 2 - w[..., 0] ** 2 - w[..., 1] ** 2).abs() - (
            2 * w[..., 0] * w[..., 1]
        ).abs()

    assert bounded(cancels, 0).verdict == "SUPPORTED"


def swallowed(points, weights):
    """`w**2` for the first weight, by way of numbers whose last place is 2."""
    w = weights["w"][..., 0]
    return (w + 1e8) ** 2 - 1e16 - 2e8 * w


@pytest.mark.parametrize("radius", [1.0, 0.37])
def test_an_amplified_rounding_is_not_confirmed(radius: float) -> None:
    """The bound holds; the arithmetic is off by more than the bound itself."""
    result = bounded(swallowed, x**2, grid=Grid(x=[radius]))
    assert result.verdict == "INCONCLUSIVE"
    assert "last digits" in result.reason


def test_a_failure_within_roundings_is_left_open() -> None:
    assert bounded(length, x * (1 - sp.Rational(1, 10**10))).verdict == "INCONCLUSIVE"


def test_a_strict_bound_that_is_met_is_left_open() -> None:
    result = bounded(lambda p, w: 0 * length(p, w) + p.x[:, None], x, relation="<")
    assert result.verdict == "INCONCLUSIVE"
    assert bounded(length, 2 * x, relation="<").verdict == "SUPPORTED"


def test_an_identity_is_searched_too() -> None:
    norm_squared = Computed(lambda p, w: w["w"].square().sum(-1))
    assert bounded(
        norm_squared, Computed(lambda p, w: length(p, w) ** 2), relation="=="
    ).verdict == ("SUPPORTED")
    assert bounded(norm_squared, Computed(length), relation="==").verdict == "VIOLATED"


def test_a_witness_holds_its_weights_and_is_confirmed_in_fifty_digits() -> None:
    result = bounded(Computed(length, exact=exact_length), 0.9 * x)
    assert result.verdict == "VIOLATED"
    witness = result.witness
    assert "50 digits" in witness["how"]
    weights = witness["at"]["weights"]["w"]
    assert math.dist(weights, [0, 0, 0]) <= witness["at"]["x"]
    assert float(witness["lhs"]) == pytest.approx(math.dist(weights, [0, 0, 0]), rel=1e-13)
    assert float(witness["margin"]) < 0


def test_a_failure_that_fifty_digits_deny_is_left_open() -> None:
    result = bounded(Computed(length, exact=lambda point, w: mpmath.mpf(0)), 0.9 * x)
    assert result.verdict == "INCONCLUSIVE"
    assert "fifty digits" in result.reason


def test_an_exact_route_in_floats_is_refused() -> None:
    result = bounded(Computed(length, exact=lambda point, w: 1e9), 0.9 * x)
    assert result.verdict == "ERROR"
    assert "float" in result.reason


def test_without_an_exact_route_the_witness_says_how_it_was_confirmed() -> None:
    followed = bounded(length, 0.9 * x).witness
    assert "balls of 60 digits" in followed["how"]
    assert float(followed["lhs"]) > float(followed["rhs"])

    def out_of_sight(points, weights):  # balls cannot follow a value through NumPy
        return torch.from_numpy(weights["w"].detach().numpy()).norm(dim=-1) + 0 * length(
            points, weights
        )

    how = bounded(out_of_sight, 0.9 * x).witness["how"]
    assert "for this point alone" in how
    assert "last places" in how


def test_a_failure_that_is_rounding_alone_is_denied_by_balls() -> None:
    """(1 + w^2) - 1 - w^2 is 0, whatever float64 makes of it."""

    def cancelled(points, weights):
        w = weights["w"] * 1e7
        return ((1 + w.square()) - 1 - w.square()).abs().sum(dim=-1)

    result = bounded(cancelled, 0 * x)
    assert result.verdict != "VIOLATED"


def test_many_weights_are_kept_bit_by_bit() -> None:
    result = bounded(length, 0.9 * x, ball(size=500), grid=Grid(x=[2.0]))
    assert result.witness["at"]["weights"] == "500 numbers, kept in the details"
    kept = result.details["weights"]["w"]
    weights = np.frombuffer(base64.b64decode(kept["float64"]), "<f8").reshape(kept["shape"])
    assert weights.shape == (500,)
    length_of_witness = float(np.linalg.norm(weights))
    assert 1.8 < length_of_witness <= 2
    assert float(result.witness["lhs"]) == pytest.approx(length_of_witness, rel=1e-14)


def test_every_failing_point_is_looked_at() -> None:
    """The apparently worst point is a rounding; the statement fails at others."""

    def lhs(points, weights):
        low = 1.1 + 0 * weights["w"][..., 0]
        return torch.where(points.x[:, None] == 1.0, swallowed(points, weights), low)

    result = bounded(lhs, 1, grid=Grid(x=[1.0, 2.0]))
    assert result.worst["at"] == {"x": 1.0}
    assert result.verdict == "VIOLATED"
    assert result.witness["at"]["x"] != 1.0


def test_measured_hypotheses_cut_the_set() -> None:
    half = Holds("|w| <= x / 2", lambda p, w: length(p, w) <= p.x[:, None] / 2)
    assert bounded(length, 0.6 * x).verdict == "VIOLATED"
    cut = bounded(length, 0.6 * x, hypotheses=[half])
    assert cut.verdict == "SUPPORTED"
    assert cut.tightness["value"] == pytest.approx(0.5 / 0.6, rel=0.05)
    assert bounded(length, 0.4 * x, hypotheses=[half]).verdict == "VIOLATED"
    never = Holds("|w| > 2 x", lambda p, w: length(p, w) > 2 * p.x[:, None])
    assert bounded(length, 0.6 * x, hypotheses=[never]).verdict == "VACUOUS"


def test_symbolic_hypotheses_cut_the_grid() -> None:
    assert bounded(length, 1 + 0 * x, hypotheses=[x <= 1]).verdict == "SUPPORTED"
    assert bounded(length, 1 + 0 * x).verdict == "VIOLATED"


def test_points_between_the_grids_are_tried() -> None:
    """False only between the grid's points."""

    def lhs(points, weights):
        return length(points, weights) * (1 + torch.sin(points.x * math.pi)[:, None] ** 2)

    under = [profile(f"between-{n}", ascent_starts=8, ascent_steps=8) for n in range(5)]
    grid = Grid(x=[1.0, 9.0])
    assert all(bounded(lhs, 1.3 * x, grid=grid, under=u).verdict == "VIOLATED" for u in under)
    lone = bounded(lhs, 1.3 * x, grid=Grid(x=[1.0]))
    assert lone.verdict == "SUPPORTED"
    assert lone.points == 1


def test_points_between_meet_the_conditions() -> None:
    fields = {"over": {x: POSITIVE, y: POSITIVE}, "where": [x <= y]}
    result = bounded(length, y, grid=Grid(x=[1.0, 5.0], y=[1.0, 5.0]), under=FEW, **fields)
    assert result.verdict == "SUPPORTED"


def test_a_side_that_overflows_is_said() -> None:
    result = bounded(lambda p, w: torch.exp(1e3 * w["w"][..., 0].abs()), sp.exp(1000 * x))
    assert result.verdict in ("INCONCLUSIVE", "ERROR")


@pytest.mark.parametrize(
    "lhs",
    [lambda p, w: w["w"], lambda p, w: length(p, w)[:, :1], lambda p, w: length(p, w).float()],
)
def test_sides_of_another_shape_or_type_are_errors(lhs) -> None:
    assert bounded(lhs, x).verdict == "ERROR"


def test_a_matrix_is_not_read_by_its_first_entry() -> None:
    assert bounded(length, sp.Matrix([x, x / 2])).verdict == "ERROR"


def test_equal_seeds_give_equal_evidence() -> None:
    one, two = (bounded(length, 2 * x, under=FEW) for _ in range(2))
    assert (one.rows, one.worst, one.tightness) == (two.rows, two.worst, two.tightness)
    other = bounded(lambda p, w: torch.sin(9 * length(p, w)), 2, under=profile("other"))
    again = bounded(lambda p, w: torch.sin(9 * length(p, w)), 2, under=profile("again"))
    assert other.rows != again.rows


def test_own_numbers_are_for_the_quick_profile_and_grow_with_a_harder_one() -> None:
    own = ForAllWeights(within=ball(), restarts=10, steps=20)
    assert effort(own, quick()) == (10, 20)
    assert effort(own, nightly()) == (20, 52)
    assert effort(ForAllWeights(within=ball(), restarts=10), nightly()) == (20, 400)
    assert effort(ForAllWeights(within=ball()), nightly()) == (128, 400)
    # A profile of smaller numbers than the quick one takes nothing from what a claim asks for.
    assert effort(own, FEW) == (10, 20)


def test_restarts_grow_no_further_than_memory_allows() -> None:
    def drawn(size):
        sets = {"w": Around(zeros(1).expand(2, 1, size), 1.0, trailing=1)}
        return adversarial._affordable(16, 8, sets)

    assert drawn(3) == 16
    assert drawn(adversarial.MOST_NUMBERS // 20) == 10
    assert drawn(adversarial.MOST_NUMBERS) == 8


def test_a_harder_profile_finds_what_few_steps_miss() -> None:
    hidden = torch.tensor([0.6, -0.3, 0.5], dtype=torch.float64)

    def near(points, weights):
        return torch.exp(-8 * (weights["w"] - points.x[:, None, None] * hidden).square().sum(-1))

    item = claim(
        over={x: POSITIVE},
        lhs=Computed(near),
        relation="<=",
        rhs=Closed(sp.Rational(999999, 1000000)),
        quantifier=ForAllWeights(within=ball(), restarts=2, steps=2),
        grid=Grid(x=[1.0]),
    )
    assert check_one(item).verdict == "SUPPORTED"
    hard = profile(ascent_starts=32 * 16, ascent_steps=60 * 900)
    assert check_one(item, hard).verdict == "VIOLATED"


def test_sides_equal_but_for_rounding_are_told_apart_in_balls(monkeypatch) -> None:
    # As if the rounding happened to be the same in all copies of the weights.
    monkeypatch.setattr(adversarial, "_shaken", lambda *_: 0.0)

    def cancelled(points, weights):
        return (1 + weights["w"][..., 0]) - 1

    def first(share):
        return Computed(lambda points, weights: weights["w"][..., 0] * (1 + share))

    def within(points, generator):
        around = points.x.reshape(-1, 1, 1)
        return {"w": Around(around, 0.01 * points.x, shape="box", trailing=1)}

    fields = {"relation": "==", "within": within, "grid": Grid(x=[3e-5])}
    true = bounded(cancelled, first(0.0), **fields)
    assert true.verdict == "SUPPORTED", true.reason
    assert 1e-12 < max(abs(1 - row["lhs"] / row["rhs"]) for row in true.rows) < 1e-11
    false = bounded(cancelled, first(4e-12), **fields)
    assert false.verdict != "SUPPORTED"


@pytest.mark.parametrize(("relation", "open_"), [("<=", ""), ("==", ""), ("<", adversarial.ALIKE)])
def test_sides_that_agree_to_forty_digits_leave_a_strict_relation_open(
    relation: str, open_: str
) -> None:
    one = mpmath.mpf(1)
    alike = balls.Enclosed(one, one, fails=False, holds=False, agree=True)
    strict = claim(lhs=Closed(1), relation=relation, rhs=Closed(1), over={x: POSITIVE})
    found = adversarial._settled(strict, alike)
    assert found is not None
    assert found.witness is None
    assert found.open == open_
