"""Torch code in balls: the same values, enclosed; refused where that cannot be had."""

from __future__ import annotations

import math
from collections.abc import Callable

import flint
import numpy as np
import pytest
import torch

from numeric.ball_replay import NotReplayed, replay

X = torch.tensor([[0.3, -1.7, 2.5], [0.1, 0.7, -0.2]], dtype=torch.float64)
W = torch.tensor([[1.0, -0.4], [0.2, 0.9], [-1.1, 0.05]], dtype=torch.float64)


def _written_in_place() -> torch.Tensor:
    out = torch.zeros(2, 3, dtype=torch.float64)
    out[:, 1] = X[:, 0] * 3
    out[0] += 1
    out[X > 2] = 7
    return out.clamp_min(0.5) / 3


def _recursion() -> torch.Tensor:
    state = X
    for _ in range(5):
        state = state + 0.1 * torch.tanh(state @ W) @ W.T
    return torch.stack([state.sum(-1), torch.linalg.vector_norm(state, dim=-1)])


CODE: dict[str, Callable[[], torch.Tensor]] = {
    "arithmetic": lambda: 2 / (X + 3) - X**3 + 1.5**X - (-X) * X / 7 + 1,
    "functions": lambda: X.exp().sqrt() + X.sin() * X.cos() + torch.erf(X) + X.tanh() + X.sigmoid(),
    "angles": lambda: torch.arccos(X / 4) + torch.arcsin(X / 4) + torch.atan(X) + X.abs().log(),
    "bends": lambda: torch.relu(X) + X.clamp(-1, 1) + torch.maximum(X, -X) + X.sign(),
    "where": lambda: torch.where(X > 0, X, 0.1 * X),
    "reductions": lambda: X.sum(-1) + X.mean(1) + X.amax(dim=1) + X.norm(dim=1) + X.prod(dim=1),
    "products": lambda: X @ W + torch.einsum("ij,jk->ik", X, W),
    "spectrum": lambda: torch.linalg.eigvalsh(X @ X.T),
    "spectral norm": lambda: torch.linalg.matrix_norm(X[None], ord=2),
    "shapes": lambda: torch.cat([X.T.reshape(2, 3), X.flip(0)]).unsqueeze(1).expand(-1, 2, -1),
    "in place": _written_in_place,
    "recursion": _recursion,
    "softplus": lambda: torch.nn.functional.softplus(X) + torch.log1p(X.square()),
    "running": lambda: X.cumsum(1) + torch.cumprod(X, dim=1),
    "new tensors": lambda: torch.ones(2, 3, dtype=torch.float64) * X + torch.zeros_like(X),
}


@pytest.mark.parametrize("name", CODE)
def test_the_balls_enclose_what_float64_rounds(name: str) -> None:
    balls = replay(CODE[name])
    plain = CODE[name]()
    assert balls.shape == tuple(plain.shape)
    for ball, value in zip(balls.flat, plain.flatten().tolist(), strict=True):
        assert abs(float(ball.mid()) - value) <= 1e-13 * max(1, abs(value))
        assert float(ball.rad()) < 1e-45 * max(1, abs(value))


def test_cancellation_is_seen_through() -> None:
    tiny = torch.tensor([1e-9], dtype=torch.float64)

    def difference() -> torch.Tensor:
        return 1 + tiny**2 - 1  # zero in float64

    assert float(difference()) == 0
    [ball] = replay(difference)
    assert float(ball) == pytest.approx(1e-18, rel=1e-12)


def test_exact_numbers_stay_exact() -> None:
    [ball] = replay(lambda: torch.tensor([0.1], dtype=torch.float64) * 3)
    with_bits = flint.ctx.prec
    flint.ctx.prec = 200
    try:
        assert ball == flint.arb(0.1) * 3
    finally:
        flint.ctx.prec = with_bits


def _leaves_the_tensors() -> torch.Tensor:
    return X * float(X[0, 0])


def _writes_through_a_view() -> torch.Tensor:
    out = torch.zeros(2, 3, dtype=torch.float64)
    row = out[0]
    row += 5
    return out + X


REFUSED: dict[str, Callable[[], torch.Tensor]] = {
    "a value taken out": _leaves_the_tensors,
    "numpy": lambda: torch.from_numpy(np.sqrt(X.abs().numpy())),
    "unknown": lambda: torch.linalg.qr(X)[0],
    "single precision": lambda: X.float().double() + X,
    "a view": _writes_through_a_view,
    "a tie that rounding decides": lambda: torch.where(X.sin() ** 2 + X.cos() ** 2 >= 1, X, -X),
    "outside the domain": lambda: torch.log(X - X),
    "gradients": lambda: X.clone().requires_grad_().sum(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_enclosed_is_refused(name: str) -> None:
    with pytest.raises(NotReplayed):
        replay(REFUSED[name])


def test_a_long_computation_is_given_up() -> None:
    def long() -> torch.Tensor:
        x = torch.zeros(1000, dtype=torch.float64)
        for _ in range(10**5):
            x = x + math.pi
        return x

    with pytest.raises(NotReplayed, match="operations"):
        replay(long)
