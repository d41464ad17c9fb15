"""Thesis section 4.3.1: the limit of descent with the printed step sizes (Theorem 4.4, Lemma 4.4).

size: |M*|_F; share: epsilon / |M*|_F; r: rank of M*, which is d_1 by d_2.
"""

from __future__ import annotations

from typing import Any

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch4_descent import (
    GRID,
    SETTING,
    SHAPES,
    STEPS,
    along,
    quantities,
    share,
    size,
    start,
    step_sizes,
)
from theorems.papers.du2019.ch4_factorization import PAPER
from theorems.quantifiers import AlongTrajectory, WithProbability
from theorems.sides import Closed, Holds, Sampled, Simulated


def _rested(path: Any) -> Any:
    """Whether descent has had time to leave the saddle at 0: sum of steps times sigma_r."""
    return path["time"] >= path["needed"]


def _limits(points: Any, generator: Any) -> dict[str, Any]:
    """Distance, gradient and imbalance per iterate, with the time run and the time needed."""
    import torch

    path = quantities(points, generator, 4, wide=False, slopes=False)
    eps_of = (points.share * points["size"]).reshape(-1, 1, 1, 1)
    rule = step_sizes(points, eps_of)
    etas = torch.cat([rule(i).reshape(-1, 1, 1) for i in range(STEPS)], dim=-1)
    time = torch.nn.functional.pad(etas.cumsum(dim=-1), (1, 0)).expand_as(path["value"])
    least = points["size"] * 0.5 ** (points.r - 1) / points.r**0.5
    growth = (least.reshape(-1, 1, 1) / path["square_u"][..., :1]).log() / 2
    needed = (growth / least.reshape(-1, 1, 1)).expand_as(time)
    return {"distance": (2 * path["value"]).sqrt(), "time": time, "needed": needed, **path}


LIMIT = AlongTrajectory(simulate=_limits)
LATE = Holds("the sum of the step sizes is at least log(sigma_r / |U_0|^2) / (2 sigma_r)", _rested)
THEOREM = (
    r"$0<\epsilon<\|M^*\|_F$, $\eta_t=\frac{\sqrt{\epsilon/r}}{100(t+1)\|M^*\|_F^{3/2}}$, entries "
    r"of "
    r"$U_0,V_0$ from $N(0,\epsilon/\mathrm{poly}(d))$: with high probability "
)

converges = Claim(
    id="du2019.theorem-4.4",
    source=Source(PAPER, "4.3.1", "Theorem 4.4"),
    statement=THEOREM + r"$(U_t,V_t)$ converges and $\|\bar U\bar V^\top-M^*\|_F\le\epsilon$",
    reading="the printed step sizes sum to (log t) / 100 in units of 1/|M*|, so leaving the saddle "
    "at 0 takes more than exp(100) iterations: no run can reach the limit",
    over=SETTING,
    hypotheses=[LATE],
    quantifier=LIMIT,
    lhs=Simulated(lambda path: path["distance"]),
    relation="<=",
    rhs=Closed(share * size),
    grid=GRID,
    uses=("du2019.lemma-4.1", "du2019.lemma-4.2", "du2019.lemma-4.4"),
)

stationary_limit = Claim(
    id="du2019.lemma-4.4",
    source=Source(PAPER, "4.7.2", "Lemma 4.4"),
    statement=THEOREM + r"$(U_t,V_t)$ converges to a stationary point with "
    r"$\|\bar U^\top\bar U-\bar V^\top\bar V\|\le\epsilon$",
    reading="as for Theorem 4.4, no run can reach the limit; measured is the balance",
    over=SETTING,
    hypotheses=[LATE],
    quantifier=LIMIT,
    lhs=along("imbalance"),
    relation="<=",
    rhs=Closed(share * size),
    grid=GRID,
    uses=("du2019.lemma-4.1", "du2019.claim-4.2"),
)


def _outside(points: Any, samples: int, generator: Any) -> dict[str, Any]:
    """Distance and imbalance over epsilon, and the gradient over epsilon |M*|^{1/2}, at the end of
    1500 iterations with step sizes 0.3 / (|M*| (1 + t / 250))."""
    import torch

    from numeric.matrix_factorization import gradient, imbalance, last_iterate, norm2, objective

    u, v, target, eps_of = start(points, samples, False, generator)
    size_of, bound = points["size"].unsqueeze(-1), eps_of[..., 0, 0]
    first = 0.3 / size_of
    u, v = last_iterate(u, v, target, lambda t: first / (1 + t / 250), 1500)
    du, dv = gradient(u, v, target)
    distance = (2 * objective(u, v, target)).sqrt() / bound
    slope = (norm2(du) + norm2(dv)).sqrt() / (bound * size_of.sqrt())
    balance = norm2(imbalance(u, v)).sqrt() / bound
    return {"limit": distance, "stationary": torch.stack([slope, balance], dim=-1)}


def _outside_claim(id_: str, label: str, statement: str, part: str) -> Claim:
    return Claim(
        id=f"{id_}.outside",
        source=Source(PAPER, "4.3.1", f"{label}, larger steps"),
        title=f"{label} outside its hypotheses: larger steps",
        statement="with step sizes that also fall like 1/t but start at 0.3/|M*|: " + statement,
        reading="1500 iterations, step sizes 0.3 / (|M*| (1 + t/250)), probability at least 0.9",
        over=SETTING,
        quantifier=WithProbability(at_least=0.9, draws=300, draw=_outside),
        lhs=Sampled(lambda draws: draws[part]),
        relation="<=",
        rhs=Closed(1),
        grid=Grid(points=SHAPES, size=[0.1, 30.0], share=[0.05, 0.9]),
        uses=(id_,),
    )


converges_outside = _outside_claim(
    "du2019.theorem-4.4", "Theorem 4.4", r"$\|U_tV_t^\top-M^*\|_F\le\epsilon$ at the end", "limit"
)
stationary_outside = _outside_claim(
    "du2019.lemma-4.4",
    "Lemma 4.4",
    r"$\|\nabla f\|\le\epsilon\|M^*\|^{1/2}$ and $\|U^\top U-V^\top V\|_F\le\epsilon$ at the end",
    "stationary",
)
