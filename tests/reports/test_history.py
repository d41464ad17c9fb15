"""Two runs compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reports.history import compare, summary
from theorems.result import Run, Verdict


def changed(run: Run, id_: str, **fields: Any) -> Run:
    return replace(run, results={**run.results, id_: replace(run.results[id_], **fields)})


def test_a_run_does_not_differ_from_itself(run: Run):
    found = compare(run, run.to_json())
    assert found.unchanged
    assert found.exit_status() == 0
    assert "No verdict changed" in summary(found)


@pytest.mark.parametrize(
    ("id_", "fields", "kind", "status"),
    [
        ("sample.text-5.4", {"verdict": Verdict.VIOLATED}, "violations", 1),
        ("sample.text-5.4", {"verdict": Verdict.SUPPORTED}, "weaker", 1),
        ("sample.text-5.4", {"verdict": Verdict.ERROR}, "errors", 1),
        ("sample.text-5.4", {"conflict": True}, "conflicts", 3),
        ("sample.lemma-5.4", {"verdict": Verdict.SUPPORTED}, "settled", 0),
        ("sample.lemma-7.4", {"verdict": Verdict.PROVED}, "stronger", 0),
        ("sample.remark-7.8", {"conflict": False, "verdict": Verdict.PROVED}, "stronger", 0),
        ("sample.lemma-7.4", {"seconds": 9.0}, "slower", 0),
        (
            "sample.theorem-7.1",
            {"tightness": {"value": 0.5, "at": {}, "lhs": None, "rhs": None}},
            "tightness",
            0,
        ),
    ],
)
def test_each_change_is_of_its_kind(run: Run, id_: str, fields: dict, kind: str, status: int):
    found = compare(run, changed(run, id_, **fields))
    assert [change.id for change in getattr(found, kind)] == [id_]
    assert found.exit_status() == status
    others = set("conflicts violations errors weaker settled stronger tightness slower".split())  # noqa: SIM905
    assert not any(getattr(found, other) for other in others - {kind})
    assert f"`{id_}`" in summary(found)


def test_claims_that_come_and_go(run: Run):
    gone = {i: r for i, r in run.results.items() if i != "sample.lemma-7.4"}
    fewer = replace(run, results=gone)
    assert [c.id for c in compare(run, fewer).removed] == ["sample.lemma-7.4"]
    assert compare(run, fewer).exit_status() == 1
    assert [c.id for c in compare(fewer, run).added] == ["sample.lemma-7.4"]
    assert compare(fewer, run).exit_status() == 0


def test_a_new_claim_that_is_unexpectedly_violated_is_bad_news(run: Run):
    gone = {i: r for i, r in run.results.items() if i != "sample.lemma-7.5"}
    before = replace(run, results=gone)
    assert not compare(before, run).violations
    surprise = changed(run, "sample.lemma-7.5", expected=False)
    assert [c.id for c in compare(before, surprise).violations] == ["sample.lemma-7.5"]


def test_another_schema_is_refused(run: Run):
    with pytest.raises(ValueError, match="schema"):
        compare({**run.to_json(), "schema": 2}, run)


def test_the_first_line_says_what_changed(run: Run):
    worse = changed(run, "sample.text-5.4", verdict=Verdict.VIOLATED)
    assert summary(compare(run, worse)).splitlines()[0] == "theorems: 1 new violation"
    assert summary(compare(run, run)).splitlines()[0] == "theorems: no change"


def test_however_much_changed_it_fits_an_email(run: Run):
    one = run.to_json()["claims"][0]
    many = [{**one, "id": f"many.claim-{i}", "conflict": False} for i in range(2000)]
    before = [{**claim, "verdict": "PROVED", "seconds": 0.1} for claim in many]
    bad = {"verdict": "VIOLATED", "seconds": 9.0, "reason": "why " * 500}
    after = [{**claim, **bad} for claim in many]
    data = run.to_json()
    found = compare({**data, "claims": before}, {**data, "claims": after})
    said = summary(found)
    assert len(said.encode()) < 15_000
    assert "- and 1985 more" in said
    assert said.startswith("theorems: 2000 new violations, ")
