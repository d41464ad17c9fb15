"""Evidence in words."""

from __future__ import annotations

import pytest
from sympy import Interval, Symbol, oo, sqrt

from reports.formula import formula, name_tex, tex
from reports.text import plain
from reports.words import counterexample, evidence, exactly, number, sentence, tightness
from theorems.result import Run


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.14159265, "3.14159"),
        (1.5e-12, "1.5 × 10⁻¹²"),
        (123456, "123,456"),
        (2048, "2048"),
        (-2.5e8, "-2.5 × 10⁸"),
    ],
)
def test_numbers_read_as_people_write_them(value: float, expected: str):
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1 + 0.2, "0.30000000000000004"),
        ("157/50", "157/50 ≈ 3.14"),
        ("sqrt(2)/2", "sqrt(2)/2"),
        ("4.0", "4"),
        (7, "7"),
    ],
)
def test_witness_numbers_keep_every_digit(value: float | str, expected: str):
    assert exactly(value) == expected


@pytest.mark.parametrize(
    ("relation", "margin", "words"),
    [
        ("<=", "-1.0", "the left side, 3, exceeds the right side, 2, by 1.0"),
        (">=", "-1.0", "the left side, 3, falls short of the right side, 2, by 1.0"),
        ("==", "-1.0", "the left side, 3, differs from the right side, 2, by 1.0"),
        ("<", "0.0", "the left side, 3, equals the right side, 2"),
        ("!=", "0.0", "the left side, 3, equals the right side, 2"),
    ],
)
def test_counterexamples_in_words(run: Run, relation: str, margin: str, words: str):
    from dataclasses import replace

    claim = replace(run.claims["sample.lemma-5.4"], relation=relation)
    witness = {"at": {"phi": 0.5}, "lhs": "3.0", "rhs": "2.0", "margin": margin, "how": ""}
    assert plain(counterexample(claim, witness)).startswith(rf"At \phi = 0.5 {words}")


def test_a_probability_is_said_as_a_share_of_draws(run: Run):
    result = run.results["sample.lemma-7.5"]
    assert result.witness is not None
    said = plain(counterexample(run.claims[result.id], result.witness))
    assert "the relation held in a share" in said
    assert "promises at least 0.4472136" in said


def test_evidence_names_what_proved_and_how_much_was_measured(run: Run):
    said = plain(evidence(run.claims["sample.text-5.4"], run.results["sample.text-5.4"]))
    result = run.results["sample.text-5.4"]
    assert f"by {result.engine}" in said
    assert f"{result.points} points" in said


def test_tightness_says_where_and_what_would_do(run: Run):
    said = plain(tightness(run.claims["sample.lemma-5.4"], run.results["sample.lemma-5.4"]))
    assert "= 1.0472 at" in said
    assert "would need the factor 1.047" in said


def test_reasons_become_sentences_and_symbols_keep_their_case():
    assert sentence("the run ended") == "The run ended."
    assert sentence("x_k <= 2") == "x_k <= 2."
    assert sentence("inner <= 2") == "inner <= 2."
    assert sentence("a'a* shrinks", capital=False) == "a'a* shrinks."


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("phi", r"\phi"),
        ("lambda_0", r"\lambda_{0}"),
        ("norm_w", r"\lVert w \rVert"),
        ("inner", r"\mathrm{inner}"),
        ("sum_teacher", r"\mathrm{sum}_{\mathrm{teacher}}"),
    ],
)
def test_symbols_keep_the_papers_letters(name: str, latex: str):
    assert name_tex(name) == latex


def test_formulas_follow_the_quantifier(run: Run):
    assert formula(run.claims["sample.lemma-7.5"]).startswith(r"\mathbb{P}\left[")
    assert formula(run.claims["sample.lemma-5.6d"]).startswith(r"\mathbb{E}\left[\mathrm{product}")
    assert formula(run.claims["sample.eq-7.3"]) == r"\mathrm{power} = O\left(k\right)"


def test_a_very_long_form_is_cut_short():
    x = Symbol("x")
    long = sum(sqrt(x + k) for k in range(400))
    assert "operations, too long to show" in tex(long)
    assert tex(Interval.open(0, oo)) == r"\left(0, \infty\right)"
