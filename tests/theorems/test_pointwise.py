"""For all parameters: planted violations, true statements at the edge, floating-point traps."""

from __future__ import annotations

import math

import mpmath
import pytest
import sympy as sp
import torch
from checking import SIZES, UNIT, check_one, claim, k, profile, verdict, x, y

from theorems.grid import Grid, linspace
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Computed, Holds, Side

BUMP = 4 * x * (1 - x)


def bump(points):
    return 4 * points.x * (1 - points.x)


def constant(value):
    return Computed(lambda points: torch.full((points.n,), float(value), dtype=torch.float64))


@pytest.mark.parametrize("excess", ["1e-6", "0.01", "0.1", "1"])
def test_a_maximum_above_the_bound_is_found_between_grid_points(excess: str) -> None:
    # The maximum 1 is attained at 1/2 only, which the grid avoids.
    bound = 1 / (1 + sp.Rational(excess))
    result = check_one(claim(lhs=Computed(bump), rhs=Closed(bound), grid=Grid(x=[0, 0.3, 0.9])))
    assert result.verdict == "VIOLATED"
    at = result.witness["at"]["x"]
    assert 4 * at * (1 - at) > bound
    assert float(result.witness["margin"]) < 0


@pytest.mark.parametrize("excess", ["1e-6", "0.01", "1"])
def test_a_closed_statement_is_refuted_with_an_exact_point(excess: str) -> None:
    bound = 1 / (1 + sp.Rational(excess))
    result = check_one(claim(lhs=Closed(BUMP), rhs=Closed(bound)))
    assert result.verdict == "VIOLATED"
    at = sp.Rational(str(result.witness["at"]["x"]))
    assert BUMP.subs(x, at) > bound


def test_a_narrow_peak_is_climbed() -> None:
    # A peak of width 1e-3 at sqrt(2)/2 whose top exceeds the bound by 1 %.
    def peak(points):
        return 1.01 / (1 + ((points.x - math.sqrt(0.5)) / 1e-3) ** 2)

    assert verdict(lhs=Computed(peak), rhs=Closed(1)) == "VIOLATED"


def test_tight_true_statements_are_never_flagged() -> None:
    item = claim(lhs=Computed(bump), rhs=Closed(1), grid=Grid(x=linspace(0, 1, 5)))
    seeds = [profile(f"seed-{n}", random_points=300, ascent_steps=10) for n in range(60)]
    results = [check_one(item, under) for under in seeds]
    assert {str(result.verdict) for result in results} == {"SUPPORTED"}
    assert min(result.tightness["value"] for result in results) > 0.99


@pytest.mark.parametrize("relation", ["<=", "=="])
def test_an_equality_holds_at_its_rounding(relation: str) -> None:
    def one(points):
        return torch.sin(points.x) ** 2 + torch.cos(points.x) ** 2

    assert verdict(lhs=Computed(one), relation=relation, rhs=Closed(1)) == "SUPPORTED"


def test_rounding_against_zero_is_no_violation() -> None:
    def nothing(points):
        return torch.sin(points.x) ** 2 + torch.cos(points.x) ** 2 - 1

    assert verdict(lhs=Computed(nothing), relation="==", rhs=Closed(0)) == "SUPPORTED"
    assert verdict(lhs=Computed(nothing), relation="<=", rhs=constant(0)) == "SUPPORTED"


def test_a_small_but_real_difference_from_zero_is_a_violation() -> None:
    found = verdict(lhs=Computed(lambda p: 1e-6 * p.x), relation="==", rhs=Closed(0))
    assert found == "VIOLATED"


def test_cancellation_in_a_closed_form_is_looked_at_in_fifty_digits() -> None:
    # In float64 the left side is 0 or 2 for x below 1e-8; the bounds 1/2 - x^2/24 and 1/2 hold.
    cancelling = Closed((1 - sp.cos(x)) / x**2)
    domain = {x: sp.Interval.Lopen(0, 1)}
    grid = Grid(x=[1e-30, 1e-12, 1e-9, 1e-8, 0.5])
    for relation, bound in (("<=", sp.Rational(1, 2)), (">=", sp.Rational(1, 2) - x**2 / 24)):
        item = claim(over=domain, lhs=cancelling, relation=relation, rhs=Closed(bound), grid=grid)
        assert check_one(item).verdict in ("PROVED", "SUPPORTED", "INCONCLUSIVE")
        assert check_one(item).witness is None


