"""Expressions written as text, and SymPy made to do the same in every process and order."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import sympy as sp
from checking import ROOT

from theorems.fingerprints import structures
from theorems.profiles import seed_of
from theorems.runner import settle_sympy

x, y = sp.symbols("x y", real=True)

MANY = """
import sympy as sp
from theorems.fingerprints import structures
x, y = sp.symbols("x y", real=True)
d, e = sp.Dummy("d", real=True), sp.Dummy("d", real=True)
f = sp.Function("sin")
found = [sp.Sum(x**d + e, (d, 0, y)), sp.FiniteSet(1, x, y, sp.pi), sp.Or(x > 0, y < 1, x < -3),
         x + y + x * y + sp.sin(x) + f(y), sp.Union(sp.Interval(0, 1), sp.Interval.open(2, sp.oo)),
         sp.Matrix([[x, y], [1, 2]]), sp.Piecewise((x, y > 0), (y, True)), sp.Float("1.5", 30)]
text = structures()
print([text(one) for one in found])
"""


def test_an_expression_is_the_same_text_in_every_process() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", MANY],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(said) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (x, sp.Symbol("x")),
        (x, sp.Symbol("x", positive=True)),
        (sp.sin(x), sp.Function("sin")(x)),
        (x / 2, 0.5 * x),
        (sp.Integer(1), sp.Float(1)),
        (sp.Float("0.1", 15), sp.Float("0.1", 30)),
        (x - y, y - x),
        (sp.Interval(0, 1), sp.Interval.open(0, 1)),
        (sp.Add(x, x, evaluate=False), 2 * x),
        (sp.Dummy("x", real=True), x),
        (x < y, x <= y),
    ],
)
def test_expressions_that_differ_differ_in_text(one: sp.Basic, other: sp.Basic) -> None:
    assert structures()(one) != structures()(other)


def test_dummies_are_told_apart_by_where_they_are() -> None:
    d, e = sp.Dummy("d"), sp.Dummy("d")
    assert structures()(d + 2 * e) != structures()(d + 2 * d)
    assert structures()(d**e) == structures()(e**d)
    text = structures()
    assert text(d) != text(e)


def test_what_sympy_draws_and_numbers_follows_the_task_alone() -> None:
    from sympy.core.random import rng

    def drawn(seed: int) -> tuple[float, int]:
        settle_sympy(seed)
        return rng.random(), sp.Dummy("d").dummy_index

    first = drawn(seed_of("a task never named elsewhere"))
    again = drawn(seed_of("a task never named elsewhere"))
    assert first[0] == again[0]
    # No number twice in a process: what SymPy's caches remember speaks of the earlier ones.
    assert first[1] != again[1]
    assert first[1] == seed_of("a task never named elsewhere") << 64
