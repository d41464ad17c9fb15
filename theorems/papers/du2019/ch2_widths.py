r"""Thesis sections 2.2 and 2.3: how wide the network must be for Theorems 2.2 and 2.3.

n: inputs, in orthogonal pairs at one angle, with labels +1 and -1 within each pair (along the least
eigenvector of H_inf); lambda_0: least eigenvalue of H_inf; delta: failure probability; m: width;
C: bound on the labels; loss: |y - u(0)|^2; eta: step size. A width suffices when a share 1 - delta
of random starts keeps the bound at every time up to 2/lambda_0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy import Interval, Rational, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import SufficientSize
from theorems.sides import Closed, Sampled

PAPER = "du2019"
POSITIVE = Interval.open(0, sp.oo)
lambda_0, delta, loss, c, m, K = symbols("lambda_0 delta loss c m K", real=True)
n = symbols("n", integer=True)
OVER = {
    n: sp.S.Naturals,
    lambda_0: Interval.Lopen(0, Rational(1, 2)),
    delta: Interval.open(0, 1),
}
PRINTED_WIDTH = n**6 / (lambda_0**4 * delta**3)
HORIZON = 2.0


def _setting(points: Any, width: int, draws: int, generator: Any) -> Any:
    import torch

    from numeric.gram_inputs import pairs
    from numeric.two_layer_relu import initial
    from numeric.two_layer_runs import Network

    x = pairs(points["n"], float(points.lambda_0[0]))
    weights, a = initial((draws,), width, points["n"], generator)
    y = 1 - 2 * (torch.arange(points["n"]) % 2).to(torch.float64)
    return Network(weights, a, x, y)


def _flow_keeps_the_bound(points: Any, size: int, draws: int, generator: Any) -> Any:
    """Whether gradient flow keeps |u(t) - y|^2 <= exp(-lambda_0 t) |u(0) - y|^2, per draw."""
    import torch

    from numeric.two_layer_contraction import flow_keeps

    least = float(points.lambda_0[0])
    steps = max(12, int(HORIZON / least))
    length = HORIZON / least / steps
    times = length * torch.arange(steps + 1, dtype=torch.float64)
    network = _setting(points, size, draws, generator)
    kept = flow_keeps(network, length, (-least * times).exp())
    return kept.to(torch.float64).unsqueeze(0)


def _descent_keeps_the_bound(points: Any, size: int, draws: int, generator: Any) -> Any:
    """The same for descent, eta = 16 lambda_0/n^2 (at most 1), 1 - eta lambda_0/2 per step."""
    import torch

    from numeric.two_layer_contraction import descent_keeps

    least = float(points.lambda_0[0])
    step_size = min(16 * least / points["n"] ** 2, 1.0)
    steps = int(HORIZON / least / step_size)
    index = torch.arange(steps + 1, dtype=torch.float64)
    network = _setting(points, size, draws, generator)
    kept = descent_keeps(network, step_size, (1 - step_size * least / 2) ** index)
    return kept.to(torch.float64).unsqueeze(0)


FLOW = (
    r"if $\|x_i\|_2=1$, $|y_i|\le C$, $m=\Omega\left(\frac{n^6}{\lambda_0^4\delta^3}\right)$, "
    r"$w_r\sim N(0,I)$, $a_r\sim\mathrm{unif}\{-1,1\}$ then with probability at least $1-\delta$ "
    r"gradient flow satisfies $\|u(t)-y\|_2^2\le\exp(-\lambda_0t)\|u(0)-y\|_2^2$"
)
DESCENT = (
    r"under the assumptions of Theorem 2.2, "
    r"$m=\Omega\left(\frac{n^6}{\lambda_0^4\delta^3}\right)$ and "
    r"$\eta=O\left(\frac{\lambda_0}{n^2}\right)$, with probability at least $1-\delta$ gradient "
    r"descent "
    r"satisfies $\|u(k)-y\|_2^2\le\left(1-\frac{\eta\lambda_0}2\right)^k\|u(0)-y\|_2^2$"
)
FLOW_USES = (
    *("du2019.lemma-2.1", "du2019.lemma-2.2", "du2019.lemma-2.3a", "du2019.lemma-2.4"),
    *("du2019.proof-2.2T", "du2019.theorem-2.2.width"),
)
DESCENT_USES = (
    *("du2019.condition-2.1", "du2019.corollary-2.1", "du2019.lemma-2.5", "du2019.proof-2.3T"),
    "du2019.theorem-2.3.width",
)


def _theorem(
    key: str, label: str, statement: str, run: Callable[..., Any], uses: tuple[str, ...]
) -> list[Claim]:
    """The width needed, as it grows with n, with 1/lambda_0 and with 1/delta."""
    # Only below 0.05 would the width for the flow settle to the power -4: there it is beyond 10^5.
    fast: dict[str, list[Any]] = {"lambda_0": [0.3], "delta": [0.1], "n": [2, 4, 8, 16]}
    # Along, shrinking, axes, and draws enough to tell a size at the target from a better one.
    settings: list[tuple[str, str, tuple[str, ...], tuple[str, ...], dict[str, list[Any]], int]] = [
        ("", "growth with n", ("n",), (), fast, 270),
        (
            ".eigenvalue",
            "growth with the least eigenvalue",
            (),
            ("lambda_0",),
            {"lambda_0": [0.5, 0.25, 0.125, 0.0625], "delta": [0.5], "n": [2]},
            40,
        ),
        (
            ".failure",
            "growth with the failure probability",
            (),
            ("delta",),
            {"lambda_0": [0.3], "delta": [0.4, 0.2, 0.1, 0.05], "n": [2]},
            600,
        ),
    ]
    return [
        Claim(
            id=key + suffix,
            source=Source(PAPER, "2.2" if key.endswith("2") else "2.3", f"{label}, {what}"),
            statement=statement,
            reading="smallest sufficient width for inputs in pairs and labels along the least "
            "eigenvector",
            over=OVER,
            quantifier=SufficientSize(
                at_least=1 - delta, along=along, shrinking=shrinking, draws=draws, largest=1 << 10
            ),
            lhs=Sampled(run),
            relation="<=",
            rhs=Closed(PRINTED_WIDTH),
            grid=Grid(**axes),
            uses=uses,
        )
        for suffix, what, along, shrinking, axes, draws in settings
    ]


theorem_2_2 = _theorem("du2019.theorem-2.2", "Theorem 2.2", FLOW, _flow_keeps_the_bound, FLOW_USES)
theorem_2_3 = _theorem(
    "du2019.theorem-2.3", "Theorem 2.3", DESCENT, _descent_keeps_the_bound, DESCENT_USES
)

# R' < R with R = c delta lambda_0/n^2: both squared and multiplied out.
SQUARES = {n: sp.S.Naturals, lambda_0: POSITIVE, delta: Interval.open(0, 1), c: POSITIVE}
RADIUS = c * delta * lambda_0 / n**2


def _distance(factor: int, initial_loss: Any, width: Any) -> Any:
    """R' = factor sqrt(n) |y - u(0)| / (sqrt(m) lambda_0)."""
    return factor * sqrt(n) * sqrt(initial_loss) / (sqrt(width) * lambda_0)


