"""Thesis section 4.3.2: linear convergence of rank-one factorization (Theorem 4.5).

d: dimension of both vectors; sigma_1: singular value; epsilon: accuracy; delta = c_init
sqrt(sigma_1 / d). The constants are c_init = 0.01 and c_step = 0.1.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import sympy as sp
from sympy import Interval, Rational, log, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import InExpectation, UpToConstant, WithProbability
from theorems.sides import Closed, Sampled

PAPER = "du2019"
POSITIVE = Interval.open(0, oo)
d = symbols("d", integer=True)
sigma_1, epsilon, dimension = symbols("sigma_1 epsilon dimension", real=True)
C_INIT, C_STEP, FACTOR = 0.01, 0.1, 60
OVER = {d: sp.Range(2, oo), sigma_1: POSITIVE, epsilon: Interval.open(0, 1)}
GRID = Grid(d=[2, 10, 1000], sigma_1=[1e-12, 1.0, 1e6], epsilon=[1e-2, 1e-6])
USES = ("du2019.lemma-4.5", "du2019.lemma-4.6")


def _starts(points: Any, samples: int, generator: Any, printed: bool) -> tuple[Any, Any, Any, Any]:
    """Initial numbers `(n, samples)`, step size, singular value and accuracy."""
    from numeric.rank_one import draw

    size = points.get("d") or 100
    spread = points["dimension"] if "dimension" in points else float(size)
    delta = (C_INIT * (points.sigma_1 / spread).sqrt()).unsqueeze(-1)
    deviation = delta.sqrt() if printed else delta
    start = draw((points.n, samples), (size, size), deviation, generator)
    sigma = points.sigma_1.unsqueeze(-1)
    return start, C_STEP / sigma, sigma, points.epsilon.unsqueeze(-1)


def _draw(points: Any, samples: int, generator: Any, printed: bool) -> dict[str, Any]:
    from numeric.rank_one import run

    reached, least, most = run(*_starts(points, samples, generator, printed), 1500)
    budget = FACTOR * (points.d / points.epsilon).log().unsqueeze(-1)
    balanced = (least >= 0.01) & (most <= 100)
    return {"balanced": balanced.double(), "share": (reached / budget).clamp_max(1e9)}


BALANCED = r"for all $t$, $c_0\le\frac{|u_t^\top u^*|}{|v_t^\top v^*|}\le C_0$"
FAST = r"after $t=O(\log\frac d\epsilon)$ iterations $\|u_tv_t^\top-M^*\|_F\le\epsilon\sigma_1$"
PRINTED = r"for $u_0,v_0\sim N(0,\delta I)$, $\delta=c_{init}\sqrt{\sigma_1/d}$, with constant "
PRINTED += "probability "
MEANT = PRINTED.replace(r"\delta I", r"\delta^2I")
READING = (
    "c_init = 0.01, c_step = 0.1, constant probability read as at least 0.4, c_0 = 1/100, C_0 = "
    "100 "
    "over 1500 iterations, and 60 log(d/epsilon) iterations; a run beyond 1e150 is followed no "
    "further"
)
ERRATUM = (
    "N(0, delta I) has |u_0|^2 of order c_init sqrt(sigma_1 d), which no constant keeps below "
    "sigma_1: descent diverges for small sigma_1 or large d; the proof is about N(0, delta^2 I)"
)


def _claim(part: str, statement: str, measured: str, relation: str, printed: bool) -> Claim:
    false = part == "b"
    suffix = "" if printed else (".corrected" if false else ".deviation")
    marks = {"erratum": ERRATUM} if printed else {"corrects": f"du2019.theorem-4.5{part}"}
    marks = marks if false else {}
    return Claim(
        id=f"du2019.theorem-4.5{part}{suffix}",
        source=Source(PAPER, "4.3.2", "Theorem 4.5" + ("" if printed else ", delta a deviation")),
        statement=(PRINTED if printed else MEANT) + statement,
        reading=READING,
        over=OVER,
        quantifier=WithProbability(at_least=0.4, draws=600, draw=partial(_draw, printed=printed)),
        lhs=Sampled(lambda draws: draws[measured]),
        relation=relation,
        rhs=Closed(1),
        grid=GRID,
        uses=USES,
        **marks,  # type: ignore[arg-type]
    )


balanced = _claim("a", BALANCED, "balanced", ">=", True)
balanced_corrected = _claim("a", BALANCED, "balanced", ">=", False)
fast = _claim("b", FAST, "share", "<=", True)
fast_corrected = _claim("b", FAST, "share", "<=", False)


def _median_steps(points: Any, samples: int, generator: Any) -> Any:
    """Iterations to accuracy epsilon for initial numbers as in `d` dimensions."""
    from numeric.rank_one import first_within

    return first_within(*_starts(points, samples, generator, False), 3000).clamp_max(6000.0)


time_to_converge = Claim(
    id="du2019.theorem-4.5b.corrected.time",
    source=Source(PAPER, "4.3.2", "Theorem 4.5, number of iterations"),
    statement=MEANT + r"the number of iterations to accuracy $\epsilon\sigma_1$ is "
    r"$O(\log\frac d\epsilon)$",
    reading="mean over initialisations, the initial deviation that of dimension d (vectors of 100 "
    "entries); " + READING,
    over={dimension: Interval(2, oo), epsilon: Interval.open(0, 1), sigma_1: POSITIVE},
    quantifier=UpToConstant(along=("dimension",), shrinking=("epsilon",), samples=200),
    lhs=Sampled(_median_steps),
    relation="<=",
    rhs=Closed(log(dimension / epsilon)),
    grid=Grid(
        dimension=[100.0, 400.0, 1600.0, 1e5], epsilon=[0.1, 0.02, 1e-3, 1e-6], sigma_1=[1.0]
    ),
    uses=USES,
)

start_size = Claim(
    id="du2019.theorem-4.5a.start",
    source=Source(PAPER, "4.8", "Theorem 4.5, size of the initialisation"),
    title="Theorem 4.5, what stage 1 needs of the initialisation (inferred, not printed)",
    statement=r"under $N(0,\delta I)$ the start is small: $E\|u_0\|^2=O(\sigma_1)$, which stage 1 "
    r"needs",
    reading="in closed form, c_init = 1/100",
    over={sigma_1: POSITIVE, dimension: Interval(1, oo)},
    quantifier=UpToConstant(along=("dimension",), shrinking=("sigma_1",)),
    lhs=Closed(dimension * sqrt(sigma_1 / dimension) / 100),
    relation="<=",
    rhs=Closed(sigma_1),
    grid=Grid(sigma_1=[1e-3, 1e-2, 0.1, 1.0], dimension=[1.0, 10.0, 100.0, 1e3]),
    erratum="E|u_0|^2 / sigma_1 = c_init sqrt(d / sigma_1), unbounded in d and in 1/sigma_1",
)


def _square_of_start(points: Any, samples: int, generator: Any) -> Any:
    """`|u_0|^2` for entries of standard deviation `c_init sqrt(sigma_1 / d)`."""
    import torch

    deviation = (points.sigma_1 / points.dimension).sqrt() / 100
    rows = []
    for size, scale in zip(points.dimension.tolist(), deviation.tolist(), strict=True):
        u = torch.randn(samples, int(size), generator=generator, dtype=torch.float64)
        rows.append((scale * u).square().sum(-1))
    return torch.stack(rows)


start_size_corrected = Claim(
    id="du2019.theorem-4.5a.start.corrected",
    source=Source(PAPER, "4.8", "Theorem 4.5, size of the initialisation, corrected"),
    statement=r"under $N(0,\delta^2I)$, $E\|u_0\|^2=c_{init}^2\sigma_1$ for $c_{init}=\frac1{100}$",
    reading="the mean measured, in dimensions 1, 10 and 100",
    over={sigma_1: POSITIVE, dimension: Interval(1, oo)},
    quantifier=InExpectation(samples=2000),
    lhs=Sampled(_square_of_start),
    relation="==",
    rhs=Closed(Rational(1, 100) ** 2 * sigma_1),
    grid=Grid(sigma_1=[1e-3, 1.0], dimension=[1.0, 10.0, 100.0]),
    corrects="du2019.theorem-4.5a.start",
)