def test_cancellation_does_not_hide_a_violation() -> None:
    bound = sp.Rational(1, 2) - x**2 / 25
    item = claim(
        over={x: sp.Interval.Lopen(0, 1)},
        lhs=Closed((1 - sp.cos(x)) / x**2),
        relation=">=",
        rhs=Computed(
            lambda p: 0.5 - p.x**2 / 25,
            exact=lambda at: (
                mpmath.mpf(1) / 2
                - mpmath.mpf(at["x"].numerator) ** 2 / mpmath.mpf(at["x"].denominator) ** 2 / 25
            ),
        ),
        grid=Grid(x=[1e-30, 1e-12, 0.1, 0.5]),
    )
    assert bound.subs(x, 0) == sp.Rational(1, 2)
    result = check_one(item)
    assert result.verdict == "VIOLATED"
    assert "50 digits" in result.witness["how"]


def test_an_exact_route_must_not_be_a_float() -> None:
    result = check_one(
        claim(lhs=Computed(bump, exact=lambda at: 2.0), rhs=Closed(sp.Rational(1, 2)))
    )
    assert result.verdict == "ERROR"
    assert "exact=" in result.reason


def test_a_step_at_an_irrational_end_point_is_not_held_against_the_statement() -> None:
    # float(sqrt(2)) lies above sqrt(2), where the step function has jumped.
    root = math.sqrt(2)
    item = claim(
        over={x: sp.Interval(0, sp.sqrt(2))},
        lhs=Computed(lambda p: (p.x >= root).double()),
        rhs=Closed(sp.Rational(1, 2)),
        grid=Grid(x=[0, 1, root]),
        quantifier=ForAll(search=False),
    )
    assert check_one(item).witness is None


def test_a_condition_at_its_float_limit_gives_no_wrong_witness() -> None:
    eta = sp.Symbol("eta", positive=True)
    limit = 2 * sp.pi / (k + sp.pi - 1)
    grid = Grid(points=[{"k": n, "eta": 2 * math.pi / (n + math.pi - 1)} for n in range(2, 40)])
    item = claim(
        over={k: sp.Range(2, sp.oo), eta: sp.Interval.open(0, sp.oo)},
        where=[eta <= limit],
        # Exactly 2 at the limit: true with no room, and false beyond it by a rounding.
        lhs=Closed(eta * (k + sp.pi - 1) / sp.pi),
        rhs=Closed(2),
        grid=grid,
        seconds=2,
    )
    result = check_one(item)
    assert result.witness is None
    assert result.verdict in ("PROVED", "SUPPORTED", "INCONCLUSIVE")


def test_a_violation_at_a_rounded_end_point_is_still_found() -> None:
    # 1 % too small at the end point only; the grid has nothing else.
    item = claim(
        over={x: sp.Interval(0, sp.sqrt(2))},
        lhs=Computed(lambda p: p.x**2),
        rhs=Closed(sp.Rational(198, 100)),
        grid=Grid(x=[math.sqrt(2)]),
        quantifier=ForAll(search=False),
    )
    assert check_one(item).verdict == "VIOLATED"


def test_a_strict_inequality_fails_at_equality() -> None:
    result = check_one(claim(lhs=Closed(x**2), relation="<", rhs=Closed(x)))
    assert result.verdict == "VIOLATED"
    assert verdict(lhs=Closed(BUMP), relation="<", rhs=Closed(1)) == "VIOLATED"


def test_a_strict_inequality_at_float_equality_is_left_open() -> None:
    below_one = Computed(lambda p: torch.tanh(100 * p.x))
    assert verdict(lhs=below_one, relation="<", rhs=Closed(1)) == "INCONCLUSIVE"


