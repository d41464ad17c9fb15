"""Thesis section 4.3.1: Lemma 4.1 from iterates near the edge of what it allows.

Symbols in `ch4_descent`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from theorems.papers.du2019.ch4_descent import lemma, seen, shares
from theorems.quantifiers import WithProbability

NEAR = 2.9


def _edge_draw(points: Any, samples: int, generator: Any) -> dict[str, Any]:
    """The parts of Lemma 4.1 as shares of their bounds, from near the edge of (ii).

    The factors are those of 2.9 M*, out of balance by epsilon / 2.
    """
    from numeric.matrix_factorization import target_matrix

    shape = (points.d_1, points.d_2, points.r)
    scale = points["size"].unsqueeze(-1).expand(points.n, samples)
    u, v, target = target_matrix((points.n, samples), shape, scale, generator)
    eps_of = (points.share * points["size"]).reshape(-1, 1, 1, 1)
    # (s - 1/s) |U'U| = epsilon / 2 for |U'U| = 2.9 |M*|, s the square of the factor that U gets.
    half = (points.share / (4 * NEAR)).reshape(-1, 1, 1, 1)
    factor = (half + (half.square() + 1).sqrt()).sqrt()
    return shares(
        points, seen(points, NEAR**0.5 * factor * u, NEAR**0.5 / factor * v, target, eps_of)
    )


lemma_later = replace(
    lemma,
    id="du2019.lemma-4.1.later",
    title="Lemma 4.1 from a later iterate: the step of its induction",
    reading="from the draw alone the iterates hardly move; here the first 150 steps from factors "
    "of 2.9 M* that are out of balance by epsilon/2, where the three properties hold and (ii) "
    "nearly fails; each part as a share of its bound",
    quantifier=WithProbability(at_least=0.9, draws=300, draw=_edge_draw),
)
