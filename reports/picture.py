"""A run at a glance: a bar for each paper, divided by verdict."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from reports.graph import COLOURS

if TYPE_CHECKING:
    from reports.view import Report

WIDTH, BAR, GAP, NAMES, COUNTS = 760, 26, 12, 110, 70
TOP, SIDE = 44, 16
LETTER = 7.2


def summary_picture(report: Report) -> tuple[str, str]:
    """The picture as an SVG element, and the same in words.

    Bars are as long as a paper's number of claims; a part too short for its number shows none.
    """
    labels = [label for label in report.labels if report.count(label)]
    papers = report.papers
    longest = max((_claims(report, paper) for paper in papers), default=1)
    scale = (WIDTH - 2 * SIDE - NAMES - COUNTS) / longest
    height = TOP + len(papers) * (BAR + GAP) + SIDE - GAP
    words = "; ".join(
        f"{paper}: {_claims(report, paper)} claims, "
        + ", ".join(
            f"{report.count(label, paper)} {label.lower()}"
            for label in labels
            if report.count(label, paper)
        )
        for paper in papers
    )
    drawn = [_legend(labels)]
    for row, paper in enumerate(papers):
        drawn.append(_bar(report, paper, labels, TOP + row * (BAR + GAP), scale))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" font-family="DejaVu Sans, Verdana, sans-serif" '
        f'font-size="13" fill="#1B1F27"><title>{html.escape(words)}</title>'
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#FFFFFF"/>{"".join(drawn)}</svg>\n'
    )
    return svg, f"Verdicts by paper. {words}."


def _claims(report: Report, paper: str) -> int:
    return sum(len(chapter.entries) for chapter in report.chapters_of(paper))


def _legend(labels: list[str]) -> str:
    drawn, x = "", float(SIDE + NAMES)
    for label in labels:
        fill, outline = COLOURS[label]
        drawn += (
            f'<rect x="{x:g}" y="16" width="12" height="12" rx="2" fill="{fill}" '
            f'stroke="{outline}"/><text x="{x + 17:g}" y="26" font-size="11">{label.lower()}</text>'
        )
        x += 17 + LETTER * len(label) + 14
    return drawn


def _bar(report: Report, paper: str, labels: list[str], y: int, scale: float) -> str:
    middle = y + BAR / 2 + 4.5
    name = html.escape(paper)
    drawn = f'<text x="{SIDE + NAMES - 10}" y="{middle:g}" text-anchor="end">{name}</text>'
    x = float(SIDE + NAMES)
    for label in labels:
        count = report.count(label, paper)
        width = count * scale
        fill, outline = COLOURS[label]
        if not count:
            continue
        drawn += (
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{fill}" '
            f'stroke="{outline}"/>'
        )
        if width > LETTER * len(str(count)) + 4:
            ink = "#FFFFFF" if label == "CONFLICT" else outline
            drawn += (
                f'<text x="{x + width / 2:.1f}" y="{middle:g}" text-anchor="middle" '
                f'fill="{ink}">{count}</text>'
            )
        x += width
    return drawn + f'<text x="{x + 8:.1f}" y="{middle:g}">{_claims(report, paper)}</text>'