def test_an_undefined_closed_side_is_a_violation_at_its_pole() -> None:
    found = check_one(claim(lhs=Computed(lambda p: 0 * p.x), rhs=Closed(2 + sp.log(x))))
    assert found.verdict == "VIOLATED"
    assert "not a real number" in found.reason or float(found.witness["margin"]) < 0
    pole = check_one(claim(lhs=Computed(lambda p: -1 + 0 * p.x), rhs=Closed(1 / x), relation="<="))
    assert pole.verdict == "VIOLATED"
    assert "right side is not a real number" in pole.reason


def test_an_integral_without_digits_is_not_called_undefined() -> None:
    t = sp.Symbol("t", real=True)
    integral = sp.Integral(sp.exp(-(t**2) * (1 + x)), (t, -sp.oo, sp.oo))
    item = claim(lhs=Closed(integral), rhs=Closed(2), grid=Grid(x=[0, 1]), seconds=1)
    assert check_one(item, profile(random_points=5, ascent_steps=1)).witness is None


def test_a_real_root_with_complex_rounding_is_not_called_undefined() -> None:
    # Three real roots by radicals of complex numbers; the largest is 2*cos(pi/9).
    root = sp.Add(
        *[(sp.Rational(1, 2) + s * sp.sqrt(3) * sp.I / 2) ** sp.Rational(1, 3) for s in (1, -1)]
    )
    item = claim(lhs=Closed(root + 0 * x + x - x), rhs=Computed(lambda p: 2 + p.x), seconds=1)
    assert check_one(item).witness is None


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_measurement_settles_nothing(value: float) -> None:
    relation = "<=" if value > 0 else ">="
    assert verdict(lhs=constant(value), relation=relation, rhs=Closed(x)) == "INCONCLUSIVE"


