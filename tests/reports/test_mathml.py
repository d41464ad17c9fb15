"""LaTeX as MathML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.mathml import math_html


def letters(html: str) -> str:
    return "".join(ElementTree.fromstring(html).itertext())


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\mathbb{E}[X]", "𝔼[X]"),
        (r"\mathbb R", "ℝ"),
        (r"\mathcal L", "ℒ"),
        (r"x \le \frac{1}{2\pi}", "x≤12π"),
        (r"\mathrm{next\_state}", "next_state"),
        (r"a < b", "a<b"),
    ],
)
def test_formulas_keep_their_letters(latex: str, expected: str):
    assert letters(math_html(latex)) == expected


def test_structure_survives():
    tree = ElementTree.fromstring(math_html(r"\frac{a_1^2}{\sqrt{b}}", display=True))
    assert tree.get("display") == "block"
    assert [tree.find(f".//{tag}") is not None for tag in ("mfrac", "msubsup", "msqrt")] == [
        True
    ] * 3


@pytest.mark.parametrize("latex", [r"\undefinedcommand x", r"\left( x", r"\begin{nothing}"])
def test_what_does_not_parse_is_shown_as_written(latex: str):
    assert math_html(latex).startswith('<code class="latex">')
    assert latex in math_html(latex)


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\text{&lt;img src=x onerror=alert(1)&gt;}",
        r"\style{background:url(x)}{y}",
    ],
)
def test_nothing_but_mathematics_comes_out(latex: str):
    html = math_html(latex)
    assert "<script" not in html
    assert "<img" not in html
    for element in ElementTree.fromstring(html).iter():
        assert not {"href", "onerror", "style", "src"} & set(element.attrib)


@given(st.text(alphabet=r"\{}_^$<>&ab12()| ", max_size=25))
def test_any_text_gives_well_formed_html(latex: str):
    root = ElementTree.fromstring(math_html(latex))  # raises on text that breaks out of its tags
    assert root.tag
