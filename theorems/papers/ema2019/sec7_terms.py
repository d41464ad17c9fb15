r"""Section 7: the three terms of the decrease of the risk in one step of gradient descent.

I_1: the change of the outer weights a; I_2: that of the layers' outputs g; I_3: the square of the
output's change. Symbols in `sec7_descent`; lambda' = lambda_min(H(Theta_0)); c: the largest
distance from Theta_0 so far times L, at least 1; eta: step size; least: lambda'; speed: eta L.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.ema2019.sec7_descent import NETWORK, PAPER, start_of
from theorems.quantifiers import AlongTrajectory, UpToConstant
from theorems.sides import Closed, Holds, Simulated

STEPS = 40
SETTINGS = [
    {"sigma": 0, "m": 2, "n": 1, "L": 64},
    {"sigma": 0, "m": 2, "n": 2, "L": 128},
    {"sigma": 1, "m": 2, "n": 2, "L": 256},
]


def _terms(points: Any, generator: Any) -> dict[str, Any]:
    """I_1, I_2, I_3 of every step of size `share * lambda_n / L`, `(points, runs, steps)` each."""
    import torch

    from numeric.skip_connections import backward, forward, gram
    from numeric.skip_flow import Risk, packed

    start = start_of(points, generator)
    rate = (points.share * start.kernel_least / points.L)[:, None].expand(start.y.shape[:-1])
    path = forward(start.weights, start.x, start.activation)
    matrix = gram(path, backward(start.weights, path, start.activation))
    least = torch.linalg.eigvalsh(matrix)[..., 0].clamp_min(0)
    sizes, first = packed(start.weights)
    problem, here = Risk(sizes, start.x, start.y, start.activation), first
    rows: list[dict[str, Any]] = []
    for _ in range(STEPS):
        now, slope = problem.gradient(here)
        after = here - rate.reshape(-1) * slope
        g, a = problem.g, sizes.parts(here)[1][-1]
        output, output_after = problem.output(here), problem.output(after)
        residual, a_after = output - problem.target, sizes.parts(after)[1][-1]
        moved = ((a_after - a) * g).sum((1, 2))
        turned = (a_after * (problem.g - g)).sum((1, 2))
        rows.append(
            {
                "first": (residual * moved).mean(0),
                "second": (residual * turned).mean(0),
                "third": (output_after - output).square().mean(0) / 2,
                "risk": now,
                "next": (output_after - problem.target).square().mean(0) / 2,
                "far": points.L * sizes.distance(after, first),
            }
        )
        here = after
    found = {name: sizes.per_run(torch.stack([row[name] for row in rows], -1)) for name in rows[0]}
    found["c"] = found["far"].cummax(dim=-1).values.clamp_min(1.0)
    one = torch.ones_like(found["risk"])
    return {
        **found,
        "least": least.unsqueeze(-1) * one,
        "eta": rate.unsqueeze(-1) * one,
        "depth": points.L * one,
    }


NEAR: dict[str, Any] = {
    "over": NETWORK,
    "hypotheses": [
        Holds("lambda' > 0", lambda path: path["least"] > 1e-6),
        Holds(
            "L >= 8 c^2 / lambda'", lambda path: path["depth"] * path["least"] >= 8 * path["c"] ** 2
        ),
        Holds("the risk is above rounding", lambda path: path["risk"] > 1e-14),
    ],
    "quantifier": AlongTrajectory(simulate=_terms, rounding=1e-9, floor=1e-16),
    "grid": Grid(points=SETTINGS, share=[0.1, 1.0]),
}

three_terms = Claim(
    id="ema2019.proof-7.3b.sum",
    source=Source(PAPER, "7", "(7.8), the three terms"),
    title="(7.8): the three terms add up to the change of the risk",
    statement=r"$\hat R_n(\Theta_{t+1})-\hat R_n(\Theta_t)=I_1+I_2+I_3$",
    lhs=Simulated(lambda path: path["first"] + path["second"] + path["third"] + path["risk"]),
    relation="==",
    rhs=Simulated(lambda path: path["next"]),
    **{**NEAR, "hypotheses": []},
)

first_term = Claim(
    id="ema2019.proof-7.3b",
    source=Source(PAPER, "7", "proof of Lemma 7.3, (7.9)"),
    statement=r"$I_1\le-\frac{\lambda'\eta L}2\hat R_n(\Theta_t)$ for $\Theta_t\in I_c(\Theta_0)$, "
    r"$L\gtrsim c^2/\lambda'$",
    reading="L >= 8 c^2/lambda'; nearly four times as much holds",
    lhs=Simulated(lambda path: path["first"]),
    relation="<=",
    rhs=Simulated(lambda path: -path["least"] * path["eta"] * path["depth"] / 2 * path["risk"]),
    uses=("ema2019.proof-7.3a", "ema2019.lemma-7.2"),
    **NEAR,
)

first_term_sharp = Claim(
    id="ema2019.proof-7.3b.sharp",
    source=Source(PAPER, "7", "proof of Lemma 7.3, (7.9) with the factors that it loses"),
    title="(7.9) with the factors that the proof loses (tight as L grows)",
    statement=r"$I_1\le-\frac74\lambda'\eta L\hat R_n(\Theta_t)$",
    reading="not printed; I_1 has eta/n for the printed eta/(2n) and |e|^2 is 2 n R: the main term "
    "is at most -2 lambda' eta L R, here with a share 7/8",
    lhs=Simulated(lambda path: path["first"]),
    relation="<=",
    rhs=Simulated(lambda path: -1.75 * path["least"] * path["eta"] * path["depth"] * path["risk"]),
    uses=("ema2019.proof-7.3a.corrected",),
    **NEAR,
)

second_term = Claim(
    id="ema2019.proof-7.3b.second",
    source=Source(PAPER, "7", "proof of Lemma 7.3, I_2"),
    statement=r"$I_2\lesssim c^2\eta\hat R_n(\Theta_t)\lesssim\lambda'\eta L\hat R_n(\Theta_t)$",
    reading="the first step, with the constant 1",
    lhs=Simulated(lambda path: path["second"].abs()),
    relation="<=",
    rhs=Simulated(lambda path: path["c"] ** 2 * path["eta"] * path["risk"]),
    uses=("ema2019.lemma-7.2", "ema2019.lemma-4.3a"),
    **NEAR,
)

third_term = Claim(
    id="ema2019.proof-7.3b.third",
    source=Source(PAPER, "7", "proof of Lemma 7.3, (7.11), first step"),
    statement=r"$I_3\lesssim\eta^2L^2\hat R_n(\Theta_t)$",
    reading="with the constant 1",
    lhs=Simulated(lambda path: path["third"]),
    relation="<=",
    rhs=Simulated(lambda path: (path["eta"] * path["depth"]) ** 2 * path["risk"]),
    uses=("ema2019.lemma-7.2", "ema2019.lemma-4.3a"),
    **NEAR,
)

lam, inputs, speed = symbols("least n speed", real=True)
COUNT = {inputs: Interval(1, sp.oo), lam: Interval.Lopen(0, 1)}

third_rate = Claim(
    id="ema2019.proof-7.3b.rate",
    source=Source(PAPER, "7", "proof of Lemma 7.3, (7.11), last step"),
    statement=r"$\eta^2L^2\lesssim\frac{\lambda'\eta L}n$ since $\eta\lesssim\lambda'/L$",
    reading="at eta L = lambda'",
    over=COUNT,
    quantifier=UpToConstant(along=("n",)),
    lhs=Closed(lam**2),
    relation="<=",
    rhs=Closed(lam * lam / inputs),
    grid=Grid(n=[1.0, 2.0, 4.0, 8.0, 16.0], least=[0.05]),
    erratum="the n is stray: eta <= lambda'/L gives eta^2 L^2 <= lambda' eta L, which is what the "
    "sentence after it says and what the lemma needs",
)

third_rate_corrected = Claim(
    id="ema2019.proof-7.3b.rate.corrected",
    source=third_rate.source,
    statement=r"$\eta^2L^2\le\lambda'\eta L$ when $\eta L\le\lambda'$",
    reading="speed stands for eta L",
    over={lam: Interval.Lopen(0, 1), speed: Interval.open(0, sp.oo)},
    where=[speed <= lam],
    lhs=Closed(speed**2),
    relation="<=",
    rhs=Closed(lam * speed),
    corrects="ema2019.proof-7.3b.rate",
)
