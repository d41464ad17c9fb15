"""`infinite_width`: its interface, its invariances, and the finite network that tends to it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor
from torch.func import functional_call, jacrev

from numeric.kernels import Activation, Dense, Kernels, Residual, finite_width, infinite_width
from numeric.kernels.activations import derivative, value
from numeric.kernels.expanded import quadrature
from numeric.kernels.hermite import MAX_VARIANCE, expand
from numeric.kernels.layers import ACTIVATIONS

MIXED = [
    Dense(1.3, 0.2),
    Activation("softplus"),
    Residual([Dense(1.0), Activation("gelu"), Residual([Dense(0.7, 0.1), Activation("sigmoid")])]),
    Dense(1.1),
    Activation("leaky_relu", -0.7),
    Dense(1.2, 0.1),
    Residual([Activation("tanh"), Dense(0.9, 0.3)]),
    Activation("erf"),
    Dense(1.5),
    Activation("relu"),
    Dense(),
]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """These matrices are too small to share among threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def inputs(n: int, d: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=generator, dtype=torch.float64)


def plain(name: str) -> list[Dense | Activation]:
    act = Activation(name, 0.2)
    return [Dense(1.4, 0.3), act, Dense(1.2, 0.2), act, Dense(1.0, 0.1)]


def largest_gap(a: Kernels, b: Kernels) -> float:
    return max(float((a.nngp - b.nngp).abs().max()), float((a.ntk - b.ntk).abs().max()))


def test_one_dense_layer_is_the_scaled_inner_product() -> None:
    x, z = inputs(3, 5), inputs(2, 5, 1)
    kernels = infinite_width(x, z, layers=[Dense(1.5, 0.5)])
    expected = 1.5**2 * x @ z.T / 5 + 0.5**2
    torch.testing.assert_close(kernels.nngp, expected, rtol=1e-14, atol=1e-15)
    torch.testing.assert_close(kernels.ntk, expected, rtol=1e-14, atol=1e-15)
    assert kernels.nngp.dtype == torch.float64


