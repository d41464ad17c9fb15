"""Where a claim's source is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reports.where import ROOT, source_link
from theorems.claim import Location
from theorems.result import Run

FILE = "theorems/papers/du2019/ch5_moments.py"
WORKFLOW = {
    "GITHUB_SERVER_URL": "https://code.example.org",
    "GITHUB_REPOSITORY": "someone/something",
    "GITHUB_SHA": "0123abc",
    "GITHUB_WORKSPACE": str(ROOT),
}


def test_a_report_in_the_repository_links_to_the_file_beside_it(run: Run):
    claim = replace(run.claims["sample.text-5.4"], location=Location(str(ROOT / FILE), 7))
    text, url = source_link(claim, ROOT / "report", {})
    assert (text, url) == (f"{FILE}:7", f"../{FILE}#L7")
    assert source_link(claim, Path("/elsewhere"), {}) == (f"{FILE}:7", "")


def test_a_report_that_a_workflow_keeps_links_to_the_code_where_it_is_hosted(run: Run):
    claim = replace(run.claims["sample.text-5.4"], location=Location(str(ROOT / FILE), 7))
    _, url = source_link(claim, ROOT / "report", WORKFLOW)
    assert url == f"https://code.example.org/someone/something/blob/0123abc/{FILE}#L7"
    # A checker installed elsewhere is not what the workflow checked out.
    other = {**WORKFLOW, "GITHUB_WORKSPACE": "/somewhere/else"}
    assert source_link(claim, ROOT / "report", other)[1] == f"../{FILE}#L7"
