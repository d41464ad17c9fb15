"""Claims and results in plain words and in a notebook."""

from __future__ import annotations

import pytest
import torch
from sympy import Interval, Range, oo, pi, sin, symbols

from theorems import (
    AlongTrajectory,
    Claim,
    Closed,
    Computed,
    Exists,
    Reproduces,
    Sampled,
    Source,
    UpToConstant,
    WithProbability,
    check,
    claims,
)
from theorems.explain import verdict_words
from theorems.result import Result, Verdict

phi, eta = symbols("phi eta", real=True)
k = symbols("k", integer=True, positive=True)


def claim(**fields: object) -> Claim:
    usual: dict = {
        "id": "u.lemma-1",
        "source": Source("u", section="2.1", label="Lemma 1"),
        "statement": r"$\sin\varphi\le\varphi$",
        "over": {phi: Interval(0, pi)},
        "lhs": Closed(sin(phi)),
        "relation": "<=",
        "rhs": Closed(phi),
    }
    return Claim(**{**usual, **fields})


def test_a_claim_says_what_is_checked_and_where():
    said = claim(
        over={phi: Interval.Lopen(0, pi), eta: Interval.open(0, oo), k: Range(2, oo)},
        where=[eta < phi],
        uses=("u.lemma-0",),
        erratum="only up to 1",
        reading="the bar is a minus",
    ).explain()
    for words in (
        "Lemma 1 (u, § 2.1) is claim u.lemma-1.",
        r"As printed: $\sin\varphi\le\varphi$",
        "at every point of the domain, sin(phi) is at most phi.",
        "0 < phi <= pi, eta > 0, k is an integer from 2 on; and eta < phi.",
        "How the print was read: the bar is a minus.",
        "The printed proof rests on u.lemma-0.",
        "Known to be false: only up to 1.",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("quantifier", "words"),
    [
        (WithProbability(at_least=0.9), "with probability at least 0.9"),
        (AlongTrajectory(), "at every recorded step of every run"),
        (Exists(), "for at least one choice"),
        (UpToConstant(along=("k",)), "as k grows, sin(phi) is at most phi times a constant"),
        (Reproduces(tolerance=0.5), "to within 0.5"),
    ],
)
def test_each_quantifier_has_its_words(quantifier, words: str):
    assert words in claim(quantifier=quantifier).explain()


def test_a_side_that_is_measured_is_named():
    def draws(points, samples, generator):
        return torch.zeros(points.n, samples, dtype=torch.float64)

    said = claim(lhs=Sampled(draws), rhs=Computed(lambda points: points.phi)).explain()
    assert "in expectation" in said
    assert "the left side (sampled by draws) is at most the right side (computed)" in said


def test_results_are_told_by_what_they_mean():
    result = check("du2019.lemma-5.6a")["du2019.lemma-5.6a"]
    said = claims["du2019.lemma-5.6a"].explain(result)
    assert "It is proved by an exact procedure" in said
    false = Result(
        "u.a",
        Verdict.VIOLATED,
        "a point breaks it",
        witness={"at": {"phi": 2}, "lhs": "1", "rhs": "0", "margin": "-1", "how": "exactly"},
    )
    assert verdict_words(false) == (
        "It is false as printed: a point breaks it. At phi = 2 the left side is 1, the right "
        "side 0."
    )
    torn = Result("u.a", Verdict.VIOLATED, "they differ", conflict=True)
    assert "contradicts itself" in verdict_words(torn)
    assert "false" not in verdict_words(torn)


def test_a_notebook_shows_claims_results_and_runs():
    shown = claim(where=[phi > 1])._repr_markdown_()
    assert r"$$\sin{\left(\phi \right)} \le \phi$$" in shown
    assert r"where $\phi > 1$" in shown
    assert claim()._repr_latex_() == r"$\displaystyle \sin{\left(\phi \right)} \le \phi$"
    run = check("du2019.lemma-5.6a")
    assert run["du2019.lemma-5.6a"]._repr_markdown_().startswith("**PROVED** `du2019.lemma-5.6a`")
    table = run._repr_markdown_().splitlines()
    assert table[0] == "1 PROVED"
    assert table[-1].startswith("| `du2019.lemma-5.6a` | PROVED | ")
