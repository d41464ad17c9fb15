r"""Thesis section 3.14: products of matrices and norms of Gaussian matrices.

n, d, M, m, k, c_w, t as in appendix E of du2018.
"""

from __future__ import annotations

from sympy import exp, sqrt

from theorems.claim import Claim, Source
from theorems.papers.du2018.appendix_e_matrices import (
    CHOICE,
    FACTORS,
    FAILURE,
    NORM_GRID,
    NORM_STATEMENT,
    PRODUCT_GRID,
    PRODUCTS,
    SHAPES,
    TAIL_GRID,
    TAILS,
    C,
    c_w,
    factors,
    k,
    m,
    product_bound,
    product_difference,
    spectral_norms,
    t,
)
from theorems.quantifiers import ForAllWeights, WithProbability
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2019"

products = Claim(
    id="du2019.lemma-3.26",
    source=Source(PAPER, "3.14", "Lemma 3.26"),
    statement=PRODUCTS,
    over=FACTORS,
    quantifier=ForAllWeights(within=factors, restarts=8, steps=20),
    lhs=Computed(product_difference),
    relation="<=",
    rhs=Computed(product_bound),
    grid=PRODUCT_GRID,
    uses=("du2018.lemma-E.1", "du2018.lemma-E.1.scalars"),
    restates="du2018.lemma-E.1",
)

norm_bound = Claim(
    id="du2019.lemma-3.27",
    source=Source(PAPER, "3.14", "Lemma 3.27"),
    statement=NORM_STATEMENT,
    over=SHAPES,
    where=[c_w > sqrt(C) + 1],
    quantifier=WithProbability(1 - FAILURE, draws=1000),
    lhs=Sampled(spectral_norms),
    relation="<=",
    rhs=Closed(c_w * sqrt(m)),
    grid=NORM_GRID,
    uses=("du2019.lemma-3.27.tail", "du2018.lemma-E.4"),
    restates="du2018.lemma-E.4",
)

norm_tail = Claim(
    id="du2019.lemma-3.27.tail",
    source=Source(PAPER, "3.14", "proof of Lemma 3.27"),
    statement=r"choosing $t=(c_{w,0}-\sqrt c-1)\sqrt m$ in $P(\lambda_{\max}(W)>\sqrt m"
    r"+\sqrt{cm}+t)\le e^{t^2/2}$ gives the lemma's $\exp(-\frac{(c_{w,0}-\sqrt c-1)^2m}2)$",
    over=SHAPES,
    where=[c_w > sqrt(C) + 1],
    lhs=Closed(exp(CHOICE**2 / 2)),
    relation="==",
    rhs=Closed(FAILURE),
    grid=NORM_GRID,
    restates="du2018.proof-E.4.choice",
    erratum="the exponent lost its sign, as in du2018: e^{t^2/2} >= 1",
)

norm_tail_corrected = Claim(
    id="du2019.lemma-3.27.tail.corrected",
    source=norm_tail.source,
    statement=r"$P(\lambda_{\max}(W)>\sqrt m+\sqrt{cm}+t)\le e^{-t^2/2}$",
    over=TAILS,
    quantifier=WithProbability(1 - exp(-(t**2) / 2), draws=1000),
    lhs=Sampled(spectral_norms),
    relation="<=",
    rhs=Closed(sqrt(m) + sqrt(k) + t),
    grid=TAIL_GRID,
    corrects="du2019.lemma-3.27.tail",
)
