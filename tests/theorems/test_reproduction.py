"""Reproduces and Exists: printed numbers, frequencies, exhibits."""

from __future__ import annotations

import math

import pytest
import sympy as sp
import torch
from checking import SIZES, UNIT, check_one, claim, k, profile, verdict, x, y

from theorems.grid import Grid
from theorems.quantifiers import Exists, Reproduces
from theorems.sides import Closed, Computed, Holds, Sampled, Side

PLANE = {x: UNIT, y: UNIT}
THREE = Grid(k=[1, 2, 3])


def measured(*values):
    table = dict(enumerate(values, start=1))
    return Computed(lambda p: torch.full((p.n,), float(table[p.k]), dtype=torch.float64))


def printed(lhs, relation="==", tolerance=0.05, rhs=None, **fields):
    return verdict(
        over={k: SIZES},
        lhs=lhs,
        relation=relation,
        rhs=rhs or Closed(k),
        grid=THREE,
        quantifier=Reproduces(tolerance=tolerance),
        **fields,
    )


def test_numbers_within_the_print_s_rounding_are_reproduced() -> None:
    assert printed(measured(1.04, 1.96, 3.0)) == "SUPPORTED"
    assert printed(measured(0.1 + 0.2, 2, 3), tolerance=0, rhs=measured(0.3, 2, 3)) == "SUPPORTED"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_number_off_is_found(place: int) -> None:
    values = [1.0, 2.0, 3.0]
    values[place] += 0.06
    assert printed(measured(*values)) == "VIOLATED"


def test_trends_are_one_sided_and_strict_ones_fail_at_a_tie() -> None:
    assert printed(measured(5, 5, 5), ">=") == "SUPPORTED"
    assert printed(measured(5, 5, 2.9), ">=") == "VIOLATED"
    assert printed(measured(5, 5, 3), ">", tolerance=0) == "VIOLATED"


def test_an_undefined_print_is_an_error() -> None:
    assert printed(measured(1, 2, 3), rhs=Closed(k + sp.log(2 - k))) == "ERROR"
    assert printed(measured(1, math.nan, 3)) == "ERROR"


def test_measured_hypotheses_are_applied() -> None:
    not_three = Holds("k is not 3", lambda p: torch.full((p.n,), p.k != 3))
    assert printed(measured(1, 2, 9), hypotheses=[not_three]) == "SUPPORTED"


def frequency(chance, undecided=0.0):
    def draws(points, samples, generator):
        uniform = torch.rand(points.n, samples, generator=generator, dtype=torch.float64)
        hit = (uniform < chance).double()
        return torch.where(uniform > 1 - undecided, torch.full_like(hit, math.nan), hit)

    return Sampled(draws)


def frequencies(chance, stated, under=None, trials=5000, undecided=0.0, draws=5000):
    item = claim(
        over={k: SIZES},
        lhs=frequency(chance, undecided),
        relation="==",
        rhs=Closed(stated),
        grid=Grid(k=[1]),
        quantifier=Reproduces(tolerance=5e-5, printed_trials=trials, draws=draws),
    )
    return str(check_one(item, under).verdict)


def test_frequencies_are_compared_by_both_samples() -> None:
    assert frequencies(0.5, 0.5) == "SUPPORTED"
    assert frequencies(0.5, 0.6) == "VIOLATED"
    assert frequencies(0.5, 0.6, trials=50) == "SUPPORTED"
    assert frequencies(0.25, 0.5) == "VIOLATED"
    assert frequencies(1.0, 1.0) == "SUPPORTED"


def test_a_lucky_print_is_never_called_wrong() -> None:
    # Printed three standard errors from the truth.
    stated = 0.5 + 3 * math.sqrt(0.25 / 5000)
    found = {frequencies(0.5, stated, profile(f"seed-{n}")) for n in range(100)}
    assert found == {"SUPPORTED"}


def test_runs_that_all_stay_undecided_settle_nothing() -> None:
    assert frequencies(0.0, 0.5, undecided=2.0) in ("INCONCLUSIVE", "VACUOUS")


def test_frequencies_must_be_zero_or_one() -> None:
    item = claim(
        over={k: SIZES},
        lhs=Sampled(lambda p, n, g: torch.full((p.n, n), 0.5, dtype=torch.float64)),
        relation="==",
        rhs=Closed(0.5),
        grid=Grid(k=[1]),
        quantifier=Reproduces(printed_trials=100, draws=100),
    )
    assert check_one(item).verdict == "ERROR"


def test_an_exhibit_is_verified_exactly() -> None:
    fields = {
        "over": {x: UNIT, y: UNIT},
        "lhs": Closed(x * y),
        "relation": "==",
        "rhs": Closed(x / 2),
    }
    good = Exists(exhibit={y: sp.Rational(1, 2)})
    assert verdict(quantifier=good, **fields) == "PROVED"


def test_a_wrong_exhibit_refutes_nothing() -> None:
    fields = {
        "over": {x: UNIT, y: UNIT},
        "lhs": Closed(x * y),
        "relation": "==",
        "rhs": Closed(x / 2),
    }
    wrong = Exists(exhibit={y: sp.Rational(1, 3)})
    assert verdict(quantifier=wrong, **fields) == "INCONCLUSIVE"
    assert verdict(quantifier=Exists(), **fields) == "INCONCLUSIVE"


def test_a_failed_search_refutes_nothing() -> None:
    search = {"relation": ">=", "rhs": Closed(1), "quantifier": Exists()}
    assert verdict(lhs=Computed(lambda p: 0.5 * p.x), **search) == "INCONCLUSIVE"
    assert verdict(lhs=Computed(lambda p: 1 + p.x), **search) == "SUPPORTED"
    nowhere = dict(search, rhs=Closed(sp.log(-1 - x)))
    assert verdict(lhs=Computed(lambda p: 1 + p.x), **nowhere) == "INCONCLUSIVE"


def test_an_exhibit_at_equality_is_not_strict() -> None:
    found = verdict(lhs=Computed(lambda p: p.x), relation=">", rhs=Closed(x), quantifier=Exists())
    assert found == "INCONCLUSIVE"


def test_an_exhibit_outside_its_domain_is_no_exhibit() -> None:
    fields = {
        "over": {x: UNIT, y: UNIT},
        "lhs": Closed(x * y),
        "relation": "==",
        "rhs": Closed(2 * x),
    }
    assert verdict(quantifier=Exists(exhibit={y: sp.Integer(2)}), **fields) != "PROVED"


def test_an_exhibit_must_meet_the_conditions() -> None:
    fields = {
        "over": {x: UNIT, y: UNIT},
        "lhs": Closed(x * y),
        "relation": "==",
        "rhs": Closed(x / 2),
    }
    exhibit = Exists(exhibit={y: sp.Rational(1, 2)})
    assert verdict(quantifier=exhibit, where=[y <= sp.Rational(3, 4)], **fields) == "PROVED"


def test_a_side_s_two_forms_are_compared_in_a_reproduction() -> None:
    item = claim(
        over={k: SIZES},
        lhs=Side(closed=k + sp.Rational(1, 50), measured=measured(1, 2, 3)),
        relation="==",
        rhs=Closed(k),
        grid=THREE,
        quantifier=Reproduces(tolerance=0.05),
    )
    assert check_one(item).conflict