BAD = {
    "NaN": lambda p: p.x * math.nan,
    "complex": lambda p: p.x.to(torch.complex128),
    "float32": lambda p: p.x.float(),
    "int64": lambda p: torch.ones(p.n, dtype=torch.int64),
    "bool": lambda p: p.x > 0,
    "shape": lambda p: p.x[:1].sum(),
    "one per point": lambda p: torch.zeros(p.n + 1, dtype=torch.float64),
    "not float": lambda p: 1.0,
    "ValueError": lambda p: torch.tensor(float("many\nlines")),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_what_cannot_be_compared_is_an_error(name: str) -> None:
    result = check_one(claim(lhs=Computed(BAD[name]), rhs=Closed(5)))
    assert result.verdict == "ERROR"
    assert not result.expected
    assert "\n" not in result.reason


def test_a_hypothesis_must_return_booleans() -> None:
    result = check_one(
        claim(lhs=Computed(bump), rhs=Closed(2), hypotheses=[Holds("margin", lambda p: p.x - 2)])
    )
    assert result.verdict == "ERROR"
    assert "margin" in result.reason


def test_hypotheses_that_no_point_meets_are_named() -> None:
    never = Holds("the matrix is singular", lambda p: p.x > 2)
    result = check_one(claim(lhs=Computed(bump), rhs=Closed(0), hypotheses=[never]))
    assert result.verdict == "VACUOUS"
    assert "the matrix is singular" in result.reason
    result = check_one(
        claim(lhs=Computed(bump), rhs=Closed(0), hypotheses=[x > 2], grid=Grid(x=[0.5]))
    )
    assert result.verdict == "VACUOUS"
    assert "x > 2" in result.reason


def test_a_refutation_outside_a_measured_hypothesis_does_not_count() -> None:
    small = Holds("x is small", lambda p: p.x < 0.1)
    item = claim(lhs=Closed(BUMP), rhs=Closed(sp.Rational(1, 2)), hypotheses=[small])
    result = check_one(item)
    assert result.verdict == "SUPPORTED"
    assert result.skipped["x is small"] > 0


def test_sides_are_not_computed_where_a_hypothesis_fails() -> None:
    positive = Holds("x is large", lambda p: p.x > 0.5)
    root = Computed(lambda p: torch.sqrt(p.x - 0.5))
    assert verdict(lhs=root, rhs=Closed(1), hypotheses=[positive]) == "SUPPORTED"


@pytest.mark.parametrize("entry", range(4))
def test_every_entry_of_a_matrix_counts(entry: int) -> None:
    def entries(points):
        good = torch.stack([points.x] * 4, dim=1)
        good[:, entry] += 0.01
        return good

    bound = Closed(sp.Matrix(2, 2, [x] * 4))
    assert verdict(lhs=Computed(entries), rhs=bound) == "VIOLATED"
    closed = [x] * 4
    closed[entry] = x + sp.Rational(1, 100)
    assert verdict(lhs=Closed(sp.Matrix(2, 2, closed)), rhs=bound) == "VIOLATED"


def test_ascent_stays_in_the_domain() -> None:
    seen: list[torch.Tensor] = []

    def watched(points):
        seen.append(torch.stack([points.x, points.y]))
        return points.x + points.y

    item = claim(
        over={x: UNIT, y: UNIT},
        where=[x + y <= 1],
        lhs=Computed(watched),
        rhs=Closed(1),
    )
    assert check_one(item).verdict == "SUPPORTED"
    visited = torch.cat(seen, dim=1)
    assert visited.min() >= 0
    assert visited.max() <= 1
    assert (visited.sum(dim=0)).max() <= 1 + 1e-15


def test_every_size_of_a_finite_domain_is_tried_without_a_grid() -> None:
    only_25 = Computed(lambda p: torch.full((p.n,), float(p.k == 25), dtype=torch.float64))
    item = claim(over={k: sp.FiniteSet(2, 5, 25)}, lhs=only_25, rhs=Closed(0))
    assert check_one(item).verdict == "VIOLATED"


def test_the_last_size_of_a_range_is_tried_without_a_grid() -> None:
    last = Computed(lambda p: torch.full((p.n,), float(p.k == 40), dtype=torch.float64))
    assert verdict(over={k: sp.Range(2, 41)}, lhs=last, rhs=Closed(0)) == "VIOLATED"


def test_closed_and_measured_forms_that_differ_are_a_conflict() -> None:
    wrong = Side(closed=BUMP, measured=Computed(lambda p: 1.01 * bump(p)))
    result = check_one(claim(lhs=wrong, rhs=Closed(2)))
    assert result.conflict
    assert not result.expected
    assert "lhs" in result.reason


@pytest.mark.parametrize(
    ("closed", "measured"),
    [
        (sp.sin(sp.pi * x), lambda p: torch.sin(math.pi * p.x)),
        (sp.cos(x) ** 2 + sp.sin(x) ** 2 - 1, lambda p: 0 * p.x),
        ((1 - sp.cos(x / 10**9)) * 10**18, lambda p: p.x**2 / 2),
    ],
)
def test_forms_that_differ_by_rounding_are_no_conflict(closed: sp.Expr, measured: object) -> None:
    both = Side(closed=closed, measured=Computed(measured))
    assert not check_one(claim(lhs=both, rhs=Closed(2), grid=Grid(x=linspace(0, 1, 9)))).conflict


def test_constants_without_symbols_are_checked() -> None:
    assert verdict(over={}, lhs=Closed(sp.pi**2), rhs=Closed(10)) == "PROVED"
    assert verdict(over={}, lhs=Closed(sp.pi**2), rhs=Closed(sp.Rational(98, 10))) == "VIOLATED"
    assert verdict(over={}, lhs=constant(3), rhs=Closed(sp.pi)) == "SUPPORTED"


def test_sizes_arrive_as_ints_and_reals_as_tensors() -> None:
    kinds = set()

    def look(points):
        kinds.add((type(points.k), points.x.dtype, points.x.shape == (points.n,)))
        return points.x / points.k

    grid = Grid(k=[1, 2, 3.0], x=[0, 1])
    assert verdict(over={k: SIZES, x: UNIT}, lhs=Computed(look), rhs=Closed(1), grid=grid) == (
        "SUPPORTED"
    )
    assert kinds == {(int, torch.float64, True)}
