"""Lemmas on the loss of the two-layer network of du2019, chapter 5.

`phi` is the angle between filter and teacher, the other symbols are those of the claims used.
"""

from sympy import Interval, pi, symbols

from symbolic.arccos import g
from theorems import Claim, Closed, Source
from theorems.papers.du2019.ch5_population import loss_formula, loss_formula_corrected

phi = symbols("phi", real=True)


def at_the_teacher(claim: Claim):
    """The closed form of a claim's right side where student and teacher are the same."""
    loss = claim.sides[1].closed
    value = {s.name: s for s in loss.free_symbols}
    equal = {
        value["phi"]: 0,
        value["norm_w"]: 1,
        value["inner"]: value["square_teacher"],
        value["square_a"]: value["square_teacher"],
        value["sum_a"]: value["sum_teacher"],
    }
    return loss.subs(equal, simultaneous=True)


OPEN = {s: set_ for s, set_ in loss_formula.over.items() if s.name.endswith("_teacher")}

acute = Claim(
    id="curvature.lemma-1",
    source=Source("curvature", section="1", label="Lemma 1"),
    statement=r"$g(\varphi)\ge1$ for acute angles",
    over={phi: Interval(0, pi / 2)},
    lhs=Closed(g(phi)),
    relation=">=",
    rhs=Closed(1),
    uses=("du2019.lemma-5.6d",),
)

vanishes = Claim(
    id="curvature.theorem-1",
    source=Source("curvature", section="2", label="Theorem 1"),
    statement=r"$\ell(w_*,a_*)=0$",
    over=OPEN,
    lhs=Closed(at_the_teacher(loss_formula)),
    relation="==",
    rhs=Closed(0),
    uses=("du2019.theorem-5.1",),
    erratum="inherited: the printed loss is not 0 at the teacher",
)

vanishes_corrected = Claim(
    id="curvature.theorem-1.corrected",
    source=vanishes.source,
    statement=r"$\ell(w_*,a_*)=0$ with the corrected loss",
    over=OPEN,
    lhs=Closed(at_the_teacher(loss_formula_corrected)),
    relation="==",
    rhs=Closed(0),
    uses=("du2019.theorem-5.1.corrected",),
    corrects="curvature.theorem-1",
)

descends = Claim(
    id="curvature.lemma-2",
    source=Source("curvature", section="2", label="Lemma 2"),
    statement=r"$0\le g(\varphi)$, so the printed loss falls along $a^\top a_*$",
    over={phi: Interval(0, pi)},
    lhs=Closed(g(phi)),
    relation=">=",
    rhs=Closed(0),
    uses=("du2019.theorem-5.1", "curvature.lemma-1"),
)
