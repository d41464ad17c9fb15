"""Up to a constant: wrong powers are found, saturation and logarithms are not called wrong."""

from __future__ import annotations

import pytest
import sympy as sp
import torch
from checking import SIZES, UNIT, check_one, claim, k, profile, x

from theorems.grid import Grid
from theorems.measure.constants import fit, grows
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Sampled

OCTAVES = [2, 4, 8, 16, 32, 64]
L = sp.Symbol("L", integer=True, positive=True)


def scaled(ratio, relation="<=", sizes=OCTAVES, **fields):
    fields.setdefault("over", {k: SIZES})
    fields.setdefault("grid", Grid(k=sizes))
    fields.setdefault("quantifier", UpToConstant(along=("k",)))
    return check_one(claim(lhs=Closed(ratio), relation=relation, rhs=Closed(1), **fields))


UNBOUNDED = {
    "sqrt": sp.sqrt(k),
    "fifth root": k ** sp.Rational(1, 5),
    "linear": k,
    "from above": k / (1 + 1 / k),
    "with a log": k * sp.log(k),
    "root less a constant": sp.sqrt(k) - 1,
    "quadratic": (k**2 + 5 * k) / 100,
}
BOUNDED = {
    "constant": sp.Integer(7),
    "1 - 1/k": 1 - 1 / k,
    "saturates at 20": k / (k + 20),
    "saturates beyond the grid": k / (k + 200),
    "saturates far beyond the grid": k / (k + 10**6),
    "slow saturation": 1 - 1 / sp.sqrt(k),
    "decays": 1 / k,
    "peaks inside": k * sp.exp(-sp.Rational(1, 10) * k),
    "waves": 2 + sp.sin(k),
    "rises at last": 1 + 1 / (1 + 1000 * sp.exp(-k / 8)),
}


@pytest.mark.parametrize("name", sorted(UNBOUNDED))
def test_a_wrong_power_is_found(name: str) -> None:
    result = scaled(UNBOUNDED[name])
    assert result.verdict == "VIOLATED", result.details["growth"]
    assert "k^" in result.witness["how"]
    assert scaled(1 / UNBOUNDED[name], ">=").verdict == "VIOLATED"
    assert scaled(UNBOUNDED[name], "==").verdict == "VIOLATED"


@pytest.mark.parametrize("name", sorted(BOUNDED))
def test_a_bounded_ratio_is_never_called_unbounded(name: str) -> None:
    assert scaled(BOUNDED[name]).verdict in ("SUPPORTED", "INCONCLUSIVE")


@pytest.mark.parametrize("name", ["constant", "1 - 1/k", "decays", "slow saturation"])
def test_a_clearly_bounded_ratio_is_supported(name: str) -> None:
    sizes = OCTAVES if name != "slow saturation" else [4**n for n in range(1, 8)]
    assert scaled(BOUNDED[name], sizes=sizes).verdict == "SUPPORTED"


def test_growth_that_begins_late_is_not_called_support() -> None:
    assert scaled(100 / k + k / 100, sizes=[2**n for n in range(1, 10)]).verdict != "SUPPORTED"


def test_one_flat_octave_does_not_make_up_for_steady_growth() -> None:
    assert scaled(sp.Min(k, OCTAVES[-2]) ** sp.Rational(2, 5)).verdict == "INCONCLUSIVE"
    assert scaled(sp.Min(k, OCTAVES[-3]) ** sp.Rational(2, 5)).verdict == "SUPPORTED"


def test_theta_fails_on_either_side() -> None:
    assert scaled(sp.Integer(3), "==").verdict == "SUPPORTED"
    assert scaled(1 / sp.sqrt(k), "==").verdict == "VIOLATED"
    assert scaled(1 / sp.sqrt(k), "<=").verdict == "SUPPORTED"
    assert scaled(1 / sp.sqrt(k), ">=").verdict == "VIOLATED"


def test_a_vanishing_left_side_is_not_bounded_from_below() -> None:
    assert scaled(sp.Max(0, 10 - k), ">=").verdict != "SUPPORTED"


