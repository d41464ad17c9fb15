"""Planted violations and true statements under every quantifier: what the quick profile finds.

`pytest -s` prints two tables. A violation of 1 % means that the printed bound is the true one
divided by 1.01; the statements up to a constant have no such violations, only wrong powers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
import torch
from checking import SIZES, check_one, claim, k, profile, x

from numeric.adversary import Around
from theorems.claim import Claim
from theorems.grid import Grid
from theorems.quantifiers import (
    AlongTrajectory,
    Exists,
    ForAllWeights,
    Reproduces,
    SufficientSize,
    UpToConstant,
    WithProbability,
)
from theorems.sides import Closed, Computed, Sampled, Simulated

DEPTHS = [4, 16, 64]
OCTAVES = [8, 16, 32, 64, 128]
POSITIVE = sp.Interval.open(0, sp.oo)
PARTS = {"0.1 %": 1.001, "1 %": 1.01, "10 %": 1.1, "factor 2": 2, "factor sqrt(L)": sp.sqrt(k)}
POWERS = {"sqrt(L)": sp.Rational(1, 2), "L": sp.Integer(1)}
Planted = Callable[[Any], Claim]


def numbers(*shape: int, generator: Any) -> torch.Tensor:
    return torch.rand(*shape, generator=generator, dtype=torch.float64)


def for_all(part: Any) -> Claim:
    """`x / (1 + x^2) <= 1 / 2`, with equality at 1, between the grid's points."""
    return claim(
        over={x: POSITIVE, k: SIZES},
        lhs=Computed(lambda p: p.x / (1 + p.x**2)),
        rhs=Closed(sp.Rational(1, 2) / part),
        grid=Grid(x=[0.3, 20.0], k=DEPTHS),
    )


def _layers(points: Any, generator: Any) -> Any:
    centre = torch.zeros(points.n, 1, points.k, 2, 2, dtype=torch.float64)
    return {"w": Around(centre, points.x / points.k, shape="spectral")}


def _product(points: Any, weights: Any) -> torch.Tensor:
    eye = torch.eye(2, dtype=torch.float64)
    out = eye
    for layer in weights["w"].unbind(dim=2):
        out = (eye + layer) @ out
    return torch.linalg.matrix_norm(out, ord=2)


def for_all_weights(part: Any) -> Claim:
    """The norm of k layers `I + D`, `|D| <= c / k`, is at most `(1 + c / k)^k`."""
    return claim(
        over={x: POSITIVE, k: SIZES},
        lhs=Computed(_product),
        rhs=Closed((1 + x / k) ** k / part),
        quantifier=ForAllWeights(within=_layers),
        grid=Grid(x=[1, 10], k=[16]),
    )


def _run(points: Any, generator: Any) -> Any:
    """20,000 steps, at most 0.9 of the start but for one step, which comes up to the start."""
    size = torch.linspace(0.1, 0.9, 20_000, dtype=torch.float64).expand(points.n, -1).clone()
    size[:, 12_345] = 1.0
    return {"size": size * points.x[:, None]}


def along_trajectory(part: Any) -> Claim:
    return claim(
        over={x: POSITIVE, k: SIZES},
        lhs=Simulated(lambda path: path["size"]),
        rhs=Closed(x / part),
        quantifier=AlongTrajectory(simulate=_run),
        grid=Grid(x=[0.1, 3.0], k=[16]),
    )


def in_expectation(part: Any) -> Claim:
    """The mean of a uniform number is at most a half."""
    return claim(
        over={k: SIZES},
        lhs=Sampled(lambda p, samples, g: numbers(p.n, samples, generator=g)),
        rhs=Closed(sp.Rational(1, 2) / part),
        grid=Grid(k=[16]),
    )


def with_probability(part: Any) -> Claim:
    """An event of probability 0.85 is said to have `part` times that (at most 1).

    To tell 0.85 from one 1 % larger takes more draws than the profile's 2,000: the claim asks.
    """
    return claim(
        over={k: SIZES},
        lhs=Sampled(lambda p, samples, g: numbers(p.n, samples, generator=g)),
        rhs=Closed(sp.Rational(85, 100)),
        quantifier=WithProbability(
            at_least=sp.Min(1, sp.Rational(85, 100) * part),
            draws=400_000 if part == PARTS["1 %"] else None,
        ),
        grid=Grid(k=[16]),
    )


def up_to_constant(power: Any) -> Claim:
    """The mean of 2 u L^power, said to be bounded."""
    return claim(
        over={k: SIZES},
        lhs=Sampled(lambda p, n, g: 2 * p.k ** float(power) * numbers(p.n, n, generator=g)),
        rhs=Closed(1),
        quantifier=UpToConstant(along=("k",)),
        grid=Grid(k=OCTAVES),
    )