flow_width = Claim(
    id="du2019.theorem-2.2.width",
    source=Source(PAPER, "2.2.1", "proof of Theorem 2.2, the width"),
    statement=r"$R'<R$ is equivalent to "
    r"$m=\Omega\left(\frac{n^5\|y-u(0)\|_2^2}{\lambda_0^4\delta^2}"
    r"\right)$",
    reading=r"$R'<R$ when $m>\frac{n^5\|y-u(0)\|_2^2}{c^2\lambda_0^4\delta^2}$",
    over={**SQUARES, loss: POSITIVE, m: POSITIVE},
    where=[m > n**5 * loss / (c**2 * lambda_0**4 * delta**2)],
    lhs=Closed(_distance(1, loss, m) ** 2),
    relation="<",
    rhs=Closed(RADIUS**2),
    grid=Grid(
        points=[
            {"lambda_0": 0.3, "delta": 0.1, "c": 0.1, "loss": 2.0, "m": 1e12, "n": 4},
            {"lambda_0": 0.5, "delta": 0.5, "c": 0.15, "loss": 0.1, "m": 1e6, "n": 2},
        ]
    ),
    uses=("du2019.lemma-2.4", "du2019.lemma-2.2"),
)

flow_width_needed = replace(
    flow_width,
    id="du2019.theorem-2.2.width.converse",
    title="the width for R' < R, the other direction",
    reading=r"$R'\ge R$ when $m\le\frac{n^5\|y-u(0)\|_2^2}{c^2\lambda_0^4\delta^2}$",
    where=[m <= n**5 * loss / (c**2 * lambda_0**4 * delta**2)],
    relation=">=",
    grid=Grid(
        points=[
            {"lambda_0": 0.3, "delta": 0.1, "c": 0.1, "loss": 2.0, "m": 1e8, "n": 4},
            {"lambda_0": 0.5, "delta": 0.5, "c": 0.15, "loss": 0.1, "m": 1e3, "n": 2},
        ]
    ),
)

printed_width = Claim(
    id="du2019.theorem-2.2.width-printed",
    source=Source(PAPER, "2.2.1", "proof of Theorem 2.2, plugging in the loss at initialisation"),
    statement=r"with $\|y-u(0)\|_2^2=O(n/\delta)$ this is "
    r"$m=\Omega\left(\frac{n^6}{\lambda_0^4\delta^3}"
    r"\right)$",
    reading=r"with $\|y-u(0)\|_2^2\le\frac{Kn}\delta$: $R'<R$ when "
    r"$m>\frac K{c^2}\frac{n^6}{\lambda_0^4\delta^3}$",
    over={**SQUARES, loss: POSITIVE, m: POSITIVE, K: POSITIVE},
    where=[loss <= K * n / delta, m > K / c**2 * PRINTED_WIDTH],
    lhs=Closed(_distance(1, loss, m) ** 2),
    relation="<",
    rhs=Closed(RADIUS**2),
    grid=Grid(
        points=[{"lambda_0": 0.3, "delta": 0.1, "c": 0.1, "loss": 2.0, "m": 1e14, "K": 2.0, "n": 4}]
    ),
    uses=("du2019.theorem-2.2.width", "du2019.proof-2.2T.markov"),
)

descent_width = Claim(
    id="du2019.theorem-2.3.width",
    source=Source(PAPER, "2.3.1", "proof of Theorem 2.3, the width"),
    statement=r"$R'<R$ with the $R'$ of (2.7) and $\|y-u(0)\|_2^2=O(n/\delta)$ when "
    r"$m=\Omega\left(\frac{n^6}{\lambda_0^4\delta^3}\right)$",
    reading=r"$R=\frac{c\delta\lambda_0}{n^2}$, with the delta that section 2.3 drops",
    over={**SQUARES, loss: POSITIVE, m: POSITIVE, K: POSITIVE},
    where=[loss <= K * n / delta, m > 16 * K / c**2 * PRINTED_WIDTH],
    lhs=Closed(_distance(4, loss, m) ** 2),
    relation="<",
    rhs=Closed(RADIUS**2),
    grid=printed_width.grid,
    uses=("du2019.corollary-2.1", "du2019.proof-2.2T.markov", "du2019.proof-2.3T.corrected"),
)
