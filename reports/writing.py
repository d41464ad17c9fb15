"""Writing a report's files."""

from __future__ import annotations

from pathlib import Path

from reports import graph, html, markdown, plots
from reports.markdown import Picture
from reports.plots import Plot
from reports.view import build
from theorems.ledger import Coverage
from theorems.result import Run

PLOTS = "plots"


def write_report(run: Run, out: Path, ledger: Coverage | None = None) -> list[Path]:
    """All files of a report; the two pages to read come first."""
    drawn: dict[str, Plot] = {}
    for id_, result in run.results.items():
        plot = plots.draw(run.claims[id_], result)
        if plot is not None:
            drawn[id_] = plot
    report = build(run, out, drawn, ledger)
    pictures: dict[str, Picture] = {}
    files: dict[str, bytes] = {f"{PLOTS}/{plot.file}": plot.svg for plot in drawn.values()}
    for paper in report.papers:
        found = graph.draw(paper, run)
        if found is not None:
            name = f"{PLOTS}/graph-{plots.file_stem(paper)}.svg"
            files[name] = found[0].encode()
            pictures[paper] = Picture(name, found[1])
    pages = {name: text.encode() for name, text in markdown.pages(report, pictures).items()}
    page = {"report.html": html.page(report).encode()}
    everything = {**pages, **page, **files}
    _remove_stale(out, everything)
    written = []
    for name in sorted(everything, key=lambda n: (n not in (markdown.PAGE, "report.html"), n)):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(everything[name])
        written.append(path)
    return written


def _remove_stale(out: Path, wanted: dict[str, bytes]) -> None:
    """Remove what an earlier report left in the folders that only reports write to."""
    for folder, pattern in ((PLOTS, "*.svg"), ("claims", "chapter-*.md")):
        for path in sorted((out / folder).glob(pattern)):
            if f"{folder}/{path.name}" not in wanted:
                path.unlink()
