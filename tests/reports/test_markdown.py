"""The Markdown report, read back with a Markdown parser."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

import reports
from reports import markdown
from reports.formula import formula
from reports.markdown import Picture
from reports.view import build
from theorems.result import Run, Verdict

READER = MarkdownIt("commonmark").enable("table")


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.md").read_text(encoding="utf-8")


def section(page: str, title: str) -> str:
    """The text under a heading up to the next heading of the same rank."""
    found = re.search(rf"^(#+) [^\n]*{re.escape(title)}[^\n]*\n", page, re.MULTILINE)
    assert found, title
    rest = page[found.end() :]
    end = re.search(rf"^#{{1,{len(found.group(1))}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def test_conflicts_come_before_everything_else(page: str):
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert headings[0].startswith("‼ Conflicts")
    assert headings[1].startswith("Unexpected")
    assert "sample.remark-7.8" in section(page, "Conflicts")
    assert "sample.remark-7.7" in section(page, "Unexpected")


def test_every_claim_has_its_entry_with_verdict_and_formula(page: str, run: Run):
    for id_, result in run.results.items():
        entry = section(page[page.index(f'<a id="{id_}"></a>') :], f"(`{id_}`)")
        label = "CONFLICT" if result.conflict else str(result.verdict)
        assert f"{label} · " in page[page.index(f'<a id="{id_}"></a>') :][:200]
        # Where both sides are functions without a name the statement alone says what it is.
        assert ("```math\n" in entry) == bool(formula(run.claims[id_]))
        assert "**Evidence:**" in entry
        assert "theorems check '" in entry


def test_a_violated_statement_says_all_about_it(page: str):
    said = section(page, "✘ Lemma 5.4")
    assert r"\le 3" in said
    assert r"At $`\phi`$ = 0 the left side, 3.14159265358979, exceeds the right side, 3" in said
    assert "by 0.141592653589793" in said
    assert "50 digits" in said
    assert r"$`g(0)=\pi>3`$" in said
    assert "[`sample.lemma-5.4.corrected`](#sample.lemma-5.4.corrected), ✔ PROVED" in said
    assert r"\frac{22}{7}" in said
    assert "sample.lemma-5.6d" in said.partition("What rests on it")[2]
    # Indirectly, through the lemma.
    assert "sample.theorem-7.1" in said.partition("What rests on it")[2]


def test_what_rests_on_a_violated_claim_is_marked(page: str):
    marked = section(page, "Not violated, but resting")
    assert "sample.theorem-7.1" in marked
    assert "sample.lemma-7.4" not in marked


def test_every_link_and_image_leads_somewhere(page: str, folder: Path):
    anchors = set(re.findall(r'<a id="([^"]+)">', page))
    targets = re.findall(r"\]\(([^)]+)\)", page)
    inner = {t[1:] for t in targets if t.startswith("#")}
    files = {t for t in targets if not t.startswith(("#", "http"))}
    assert inner
    assert inner <= anchors
    assert files
    assert all((folder / unquote(file)).is_file() for file in files)


def test_hostile_text_stays_text(page: str):
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(page)
    assert "alert('x')" in html
    rendered = READER.render(page)
    assert "<script" not in rendered
    tags = set(re.findall(r"<(\w+)", rendered))
    assert tags <= {
        "h1",
        "h2",
        "h3",
        "p",
        "a",
        "ul",
        "li",
        "strong",
        "code",
        "pre",
        "img",
        "span",
    } | {*("table", "thead", "tbody", "tr", "th", "td", "blockquote")}


def test_tables_have_as_many_cells_as_heads(page: str):
    for table in re.findall(r"<table>.*?</table>", READER.render(page), re.DOTALL):
        widths = {
            len(re.findall(r"<t[hd]", row)) for row in re.findall(r"<tr>.*?</tr>", table, re.S)
        }
        assert len(widths) == 1


def test_counts_add_up(page: str, run: Run):
    total = next(line for line in page.splitlines() if line.startswith("| **all**"))
    numbers = [int(n) for n in re.findall(r"\*\*(\d+)\*\*", total)]
    assert numbers[0] == len(run.results)
    assert sum(numbers[1:]) == numbers[0]


def test_every_violated_statement_is_there_once_with_its_anchor(page: str, run: Run):
    violated = [i for i, r in run.results.items() if r.verdict is Verdict.VIOLATED]
    assert violated
    for id_ in violated:
        assert page.count(f'<a id="violated-{id_}"></a>') == (not run.results[id_].conflict)


def test_a_readme_gets_the_picture_the_counts_and_the_way_to_the_rest(run: Run):
    said = reports.summary_markdown(run, "published")
    assert "](published/summary.svg)" in said
    assert "](published/report.md#violated)" in said
    assert "published" not in reports.summary_markdown(run)
    assert "1 conflict" in said
    row = next(line for line in said.splitlines() if line.startswith("| sample |"))
    numbers = [int(n) for n in re.findall(r"\d+", row)]
    assert numbers[0] == sum(numbers[1:]) == len(run.results) - 2


def test_a_result_printed_twice_says_which_print_holds(page: str):
    assert "### Lemma 3.1: both hold" in page
    assert "### Lemma 3.2: only the second holds" in page
    part = section(page, "Lemma 3.2: only the second holds")
    assert "sample.lemma-5.4" in part
    assert "reprint.lemma-3.2" in part


@pytest.mark.parametrize(("share", "more"), [(0.5, set()), (0.0, {"claims/violated-sample.md"})])
def test_a_large_report_is_split_into_pages_whose_links_hold(
    run: Run, tmp_path: Path, share: float, more: set[str]
):
    report = build(run, tmp_path)
    picture = Picture("p.svg", "a picture")
    whole = len(markdown.pages(report, picture, {})["report.md"])
    pages = markdown.pages(report, picture, {}, largest=int(share * whole))
    assert set(pages) == more | {
        "report.md",
        "claims/chapter-reprint-3.md",
        "claims/chapter-sample-5.md",
        "claims/chapter-sample-7.md",
        "claims/chapter-sample-A.md",
    }
    anchors = {name: set(re.findall(r'<a id="([^"]+)">', text)) for name, text in pages.items()}
    for name, text in pages.items():
        for target in re.findall(r"\]\(([^)]*#[^)]+)\)", text):
            file, _, anchor = target.partition("#")
            if file.endswith(".py"):
                continue
            home = name if not file else file.removeprefix("../")
            if not file.startswith("../") and file and "/" in name:
                home = f"claims/{file}"
            assert anchor in anchors[home], (name, target)


def test_no_machine_path_is_told(page: str):
    assert "/tmp/" not in page
    assert str(Path(__file__).resolve().parent.parent) not in page
