"""The report in Markdown, as a code-hosting site renders it."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import text, words
from reports.picture import summary_picture
from reports.plots import file_stem
from reports.text import Plain, Ref, Rich, joined
from reports.view import Chapter, Entry, Report, Violation
from reports.where import ROOT
from theorems.result import Verdict, rests_on_violated

if TYPE_CHECKING:
    from jinja2 import Environment

# A hosting site stops rendering a page of about half a megabyte; then chapters get pages.
LARGEST_PAGE = 400_000
PAGE = "report.md"
PICTURE = "summary.svg"


@dataclass(frozen=True)
class Picture:
    """An image file of the report, by its address from the report's folder, with its words."""

    file: str
    alt: str


def pages(
    report: Report, picture: Picture, graphs: Mapping[str, Picture], largest: int = LARGEST_PAGE
) -> dict[str, str]:
    """The report's Markdown by file name.

    One page; if that is large, one per chapter beside it; if what is left is still large, one per
    paper for its violated statements too.
    """
    for split in (frozenset[str](), frozenset({"claims"}), frozenset({"claims", "violated"})):
        written = _pages(report, picture, graphs, split)
        if len(written[PAGE].encode()) <= largest:
            break
    return written


def _pages(
    report: Report, picture: Picture, graphs: Mapping[str, Picture], split: frozenset[str]
) -> dict[str, str]:
    """The pages when what `split` names has pages of its own."""
    apart = "claims" in split

    def chapter_page(chapter: Chapter) -> str:
        return f"claims/{chapter.anchor}.md" if apart else PAGE

    def violated_page(violation: Violation) -> str:
        home = violation.entry.claim.source
        return violated_name(home.paper if home else "") if "violated" in split else PAGE

    home = {
        entry.id: chapter_page(chapter) for chapter in report.chapters for entry in chapter.entries
    }
    filters: dict[str, Callable[..., str]] = {
        "chapter_url": lambda chapter: chapter_page(chapter) if apart else f"#{chapter.anchor}",
        "violation_url": lambda v: f"{violated_page(v)}#violated-{v.entry.id}",
    }

    def render(template: str, page: str, **values: Any) -> str:
        environment = _environment(report, _linker(home, page), "../" if "/" in page else "")
        environment.filters.update(filters)
        return environment.get_template(template).render(report=report, run=report.run, **values)

    written: dict[str, list[str]] = {}
    for chapter in report.chapters:
        page = chapter_page(chapter)
        root = "../" if apart else ""
        written.setdefault(page, []).append(render("chapter.md", page, chapter=chapter, root=root))
    claims = "".join(written.pop(PAGE, []))
    if "violated" in split:
        for violation in report.violations:
            page = violated_page(violation)
            part = render("violated.md", page, violations=[violation])
            written.setdefault(page, ["\n## Violated statements\n"]).append(part)
        violated = render("listed.md", PAGE, violations=report.violations)
    else:
        violated = render("violated.md", PAGE, violations=report.violations)
    missing = Counter(
        (row.paper, row.chapter) for row in (report.coverage.missing if report.coverage else ())
    )
    front = render(
        "report.md",
        PAGE,
        picture=picture,
        graphs=graphs,
        claims=claims,
        violated=violated,
        summary=_summary(report, _linker(home, PAGE)),
        missing=list(missing.items()),
        legend=legend(),
    )
    back = f"[Verification report](../{PAGE})\n"
    return {
        PAGE: _tidy(front),
        **{name: _tidy(back + "".join(parts)) for name, parts in written.items()},
    }


def violated_name(paper: str) -> str:
    """The page of a paper's violated statements, where they have one."""
    return f"claims/violated-{file_stem(paper)}.md"


def summary(report: Report, folder: str = "") -> str:
    """What a README says of a run: one sentence, the picture, counts by paper, where to read on.

    `folder` is the address of the report's folder.
    """
    picture = Picture(f"{folder}/{PICTURE}" if folder else PICTURE, summary_picture(report)[1])
    page = f"{folder}/{PAGE}" if folder else PAGE
    environment = _environment(report, lambda id_: "")
    template = environment.get_template("readme.md")
    return _tidy(
        template.render(
            report=report, lead=lead(report), labels=_labels(report), picture=picture, page=page
        )
    )


def _summary(report: Report, link: Callable[[str], str]) -> str:
    environment = _environment(report, link)
    rendered = environment.get_template("summary.md").render(
        report=report, lead=lead(report), labels=_labels(report)
    )
    return rendered.strip()


def _labels(report: Report) -> list[str]:
    return [label for label in report.labels if report.count(label) or label in _ALWAYS]


_ALWAYS = (str(Verdict.PROVED), str(Verdict.SUPPORTED), str(Verdict.VIOLATED))


def lead(report: Report) -> str:
    """One sentence on what was checked."""
    run = report.run
    corrected = len(report.corrected)
    extra = f", {corrected} of them to correct false statements" if corrected else ""
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
    found = rests_on_violated(entry.claim, report.run.known, report.run.results)
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
