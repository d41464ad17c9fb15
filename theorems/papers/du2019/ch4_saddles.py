"""Thesis section 4.7.3: stationary points of matrix factorization that are not optimal are strict.

d_1, d_2: dimensions of M*; r: its rank; kept: number of singular values that a stationary point
has; twist: how unbalanced it is (0: balanced); epsilon: |U'U - V'V|_F at the point, the least that
the statements allow. U*, V*: balanced factors of M*; Delta = W - W* R with W = (U; V) and the best
orthogonal R.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch4_factorization import (
    PAPER,
    matrix,
    over_entries,
    squares,
    two_points,
)
from theorems.quantifiers import ForAll, ForAllWeights
from theorems.sides import Closed, Computed

d_1, d_2, r, kept = symbols("d_1 d_2 r kept", integer=True)
twist = symbols("twist", real=True)
NATURALS = sp.S.Naturals
POINTS = {d_1: NATURALS, d_2: NATURALS, r: NATURALS, kept: sp.S.Naturals0}
POINTS |= {twist: Interval(0, oo)}
GRID = Grid(
    points=[
        {"d_1": p, "d_2": q, "r": k, "kept": s}
        for p, q, k, s in ((1, 1, 1, 0), (3, 2, 2, 1), (5, 4, 3, 0), (5, 4, 3, 2), (5, 4, 3, 3))
    ],
    twist=[0.0, 0.1, 0.5, 2.0],
)
INSTANCES = ForAll(search=False)
COUNT = 8


def _per_twist(points: Any, function: Any) -> Any:
    """`function(u, v, u_star, v_star)` at `COUNT` stationary points for each twist, `(n, m)`."""
    import torch

    from numeric.matrix_factorization import stationary_points, target_matrix

    rows = []
    for amount in points.twist.tolist():
        generator = torch.Generator().manual_seed(23)
        shape = (points.d_1, points.d_2, points.r)
        u_star, v_star, _ = target_matrix((COUNT,), shape, 1.0, generator)
        u, v = stationary_points(u_star, v_star, points.kept, amount, generator)
        rows.append(function(u, v, u_star, v_star).reshape(-1))
    return torch.stack(rows)


def _difference(u: Any, v: Any, u_star: Any, v_star: Any) -> tuple[Any, Any]:
    """`Delta_U` and `Delta_V`."""
    import torch

    from numeric.matrix_factorization import aligned

    w, w_star = torch.cat([u, v], dim=-2), torch.cat([u_star, v_star], dim=-2)
    gap = w - w_star @ aligned(w, w_star)
    return gap[..., : u.shape[-2], :], gap[..., u.shape[-2] :, :]


def _terms(u: Any, v: Any, u_star: Any, v_star: Any) -> dict[str, Any]:
    """The numbers that the claims of the section relate, one per stationary point."""
    import torch

    from numeric.matrix_factorization import curvature, gradient, imbalance, norm2

    target = u_star @ v_star.mT
    gap_u, gap_v = _difference(u, v, u_star, v_star)
    miss = u @ v.mT - target
    slopes = gradient(u, v, target)
    w, w_star = torch.cat([u, v], dim=-2), torch.cat([u_star, v_star], dim=-2)
    from numeric.matrix_factorization import aligned

    turn = aligned(w, w_star)

    def inner(a: Any, b: Any) -> Any:
        return (a * b).sum(dim=(-2, -1))

    vanishing = [
        norm2(slopes[0]).sqrt(),
        norm2(slopes[1]).sqrt(),
        inner(miss, u @ v.mT),
        inner(miss, u_star @ turn @ v.mT),
        inner(miss, u @ turn.mT @ v_star.mT),
    ]
    return {
        "vanishing": torch.stack(vanishing, dim=-1).abs(),
        "cross": inner(miss, gap_u @ gap_v.mT),
        "miss": norm2(miss),
        "square": norm2(u @ gap_v.mT + gap_u @ v.mT),
        "eps2": norm2(imbalance(u, v)),
        "form": curvature(u, v, target, gap_u, gap_v),
    }


def _term(points: Any, name: str) -> Any:
    return _per_twist(points, lambda *at: _terms(*at)[name])


def _combined(points: Any, of_miss: float, of_eps: float) -> Any:
    """`of_miss |M - M*|^2 + of_eps epsilon^2`."""
    return _per_twist(
        points, lambda *at: of_miss * _terms(*at)["miss"] + of_eps * _terms(*at)["eps2"]
    )


def _least_eigenvalue(points: Any) -> Any:
    """The Hessian's least eigenvalue where `|M - M*| > epsilon`; -1 at the other points."""
    import torch

    from numeric.matrix_factorization import least_curvature

    def at(u: Any, v: Any, u_star: Any, v_star: Any) -> Any:
        terms = _terms(u, v, u_star, v_star)
        far = terms["miss"] > terms["eps2"] + 1e-12
        least = least_curvature(u, v, u_star @ v_star.mT)
        return torch.where(far, least, -torch.ones_like(least))

    return _per_twist(points, at)


