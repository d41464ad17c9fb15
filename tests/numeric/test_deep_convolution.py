"""The convolutional ResNet: patches, gradients, Gram matrices and their limit."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from numeric import deep_convolution as convolution
from numeric.deep_draws import draw
from numeric.deep_residual import Readout
from numeric.kernels.convolution import (
    convolution_as_printed,
    convolution_limit,
    patch_double_sum,
    patch_trace,
)
from numeric.kernels.deep import resnet_limit
from numeric.kernels.layers import Activation

SOFTPLUS = Activation("softplus")


def _inputs(n: int, d: int, p: int, seed: int = 0) -> Tensor:
    return torch.randn(n, d, p, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_patches_are_those_of_the_paper() -> None:
    x = torch.arange(1.0, 9.0, dtype=torch.float64).reshape(2, 4)
    expected = torch.tensor(
        [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 0], [0, 5, 6, 7], [5, 6, 7, 8], [6, 7, 8, 0]],
        dtype=torch.float64,
    )
    torch.testing.assert_close(convolution.patches(x, 3), expected)
    torch.testing.assert_close(convolution.patches(x, 1), x)
    with pytest.raises(ValueError, match="position"):
        convolution.patches(x, 0)


@pytest.mark.parametrize(("p", "q"), [(1, 1), (1, 3), (5, 2), (5, 3), (4, 9)])
def test_gathering_is_the_transpose_and_patches_agree_with_a_convolution(p: int, q: int) -> None:
    x, y = _inputs(2, 3, p), _inputs(2, 3 * q, p, seed=1)
    inner = (convolution.patches(x, q) * y).sum()
    torch.testing.assert_close(inner, (x * convolution.gathered(y, q)).sum())
    kernel = _inputs(4, 3, q, seed=2)
    padded = torch.nn.functional.pad(x, ((q - 1) // 2, q // 2))
    expected = torch.nn.functional.conv1d(padded, kernel)
    torch.testing.assert_close(kernel.reshape(4, -1) @ convolution.patches(x, q), expected)


@pytest.mark.parametrize("name", ["softplus", "relu", "tanh"])
@pytest.mark.parametrize("sizes", [(1, 2, 1, 3, 3), (2, 1, 1, 1, 1), (3, 3, 2, 4, 3)])
def test_loss_gradient_is_the_automatic_one(name: str, sizes: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(4)
    start = convolution.initial((2,), sizes, generator, readout="gaussian")  # type: ignore[arg-type]
    weights = {n: w.requires_grad_(True) for n, w in start.items()}
    x, act = _inputs(3, sizes[2], sizes[3]), Activation(name)
    label = torch.tensor([0.5, -1.0, 0.2], dtype=torch.float64)
    path = convolution.forward(weights, x, act, 0.7)
    slope = convolution.slopes(weights, path, act, 0.7)
    loss, slopes = convolution.loss_gradient(path, slope, label)
    expected = torch.autograd.grad(loss.sum(), list(weights.values()), materialize_grads=True)
    for key, value in zip(weights, expected, strict=True):
        torch.testing.assert_close(slopes[key], value, rtol=1e-11, atol=1e-12)
    if sizes[0] > 1:
        printed = convolution.printed_last_gram(weights, path, act, 0.7)
        torch.testing.assert_close(convolution.grams(path, slope)[:, -1], printed)


def test_output_signs_are_one_per_channel() -> None:
    weights = convolution.initial((3,), (2, 5, 2, 4, 3), torch.Generator().manual_seed(0))
    assert bool((weights["a"].abs() == 1).all())
    assert bool((weights["a"] == weights["a"][..., :1]).all())


def test_traces_and_double_sums_of_patches() -> None:
    h = _inputs(1, 6, 6)[0]
    h = h @ h.T  # two inputs of three positions
    trace, double = patch_trace(h, 3, 3), patch_double_sum(h, 3, 3)
    blocks = h.reshape(2, 3, 2, 3)
    assert float(trace[0, 4] - (blocks[0, 0, 1, 1] + blocks[0, 1, 1, 2])) == pytest.approx(0)
    whole = blocks[0, :2, 1, :].sum()  # the first patch and the middle one
    assert float(double[0, 4] - whole) == pytest.approx(0)
    torch.testing.assert_close(patch_trace(h, 3, 1), h)
    torch.testing.assert_close(patch_double_sum(h, 3, 1), h)


@pytest.mark.parametrize("readout", ["signs", "gaussian"])
@pytest.mark.parametrize("name", ["softplus", "relu"])
@pytest.mark.parametrize(("depth", "scale"), [(2, 1.0), (4, 3.0)])
def test_the_limit_is_that_of_wide_networks(
    readout: Readout, name: str, depth: int, scale: float
) -> None:
    # Inputs of unequal norms: a pair of indices that is swapped shows only there.
    x = _inputs(3, 2, 4) * torch.tensor([1.0, scale, 0.5], dtype=torch.float64)[:, None, None]
    act = Activation(name)
    limit = convolution_limit(x, act, depth, 0.9, 3, readout)
    generator = torch.Generator().manual_seed(8)
    drawn = draw((60,), depth, 1500, x, act, 0.9, generator, patch=3, readout=readout)
    error = drawn.last_gram.std(0) / 60**0.5
    away = (drawn.last_gram.mean(0) - limit).abs()
    # The mean's own bias is of order 1/m.
    assert bool((away < 4.5 * error + 20 / 1500 * limit.diagonal().max()).all())
    assert bool((away < 0.1 * limit.diagonal().max()).all())


def test_one_position_is_the_residual_network() -> None:
    x = _inputs(3, 4, 1)
    grams = resnet_limit(x[..., 0], SOFTPLUS, 5, 0.8, cross="limit")
    for readout in ("signs", "gaussian"):
        torch.testing.assert_close(
            convolution_limit(x, SOFTPLUS, 5, 0.8, 1, readout),  # type: ignore[arg-type]
            grams[-1],
        )


def test_the_printed_recursions_differ_where_patches_overlap() -> None:
    x = _inputs(2, 2, 3)
    limit = convolution_limit(x, SOFTPLUS, 2, 0.5, 3)
    printed = convolution_as_printed(x, SOFTPLUS, 2, 0.5, 3, "du2018")
    assert float((printed / limit - 1).abs().min()) > 0.2
    same = convolution_as_printed(x, SOFTPLUS, 2, 0.5, 1, "du2018")
    torch.testing.assert_close(same, convolution_limit(x, SOFTPLUS, 2, 0.5, 1))
    factor = (0.5 / 2) ** 2
    linear = Activation("linear")
    torch.testing.assert_close(
        factor * convolution_as_printed(x, linear, 2, 0.5, 1, "du2019"),
        convolution_limit(x, linear, 2, 0.5, 1, "gaussian"),
    )


def test_wrong_arguments_are_refused() -> None:
    x = _inputs(2, 2, 3)
    with pytest.raises(ValueError, match="depth"):
        convolution_limit(x, SOFTPLUS, 1, 0.5, 3)
    with pytest.raises(ValueError, match="float64"):
        convolution_limit(x[0], SOFTPLUS, 2, 0.5, 3)


@pytest.mark.parametrize("readout", ["signs", "gaussian"])
def test_draws_have_the_law_of_networks_with_weights(readout: Readout) -> None:
    generator = torch.Generator().manual_seed(6)
    x, count = _inputs(2, 2, 3), 4000
    drawn = draw((count,), 3, 3, x, SOFTPLUS, 0.9, generator, patch=3, readout=readout)
    weights = convolution.initial((count,), (3, 3, 2, 3, 3), generator, readout=readout)
    path = convolution.forward(weights, x, SOFTPLUS, 0.9)
    gram = convolution.printed_last_gram(weights, path, SOFTPLUS, 0.9)
    sizes = drawn.states[:, -1].unflatten(-2, (2, 3)).flatten(-2).norm(dim=-1)
    for ours, theirs in (
        (drawn.last_gram, gram),
        (sizes, path.states[:, -1].flatten(-2).norm(dim=-1)),
        (drawn.output.square(), path.output.square()),
    ):
        error = (ours.var(0) / count + theirs.var(0) / count).sqrt()
        assert float(((ours.mean(0) - theirs.mean(0)).abs() / error).max()) < 4.5
