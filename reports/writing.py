"""Writing a report's files."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from reports import graph, html, markdown, plots
from reports.markdown import Picture
from reports.picture import summary_picture
from reports.plots import Plot
from reports.view import build
from theorems.harness import default_jobs
from theorems.ledger import Coverage
from theorems.result import Run

PLOTS = "plots"
FEW = 12


def write_report(run: Run, out: Path, ledger: Coverage | None = None) -> list[Path]:
    """All files of a report; the two pages to read come first."""
    drawn = _draw_all(run)
    report = build(run, out, drawn, ledger)
    pictures: dict[str, Picture] = {}
    files: dict[str, bytes] = {f"{PLOTS}/{plot.file}": plot.svg for plot in drawn.values()}
    for paper in report.papers:
        found = graph.draw(paper, run)
        if found is not None:
            name = f"{PLOTS}/graph-{plots.file_stem(paper)}.svg"
            files[name] = found[0].encode()
            pictures[paper] = Picture(name, found[1])
    drawing, words = summary_picture(report)
    files[markdown.PICTURE] = drawing.encode()
    picture = Picture(markdown.PICTURE, words)
    written_pages = markdown.pages(report, picture, pictures)
    pages = {name: text.encode() for name, text in written_pages.items()}
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


def _draw_all(run: Run) -> dict[str, Plot]:
    """The plots of all claims that have one, drawn in as many processes as there are cores."""
    ids = list(run.results)
    if len(ids) < FEW or "fork" not in multiprocessing.get_all_start_methods():
        found = [plots.draw(run.claims[id_], run.results[id_]) for id_ in ids]
    else:
        # Forked, because claims hold functions, which cannot be sent to a process.
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(
            default_jobs(), mp_context=context, initializer=_hold, initargs=(run,)
        ) as pool:
            found = list(pool.map(_draw_held, ids, chunksize=4))
    return {id_: plot for id_, plot in zip(ids, found, strict=True) if plot is not None}


_held: list[Run] = []


def _hold(run: Run) -> None:
    _held[:] = [run]


def _draw_held(id_: str) -> Plot | None:
    return plots.draw(_held[0].claims[id_], _held[0].results[id_])


def _remove_stale(out: Path, wanted: dict[str, bytes]) -> None:
    """Remove what an earlier report left in the folders that only reports write to."""
    for folder, pattern in (
        (PLOTS, "*.svg"),
        ("claims", "chapter-*.md"),
        ("claims", "violated-*.md"),
    ):
        for path in sorted((out / folder).glob(pattern)):
            if f"{folder}/{path.name}" not in wanted:
                path.unlink()
