"""Text as Markdown and HTML: what a claim says must never become markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reports.text import (
    Code,
    Math,
    Plain,
    Ref,
    Rich,
    code_markdown,
    escape_markdown,
    math_latex,
    parse,
    to_html,
    to_markdown,
)

READER = MarkdownIt("commonmark").enable("table").enable("strikethrough")
NASTY = st.text(alphabet="ab1 `*_[]()<>|\\$#~&!.-+\n\"'{}", max_size=30)


def nowhere(id_: str) -> str:
    return ""


def shown(markdown: str) -> str:
    """The text that a reader sees, tags and code spans alike reduced to their content."""
    html = READER.render(markdown)
    text = re.sub(r"<[^>]*>", "", html)
    entities = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}
    for entity, char in entities.items():
        text = text.replace(entity, char)
    return " ".join(text.split())


def test_parse_separates_formulas_from_words():
    assert parse(r"for $x\le 1$ and $$y$$ costs \$5") == (
        Plain("for "),
        Math(r"x\le 1"),
        Plain(" and "),
        Math("y"),
        Plain(" costs $5"),
    )


def test_a_statement_that_is_all_formula_needs_no_dollars():
    assert parse(r"g(\phi)\le\pi") == (Math(r"g(\phi)\le\pi"),)
    assert parse("about 50 steps") == (Plain("about 50 steps"),)


def test_a_lone_dollar_is_a_dollar():
    assert parse("costs $5 only") == (Plain("costs $5 only"),)


@given(NASTY)
def test_escaped_words_read_as_they_were_written(text: str):
    assert shown("See " + escape_markdown(text)) == " ".join(("See " + text).split())


@given(NASTY)
def test_escaped_words_stay_in_their_table_cell(text: str):
    table = f"| a | b |\n|---|---|\n| {escape_markdown(text, starts_line=False)} | end |\n"
    cells = re.findall(r"<td>(.*?)</td>", READER.render(table), re.DOTALL)
    assert len(cells) == 2
    assert cells[1] == "end"


@given(NASTY.filter(lambda text: text.strip()))
def test_code_keeps_its_text_in_a_table_and_outside(text: str):
    content = " ".join(text.split())
    assert shown("x " + code_markdown(text)) == f"x {content}"
    rendered = READER.render(f"| a | b |\n|---|---|\n| {code_markdown(text)} | end |\n")
    cells = re.findall(r"<td>(.*?)</td>", rendered, re.DOTALL)
    assert [re.sub(r"<[^>]*>", "", cell) for cell in cells][1:] == ["end"]


@given(NASTY)
def test_a_formula_cannot_end_its_span_or_split_a_table(latex: str):
    assert "`" not in math_latex(latex)
    assert "|" not in math_latex(latex)
    assert "\n" not in math_latex(latex)


@pytest.mark.parametrize(
    ("rich", "expected"),
    [
        ((Math("x"), Plain("-axis")), "$`x`$-axis"),
        ((Plain("degree-"), Math("d")), "degree- $`d`$"),
        ((Plain("at "), Math("p"), Plain(" = 2")), "at $`p`$ = 2"),
        ((Math(r"|x| \operatorname{sgn}{y}"),), r"$`\vert x\vert  \mathrm{sgn}{y}`$"),
        ((Ref("a.b"),), "[`a.b`](#a.b)"),
    ],
)
def test_markdown_of_pieces(rich: Rich, expected: str):
    assert to_markdown(rich, lambda id_: f"#{id_}") == expected


@given(NASTY)
def test_html_escapes_every_piece(text: str):
    html = to_html((Plain(text), Code(text), Ref(text)), nowhere)
    left = re.sub(r"</?(code)>", "", html)
    assert "<" not in left
    assert ">" not in left


def test_a_list_does_not_open_where_a_statement_begins_with_a_mark():
    assert "<li>" not in READER.render(escape_markdown("- not a list"))
    assert "<li>" not in READER.render(escape_markdown("1. not a list"))
