"""Passes drawn without matrices follow the law of those computed with them."""

from __future__ import annotations

import pytest
import torch

from numeric.data import unit_sphere
from numeric.deep_relu import forward, initial, output_gradient_norms, prefixes
from numeric.deep_relu_draws import drawn_passes

DRAWS = 40_000


@pytest.fixture(scope="module")
def both() -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Statistics per draw, with matrices and without: norms, an entry along x, gradients."""
    widths = (3, 6, 4)
    generator = torch.Generator().manual_seed(5)
    x = unit_sphere((1, 1), 3, generator).expand(DRAWS, 1, 3)
    layers = initial((DRAWS,), widths, generator)
    run = forward(layers, x)
    rows = [row[:, 0] for row in prefixes(layers, run.active)]
    slow = [row.norm(dim=-1) for row in rows] + [(rows[0] * x[:, 0]).sum(-1)]
    slow += [run.output[:, 0], *output_gradient_norms(layers, x)[:, 0].T]
    drawn = drawn_passes(widths, x[:, 0], generator)
    fast = [row.norm(dim=-1) for row in drawn.rows] + [(drawn.rows[0] * x[:, 0]).sum(-1)]
    output = drawn.hidden[-1] @ torch.tensor([1.0, 1.0, -1.0, -1.0], dtype=torch.float64)
    fast += [output, *drawn.gradient_norms.T]
    return slow, fast


@pytest.mark.parametrize("power", [1, 2])
def test_moments_agree(both: tuple[list[torch.Tensor], list[torch.Tensor]], power: int) -> None:
    for a, b in zip(*both, strict=True):
        a, b = a**power, b**power
        error = ((a.var() + b.var()) / DRAWS).sqrt()
        assert abs(float(a.mean() - b.mean())) <= 5 * float(error)


def test_the_row_along_the_input_is_the_output(
    both: tuple[list[torch.Tensor], list[torch.Tensor]],
) -> None:
    for statistics in both:
        torch.testing.assert_close(statistics[2], statistics[3])
    # Tails too: the networks that are dead on the input.
    dead = [float((s[3] == 0).to(torch.float64).mean()) for s in both]
    assert dead[0] == pytest.approx(dead[1], abs=5 * (dead[0] / DRAWS) ** 0.5)
    assert dead[0] > 0
