"""Thesis section 7.5 and the figures of chapter 7: gradient descent with and without perturbations.

d: dimension; i: index of a saddle point; L, gamma: curvatures; tau = e. Both methods use
eta = 1/(4 L), the perturbed one t_thres = 1, g_thres = gamma e / 100, r = e / 100. A plateau is the
stretch of iterations at one saddle point: from the first iterate with |x_{k-1}| >= 2 tau to the
first with |x_k| >= 2 tau. The values of L in the figures are not printed; those used here lie
between 1.25 and 5, gamma is 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Interval, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import Reproduces, UpToConstant
from theorems.sides import Closed, Computed, Sampled, Side

PAPER = "du2019"
L, gamma = symbols("L gamma", real=True)
d, i = symbols("d i", integer=True)
EXPERIMENT = {L: Interval.open(0, oo), gamma: Interval.open(0, oo), d: sp.Range(2, oo)}
CURVATURES = [1.25, 1.5, 2.0, 3.0, 5.0]
RUNS, SEED = 24, 2019


@lru_cache(maxsize=64)
def _plain(dimension: int, high: float, low: float) -> Any:
    """Plateau lengths of gradient descent, `(RUNS, d)`, from uniform points of the cube."""
    import torch

    from numeric.escape import escape_times

    generator = torch.Generator().manual_seed(SEED)
    x0 = torch.rand(RUNS, dimension, generator=generator, dtype=torch.float64)
    return escape_times(x0, 1 / (4 * high), high, low, math.e).dwell


# What the figures and section 7.4 ask of the same runs is shared: one entry per dimension and list
# of (L, gamma).
@lru_cache(maxsize=16)
def _perturbed(dimension: int, shapes: tuple[tuple[float, float], ...]) -> Any:
    """`_perturbed_runs` with `RUNS` runs of each shape and a seed of their own."""
    import torch

    return _perturbed_runs(dimension, shapes, RUNS, torch.Generator().manual_seed(SEED))


def _perturbed_runs(
    dimension: int, shapes: tuple[tuple[float, float], ...], runs: int, generator: Any
) -> Any:
    """Plateau lengths of perturbed gradient descent, `(shapes, runs, d)`, from uniform points of
    the cube; `shapes` are pairs of L and gamma.
    """
    import torch

    from numeric.dynamics import Perturbation
    from numeric.saddle_runs import perturbed_escape

    high, low = torch.tensor(shapes, dtype=torch.float64).repeat_interleave(runs, dim=0).T
    x0 = 2 * torch.rand(len(high), dimension, generator=generator, dtype=torch.float64) - 1
    noise = Perturbation(math.e / 100, low * math.e / 100, 1)
    times, _ = perturbed_escape(x0, 1 / (4 * high), (high, low, math.e), noise, 100_000, generator)
    if not bool(torch.isfinite(times).all()):
        raise ValueError("a perturbed run did not reach a local minimum in 100000 iterations")
    lengths = torch.diff(times, dim=-1, prepend=torch.zeros_like(times[:, :1]))
    return lengths.reshape(len(shapes), runs, dimension)


def _shapes(points: Any) -> tuple[tuple[float, float], ...]:
    return tuple(zip(points.L.tolist(), points.gamma.tolist(), strict=True))


def _per_point(value: Callable[..., float]) -> Side:
    """The side whose value at a point is `value(d, L, gamma)`."""

    def side(points: Any) -> Any:
        import torch

        rows = [value(points.d, high, low) for high, low in _shapes(points)]
        return torch.tensor(rows, dtype=torch.float64)

    return Computed(side)


def _slowest_perturbed(points: Any) -> Any:
    """Iterations until the last of the perturbed runs is past the last saddle point."""
    return _perturbed(points.d, _shapes(points)).sum(dim=2).amax(dim=1)


def _fastest_plain(dimension: int, high: float, low: float) -> float:
    """Iterations until the first run of gradient descent is past the last saddle point."""
    return float(_plain(dimension, high, low).sum(dim=1).min())


def _growth(dimension: int, high: float, low: float) -> float:
    """Growth of plateaus from one saddle point to the next: geometric mean from the second on."""
    length = _plain(dimension, high, low).log().mean(dim=0)
    return math.exp(float(length[-1] - length[1]) / (dimension - 2))


def _growth_further_out(dimension: int, high: float, low: float) -> float:
    return _growth(dimension, 1.2 * high, low)


def _over_own_growth(dimension: int, high: float, low: float) -> float:
    return _growth(dimension, high, low) / (1 + math.log(2) / math.log1p(low / (2 * high)))


def _spread(points: Any) -> Any:
    """Longest over shortest mean plateau of perturbed gradient descent from the third on."""
    mean = _perturbed(points.d, _shapes(points)).mean(dim=1)[:, 2:]
    return mean.amax(dim=1) / mean.amin(dim=1)


def _figure(label: str, dimension: int) -> list[Claim]:
    """The claims that the text makes on one figure."""
    key, name = f"du2019.figure-{label}", f"Figure {label}"
    setting = rf"for $d={dimension}$, $\eta=\frac1{{4L}}$, $t_{{thres}}=1$, "
    setting += r"$g_{thres}=\frac{\gamma e}{100}$, $r=\frac e{100}$, "
    shared: dict[str, Any] = {
        "over": {**EXPERIMENT, d: sp.FiniteSet(dimension)},
        "where": [gamma < L],
        "grid": Grid(L=CURVATURES, gamma=[1.0], d=[dimension]).nightly(
            L=[1.1, *CURVATURES, 8.0, 12.0], gamma=[0.5, 1.0]
        ),
    }
    earlier = ("du2019.figure-7.3",) if label == "7.4" else ()
    plain_uses = ("du2019.lemma-7.3", "du2019.proof-7.2c.growth")
    return [
        Claim(
            id=key,
            source=Source(PAPER, "7.5", name),
            statement=setting
            + "perturbed gradient descent converges faster than gradient descent: its slowest run "
            "is "
            "past the last saddle point before the fastest run of gradient descent",
            reading="runs from uniform points of the cube",
            quantifier=Reproduces(),
            lhs=Computed(_slowest_perturbed),
            relation="<=",
            rhs=_per_point(_fastest_plain),
            uses=(*plain_uses, "du2019.theorem-7.3b", *earlier),
            **shared,
        ),
        Claim(
            id=f"{key}.growth",
            source=Source(PAPER, "7.5", f"{name}, growth of the plateaus"),
            statement=setting
            + "the length of gradient descent's plateaus grows at a fixed rate, which coincides "
            r"with the factor $\frac{L+\gamma}\gamma$",
            reading="the curves' L and rates are not printed, so that nothing says how nearly the "
            "two coincide: taken as the same order in L. The rate itself, more than a third above "
            "that factor, is in .growth.rate",
            quantifier=UpToConstant(along=("L",)),
            lhs=_per_point(_growth),
            relation="==",
            rhs=Closed((L + gamma) / gamma),
            uses=plain_uses,
            **{**shared, "grid": Grid(L=[1.25, 2.5, 5.0, 10.0, 20.0], gamma=[1.0], d=[dimension])},
        ),
        Claim(
            id=f"{key}.growth.rate",
            source=Source(PAPER, "7.5", f"{name}, growth of the plateaus, its rate"),
            statement=setting + "the length of gradient descent's plateaus grows by the factor "
            r"$1+\frac{\log2}{\log(1+\gamma/(2L))}$, which is $1+\frac{\log(1/(1-2\eta L))}"
            r"{\log(1+2\eta\gamma)}$: their quotient is 1",
            reading="within 2 %, the plateaus being whole numbers of steps",
            quantifier=Reproduces(tolerance=0.02),
            lhs=_per_point(_over_own_growth),
            relation="==",
            rhs=Closed(1),
            uses=(*plain_uses, "du2019.text-7.4b"),
            **shared,
        ),
        Claim(
            id=f"{key}.trend",
            source=Source(PAPER, "7.5", f"{name}, growth of the plateaus with L"),
            statement=setting
            + r"as $\frac{L+\gamma}\gamma$ becomes larger, the rate of growth of gradient "
            r"descent's "
            "plateaus increases: it is larger at 1.2 L than at L",
            quantifier=Reproduces(),
            lhs=_per_point(_growth_further_out),
            relation=">=",
            rhs=_per_point(_growth),
            uses=plain_uses,
            **shared,
        ),
        Claim(
            id=f"{key}.perturbed",
            source=Source(PAPER, "7.5", f"{name}, plateaus with perturbations"),
            statement=setting
            + "the number of iterations that perturbed gradient descent needs to escape a saddle "
            "point "
            "is approximately constant: longest over shortest is about 1",
            reading="mean lengths of the plateaus from the third on (the first two start from the "
            "initialisation, not from the neighbourhood of a saddle point), within 15 %",
            quantifier=Reproduces(tolerance=0.15),
            lhs=Computed(_spread),
            relation="<=",
            rhs=Closed(1),
            uses=("du2019.theorem-7.3b",),
            **shared,
        ),
    ]


figure_3 = _figure("7.3", 5)
figure_4 = _figure("7.4", 10)


def _late_plateaus(points: Any, samples: int, generator: Any) -> Any:
    """Length of the second plateau of perturbed gradient descent, d = 2."""
    return _perturbed_runs(2, _shapes(points), samples, generator)[:, :, 1]


perturbed_scale = Claim(
    id="du2019.figure-7.3.scale",
    source=Source(PAPER, "7.5", "Figures 7.3 and 7.4, scale of the plateaus with perturbations"),
    statement="the number of iterations that perturbed gradient descent needs to escape a saddle "
    "point is "
    r"of the order of $\frac1{\eta\gamma}=\frac{4L}\gamma$",
    reading="the second plateau, d = 2",
    quantifier=UpToConstant(along=("L",), samples=64),
    over={L: Interval.open(0, oo), gamma: Interval.open(0, oo)},
    where=[gamma < L],
    lhs=Sampled(_late_plateaus),
    relation="==",
    rhs=Closed(4 * L / gamma),
    grid=Grid(L=[8.0, 16.0, 32.0, 64.0], gamma=[1.0]),
    uses=("du2019.theorem-7.3b",),
)

DIMENSION = 16


def _mean_plateau(points: Any) -> Any:
    """Mean length of the i-th plateau of perturbed gradient descent in dimension 16."""
    return _perturbed(DIMENSION, _shapes(points))[:, :, points.i - 1].mean(dim=1)


plateaus_do_not_grow = Claim(
    id="du2019.text-7.4b.perturbed",
    source=Source(PAPER, "7.4", "remark after Theorem 7.3, perturbed gradient descent"),
    statement="perturbed gradient descent takes about the same number of iterations to escape each "
    "saddle point: the mean length of the $i$-th plateau does not grow with $i$",
    reading=f"in dimension {DIMENSION}",
    quantifier=UpToConstant(along=("i",)),
    over={L: Interval.open(0, oo), gamma: Interval.open(0, oo), i: sp.Range(1, DIMENSION + 1)},
    where=[gamma < L],
    lhs=Computed(_mean_plateau),
    relation="==",
    rhs=Closed(1),
    grid=Grid(L=[1.5, 3.0], gamma=[1.0], i=[2, 4, 8, 16]),
    uses=("du2019.theorem-7.3b",),
)

# Figure 7.2 (b)


def _visits(points: Any) -> Any:
    """Closest approach to each saddle point and to the minimum, over tau, and whether in order."""
    import torch

    from numeric.saddle_runs import record_descent
    from numeric.tube import saddle_points
    from numeric.tube_runs import octopus_slope

    places = torch.cat([saddle_points(3, math.e), torch.full((1, 3), 4 * math.e)]).double()
    start = torch.tensor([0.9, 0.5, 0.7], dtype=torch.float64).expand(points.n, 1, 3)
    record = {str(j): lambda x, at=at, **_: (x - at).norm(dim=-1) for j, at in enumerate(places)}
    parameters = {name: points[name] for name in ("L", "gamma")}
    parameters["tau"] = torch.full_like(points.L, math.e)
    path = record_descent(octopus_slope, start, 0.25 / points.L, 800, parameters, record)
    distance = torch.stack([path[str(j)][:, 0] for j in range(4)], dim=1)
    nearest = distance.argmin(dim=-1)
    ordered = (nearest.diff(dim=1) > 0).all(dim=1).to(torch.float64)
    return torch.cat([distance.amin(dim=-1) / math.e, 1 - ordered.unsqueeze(-1)], dim=1)


trajectory_figure = Claim(
    id="du2019.figure-7.2",
    source=Source(PAPER, "7.4.1", "Figure 7.2 (b)"),
    statement=r"for $d=3$, $\tau=e$ the trajectory of gradient descent in the tube passes the "
    r"saddle points "
    r"$(0,0,0)$, $(4\tau,0,0)$, $(4\tau,4\tau,0)$ in this order, each closer than $\tau/2$, and "
    r"ends at the "
    r"minimum $(4\tau,4\tau,4\tau)$",
    reading="the drawing's starting point and L are not printed; from (0.9, 0.5, 0.7), eta = 1/(4 "
    "L)",
    quantifier=Reproduces(tolerance=0.5),
    over={L: Interval.open(0, oo), gamma: Interval.open(0, oo)},
    where=[gamma < L],
    lhs=Computed(_visits),
    relation="<=",
    rhs=Closed(0),
    grid=Grid(L=[1.5, math.e], gamma=[1.0]),
    uses=("du2019.eq-7.5", "du2019.lemma-7.1"),
)
