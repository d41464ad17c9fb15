"""Thesis section 4.8: the second stage of rank-one factorization (Lemma 4.6).

Symbols as in the first stage; c_1: the constant of Lemma 4.6; T_1: first t with alpha_t^2 +
beta_t^2 >= sigma_1 / 2.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch4_stages import (
    BOX,
    GRID,
    OVER,
    PAPER,
    READING,
    RUN,
    SHRINKING,
    SHRUNK,
    STAGE_2,
    XI,
    c_step,
    first_xi,
    later,
    s_u,
    s_v,
    sigma_1,
    xi,
)
from theorems.quantifiers import ForAll
from theorems.sides import Closed, Holds, Simulated

c_1 = symbols("c_1", real=True)

# Stage 2

C_1 = 1e-5


def _stage_2(part: str, label: str, statement: str, **fields: Any) -> Claim:
    given: dict[str, Any] = {
        "over": OVER,
        "hypotheses": [STAGE_2],
        "quantifier": RUN,
        "grid": GRID,
        "uses": ("du2019.lemma-4.5", "du2019.eq-4.24", "du2019.proof-4.6"),
        **fields,
    }
    return Claim(
        id=f"du2019.lemma-4.6{part}",
        source=Source(PAPER, "4.8", f"Lemma 4.6, {label}"),
        statement=BOX + r"for $t\ge T_1$: " + statement,
        reading="c_1 = 0.00001, which the proof's own choice allows; " + READING,
        **given,
    )


strengths = _stage_2(
    "",
    "(a)",
    r"$\alpha_t,\beta_t\ge\sqrt{c_1\sigma_1}$",
    lhs=Simulated(lambda path: path["alpha"].minimum(path["beta"])),
    relation=">=",
    rhs=Closed(sqrt(sp.Float(C_1) * sigma_1)),
)

no_overshoot = _stage_2(
    ".b",
    "(b)",
    r"$\alpha_t\beta_t\le\sigma_1$",
    lhs=Simulated(lambda path: path["alpha"] * path["beta"]),
    relation="<=",
    rhs=Closed(sigma_1),
)


def _shrunk(path: Any) -> Any:
    """`(1 - c_1 c_step)^(t - T_1)`."""
    return (1 - C_1 * path["step"]) ** path["since"].clamp_min(0)


shrinks = _stage_2(
    ".c",
    "(c), first inequality",
    r"$\xi_t\le(1-c_1c_{step})^{t-T_1}\xi_0$",
    lhs=Simulated(xi),
    relation="<=",
    rhs=Simulated(lambda path: _shrunk(path) * first_xi(path)),
)


def _bound_on_complement(part: str, label: str, factor: int, **fields: Any) -> Claim:
    return _stage_2(
        f".c.bound{part}",
        f"(c), second inequality{label}",
        rf"$\xi_t\le(1-c_1c_{{step}})^{{t-T_1}}\cdot{factor}c_{{init}}^2\sigma_1$",
        lhs=Simulated(xi),
        relation="<=",
        rhs=Simulated(lambda path: factor * _shrunk(path) * path["init"].square() * path["sigma"]),
        **fields,
    )


complement_bound = _bound_on_complement(
    "", "", 100, erratum="rests on xi_0 <= 100 c_init^2 sigma_1, which is 200 at the box's corner"
)
complement_bound_corrected = _bound_on_complement(
    ".corrected", ", corrected", 200, corrects="du2019.lemma-4.6.c.bound"
)


def _miss(path: Any) -> Any:
    return (path["alpha"] * path["beta"] - path["sigma"]).abs()


RESOLVED = Holds(
    "float64 resolves h_t: |h_t| >= 1e-10 sigma_1",
    lambda path: _miss(path) >= 1e-10 * path["sigma"],
)

converges = _stage_2(
    ".d",
    "(d)",
    r"$|h_{t+1}|\le(1-c_1c_{step})|h_t|+c_{step}\xi_t$",
    hypotheses=[STAGE_2, RESOLVED],
    lhs=Simulated(lambda path: later(_miss(path)) / path["sigma"]),
    relation="<=",
    rhs=Simulated(
        lambda path: (
            ((1 - C_1 * path["step"]) * _miss(path) + path["step"] * xi(path)) / path["sigma"]
        )
    ),
)

complement_step = Claim(
    id="du2019.lemma-4.6.c.step",
    source=Source(PAPER, "4.8", "Lemma 4.6, (c), one step"),
    statement=r"$s_u=\eta\|u_t\|^2$ and $s_v=\eta\|v_t\|^2$ in $[c_1c_{step},1]$ give "
    r"$\xi_{t+1}\le(1-c_1c_{step})\xi_t$",
    reading=r"$\alpha^2,\beta^2\ge c_1\sigma_1$ gives the lower ends, a small step the upper ones",
    over={**SHRINKING, c_1: Interval.Lopen(0, 1), c_step: Interval.Lopen(0, 1)},
    where=[s_u >= c_1 * c_step, s_v >= c_1 * c_step],
    lhs=Closed(SHRUNK),
    relation="<=",
    rhs=Closed((1 - c_1 * c_step) * XI),
    quantifier=ForAll(search=False),
    grid=Grid(
        alpha_p=[0.0, 0.1], beta_p=[0.2], s_u=[0.1, 1.0], s_v=[0.1], c_1=[0.1, 1.0], c_step=[0.1]
    ),
    uses=("du2019.eq-4.24.complement",),
)
