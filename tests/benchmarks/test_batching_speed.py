"""Batched seeds and restarts against the same work one by one, as ratios within one process."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor

from numeric.adversary import Around, Ascent, maximise
from numeric.dynamics import gradient_descent, stochastic_gradient_descent

RUNS = 1000
SINGLES = 5


def seconds(repeat: int, work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def ratio(name: str, one_by_one: Callable[[int], object], batched: Callable[[], object]) -> float:
    """Time of `RUNS` single pieces (from a few of them) over the batch's."""
    single = seconds(3, lambda: [one_by_one(seed) for seed in range(SINGLES)]) / SINGLES * RUNS
    found = single / seconds(3, batched)
    print(f"{name}: batched is {found:.0f} times cheaper per seed")
    return found


def quartic(x: Tensor, **_: object) -> Tensor:
    return x**3 - x


def noisy(x: Tensor, *, generator: torch.Generator) -> Tensor:
    return quartic(x) + 0.1 * torch.randn(x.shape, generator=generator, dtype=torch.float64)


def test_descent_over_a_thousand_seeds() -> None:
    """At least 20 times cheaper per seed."""
    start = torch.randn(RUNS, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    plain = ratio(
        "gradient descent",
        lambda seed: gradient_descent(quartic, start[seed : seed + 1], 0.05, 100),
        lambda: gradient_descent(quartic, start, 0.05, 100),
    )
    stochastic = ratio(
        "stochastic gradient descent",
        lambda seed: stochastic_gradient_descent(
            noisy, start[seed : seed + 1], 0.05, 100, generator=torch.Generator().manual_seed(seed)
        ),
        lambda: stochastic_gradient_descent(
            noisy, start, 0.05, 100, generator=torch.Generator().manual_seed(0)
        ),
    )
    assert plain > 20
    assert stochastic > 20


def test_ascent_over_a_thousand_restarts() -> None:
    """At least 20 times cheaper per restart, for a two-layer network and its input."""

    def output(w: dict[str, Tensor]) -> Tensor:
        hidden = torch.relu((w["w"] @ w["x"].unsqueeze(-1)).squeeze(-1))
        return (w["a"] * hidden).sum(-1)

    def search(restarts: int, seed: int) -> float:
        def zeros(*shape: int) -> Tensor:
            return torch.zeros(1, 1, *shape, dtype=torch.float64)

        sets = {
            "a": Around(zeros(4), 1.0, trailing=1),
            "w": Around(zeros(4, 3), 1.0),
            "x": Around(zeros(3), 1.0, shape="sphere", trailing=1),
        }
        generator = torch.Generator().manual_seed(seed)
        return float(maximise(output, sets, Ascent(restarts, 20), generator).value)

    found = ratio("adversarial ascent", lambda seed: search(1, seed), lambda: search(RUNS, 0))
    assert found > 20