stationary = Claim(
    id="du2019.eq-4.18",
    source=Source(PAPER, "4.7.3", "(4.18) and its consequences"),
    statement=r"at a stationary point $(M-M^*)V=0$, $(M-M^*)^\top U=0$, and $\langle M-M^*,M"
    r"\rangle="
    r"\langle M-M^*,U^*RV^\top\rangle=\langle M-M^*,UR^\top V^{*\top}\rangle=0$",
    reading="absolute values, |M*|_F = 1, at points constructed from some of M*'s singular "
    "vectors, "
    "turned and unbalanced; zero up to 1e-12",
    over=POINTS,
    where=[kept <= r],
    quantifier=INSTANCES,
    lhs=Computed(partial(_term, name="vanishing")),
    relation="<=",
    rhs=Closed(sp.Float("1e-12")),
    grid=GRID,
    uses=("du2019.eq-4.2",),
)

cross_term = Claim(
    id="du2019.claim-4.4",
    source=Source(PAPER, "4.7.3", "Claim 4.4"),
    statement=r"$\langle M-M^*,\Delta_U\Delta_V^\top\rangle=-\|M-M^*\|_F^2$",
    over=POINTS,
    where=[kept < r],
    quantifier=INSTANCES,
    lhs=Computed(partial(_term, name="cross")),
    relation="==",
    rhs=Computed(partial(_combined, of_miss=-1.0, of_eps=0.0)),
    grid=GRID,
    uses=("du2019.eq-4.18",),
)

square_term = Claim(
    id="du2019.claim-4.5",
    source=Source(PAPER, "4.7.3", "Claim 4.5"),
    statement=r"$\|U\Delta_V^\top+\Delta_UV^\top\|_F^2\le\|M-M^*\|_F^2+\frac12\epsilon^2$",
    reading=r"transposes lost in print; $\epsilon=\|U^\top U-V^\top V\|_F$",
    over=POINTS,
    where=[kept < r],
    quantifier=INSTANCES,
    lhs=Computed(partial(_term, name="square")),
    relation="<=",
    rhs=Computed(partial(_combined, of_miss=1.0, of_eps=0.5)),
    grid=GRID,
    uses=(
        "du2019.claim-4.4",
        "du2019.eq-4.19",
        "du2019.eq-4.20",
        "du2019.eq-4.21",
        "du2019.eq-4.22",
    ),
)

hessian_bound = Claim(
    id="du2019.proof-4.2",
    source=Source(PAPER, "4.7.3", "end of the proof of Lemma 4.2"),
    statement=r"$[\nabla^2f(U,V)](\Delta,\Delta)\le-\|M-M^*\|_F^2+\frac12\epsilon^2$",
    reading=r"$\epsilon=\|U^\top U-V^\top V\|_F$",
    over=POINTS,
    where=[kept < r],
    quantifier=INSTANCES,
    lhs=Computed(partial(_term, name="form")),
    relation="<=",
    rhs=Computed(partial(_combined, of_miss=-1.0, of_eps=0.5)),
    grid=GRID,
    uses=("du2019.claim-4.4", "du2019.claim-4.5", "du2019.eq-4.12"),
)

strict = Claim(
    id="du2019.lemma-4.2",
    source=Source(PAPER, "4.3.1", "Lemma 4.2"),
    statement=r"a stationary point with $\|U^\top U-V^\top V\|_F\le\epsilon$ has $\|UV^\top-M^*"
    r"\|_F\le"
    r"\epsilon$ or is a strict saddle point: where the former fails, the Hessian has a negative "
    "eigenvalue",
    reading=r"$\epsilon=\|U^\top U-V^\top V\|_F$; the side is -1 where the first alternative holds",
    over=POINTS,
    where=[kept <= r],
    quantifier=INSTANCES,
    lhs=Computed(_least_eigenvalue),
    relation="<",
    rhs=Closed(0),
    grid=GRID,
    uses=("du2019.proof-4.2",),
)