def test_a_symbol_that_shrinks_is_read_backwards() -> None:
    fields = {
        "over": {x: sp.Interval.Lopen(0, 1)},
        "grid": Grid(x=[1, 0.5, 0.1, 0.05, 0.01]),
        "quantifier": UpToConstant(shrinking=("x",)),
    }
    assert scaled(1 / sp.sqrt(x), **fields).verdict == "VIOLATED"
    assert scaled(sp.sqrt(x), **fields).verdict == "SUPPORTED"


def test_a_square_root_of_the_depth_is_found_beside_another_symbol() -> None:
    fields = {
        "over": {k: SIZES, L: SIZES},
        "grid": Grid(k=OCTAVES, L=OCTAVES),
        "quantifier": UpToConstant(along=("k", "L")),
    }
    assert scaled(sp.sqrt(L) * k / (k + 1), **fields).verdict == "VIOLATED"
    assert scaled(sp.sqrt(k * L) / (k + L), **fields).verdict == "SUPPORTED"
    assert scaled(sp.Min(k, L), **fields).verdict == "VIOLATED"


def test_settings_that_a_condition_cuts_off_do_not_pose_as_growth() -> None:
    # The ratio is L, which is not scaled; larger L run only with larger k.
    fields = {
        "over": {k: SIZES, L: SIZES},
        "where": [k >= L],
        "grid": Grid(k=OCTAVES, L=OCTAVES),
        "quantifier": UpToConstant(along=("k",)),
    }
    assert scaled(1 + L, **fields).verdict != "VIOLATED"


@pytest.mark.parametrize("entry", [0, 1])
def test_every_entry_counts(entry: int) -> None:
    entries = [sp.Integer(1), sp.Integer(1)]
    entries[entry] = sp.sqrt(k)
    assert scaled(sp.Matrix(entries)).verdict == "VIOLATED"


def test_sides_that_are_not_positive_leave_it_open() -> None:
    assert scaled(4 - k).verdict == "INCONCLUSIVE"


def sampled(power):
    def draws(points, samples, generator):
        noise = torch.rand(points.n, samples, generator=generator, dtype=torch.float64)
        return 2 * noise * float(points.k) ** power

    return draws


def test_sampled_means_are_scaled_too() -> None:
    fields = {
        "over": {k: SIZES},
        "relation": "<=",
        "rhs": Closed(1),
        "grid": Grid(k=OCTAVES),
        "quantifier": UpToConstant(along=("k",)),
    }
    for n in range(20):
        under = profile(f"seed-{n}", draws=500)
        true = check_one(claim(lhs=Sampled(sampled(0.0)), **fields), under)
        assert true.verdict == "SUPPORTED"
        wrong = check_one(claim(lhs=Sampled(sampled(0.5)), **fields), under)
        assert wrong.verdict == "VIOLATED"


def test_a_fit_needs_three_octaves() -> None:
    rows = [{"k": n, "ratio": float(n), "lhs": float(n), "rhs": 1.0} for n in (2, 3, 4, 5)]
    found = fit(rows, "k", shrinking=False, worst=True)
    assert found["slope"] is None
    assert grows(found) is None


def test_the_exponent_is_the_right_one() -> None:
    rows = [{"k": n, "ratio": n**0.37, "lhs": n**0.37, "rhs": 1.0} for n in OCTAVES]
    found = fit(rows, "k", shrinking=False, worst=True)
    assert found["slope"] == pytest.approx(0.37)
    assert found["low"] == pytest.approx(0.37)
    assert grows(found) is True


def test_the_largest_ratio_is_reported_with_its_place() -> None:
    result = scaled(1 + sp.Integer(5) / k)
    assert result.tightness["value"] == pytest.approx(3.5)
    assert result.tightness["at"] == {"k": 2}


def test_the_unit_interval_is_not_scaled_by_accident() -> None:
    fields = {"over": {k: SIZES, x: UNIT}, "grid": Grid(k=OCTAVES, x=[0, 0.5, 1])}
    assert scaled(1 + x, **fields).verdict == "SUPPORTED"
