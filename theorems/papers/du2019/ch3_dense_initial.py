r"""Thesis section 3.9: the fully connected network at initialisation (Lemmas 3.1 and 3.2).

Symbols in `dense_symbols` of du2018 and in `appendix_a_start`.
"""

from __future__ import annotations

from theorems.claim import Claim, Source
from theorems.papers.du2018 import appendix_a_initial as initial
from theorems.papers.du2018 import appendix_a_start as start
from theorems.papers.du2018.pairs import restated

PAPER = "du2019"

# The growth with n and with H is measured once, for du2018.
norms = Claim(
    id="du2019.lemma-3.1",
    source=Source(PAPER, "3.9", "Lemma 3.1, growth with 1/delta"),
    restates="du2018.lemma-A.1.failure",
    uses=(
        *("du2019.proof-3.1L.squares", "du2019.proof-3.1L.variance.corrected"),
        "du2018.lemma-A.1",
        *("du2018.proof-A.1c", "du2018.proof-A.1c.series"),
    ),
    **start.norms_at_start(".failure"),
)

moments = Claim(
    id="du2019.proof-3.1L",
    source=Source(PAPER, "3.9.1", "proof of Lemma 3.1, the expectation"),
    statement=initial.moments.statement,
    reading=initial.moments.reading,
    restates="du2018.proof-A.1a",
    uses=("du2018.proof-A.1a.first",),
    erratum=initial.moments.erratum,
    **initial.second_moment(True),
)


def _again(id_: str, claim: Claim, **changes: str | None) -> Claim:
    """The same closed statement under the thesis's id."""
    label = claim.source.label if claim.source else ""
    source = Source(PAPER, "3.9.1", label)
    return Claim(id=id_, source=source, title=claim.title, **restated(claim), **changes)  # type: ignore[arg-type]


moments_corrected = _again(
    "du2019.proof-3.1L.corrected", initial.moments_corrected, corrects="du2019.proof-3.1L"
)
moments_of_squares = _again("du2019.proof-3.1L.squares", initial.moments_of_squares)
variance = _again("du2019.proof-3.1L.variance", initial.variance)
variance_corrected = _again(
    "du2019.proof-3.1L.variance.corrected",
    initial.variance_corrected,
    corrects="du2019.proof-3.1L.variance",
)

LEAST = (
    r"if $m=\Omega\left(\frac{n^2\log(Hn/\delta)2^{O(H)}}{\lambda_0^2}\right)$ then "
    r"$\lambda_{\min}(G^{(H)}(0))\ge\frac34\lambda_0$"
)
least = [
    Claim(
        id="du2019.lemma-3.2" + suffix,
        source=Source(PAPER, "3.9", f"Lemma 3.2, {what}"),
        statement=LEAST,
        reading=r"with probability $1-\delta$, $O(H)$ as H; tanh, inputs in pairs, normal a",
        restates="du2018.lemma-A.2" + suffix,
        uses=("du2019.theorem-3.4", "du2019.lemma-3.22", "du2019.eq-3.12"),
        **start.gram_at_start(suffix, "normal", 250 if suffix else 200),
    )
    for suffix, what, *_ in start.GRAMS
    if suffix != ".depth"
]
