"""The report as one HTML file: no network, no script, nothing to install."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import graph, text, words
from reports.markdown import legend, outcome, rests_on, shown_path
from reports.mathml import math_html
from reports.plots import Plot
from reports.text import Ref
from reports.view import Chapter, Report

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
VERDICT_CLASS = "verdict-"
# What the violated statements' own section says of them.
TOLD = frozenset({"Counterexample", "Erratum", "Corrected by", "What rests on it"})


def page(report: Report) -> str:
    """The whole report; plots are inlined as images, formulas are MathML, styles are its own."""
    from markupsafe import Markup

    labels = [label for label in report.labels if report.count(label)]
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8") + filters(labels)
    graphs = {}
    known = {entry.id for entry in report.entries}
    for paper in report.papers:
        found = graph.draw(paper, report.run, lambda id_: f"#{id_}" if id_ in known else "")
        if found is not None:
            # The graph escapes the names that it shows.
            graphs[paper] = (Markup(found[0]), found[1])
    missing = Counter(
        (row.paper, row.chapter) for row in (report.coverage.missing if report.coverage else ())
    )
    return (
        _environment(report)
        .get_template("report.html")
        .render(
            report=report,
            run=report.run,
            labels=labels,
            legend=legend(),
            outcome=outcome(report),
            graphs=graphs,
            violated={violation.entry.id for violation in report.violations},
            told=TOLD,
            missing=list(missing.items()),
            style=Markup(style),
            # Nothing is fetched, and no script runs.
            policy="default-src 'none'; img-src data:; style-src 'unsafe-inline'",
        )
    )


def css_class(label: str) -> str:
    return VERDICT_CLASS + label.lower()


def filters(labels: list[str]) -> str:
    """Style rules by which the boxes above the claims hide what they name.

    A chapter goes when nothing of it is left; the claim that an address names is always shown.
    """
    rules = ["section.chapter:not(:has(:target)):not(:target) { display: none; }"]
    for label in labels:
        name = label.lower()
        rules += [
            f"body:has(#show-{name}:checked) section.has-{name} {{ display: block !important; }}",
            f"body:has(#show-{name}:not(:checked)) :is(article.claim, .ids li)"
            f".{VERDICT_CLASS}{name}:not(:target) {{ display: none; }}",
        ]
    return "\n".join(rules)


def inline(plot: Plot) -> str:
    """A plot as an element of the page, with its words for those who cannot see it."""
    svg = plot.svg.decode()
    said = f'<svg role="img" aria-label="{html.escape(plot.alt)}"'
    return svg.replace('<svg xmlns="http://www.w3.org/2000/svg"', said, 1).strip()


def _safe(function: Callable[..., str]) -> Callable[..., Any]:
    """A filter whose result is already escaped HTML."""
    from markupsafe import Markup

    return lambda *values, **options: Markup(function(*values, **options))


def _environment(report: Report) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    known = {entry.id for entry in report.entries}

    def link(id_: str) -> str:
        return f"#{id_}" if id_ in known else ""

    def chapter_url(chapter: Chapter) -> str:
        return f"#{chapter.anchor}"

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(
        rich=_safe(lambda value: text.to_html(value, link)),
        ref=_safe(lambda id_: text.to_html((Ref(id_),), link)),
        display=_safe(lambda latex: math_html(latex, display=True)),
        inline=_safe(inline),
        css_class=css_class,
        sentence=words.sentence,
        duration=words.duration,
        counted=words.counted,
        skipped=lambda entry: words.skipped(entry.result),
        rests_on=lambda entry: rests_on(report, entry),
        shown_path=shown_path,
        chapter_url=chapter_url,
    )
    return environment
