"""Deep ReLU networks: forms against each other, hand gradients against autograd, known cases."""

import pytest
import torch

from numeric import deep_relu as dr
from numeric import deep_relu_moves as moves
from numeric.data import unit_sphere
from numeric.deep_relu_search import largest_norm, worst

WIDTHS = (5, 8, 6, 4)


def _drawn(shape: tuple[int, ...] = (3,)) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return dr.initial(shape, WIDTHS, generator), unit_sphere((7,), 5, generator)


def _moved(layers: tuple[torch.Tensor, ...], size: float) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    return tuple(
        w + size * torch.randn(w.shape, generator=generator, dtype=torch.float64) for w in layers
    )


def test_the_initial_variance_is_two_over_the_width_after_the_layer() -> None:
    layers = dr.initial((4000,), WIDTHS, torch.Generator().manual_seed(2))
    for layer in layers:
        assert float(layer.var()) == pytest.approx(2 / layer.shape[-1], rel=0.02)


def test_half_of_the_output_signs_are_positive() -> None:
    assert dr.signs(6).tolist() == [1, 1, 1, -1, -1, -1]
    with pytest.raises(ValueError, match="not even"):
        dr.signs(3)


def test_the_output_is_that_of_the_matrix_product() -> None:
    layers, x = _drawn()
    run = dr.forward(layers, x)
    whole = dr.product(layers, run.active, 1, 3)
    found = (whole @ x.unsqueeze(-1)).squeeze(-1) @ dr.signs(4)
    assert torch.allclose(found, run.output, atol=1e-12)
    by_rows = (dr.prefixes(layers, run.active)[0] * x).sum(-1)
    assert torch.allclose(by_rows, run.output, atol=1e-12)
    identity = dr.product(layers, run.active, 4, 3)
    assert torch.equal(identity[0, 0], torch.eye(4, dtype=torch.float64))


def test_output_gradients_are_those_of_autograd() -> None:
    layers, x = _drawn(())
    leaves = [w.clone().requires_grad_(True) for w in layers]
    formula = dr.output_gradients(layers, x)
    norms = dr.output_gradient_norms(layers, x)
    outputs = dr.forward(leaves, x).output
    for i in range(7):
        slopes = torch.autograd.grad(outputs[i], leaves, retain_graph=True)
        for level, slope in enumerate(slopes):
            assert torch.allclose(slope, formula[level][i], atol=1e-12)
            assert float(norms[i, level]) == pytest.approx(float(slope.norm()), rel=1e-12)


def test_risk_gradients_are_those_of_autograd() -> None:
    layers, x = _drawn()
    y = torch.tensor([1.0, -1, -1, 1, 1, -1, 1], dtype=torch.float64)
    leaves = [w.clone().requires_grad_(True) for w in layers]
    slopes = torch.autograd.grad(dr.risk(leaves, x, y).sum(), leaves)
    for slope, formula in zip(slopes, dr.risk_gradients(layers, x, y), strict=True):
        assert torch.allclose(slope, formula, atol=1e-12)


def test_the_surrogate_is_minus_the_slope_of_the_loss() -> None:
    z = torch.linspace(-5, 5, 11, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(dr.loss(z).sum(), z)
    assert torch.allclose(-slope, dr.surrogate(z.detach()), atol=1e-12)


def test_descent_repeats_its_own_steps_and_lowers_the_risk() -> None:
    layers, x = _drawn(())
    y = torch.sign(x[:, 0])
    run = dr.descend(layers, x, y, 0.05, 20)
    once = dr.descend(layers, x, y, 0.05, 1).layers
    again = dr.descend(once, x, y, 0.05, 19)
    assert torch.allclose(run.layers[0], again.layers[0], atol=1e-12)
    assert bool((run.risk.diff() < 0).all())
    assert float(run.distance[0]) < 1e-9 < float(run.distance[-1])
    with pytest.raises(ValueError, match="not finite"):
        dr.descend(layers, x, y, 1e200, 3)


def test_the_three_parts_add_up_and_the_third_is_linear() -> None:
    layers, x = _drawn()
    new = _moved(layers, 0.4)
    first, second, third = moves.output_change_parts(layers, new, x)
    change = dr.forward(new, x).output - dr.forward(layers, x).output
    assert torch.allclose(first + second + third, change, atol=1e-12)
    assert float(first.abs().max()) > 1e-3
    linear = moves.linearised(layers, new, x) - dr.forward(layers, x).output
    assert torch.allclose(linear, third, atol=1e-12)
    error = dr.forward(new, x).output - moves.linearised(layers, new, x)
    assert torch.allclose(error, moves.linearisation_error(layers, new, x), atol=1e-12)


def test_the_cheapest_flips_are_the_most_that_a_radius_allows() -> None:
    pre = torch.tensor([0.3, -0.1, 2.0, 0.2], dtype=torch.float64)
    size = torch.tensor(2.0, dtype=torch.float64)
    # Costs 0.05, 0.1, 0.15 and 1.0: the first two need sqrt(0.0125) = 0.1118.
    assert float(moves.cheapest_flips(pre, size, torch.tensor(0.111))) == 1
    assert float(moves.cheapest_flips(pre, size, torch.tensor(0.112))) == 2
    assert float(moves.cheapest_flips(pre, size, torch.tensor(0.5))) == 3


def test_the_supremum_over_sparse_directions_takes_the_largest_entries() -> None:
    row = torch.tensor([3.0, -4.0, 1.0], dtype=torch.float64)
    assert float(moves.largest_on_sparse(row, 1)) == 4
    assert float(moves.largest_on_sparse(row, 2)) == 5
    assert float(moves.largest_on_sparse(row, 9)) == pytest.approx(26**0.5)


def test_spectral_moves_add_the_layers() -> None:
    old = [torch.zeros(2, 2, dtype=torch.float64)] * 2
    new = [torch.diag(torch.tensor([3.0, 1.0], dtype=torch.float64))] * 2
    assert float(moves.spectral_moves(old, new)) == pytest.approx(6)


def test_the_search_finds_the_largest_norm_in_the_neighbourhood() -> None:
    radius = torch.tensor([0.5], dtype=torch.float64)
    generator = torch.Generator().manual_seed(3)
    starts = []

    def objective(
        start: tuple[torch.Tensor, ...],
        old: tuple[torch.Tensor, ...],
        new: tuple[torch.Tensor, ...],
        x: torch.Tensor,
    ) -> torch.Tensor:
        starts.append(largest_norm(start).detach().max())
        return largest_norm(new)

    found = worst(objective, (3, 4), radius, 1, generator, restarts=8, steps=60)
    assert float(found) <= float(torch.stack(starts).max()) + 0.5 + 1e-9
    assert float(found) > float(torch.stack(starts).max()) + 0.45
