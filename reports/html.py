"""The report as one HTML file: no network, nothing to install, readable without scripts."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reports import graph, text, words
from reports.markdown import legend, one_line, outcome, rests_on, shown_path
from reports.mathml import math_html
from reports.text import Ref
from reports.view import Chapter, Report

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
VERDICT_CLASS = "verdict-"


def page(report: Report) -> str:
    """The whole report; plots are inlined as images, formulas are MathML, styles are its own."""
    from markupsafe import Markup

    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
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
            labels=[label for label in report.labels if report.count(label)],
            legend=legend(),
            outcome=outcome(report),
            graphs=graphs,
            missing=list(missing.items()),
            style=Markup(style),
            script=Markup(script),
            # Nothing is fetched, and no script but the report's own runs.
            policy=(
                "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
                f"script-src 'sha256-{digest}'"
            ),
        )
    )


def css_class(label: str) -> str:
    return VERDICT_CLASS + label.lower()


def data_uri(svg: bytes) -> str:
    """An SVG image in an address; nothing in it needs escaping inside double quotes."""
    single = svg.replace(b'"', b"'")
    return "data:image/svg+xml," + quote(single, safe=" ,;:/=()'!*?@+-_.~")


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
        data_uri=_safe(data_uri),
        css_class=css_class,
        sentence=words.sentence,
        duration=words.duration,
        counted=words.counted,
        skipped=lambda entry: words.skipped(entry.result),
        one_line=one_line,
        rests_on=lambda entry: rests_on(report, entry),
        shown_path=shown_path,
        chapter_url=chapter_url,
    )
    return environment