# The identities, with R absorbed: A = U* R, B = V* R, so that M* = A B'

U, A = matrix("U", 2, 2), matrix("A", 2, 2)
V, B = matrix("V", 2, 2), matrix("B", 2, 2)
GAP_U, GAP_V = U - A, V - B
MISS = U * V.T - A * B.T
ENTRIES: dict[str, Any] = {
    "over": over_entries(U, V, A, B),
    "relation": "==",
    "quantifier": ForAll(random_points=50, search=False),
    "grid": two_points(U, V, A, B),
}
READING = r"2 x 2 matrices; $A=U^*R$, $B=V^*R$"
W, W_STAR = Matrix.vstack(U, V), Matrix.vstack(A, B)
GAP = W - W_STAR

first_identity = Claim(
    id="du2019.eq-4.19",
    source=Source(PAPER, "4.7.3", "(4.19)"),
    statement=r"$U\Delta_V^\top+\Delta_UV^\top=\Delta_U\Delta_V^\top+M-M^*$",
    reading=READING,
    lhs=Closed(U * GAP_V.T + GAP_U * V.T),
    rhs=Closed(GAP_U * GAP_V.T + MISS),
    **ENTRIES,
)

second_identity = Claim(
    id="du2019.eq-4.20",
    source=Source(PAPER, "4.7.3", "(4.20)"),
    statement=r"$\|\Delta\Delta^\top\|_F^2=4\|\Delta_U\Delta_V^\top\|_F^2+\|\Delta_U^\top\Delta_U-"
    r"\Delta_V^\top\Delta_V\|_F^2$",
    reading="2 x 2 matrices; any Delta",
    over=over_entries(A, B),
    relation="==",
    quantifier=ENTRIES["quantifier"],
    grid=two_points(A, B),
    lhs=Closed(squares(W_STAR * W_STAR.T)),
    rhs=Closed(4 * squares(A * B.T) + squares(A.T * A - B.T * B)),
)

third_identity = Claim(
    id="du2019.eq-4.21",
    source=Source(PAPER, "4.7.3", "(4.21)"),
    statement=r"$\|WW^\top-W^*W^{*\top}\|_F^2=4\|M-M^*\|_F^2-2\|U^\top U^*-V^\top V^*\|_F^2+\|U^"
    r"\top U-"
    r"V^\top V\|_F^2+\|U^{*\top}U^*-V^{*\top}V^*\|_F^2$",
    reading=READING,
    lhs=Closed(squares(W * W.T - W_STAR * W_STAR.T)),
    rhs=Closed(
        4 * squares(MISS)
        - 2 * squares(U.T * A - V.T * B)
        + squares(U.T * U - V.T * V)
        + squares(A.T * A - B.T * B)
    ),
    **ENTRIES,
)


def _pairs(points: Any, generator: Any) -> dict[str, Any]:
    import torch

    from numeric.adversary import Around

    zero = torch.zeros(points.n, 1, points.d_1, points.r, dtype=torch.float64)
    return {"w": Around(zero, 1.0), "w_star": Around(zero, 1.0)}


def _gap_square(points: Any, weights: Any) -> Any:
    """`|Delta Delta'|_F^2`; the alignment is held fixed while differentiating."""
    from numeric.matrix_factorization import aligned, norm2

    w, w_star = weights["w"], weights["w_star"]
    gap = w - w_star @ aligned(w, w_star).detach()
    return norm2(gap @ gap.mT)


def _square_gap(points: Any, weights: Any) -> Any:
    from numeric.matrix_factorization import norm2

    w, w_star = weights["w"], weights["w_star"]
    return 2 * norm2(w @ w.mT - w_star @ w_star.mT)


alignment = Claim(
    id="du2019.eq-4.22",
    source=Source(PAPER, "4.7.3", "(4.22), quoted from Ge et al."),
    statement=r"$\|\Delta\Delta^\top\|_F^2\le2\|WW^\top-W^*W^{*\top}\|_F^2$",
    reading="any W and W* of norm at most 1 (both sides scale alike), W with d_1 rows",
    over={d_1: NATURALS, r: NATURALS},
    quantifier=ForAllWeights(within=_pairs),
    lhs=Computed(_gap_square),
    relation="<=",
    rhs=Computed(_square_gap),
    grid=Grid(points=[{"d_1": p, "r": k} for p, k in ((1, 1), (2, 2), (5, 2), (7, 3))]),
)
