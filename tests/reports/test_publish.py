"""What is kept in the repository: small, complete, and in the README."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reports.picture import summary_picture
from reports.publish import PUBLISHED, publish, with_summary
from reports.view import build
from reports.where import ROOT
from theorems.result import Run, Verdict

README = "before\n<!-- summary -->\nold\n<!-- /summary -->\nafter\n"


def test_the_readme_opens_with_the_summary_and_keeps_the_rest(run: Run, tmp_path: Path):
    (tmp_path / "README.md").write_text(README)
    stale = tmp_path / PUBLISHED / "plots" / "old.svg"
    stale.parent.mkdir(parents=True)
    stale.write_text("<svg/>")
    publish(run, tmp_path)
    said = (tmp_path / "README.md").read_text()
    assert said.startswith("before\n<!-- summary -->\n17 claims checked")
    assert said.endswith("<!-- /summary -->\nafter\n")
    assert "old" not in said
    assert not stale.exists()
    for link in re.findall(r"\]\(([^)#]+)", said):
        assert (tmp_path / link).is_file()
    assert not list((tmp_path / PUBLISHED).glob("*.html"))


def test_a_readme_without_a_place_for_it_is_left_alone():
    with pytest.raises(ValueError, match="lacks the marks"):
        with_summary("nothing", "summary")


def test_the_picture_shows_the_counts(run: Run):
    svg, words = summary_picture(build(run, Path.cwd()))
    root = ElementTree.fromstring(svg)
    numbers = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "reprint" in numbers
    assert "17 claims" not in words
    assert "sample: 15 claims" in words
    assert "reprint: 2 claims, 2 proved" in words
    width = {}
    for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
        if rect.get("height") == "26":
            width[rect.get("y")] = width.get(rect.get("y"), 0) + float(rect.get("width", 0))
    longer, shorter = sorted(width.values(), reverse=True)
    assert longer / shorter == pytest.approx(15 / 2, rel=0.01)


def test_a_verdict_nobody_has_is_not_in_the_picture(run: Run):
    proved = {i: r for i, r in run.results.items() if r.verdict is Verdict.PROVED}
    few = replace(run, results=proved, claims={i: run.claims[i] for i in proved})
    assert "violated" not in summary_picture(build(few, Path.cwd()))[0]


def test_the_published_report_is_small_and_its_links_hold():
    folder = ROOT / PUBLISHED
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 6_000_000
    for page in folder.rglob("*.md"):
        for link in re.findall(r"\]\(([^)#]+\.(?:svg|md))", page.read_text(encoding="utf-8")):
            assert (page.parent / link).is_file(), (page, link)
