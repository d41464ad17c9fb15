"""The report in Markdown, as a code-hosting site renders it."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import text, words
from reports.text import Plain, Ref, Rich, joined
from reports.view import Chapter, Entry, Report, Violation
from reports.where import ROOT
from theorems.result import Verdict, rests_on_violated

if TYPE_CHECKING:
    from jinja2 import Environment

# A hosting site stops rendering a page of about half a megabyte; then chapters get pages.
LARGEST_PAGE = 400_000
PAGE = "report.md"


@dataclass(frozen=True)
class Picture:
    """An image file of the report, by its address from the report's folder, with its words."""

    file: str
    alt: str


def pages(
    report: Report, graphs: Mapping[str, Picture], largest: int = LARGEST_PAGE
) -> dict[str, str]:
    """The report's Markdown by file name: one page, or one per chapter beside it if it is large."""
    whole = _pages(report, graphs, together=True)
    if len(whole[PAGE].encode()) <= largest:
        return whole
    return _pages(report, graphs, together=False)


def _pages(report: Report, graphs: Mapping[str, Picture], *, together: bool) -> dict[str, str]:
    home = {
        entry.id: PAGE if together else f"claims/{chapter.anchor}.md"
        for chapter in report.chapters
        for entry in chapter.entries
    }

    def chapter_url(chapter: Chapter) -> str:
        return f"#{chapter.anchor}" if together else f"claims/{chapter.anchor}.md"

    own = _environment(report, _linker(home, PAGE))
    own.filters["chapter_url"] = chapter_url
    missing = Counter(
        (row.paper, row.chapter) for row in (report.coverage.missing if report.coverage else ())
    )
    written: dict[str, str] = {}
    inline = ""
    for chapter in report.chapters:
        page = PAGE if together else chapter_url(chapter)
        environment = _environment(report, _linker(home, page), "" if together else "../")
        template = environment.get_template("chapter.md")
        rendered = template.render(chapter=chapter, root="" if together else "../")
        if together:
            inline += rendered
        else:
            written[page] = _tidy(f"[Verification report](../{PAGE})\n{rendered}")
    front = own.get_template("report.md").render(
        report=report,
        run=report.run,
        graphs=graphs,
        claims=inline,
        summary=_summary(report, _linker(home, PAGE)),
        missing=list(missing.items()),
        legend=legend(),
    )
    return {PAGE: _tidy(front), **written}


def summary(report: Report, link_base: str = "") -> str:
    """Counts of verdicts and the violated statements in a line each.

    `link_base` is the address of the report's page; ids are plain without it.
    """
    # Violated statements stand on the front page, however many pages the report has.
    return _tidy(_summary(report, lambda id_: f"{link_base}#violated-{id_}" if link_base else ""))


def _summary(report: Report, link: Callable[[str], str]) -> str:
    environment = _environment(report, link)
    labels = [label for label in report.labels if report.count(label) or label in _ALWAYS]
    rendered = environment.get_template("summary.md").render(
        report=report, lead=lead(report), labels=labels
    )
    return rendered.strip()


_ALWAYS = (str(Verdict.PROVED), str(Verdict.SUPPORTED), str(Verdict.VIOLATED))


def lead(report: Report) -> str:
    """One sentence on what was checked."""
    run = report.run
    corrected = len(report.corrected)
    extra = f", {corrected} of them corrected forms of false statements" if corrected else ""
    profile = text.escape_markdown(run.profile)
    return (
        f"{words.counted(len(report.entries), 'claim')} checked{extra}: profile {profile}, "
        f"seed {text.code_markdown(run.seed)}, {words.duration(run.seconds)}. {outcome(report)}"
    )


def outcome(report: Report) -> str:
    """Whether everything came out as the catalogue says, in a sentence."""
    wrong = [
        words.counted(len(listed), noun)
        for listed, noun in (
            (report.conflicts, "conflict"),
            (report.unexpected, "unexpected verdict"),
            (report.run.defects, "malformed claim or file"),
        )
        if listed
    ]
    return f"Not as expected: {', '.join(wrong)}." if wrong else "Every verdict is as expected."


def legend() -> list[tuple[str, str, str]]:
    meanings = [(str(v), words.MARKS[v], words.MEANINGS[v]) for v in Verdict]
    conflict = "the two witnesses contradict each other: a defect of the checker or the encoding"
    return [*meanings, (words.CONFLICT, words.CONFLICT_MARK, conflict)]


def one_line(violation: Violation) -> Rich:
    """Why a statement is false: its erratum, or the counterexample where it has none."""
    return violation.erratum or violation.counterexample


def rests_on(report: Report, entry: Entry) -> Rich:
    found = rests_on_violated(entry.claim, report.run.claims, report.run.results)
    return (Plain("rests on "), *joined((Ref(id_),) for id_ in found))


def shown_path(value: Any) -> str:
    """A defect's line with its file named from the repository's root or the working folder."""
    line = str(value)
    for base in (ROOT, Path.cwd()):
        line = line.replace(f"{base}/", "")
    return line


def _linker(home: Mapping[str, str], page: str) -> Callable[[str], str]:
    """Addresses of claims from a page."""
    up = "../" if "/" in page else ""

    def link(id_: str) -> str:
        if id_ not in home:
            return ""
        return f"#{id_}" if home[id_] == page else f"{up}{home[id_]}#{id_}"

    return link


def _environment(report: Report, link: Callable[[str], str], base: str = "") -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        # Markdown has no escaping that Jinja knows; every value goes through a filter below.
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(
        rich=lambda value: text.to_markdown(value, link, base),
        words=lambda value: text.escape_markdown(str(value), starts_line=False),
        code=text.code_markdown,
        ref=lambda id_: text.to_markdown((Ref(id_),), link),
        display=text.math_latex,
        alt=alternative,
        sentence=words.sentence,
        duration=words.duration,
        counted=words.counted,
        skipped=lambda entry: words.skipped(entry.result),
        one_line=one_line,
        rests_on=lambda entry: rests_on(report, entry),
        shown_path=shown_path,
    )
    return environment


def alternative(value: str) -> str:
    """Alternative text of an image: no brackets that would end it."""
    return html.escape(text.one_line(value), quote=False).replace("[", "(").replace("]", ")")


def _tidy(page: str) -> str:
    """No trailing blanks, never more than one empty line, one newline at the end."""
    lines: list[str] = []
    for line in page.splitlines():
        stripped = line.rstrip()
        if stripped or (lines and lines[-1]):
            lines.append(stripped)
    return "\n".join(lines).strip("\n") + "\n"
