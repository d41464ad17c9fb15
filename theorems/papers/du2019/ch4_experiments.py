"""Thesis section 4.4: norms of the layers of a three-layer ReLU network along gradient descent.

run: 0 for the balanced initialisation, 1 for the unbalanced one; layer: 1, 2, 3; reduced: 1 for a
network of a twentieth of the size, 0 for the sizes of the thesis (1000-100-100-10, 1000 data
points, 10000 iterations). The data and the step size are not printed.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import sympy as sp
from sympy import Matrix, Rational, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import InExpectation, Reproduces
from theorems.sides import Closed, Computed, Sampled

PAPER = "du2019"
reduced, run = symbols("reduced run", integer=True)
TABLE = Path(__file__).parent.parent / "data" / "norms_4_4.csv"
NAMES = ("balanced", "unbalanced")
DEVIATIONS = {"balanced": (1e-3, 10**-2.5, 1e-2), "unbalanced": (1e-2, 1e-2, 1e-2)}
SIZES = (1000, 100, 100, 10)


@lru_cache(maxsize=1)
def printed() -> dict[str, tuple[Rational, ...]]:
    """The three printed squared norms of each initialisation, exactly as printed."""
    found: dict[str, list[Rational]] = {name: [] for name in NAMES}
    with TABLE.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["quantity"].startswith("||W"):
                found[row["init"]].append(Rational(row["value"]))
    return {name: tuple(values) for name, values in found.items()}


def gaps(norms: tuple[Rational, ...]) -> Matrix:
    """`| |W_1|^2 - |W_2|^2 |` and `| |W_2|^2 - |W_3|^2 |`."""
    return Matrix([abs(a - b) for a, b in pairwise(norms)])


BALANCED, UNBALANCED = printed()["balanced"], printed()["unbalanced"]


def _initial(name: str) -> Callable[..., Any]:
    def draw(points: Any, samples: int, generator: Any) -> Any:
        from numeric.layer_norms import initial_norms

        return initial_norms(SIZES, DEVIATIONS[name], samples, generator).expand(points.n, -1, -1)

    return draw


def _start(part: str, name: str, statement: str, expected: list[Rational], **fields: Any) -> Claim:
    return Claim(
        id=f"du2019.text-4.4{part}",
        source=Source(PAPER, "4.4", f"{name} initialisation"),
        statement=statement,
        over={run: sp.FiniteSet(NAMES.index(name))},
        quantifier=InExpectation(samples=20000),
        lhs=Sampled(_initial(name)),
        relation="==",
        rhs=Closed(Matrix(expected)),
        **fields,
    )


balanced_start = _start(
    "a",
    "balanced",
    r"$W_1\sim N(0,\frac{10^{-4}}{100})$, $W_2\sim N(0,\frac{10^{-4}}{10})$, $W_3\sim "
    r"N(0,10^{-4})$ "
    r"ensures $\|W_1\|_F^2\approx\|W_2\|_F^2\approx\|W_3\|_F^2$",
    [Rational(1, 10)] * 3,
    reading="equal in expectation, all 0.1",
)
unbalanced_start = _start(
    "d.start",
    "unbalanced",
    r"all entries $N(0,10^{-4})$: expected squared norms 10, 1 and 0.1",
    [Rational(10), Rational(1), Rational(1, 10)],
    reading="the differences 9 and 0.9 are what gradient flow would keep",
)


@lru_cache(maxsize=4)
def _norms(name: str, small: int) -> Any:
    """Squared norms of the layers at every iterate, `(iterations + 1, 3)`."""
    from numeric.layer_norms import Experiment, norms

    if small:
        sizes, points = (100, 24, 24, 4), 100
        # Deviations that give the same expected squared norms as at the printed sizes.
        norms_at_start = (0.1, 0.1, 0.1) if name == "balanced" else (10.0, 1.0, 0.1)
        deviations = tuple(
            (square / (a * b)) ** 0.5
            for square, a, b in zip(norms_at_start, sizes, sizes[1:], strict=False)
        )
        experiment = Experiment(sizes, points, deviations, 10.0, 0.002, 4000)
    else:
        experiment = Experiment(SIZES, 1000, DEVIATIONS[name], 4.0, 0.002, 10_000)
    return norms(experiment)[0]


def _value(name: str, of_norms: Callable[[Any], Any]) -> Any:
    """The side `of_norms(norms)`, one or several numbers, at every point."""

    def side(points: Any) -> Any:
        import torch

        values = torch.as_tensor(of_norms(_norms(name, points.reduced)), dtype=torch.float64)
        return values.reshape(1, -1).expand(points.n, -1)

    return Computed(side)


def _gaps(norms: Any) -> Any:
    """Largest difference between neighbouring layers over all iterates, both pairs."""
    return (norms[:, 1:] - norms[:, :-1]).abs().amax(dim=0)


def _ratios(norms: Any) -> Any:
    """Largest over smallest layer at the last iterate."""
    return norms[-1].max() / norms[-1].min()


def _change(norms: Any) -> Any:
    """How much each difference moves away from its first value, as a share of the largest one."""
    differences = norms[:, 1:] - norms[:, :-1]
    return (differences - differences[0]).abs().amax(dim=0) / differences[0].abs().max()


RUN: dict[str, Any] = {
    "over": {reduced: sp.FiniteSet(0, 1)},
    "grid": Grid(reduced=[1]).nightly(reduced=[0]),
    "uses": ("du2019.corollary-4.1",),
}
DATA = "standard normal inputs, targets by a linear map of singular values 4 (10 when reduced)"


def _reproduced(id_: str, label: str, statement: str, **fields: Any) -> Claim:
    reading = DATA + ", steps of 0.002; " + fields.pop("reading")
    return Claim(
        id=id_,
        source=Source(PAPER, "4.4", label),
        statement=statement,
        reading=reading,
        **{**RUN, **fields},
    )


balanced_norms = _reproduced(
    "du2019.text-4.4b",
    "norms after 10,000 iterations, balanced",
    r"after training from the balanced initialisation the three squared norms are close to each "
    r"other (42.90, 43.76, 43.68) and large against their start: largest over smallest",
    reading="the printed norms depend on the data; their quotient 43.76/42.90 is the bound",
    quantifier=Reproduces(),
    lhs=_value("balanced", _ratios),
    relation="<=",
    rhs=Closed(BALANCED[1] / BALANCED[0]),
)

balanced_gap = _reproduced(
    "du2019.text-4.4c.run",
    "Figure 4.2a",
    r"in all iterations $|\|W_1\|_F^2-\|W_2\|_F^2|$ and $|\|W_2\|_F^2-\|W_3\|_F^2|$ are bounded "
    r"by 0.14",
    reading="the bound as printed",
    quantifier=Reproduces(),
    lhs=_value("balanced", _gaps),
    relation="<=",
    rhs=Closed(Rational(14, 100)),
)


def _consistent(
    part: str, label: str, norms: tuple[Rational, ...], bound: Rational, **fields: Any
) -> Claim:
    name = "0.14" if bound < 1 else str(sp.nsimplify(bound))
    return Claim(
        id=f"du2019.text-4.4{part}",
        source=Source(PAPER, "4.4", label),
        statement=r"$|\|W_1\|_F^2-\|W_2\|_F^2|$ and $|\|W_2\|_F^2-\|W_3\|_F^2|$ are bounded by "
        + f"{name}, at the last iteration with the norms "
        + ", ".join(f"{float(value):.2f}" for value in norms),
        reading="printed norms and printed bound, two roundings of 0.005 allowed",
        over={},
        quantifier=Reproduces(tolerance=0.01),
        lhs=Computed(lambda points: _table(norms).expand(points.n, -1)),
        relation="<=",
        rhs=Closed(bound),
        **fields,
    )


def _table(norms: tuple[Rational, ...]) -> Any:
    import torch

    return torch.tensor([[float(value) for value in gaps(norms)]], dtype=torch.float64)


balanced_printed = _consistent(
    "c",
    "Figure 4.2a against the printed norms",
    BALANCED,
    Rational(14, 100),
    uses=("du2019.text-4.4b",),
    erratum="the printed norms 42.90 and 43.76 differ by 0.86; 43.90 for 42.90 would give 0.14",
)
balanced_printed_corrected = _consistent(
    "c.corrected",
    "Figure 4.2a with 43.90 for 42.90",
    (Rational(4390, 100), *BALANCED[1:]),
    Rational(14, 100),
    corrects="du2019.text-4.4c",
)

unbalanced_printed = _consistent(
    "e",
    "Figure 4.2c against the printed norms",
    UNBALANCED,
    Rational(9),
    uses=("du2019.text-4.4d",),
    erratum="the printed norms 55.50 and 45.65 differ by 9.85",
)
unbalanced_printed_corrected = _consistent(
    "e.corrected",
    "Figure 4.2c with the bound 10",
    UNBALANCED,
    Rational(10),
    corrects="du2019.text-4.4e",
)

balanced_ratio = _reproduced(
    "du2019.figure-4.2b",
    "Figure 4.2b",
    "from the balanced initialisation the ratios between squared norms approach 1",
    reading="largest over smallest at the last iteration, within 2 %",
    quantifier=Reproduces(tolerance=0.02),
    lhs=_value("balanced", _ratios),
    relation="==",
    rhs=Closed(1),
    uses=("du2019.corollary-4.1", "du2019.text-4.4b"),
)

unbalanced_norms = _reproduced(
    "du2019.text-4.4d",
    "norms after 10,000 iterations, unbalanced",
    r"after training from the unbalanced initialisation the squared norms are of the same order "
    r"(55.50, 45.65, 45.46): largest over smallest",
    reading="the printed norms depend on the data; the quotient is 55.50/45.46 = 1.22 in print and "
    "1 + 9.9/(smallest norm) under the conservation law; within 0.25",
    quantifier=Reproduces(tolerance=0.25),
    lhs=_value("unbalanced", _ratios),
    relation="==",
    rhs=Closed(UNBALANCED[0] / UNBALANCED[2]),
)

unbalanced_change = _reproduced(
    "du2019.text-4.4e.run",
    "Figure 4.2c",
    "from the unbalanced initialisation both differences change very little throughout",
    reading="at most 5 % of the larger one",
    quantifier=Reproduces(),
    lhs=_value("unbalanced", _change),
    relation="<=",
    rhs=Closed(Rational(5, 100)),
)

unbalanced_ratio = _reproduced(
    "du2019.figure-4.2d",
    "Figure 4.2d",
    "from the unbalanced initialisation the ratios fall from 10 and 100 to close to 1 and stay "
    "there",
    reading="the time scale (1,000 iterations) depends on the step size, which is not printed; "
    "close "
    "read as the printed norms' own ratio and a quarter: at most 1.47 from half of the run on",
    quantifier=Reproduces(),
    lhs=_value(
        "unbalanced",
        lambda norms: (norms.amax(dim=1) / norms.amin(dim=1))[len(norms) // 2 :].max(),
    ),
    relation="<=",
    rhs=Closed(UNBALANCED[0] / UNBALANCED[2] + Rational(1, 4)),
    uses=("du2019.corollary-4.1", "du2019.text-4.4d"),
)
