"""Which claims get a plot, what is on it, and that the same results give the same bytes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import reports
from reports import plots, section, style
from theorems.result import Run, Verdict


def plot_of(run: Run, id_: str) -> plots.Plot:
    plot = plots.draw(run.claims[id_], run.results[id_])
    assert plot is not None
    return plot


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        ("sample.lemma-5.4", "the relation is violated between 0 and 0.30"),
        ("sample.theorem-7.2", "the left side goes from 7.2 to"),
        ("sample.eq-7.3", "the fitted exponent is 0.500"),
        ("sample.lemma-7.5", "share of draws with exact intervals"),
        ("sample.table-5.1", "Table of 3 values of k by 6 of phi"),
        ("sample.eq-5.7", "Both sides against phi from 0 to 3.14"),
    ],
)
def test_each_kind_of_plot_says_what_it_shows(run: Run, id_: str, words: str):
    plot = plot_of(run, id_)
    assert words in plot.alt
    root = ElementTree.fromstring(plot.svg)
    assert root.tag.endswith("svg")
    assert len(plot.svg) < 9_000


@pytest.mark.parametrize("id_", ["sample.figure-7.3", "sample.remark-7.6", "sample.remark-7.7"])
def test_a_number_needs_no_plot(run: Run, id_: str):
    assert plots.draw(run.claims[id_], run.results[id_]) is None


def test_an_equality_that_holds_exactly_needs_no_plot(run: Run):
    claim = replace(run.claims["sample.text-5.4"], relation="==")
    assert plots.draw(claim, run.results["sample.text-5.4"]) is None


def test_violation_is_shaded_only_where_it_is_confirmed(run: Run):
    violated = plot_of(run, "sample.theorem-7.2")
    held = plot_of(run, "sample.theorem-7.1")
    shade = style.FAULT.lower().encode()
    assert shade in violated.svg
    assert shade not in held.svg


def test_a_proof_needs_no_curve(run: Run):
    id_ = "sample.lemma-5.4.corrected"
    assert run.results[id_].verdict is Verdict.PROVED
    assert plots.draw(run.claims[id_], run.results[id_]) is None


def test_the_curve_goes_through_the_witness(run: Run):
    claim, result = run.claims["sample.lemma-5.4"], run.results["sample.lemma-5.4"]
    cut = section.through(claim, result, result.rows)
    assert cut is not None
    assert result.witness is not None
    assert cut.axis == "phi"
    at = np.argmin(np.abs(cut.x - float(result.witness["at"]["phi"])))
    assert cut.lhs[at] == pytest.approx(float(result.witness["lhs"]), rel=1e-12)


def test_of_several_runs_the_one_nearest_to_failing_is_drawn(run: Run):
    claim = run.claims["sample.theorem-7.2"]
    far = [{"step": t, "lhs": 0.0, "rhs": 9.0} for t in range(3)]
    near = [{"step": t, "lhs": 1.0, "rhs": 1.5} for t in range(3)]
    assert plots.closest_run(claim, [*far, *near]) == near
    assert plots.closest_run(claim, [*near, *far]) == near


def test_panels_hold_everything_else_fixed(run: Run):
    claim, result = run.claims["sample.eq-5.7"], run.results["sample.eq-5.7"]
    panels = plots.scans(list(result.rows), claim, result)
    assert [panel.axis for panel in panels] == ["phi", "phi"]
    assert [panel.fixed["norm_w"] for panel in panels] == [1, 3]
    for panel in panels:
        assert {row["norm_w"] for row in panel.rows} == {panel.fixed["norm_w"]}
        assert panel.column("phi") == sorted(panel.column("phi"))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 0.5, 1, 1.5], "linear"),
        ([1e-3, 1e-2, 1e-1, 1, 10], "log"),
        ([0, 1e-3, 0.5, 1, 10, 1e3], "symlog"),
        ([1e-10, 0.5, 0.6, 0.7, 0.8], "linear"),
    ],
)
def test_axes_follow_the_spread_of_the_values(values: list[float], kind: str):
    assert style.scale_of(values)[0] == kind


def test_the_same_results_give_the_same_bytes(run: Run, folder: Path, tmp_path: Path):
    written = reports.write(run, tmp_path)
    names = [path.relative_to(tmp_path) for path in written]
    assert len(names) > 10
    for name in names:
        first, second = (root / name for root in (folder, tmp_path))
        # The address of a source file depends on the folder, its name does not.
        strip = re.compile(rb"\(\.\./[^)]*\)|href=.\.\./[^>]*>")
        assert strip.sub(b"", first.read_bytes()) == strip.sub(b"", second.read_bytes())


def test_plots_of_an_earlier_report_are_removed(run: Run, tmp_path: Path):
    stale = tmp_path / "plots" / "old.claim.svg"
    stale.parent.mkdir()
    stale.write_text("<svg/>")
    kept = tmp_path / "plots" / "notes.txt"
    kept.write_text("mine")
    few = ["sample.remark-7.6"]
    small = replace(
        run,
        results={i: run.results[i] for i in few},
        claims={i: run.claims[i] for i in few},
    )
    reports.write(small, tmp_path)
    assert not stale.exists()
    assert kept.exists()


def test_a_verdict_without_rows_has_no_plot(run: Run):
    bare = replace(run.results["sample.lemma-5.4"], rows=(), verdict=Verdict.PROVED)
    assert plots.draw(run.claims["sample.lemma-5.4"], bare) is None
