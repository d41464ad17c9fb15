"""Thesis section 6.4, Figures 6.3c-d and 6.4: one filter learned on images of digits.

phi: angle between the initial and the true filter; kind: 0 for true filters with random entries,
1 for a Gabor filter; side: of the filter in pixels; runs: initialisations; steps: of SGD;
fall: share of the initial loss.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import FiniteSet, Interval, Range, S, cos, pi, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2019.ch6_symbols import PAPER, phi
from theorems.quantifiers import Reproduces
from theorems.sides import Closed, Computed, Side

fall = symbols("fall", real=True)
kind, side, runs, steps = symbols("kind side runs steps", integer=True, nonnegative=True)
OVER = {
    phi: Interval.open(0, pi / 2),
    kind: FiniteSet(0, 1),
    side: Range(1, 9),
    runs: S.Naturals,
    steps: S.Naturals,
}
SEED, STEP_SIZE, BATCH = 2019, 0.3, 32
READING = (
    "the 1,797 digits of 8 x 8 pixels bundled with scikit-learn stand in for MNIST; filter size, "
    r"initialisations, batch and step size are not printed: 5 x 5, unit vectors at the angle $\phi$"
    r" from the true filter, 32 images, $\eta=0.3$; the random filters are scaled to unit norm"
)
TEACHERS = "random true filters (6.3c) and a Gabor filter (6.3d)"
AXES: dict[str, Any] = {"kind": [0, 1], "side": [5], "runs": [16], "steps": [400]}
NIGHTLY: dict[str, Any] = {"side": [4, 5], "runs": [64], "steps": [5000]}
NIGHTLY |= {"phi": [0.1, 0.3, 0.6, 0.75]}
GRID = Grid(phi=[0.3, 0.6], **AXES).nightly(**NIGHTLY)


@lru_cache(maxsize=64)
def learned(which: int, size: int, count: int, length: int, angle: float) -> tuple[float, float]:
    """Medians over the runs of the relative loss and of the cosine to the true filter."""
    import torch

    from numeric import digit_patches as digits

    generator = torch.Generator().manual_seed(SEED)
    images = digits.patches(size)
    teacher = (
        digits.gabor_filter(size).expand(count, -1)
        if which
        else digits.random_filters(count, size, generator)
    )
    start = digits.at_angle(teacher, angle, generator)
    w = digits.descend(start, teacher, images, STEP_SIZE, length, BATCH, generator)
    cosine = (w * teacher).sum(dim=-1) / w.norm(dim=-1)
    loss = digits.relative_loss(w, teacher, images)
    return float(loss.median()), float(cosine.median())


def _measured(entry: int, factor: float = 1.0) -> Side:
    def of(points: Any) -> Any:
        import torch

        sizes = (points.kind, points.side, points.runs, points.steps)
        values = [learned(*sizes, factor * angle)[entry] for angle in points.phi.tolist()]
        return torch.tensor(values, dtype=torch.float64)

    return Computed(of)


better_starts = Claim(
    id="du2019.figure-6.3cd",
    source=Source(PAPER, "6.4", "Figures 6.3c and 6.3d"),
    statement=f"{TEACHERS}: better initialisations give faster rates; after the same steps the "
    r"relative loss from $\phi$ is below that from $2\phi$",
    reading=READING + "; compared are medians over the initialisations",
    over=OVER,
    lhs=_measured(0),
    relation="<",
    rhs=_measured(0, 2.0),
    quantifier=Reproduces(),
    grid=GRID,
    uses=("du2019.theorem-6.4",),
)


def _share_of_the_start(points: Any) -> Any:
    """The share `fall` of the median relative loss of the initial filters."""
    import torch

    sizes = (points.kind, points.side, points.runs, 0)
    values = [learned(*sizes, angle)[0] for angle in points.phi.tolist()]
    return points.fall * torch.tensor(values, dtype=torch.float64)


near_zero = Claim(
    id="du2019.figure-6.3cd.loss",
    source=Source(PAPER, "6.4", "Figures 6.3c and 6.3d, convergence"),
    statement=f"{TEACHERS}: SGD converges to a filter with near zero relative loss, the squared "
    "error over the square of the mean label",
    reading=READING
    + "; how near to zero is not printed: the loss of the median run must fall to a tenth of the "
    "median initial filter's in 400 steps, to a hundredth in 5,000. The text reports losses since "
    "the filter itself is not recovered; how far it is, du2019.figure-6.4 tests",
    over={**OVER, fall: Interval.open(0, 1)},
    lhs=_measured(0),
    relation="<=",
    rhs=Computed(_share_of_the_start),
    quantifier=Reproduces(),
    grid=Grid(phi=[0.3, 0.6], fall=[0.1], **AXES).nightly(fall=[0.01], **NIGHTLY),
    uses=("du2019.theorem-6.4",),
)

similar = Claim(
    id="du2019.figure-6.4",
    source=Source(PAPER, "6.4", "Figure 6.4"),
    statement="the true filters and the learned filters have similar patterns",
    reading=READING + r"; similar is read as closer in direction than the initial filter, whose "
    r"cosine is $\cos\phi$, for the median run (the text says that the filter is not recovered)",
    over=OVER,
    lhs=_measured(1),
    relation=">",
    rhs=Closed(cos(phi)),
    quantifier=Reproduces(),
    grid=GRID,
    uses=("du2019.figure-6.3cd",),
)
