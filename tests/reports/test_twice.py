"""Which of two prints of a result holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reports.twice import printed_twice, which_holds
from reports.view import build
from theorems.result import Result, Run, Verdict


def result(verdict: Verdict, *, conflict: bool = False) -> Result:
    return Result("a.b", verdict, "a reason", conflict=conflict)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (Verdict.PROVED, Verdict.SUPPORTED, "both hold"),
        (Verdict.SUPPORTED, Verdict.VIOLATED, "only the first holds"),
        (Verdict.VIOLATED, Verdict.PROVED, "only the second holds"),
        (Verdict.VIOLATED, Verdict.VIOLATED, "neither holds"),
        (Verdict.INCONCLUSIVE, Verdict.PROVED, "not settled: the first print is undecided"),
        (Verdict.VIOLATED, Verdict.VACUOUS, "not settled: the second print is undecided"),
        (Verdict.ERROR, Verdict.VACUOUS, "not settled: the first and the second print is"),
    ],
)
def test_each_pair_of_verdicts(first: Verdict, second: Verdict, says: str):
    assert which_holds([result(first)], result(second)).startswith(says)


def test_a_print_checked_in_parts_holds_when_all_of_them_do():
    holds, fails = result(Verdict.PROVED), result(Verdict.VIOLATED)
    open_ = result(Verdict.INCONCLUSIVE)
    assert which_holds([holds, holds], holds) == "both hold"
    assert which_holds([holds, fails, open_], holds) == "only the second holds"
    assert which_holds([holds, open_], holds).startswith("not settled")


def test_a_conflict_settles_nothing():
    torn = result(Verdict.VIOLATED, conflict=True)
    assert which_holds([torn], result(Verdict.PROVED)).startswith("not settled")


def test_what_is_not_in_the_run_is_said():
    assert which_holds([], result(Verdict.PROVED)).endswith("the first print is not in this run")


def test_a_row_checked_in_parts_is_found_by_its_row(run: Run, tmp_path: Path):
    claims = dict(run.claims)
    claims["reprint.lemma-3.2"] = replace(claims["reprint.lemma-3.2"], restates="sample.lemma-5")
    changed = replace(run, claims=claims)
    report = build(changed, tmp_path)
    pair = next(p for p in report.twice if p.second.id == "reprint.lemma-3.2")
    # Parts of the row: everything under its id, corrected forms apart.
    assert [entry.id for entry in pair.first] == ["sample.lemma-5.4", "sample.lemma-5.6d"]
    assert len(printed_twice({e.id: e for e in report.entries})) == 2