def sufficient_size(power: Any) -> Claim:
    """Success at 0.9 needs a size of 4 L^(1 + power); the print says L."""

    def success(points: Any, size: int, draws: int, generator: Any) -> torch.Tensor:
        lost = 0.1 * (4 * points.k ** (1 + float(power)) / size) ** 3
        return (numbers(1, draws, generator=generator) >= lost).to(torch.float64)

    return claim(
        over={k: SIZES},
        lhs=Sampled(success),
        rhs=Closed(k),
        quantifier=SufficientSize(along=("k",), largest=1 << 24),
        grid=Grid(k=OCTAVES),
    )


def reproduces(part: Any) -> Claim:
    """A printed number, given to three decimals."""
    return claim(
        over={k: SIZES},
        lhs=Computed(lambda p: torch.ones(p.n, dtype=torch.float64)),
        relation="==",
        rhs=Closed(1 / sp.sympify(part)),
        quantifier=Reproduces(tolerance=5e-4),
        grid=Grid(k=[16]),
    )


def exists(part: Any) -> Claim:
    """Some weight is at least `part` times the largest there is: no search can refute it."""
    return claim(
        over={x: sp.Interval(0, 1), k: SIZES},
        lhs=Computed(lambda p: p.x),
        relation=">=",
        rhs=Closed(sp.sympify(part)),
        quantifier=Exists(),
        grid=Grid(x=[0.5, 1.0], k=[16]),
    )


BY_PART: dict[str, Planted] = {
    "for all": for_all,
    "for all weights": for_all_weights,
    "along trajectories": along_trajectory,
    "in expectation": in_expectation,
    "with probability": with_probability,
    "reproduces": reproduces,
    "there exists": exists,
}
BY_POWER: dict[str, Planted] = {
    "up to a constant": up_to_constant,
    "sufficient size": sufficient_size,
}
# The quick profile's 2,000 draws cannot tell a probability from one 0.1 % larger, nor its 131,072
# samples a mean from one 0.1 % smaller; existence is never refuted.
BEYOND_QUICK = {
    ("with probability", "0.1 %"),
    ("in expectation", "0.1 %"),
} | {("there exists", size) for size in PARTS}
CASES = [(q, size) for q in BY_PART for size in PARTS] + [(q, p) for q in BY_POWER for p in POWERS]


def planted(quantifier: str, size: str) -> Claim:
    if quantifier in BY_PART:
        return BY_PART[quantifier](PARTS[size])
    return BY_POWER[quantifier](POWERS[size])


@pytest.mark.parametrize(("quantifier", "size"), CASES, ids=[f"{q}-{s}" for q, s in CASES])
def test_planted_violations_are_found(quantifier: str, size: str) -> None:
    started = time.perf_counter()
    result = check_one(planted(quantifier, size))
    seconds = time.perf_counter() - started
    found = result.verdict == "VIOLATED"
    word = "found" if found else f"not found ({result.verdict})"
    print(f"\n| {quantifier:18} | {size:14} | {word:26} | {seconds:5.2f} s |", end="")
    assert found == ((quantifier, size) not in BEYOND_QUICK), result.reason
    if not found:
        assert result.verdict in ("SUPPORTED", "INCONCLUSIVE")


SEEDS = {
    "for all": 60,
    "for all weights": 20,
    "along trajectories": 100,
    "in expectation": 350,
    "with probability": 350,
    "reproduces": 20,
    "there exists": 20,
    "up to a constant": 60,
    "sufficient size": 60,
}
# Enough for an honest test of each true statement, at a fraction of the quick profile's effort.
SMALL = {
    "samples": 1 << 12,
    "draws": 1000,
    "random_points": 200,
    "ascent_starts": 14,
    "ascent_steps": 20,
}


@pytest.mark.parametrize("quantifier", sorted(SEEDS))
def test_true_statements_are_not_flagged(quantifier: str) -> None:
    """Statements that hold with equality, where false alarms are likeliest."""
    started = time.perf_counter()
    true = BY_PART[quantifier](1) if quantifier in BY_PART else BY_POWER[quantifier](0)
    verdicts: dict[str, int] = {}
    tightest = 0.0
    for seed in range(SEEDS[quantifier]):
        result = check_one(true, profile(f"true-{seed}", **SMALL))
        verdicts[str(result.verdict)] = verdicts.get(str(result.verdict), 0) + 1
        tightest = max(tightest, result.tightness["value"] if result.tightness else 0.0)
        assert result.verdict in ("SUPPORTED", "INCONCLUSIVE"), result.reason
        assert not result.conflict
    seconds = time.perf_counter() - started
    tally = ", ".join(f"{count} {name}" for name, count in sorted(verdicts.items()))
    print(f"\n| {quantifier:18} | {tally:34} | {tightest:7.4f} | {seconds:5.2f} s |", end="")
    if quantifier in ("for all", "for all weights", "along trajectories"):
        assert tightest > 0.99
        assert verdicts == {"SUPPORTED": SEEDS[quantifier]}


def test_the_catalogue_of_true_statements_is_large() -> None:
    assert sum(SEEDS.values()) >= 1000
