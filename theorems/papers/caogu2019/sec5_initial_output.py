r"""Lemma 5.3: the output at the initialisation.

Symbols in `sec3_symbols`; u: log(1/delta).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Interval, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.caogu2019.sec3_symbols import EVEN, PAPER, UNIT, L, d, delta, m, n
from theorems.quantifiers import UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Sampled

u = symbols("u", real=True)


# Two layers of two units, d = 1: f = |x_1| (relu(a) - relu(b)) with x_1 = relu of two normals.
@lru_cache(maxsize=1)
def _tails() -> tuple[Any, Any]:
    """A grid of t and the logarithm of P(|f| > t) there, by quadrature over |x_1|."""
    import torch

    t = torch.logspace(0, 3, 300, dtype=torch.float64)
    r = torch.linspace(5e-3, 60.0, 12_000, dtype=torch.float64)
    # |x_1|: 0 with probability 1/4, |N| with 1/2, Rayleigh with 1/4.
    density = (-r.square() / 2).exp() * (1 / (2 * torch.pi) ** 0.5 + r / 4)
    logs = density.log() + (r[1] - r[0]).log()
    values = []
    for at in t:
        scaled = at / r
        # P(|relu(a) - relu(b)| > c) from below: one of the two alone is positive.
        one = torch.special.log_ndtr(-scaled)
        values.append(torch.logsumexp(logs + one, dim=0))
    return t, torch.stack(values)


def _quantile(points: Any) -> Any:
    """The t with P(|f| > t) >= e^-u from below: the true quantile is at least this."""
    import torch

    t, logs = _tails()
    found = []
    for value in points.u.tolist():
        last = int((logs >= -value).nonzero()[-1, 0])
        share = (logs[last] + value) / (logs[last] - logs[last + 1])
        found.append(t[last] + share * (t[last + 1] - t[last]))
    return torch.stack(found)


output_bound = Claim(
    id="caogu2019.lemma-5.3",
    source=Source(PAPER, "5.2", "Lemma 5.3"),
    statement=r"for any $\delta>0$, with probability at least $1-\delta$, $|f_{W^{(0)}}(x_i)|\le "
    r"C\sqrt{\log(n/\delta)}$ for all $i\in[n]$",
    reading=r"no condition on the width: $L=2$, $m_1=m_2=2$, $d=n=1$; the quantile of $|f|$ at "
    r"$\delta=e^{-u}$ from below, by quadrature: $\mathbb P(|f|>t)\ge\mathbb P(\|x_1\|>\sqrt "
    r"t)\mathbb P(\sigma(a)-\sigma(b)>\sqrt t)$ is about $e^{-t}$, so the quantile is of order u",
    over={u: Interval(1, oo)},
    quantifier=UpToConstant(along=("u",)),
    lhs=Computed(_quantile),
    relation="<=",
    rhs=Closed(sqrt(u)),
    grid=Grid(u=[16.0, 32.0, 64.0, 128.0, 256.0, 512.0]),
    erratum="at a fixed width the output of two or more layers has heavier tails than Gaussian",
    uses=("caogu2019.algorithm-1",),
)


def _outputs(points: Any, samples: int, generator: Any) -> Any:
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import forward, initial

    widths = (points.d, *(points.m for _ in range(points.L)))
    layers = initial((points.n, samples), widths, generator)
    x = unit_sphere((points.n, samples, points["n"]), points.d, generator)
    return forward(layers, x).output.abs().amax(-1).to(torch.float64)


output_bound_corrected = Claim(
    id="caogu2019.lemma-5.3.corrected",
    source=Source(PAPER, "5.2", "Lemma 5.3"),
    statement=r"if moreover $m\ge\bar CL^2\log(n/\delta)$, as in Lemma 5.1, with probability at "
    r"least $1-\delta$, $|f_{W^{(0)}}(x_i)|\le C\sqrt{\log(n/\delta)}$ for all $i\in[n]$",
    reading=r"$\bar C=1$, $C=2$",
    over={L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals, n: sp.S.Naturals, delta: UNIT},
    where=[m >= L**2 * sp.log(n / delta)],
    quantifier=WithProbability(at_least=1 - delta, draws=1000),
    lhs=Sampled(_outputs),
    relation="<=",
    rhs=Closed(2 * sp.sqrt(sp.log(n / delta))),
    grid=Grid(
        points=[{"L": 1, "m": 8, "d": 2, "n": 1}, {"L": 2, "m": 32, "d": 4, "n": 4}],
        delta=[0.05, 0.3, 0.9],
    ),
    corrects="caogu2019.lemma-5.3",
)
