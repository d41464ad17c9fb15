"""Rates and bends of learning curves on curves whose bend is known."""

from __future__ import annotations

import torch

from numeric.learning_curves import decrease, knee, random_curves


def test_knee_of_two_straight_pieces() -> None:
    steps = torch.arange(400, dtype=torch.float64)
    slow, fast = 1e-3, 5e-2
    logs = torch.where(steps <= 150, -slow * steps, -slow * 150 - fast * (steps - 150))
    assert knee(logs.exp()).item() == 150.0


def test_knee_ignores_the_first_drop_and_the_floor() -> None:
    steps = torch.arange(400, dtype=torch.float64)
    logs = torch.where(steps <= 5, -1.0 * steps, -5 - 1e-3 * (steps - 5))
    logs = torch.where(steps > 100, logs - 0.3 * (steps - 100), logs)
    curve = logs.exp()
    # Rounding noise far below the floor is not a rate.
    curve = torch.where(curve < 1e-14, 1e-14 * (1 + (steps % 2)), curve)
    assert knee(curve).item() == 100.0


def test_decrease_is_the_mean_rate() -> None:
    curve = torch.exp(-0.25 * torch.arange(50, dtype=torch.float64)).repeat(3, 1)
    assert torch.allclose(decrease(curve, 7, 31), torch.full((3,), 0.25, dtype=torch.float64))


def test_good_signs_learn_and_bad_signs_do_not() -> None:
    good = random_curves(20, 6, 1.0, 0.1, 1500, runs=30)
    bad = random_curves(20, 6, 1.0, 0.1, 1500, runs=30, signs=(-1, -1))
    assert float(good.loss[:, -1].max()) < 1e-6
    assert float(good.angle[:, -1].max()) < 1e-2
    assert float(bad.loss[:, -1].median()) > 0.1
    assert bool((good.angle[:, 0] < torch.pi / 2).all())
    assert bool((bad.angle[:, 0] > torch.pi / 2).all())