def test_deep_linear_network_has_a_multiple_of_its_nngp_as_ntk() -> None:
    x = inputs(4, 3)
    layers = [Dense(1.2), Activation("linear"), Dense(0.9), Dense(1.1)]
    kernels = infinite_width(x, layers=layers)
    torch.testing.assert_close(kernels.ntk, 3 * kernels.nngp, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("network", [*ACTIVATIONS, "mixed"])
def test_blocks_and_symmetry_change_nothing(network: str) -> None:
    x = inputs(37, 6)
    x[5], x[20], x[36], x[7] = x[0], -x[1], x[2] * (1 + 1e-9), 0
    layers = MIXED if network == "mixed" else plain(network)
    whole = infinite_width(x, layers=layers, block=(64, 64))
    size = float(whole.ntk.diagonal().max())
    assert torch.equal(whole.nngp, whole.nngp.T)
    assert torch.equal(whole.ntk, whole.ntk.T)
    for block in ((5, 11), (16, 16)):
        assert largest_gap(whole, infinite_width(x, layers=layers, block=block)) < 1e-14 * size
    assert largest_gap(whole, infinite_width(x, x, layers=layers)) < 1e-14 * size
    crossed = infinite_width(x[:11], x, layers=layers, block=(4, 7))
    rows = Kernels(whole.nngp[:11], whole.ntk[:11])
    assert largest_gap(rows, crossed) < 1e-13 * size


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_kernels_are_invariant_under_rotations(name: str) -> None:
    x = inputs(8, 4)
    rotation = torch.linalg.qr(inputs(4, 4, 3))[0]
    before = infinite_width(x, layers=plain(name))
    after = infinite_width(x @ rotation, layers=plain(name))
    assert largest_gap(before, after) < 1e-13 * float(before.ntk.max())


def test_relu_without_bias_is_homogeneous() -> None:
    x = inputs(6, 4)
    layers = [Dense(1.4), Activation("relu"), Residual([Dense(1.0), Activation("relu")]), Dense()]
    scales = torch.tensor([0.01, 0.3, 1.0, 2.0, 17.0, 1e4], dtype=torch.float64)
    scaled = infinite_width(scales[:, None] * x, layers=layers)
    expected = infinite_width(x, layers=layers)
    factor = torch.outer(scales, scales)
    torch.testing.assert_close(scaled.nngp, factor * expected.nngp, rtol=1e-13, atol=0)
    torch.testing.assert_close(scaled.ntk, factor * expected.ntk, rtol=1e-13, atol=0)


def test_parallel_inputs_stay_parallel_through_a_residual_of_relu() -> None:
    # The means of both summands correlate them; the angle must come out 0, not 1e-8.
    x = torch.tensor([[0.3, -0.7, 0.2]], dtype=torch.float64)
    layers = [Dense(1.4), Activation("relu"), Residual([Dense(1.0), Activation("relu")])]
    layers += [Dense(), Activation("relu"), Dense()]
    own = float(infinite_width(x, layers=layers).ntk)
    assert float(infinite_width(x, 4 * x, layers=layers).ntk) == pytest.approx(4 * own, rel=1e-14)
    assert float(infinite_width(x, 0.3 * x, layers=layers).ntk) == pytest.approx(
        0.3 * own, rel=1e-14
    )


@pytest.mark.parametrize(("slope", "name"), [(0.0, "relu"), (1.0, "linear")])
def test_leaky_relu_contains_relu_and_linear(slope: float, name: str) -> None:
    x = inputs(9, 3)
    leaky = [
        Activation("leaky_relu", slope) if isinstance(t, Activation) else t for t in plain(name)
    ]
    ours, theirs = infinite_width(x, layers=leaky), infinite_width(x, layers=plain(name))
    assert largest_gap(ours, theirs) < 1e-14 * float(theirs.ntk.max())


def test_absolute_value_takes_opposite_inputs_for_equal_ones() -> None:
    x = inputs(3, 4)
    act = Activation("leaky_relu", -1.0)
    layers = [Dense(1.4), act, Dense(1.0), Activation("relu"), Dense()]
    same = infinite_width(x, x, layers=layers)
    opposite = infinite_width(x, -x, layers=layers)
    torch.testing.assert_close(same.nngp, opposite.nngp, rtol=1e-14, atol=0)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus"])
def test_truncated_expansion_is_completed_by_quadrature(name: str) -> None:
    # Variances up to 200: an expansion cut at its longest no longer reaches parallel inputs.
    x = 8 * inputs(6, 3)
    x[1], x[2], x[3], x[4] = x[0] * (1 + 1e-7), -x[0], 0.5 * x[0], 0
    act = Activation(name)
    q = x.square().sum(1) / 3
    assert not expand(act, q, max_terms=256).complete
    kernels = infinite_width(x, layers=[Dense(), act])
    norm = q.sqrt()
    pairs = [(0, 0), (0, 1), (0, 3), (0, 5), (1, 5), (5, 5)]
    i, j = (torch.tensor(side) for side in zip(*pairs, strict=True))
    cosine = (x[i] * x[j]).sum(1) / 3 / (norm[i] * norm[j])
    unit = x / x.norm(dim=1, keepdim=True).clamp_min(1e-300)
    chord = (unit[i] - unit[j]).norm(dim=1)
    sine = chord * (1 - chord.square() / 4).sqrt()
    k, slope = quadrature(act, q[i], q[j], cosine, sine)
    torch.testing.assert_close(kernels.nngp[i, j], k, rtol=1e-13, atol=0)
    expected = slope * (x[i] * x[j]).sum(1) / 3
    torch.testing.assert_close(kernels.ntk[i, j], expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_is_the_derivative(name: str) -> None:
    act = Activation(name, 0.2)
    u = torch.tensor([-30.0, -3.0, -0.4, 0.2, 1.7, 25.0], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(value(act, u).sum(), u)
    torch.testing.assert_close(derivative(act, u.detach()), gradient, rtol=1e-12, atol=1e-14)


def test_finite_kernels_are_those_of_the_network_by_automatic_differentiation() -> None:
    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            draw = torch.Generator().manual_seed(7)
            sizes = [(5, 3), (5,), (5, 5), (5,), (5, 5), (5,)]
            new = [torch.randn(s, generator=draw, dtype=torch.float64) for s in sizes]
            self.p = torch.nn.ParameterList(new)
            self.readout = torch.randn(5, generator=draw, dtype=torch.float64) / math.sqrt(5)

        def forward(self, u: Tensor) -> Tensor:
            w1, b1, w2, b2, w3, b3 = self.p
            h = torch.tanh(1.3 / math.sqrt(3) * u @ w1.T + 0.2 * b1)
            h = h + torch.nn.functional.gelu(0.8 / math.sqrt(5) * h @ w2.T + 0.4 * b2)
            return (1.1 / math.sqrt(5) * h @ w3.T + 0.3 * b3) @ self.readout

    layers = [
        Dense(1.3, 0.2),
        Activation("tanh"),
        Residual([Dense(0.8, 0.4), Activation("gelu")]),
        Dense(1.1, 0.3),
    ]
    net, x, z = Net(), inputs(4, 3), inputs(3, 3, 1)
    parameters = {k: v.detach() for k, v in net.named_parameters()}
    jx, jz = (jacrev(lambda p, u=u: functional_call(net, p, (u,)))(parameters) for u in (x, z))
    expected = sum(jx[k].flatten(1) @ jz[k].flatten(1).T for k in parameters)
    generator = torch.Generator().manual_seed(7)
    ours = finite_width(x, z, layers=layers, width=5, generator=generator)
    torch.testing.assert_close(ours.ntk, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("network", [*ACTIVATIONS, "mixed"])
def test_finite_networks_tend_to_the_limit(network: str) -> None:
    x, z = inputs(3, 4), inputs(2, 4, 1)
    z[0], z[1] = x[0], 0.1 - x[1]
    layers = MIXED if network == "mixed" else plain(network)
    limit = infinite_width(x, z, layers=layers)
    generator = torch.Generator().manual_seed(11)
    spreads: dict[int, float] = {}
    for width, draws in ((16, 200), (256, 40)):
        runs = [
            finite_width(x, z, layers=layers, width=width, generator=generator)
            for _ in range(draws)
        ]
        for name in ("nngp", "ntk"):
            values = torch.stack([getattr(run, name) for run in runs])
            error = values.std(0) / math.sqrt(draws)
            gap = (values.mean(0) - getattr(limit, name)).abs()
            # The bias of a finite width is of order 1/width, with a modest constant.
            size = values.std(0).max() * math.sqrt(width)
            assert (gap <= 4.5 * error + size / width).all(), (width, name, gap / error)
            spreads[width] = float(values.std(0).mean())
    # Sixteen times the width: a quarter of the fluctuation.
    assert 0.14 < spreads[256] / spreads[16] < 0.45


def test_numpy_arrays_and_float32_are_accepted() -> None:
    x = inputs(3, 2)
    expected = infinite_width(x, layers=plain("relu"))
    assert largest_gap(expected, infinite_width(x.numpy(), layers=plain("relu"))) == 0
    rounded = infinite_width(x.float(), layers=plain("relu"))
    assert rounded.ntk.dtype == torch.float64
    assert 0 < largest_gap(expected, rounded) < 1e-5


X = torch.ones(2, 3, dtype=torch.float64)
RELU = Activation("relu")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: infinite_width(X[0], layers=[Dense()]), "x must have shape"),
        (lambda: infinite_width(X[:0], layers=[Dense()]), "x must have shape"),
        (lambda: infinite_width(X, X[:, :2], layers=[Dense()]), "same number of columns"),
        (lambda: infinite_width(X / 0, layers=[Dense()]), "not finite"),
        (lambda: infinite_width(X, X * math.nan, layers=[Dense()]), "z has entries"),
        (lambda: infinite_width(X * 1e200, layers=[Dense()]), "overflows"),
        (lambda: infinite_width(X, layers=[]), "non-empty"),
        (lambda: infinite_width(X, layers=[RELU]), "first layer must be Dense"),
        (lambda: infinite_width(X, layers=[Residual([Dense()])]), "first layer must be Dense"),
        (lambda: infinite_width(X, layers=[Dense(), RELU, RELU]), r"layers\[2\].*Dense layer"),
        (lambda: infinite_width(X, layers=[Dense(), Residual([RELU])]), "Dense layer of its own"),
        (lambda: infinite_width(X, layers=[Dense(), "relu"]), r"layers\[1\]: expected Dense"),
        (lambda: infinite_width(X, layers=[Dense()], block=(0, 4)), "block must be"),
        (lambda: Activation("swish"), "unknown activation 'swish'"),
        (lambda: Dense(-1.0), "weight_std must be finite and >= 0"),
        (lambda: Dense(1.0, math.inf), "bias_std must be finite"),
        (
            lambda: infinite_width(X * 2 * MAX_VARIANCE, layers=[Dense(), Activation("tanh")]),
            "largest that the quadrature covers",
        ),
    ],
)
def test_mistakes_are_named_in_one_line(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_sum_after_an_activation_is_not_gaussian() -> None:
    layers = [Dense(), RELU, Residual([Dense()]), RELU]
    with pytest.raises(ValueError, match=r"layers\[3\]"):
        infinite_width(X, layers=layers)
