"""From evidence to verdict: every combination of the two witnesses, and what is expected."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from checking import UNIT, check_all, check_one, claim, x, y

from theorems.evidence import Evidence, Extreme, Witness, merge, thin
from theorems.judge import judge
from theorems.quantifiers import Exists
from theorems.result import Result, Run, Verdict, resting_on, rests_on_violated
from theorems.sides import Closed, Computed, Holds

PROVED = {"outcome": "proved", "engine": "identity", "reason": "same normal form"}
OPEN = {"outcome": "undecided", "engine": "none", "reason": "out of time"}
POINT = {"at": {"x": "1/2"}, "lhs": "1", "rhs": "0", "margin": "-1", "how": "exactly"}
REFUTED = {**PROVED, "outcome": "refuted", "reason": "fails", "counterexample": POINT}
WITNESS = Witness({"x": 0.5}, "1", "0", "-1", "in 50 digits")
FINE = Evidence(points=10)
FAILS = Evidence(points=10, witness=WITNESS)
DIFFERS = Evidence(points=10, disagreement="lhs: 1 and 2")
UNSETTLED = Evidence(points=10, unresolved=("too few samples",))
NOWHERE = Evidence(skipped={"x > 1": 4, "x > 2": 9})

TABLE: list[tuple[dict[str, Any] | None, Evidence | None, tuple[str, ...], str, bool]] = [
    (PROVED, FINE, (), "PROVED", False),
    (PROVED, None, (), "PROVED", False),
    (PROVED, UNSETTLED, (), "PROVED", False),
    (PROVED, FAILS, (), "VIOLATED", True),
    (PROVED, DIFFERS, (), "INCONCLUSIVE", True),
    (PROVED, FINE, ("crashed",), "ERROR", False),
    (REFUTED, FINE, (), "VIOLATED", False),
    (REFUTED, FAILS, (), "VIOLATED", False),
    (REFUTED, DIFFERS, (), "INCONCLUSIVE", True),
    (REFUTED, FINE, ("crashed",), "VIOLATED", False),
    (OPEN, FINE, (), "SUPPORTED", False),
    (OPEN, FAILS, (), "VIOLATED", False),
    (OPEN, UNSETTLED, (), "INCONCLUSIVE", False),
    (OPEN, None, (), "INCONCLUSIVE", False),
    (OPEN, NOWHERE, (), "VACUOUS", False),
    (None, FINE, (), "SUPPORTED", False),
    (None, FAILS, ("crashed",), "VIOLATED", False),
    (None, FINE, ("crashed",), "ERROR", False),
    (None, DIFFERS, (), "INCONCLUSIVE", True),
    (None, NOWHERE, (), "VACUOUS", False),
    (None, None, (), "INCONCLUSIVE", False),
    (None, None, ("crashed",), "ERROR", False),
]


@pytest.mark.parametrize(("decision", "evidence", "errors", "verdict", "conflict"), TABLE)
def test_verdicts(decision, evidence, errors, verdict, conflict) -> None:
    item = claim(lhs=Closed(x), rhs=Closed(1))
    result = judge(item, decision, evidence, errors)
    assert (str(result.verdict), result.conflict) == (verdict, conflict)
    assert result.expected == (not conflict and verdict not in ("VIOLATED", "ERROR"))
    assert (result.witness is not None) == (verdict == "VIOLATED")
    assert result.reason
    erratum = claim(lhs=Closed(x), rhs=Closed(1), erratum="a factor is missing")
    expected = judge(erratum, decision, evidence, errors).expected
    assert expected == (verdict == "VIOLATED" and not conflict)


def test_the_hypothesis_that_excludes_most_is_named() -> None:
    reason = judge(claim(lhs=Closed(x), rhs=Closed(1)), None, NOWHERE).reason
    assert "x > 2" in reason


def test_a_refutation_does_not_count_under_a_measured_hypothesis_or_for_an_exhibit() -> None:
    under = claim(lhs=Closed(x), rhs=Closed(1), hypotheses=[Holds("h", lambda p: p.x > 0)])
    assert judge(under, REFUTED, FINE).verdict is Verdict.SUPPORTED
    assert judge(under, PROVED, FINE).verdict is Verdict.PROVED
    exists = claim(lhs=Closed(x), rhs=Closed(1), quantifier=Exists(exhibit={x: sp.Integer(0)}))
    assert judge(exists, REFUTED, None).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("results", "defects", "status"),
    [
        ([], (), 0),
        ([("SUPPORTED", True, False)], (), 0),
        ([("VIOLATED", True, False)], (), 0),
        ([("INCONCLUSIVE", True, False), ("VACUOUS", True, False)], (), 0),
        ([("VIOLATED", False, False)], (), 1),
        ([("ERROR", False, False)], (), 1),
        ([("VIOLATED", False, False)], ("a defect",), 2),
        ([("VIOLATED", False, True), ("ERROR", False, False)], ("a defect",), 3),
    ],
)
def test_exit_status(results, defects, status) -> None:
    listed = {
        f"t.{n}": Result(f"t.{n}", Verdict(verdict), "why", conflict, expected)
        for n, (verdict, expected, conflict) in enumerate(results)
    }
    assert Run("quick", "s", {}, listed, {}, defects).exit_status() == status


def test_an_erratum_on_a_true_claim_and_a_violation_without_one_are_unexpected() -> None:
    half = sp.Rational(1, 2)
    done = check_all(
        claim("t.true", lhs=Closed(x), rhs=Closed(1), erratum="wrongly accused"),
        claim("t.false", lhs=Closed(x), rhs=Closed(half)),
        claim("t.admitted", lhs=Closed(x), rhs=Closed(half), erratum="1/2 should be 1"),
    )
    assert [result.id for result in done.unexpected] == ["t.true", "t.false"]
    assert done.exit_status() == 1


def test_evidence_merges_in_order_and_survives_json() -> None:
    parts = [
        Evidence(
            points=2,
            skipped={"a": 1},
            worst=Extreme(0.5, {"x": 1}),
            rows=({"x": 1},),
            details={"steps_checked": 5, "resolution": 0.1, "ratios": [1]},
        ),
        Evidence(
            points=3,
            skipped={"a": 2, "b": 1},
            worst=Extreme(-0.5, {"x": 2}),
            witness=WITNESS,
            details={"steps_checked": 7, "resolution": 0.3, "ratios": [2]},
        ),
        Evidence(points=1, worst=Extreme(float("nan"), {"x": 3}), notes=("n",)),
    ]
    whole = merge([Evidence.from_json(part.to_json()) for part in parts])
    assert whole.points == 6
    assert whole.skipped == {"a": 3, "b": 1}
    assert whole.worst.at == {"x": 2}
    assert whole.witness == WITNESS
    assert whole.details == {"steps_checked": 12, "resolution": 0.3, "ratios": [1, 2]}


def test_rows_are_thinned_at_both_ends() -> None:
    rows = list(range(1000))
    kept = thin(rows, 10)
    assert (len(kept), kept[0], kept[-1]) == (10, 0, 999)


def test_what_rests_on_a_violated_claim_is_found_through_others() -> None:
    listed = [
        claim("t.base", lhs=Closed(x), rhs=Closed(1)),
        claim("t.middle", lhs=Closed(x), rhs=Closed(1), uses=("t.base", "t.top")),
        claim("t.top", lhs=Closed(x), rhs=Closed(1), uses=("t.middle",)),
    ]
    claims = {item.id: item for item in listed}
    assert resting_on("t.base", claims) == ["t.middle", "t.top"]
    results = {"t.base": Result("t.base", Verdict.VIOLATED, "why")}
    assert rests_on_violated(claims["t.top"], claims, results) == ["t.base"]


def test_a_claim_without_anything_to_measure_or_decide_is_not_supported() -> None:
    item = claim(over={x: UNIT, y: UNIT}, lhs=Closed(x), rhs=Closed(y), quantifier=Exists())
    assert check_one(item).verdict == "INCONCLUSIVE"


def test_one_crashing_group_makes_an_error_of_its_claim_alone() -> None:
    def crash(points):
        raise MemoryError("too\nlarge")

    done = check_all(
        claim("t.crash", lhs=Computed(crash), rhs=Closed(1)),
        claim("t.fine", lhs=Computed(lambda p: p.x), rhs=Closed(1)),
    )
    assert done["t.crash"].verdict == "ERROR"
    assert done["t.crash"].reason == "ran out of memory (limit 8 GiB)"
    assert done["t.fine"].verdict == "SUPPORTED"
    assert done.exit_status() == 1
