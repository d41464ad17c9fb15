"""Kernels against 40-digit values: 66 pairs per activation and network, all kinds of angles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import pytest
import torch
from kernel_reference import CLOSED, NETWORKS, QUADRATURE, SLOPE, VALUES, expectation, kernel, pairs
from mpmath import mp, mpf

from numeric.kernels import Activation, Dense, Kernels, infinite_width

# Relative where the exact kernel does not vanish with the angle; everywhere relative to the scale
# sqrt(K(x, x) K(z, z)). The inputs are moderate, so the bound is a few tens of rounding errors.
TOLERANCE = 1e-13
SAME_SIDE = ("random norms", "apart 1e-4", "apart 1e-8", "equal", "scaled")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """These matrices are too small to share among threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def described(name: str, network: str) -> list[Dense | Activation]:
    return [
        Activation(name if layer == "act" else layer, SLOPE)
        if isinstance(layer, str)
        else Dense(*layer)
        for layer in NETWORKS[network]
    ]


@cache
def stored() -> dict[str, dict[str, dict[str, list[list[str]]]]]:
    return json.loads(VALUES.read_text())


def exact(name: str, network: str, kind: str) -> list[list[mpf]]:
    if name in QUADRATURE:
        return [[mpf(v) for v in row] for row in stored()[name][network][kind]]
    return [list(kernel(name, NETWORKS[network], x, z)) for x, z in pairs()[kind]]


def computed(name: str, network: str, kind: str) -> tuple[list[list[float]], list[list[float]]]:
    """Values of the pairs, and their scales, as `[nngp, ntk]` rows."""
    layers = described(name, network)
    x, z = (torch.tensor(side, dtype=torch.float64) for side in zip(*pairs()[kind], strict=True))
    both = infinite_width(torch.cat([x, z]), layers=layers)
    n = len(x)

    def rows(k: Kernels) -> torch.Tensor:
        return torch.stack([k.nngp.diagonal(), k.ntk.diagonal()], dim=1)

    ends = rows(both)
    values = rows(infinite_width(x, z, layers=layers))
    return values.tolist(), (ends[:n] * ends[n:]).sqrt().tolist()


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", CLOSED + QUADRATURE)
def test_kernels_equal_the_exact_values_for_every_kind_of_pair(name: str, network: str) -> None:
    kinds = pairs()
    assert sum(len(found) for found in kinds.values()) >= 50
    for kind in kinds:
        values, scales = computed(name, network, kind)
        for value, scale, truth in zip(values, scales, exact(name, network, kind), strict=True):
            for ours, size, theirs in zip(value, scale, truth, strict=True):
                error = abs(mpf(ours) - theirs)
                assert error <= TOLERANCE * size, (kind, ours, theirs)
                if kind in SAME_SIDE and (name != "linear" or kind != "random norms"):
                    assert error <= 30 * TOLERANCE * abs(theirs), (kind, ours, theirs)


def test_relu_of_nearly_opposite_inputs_keeps_its_relative_accuracy() -> None:
    # k = r (sin t - t cos t) / (2 pi) with t = pi - angle is of the order of t^3
    for gap in (1e-2, 1e-4, 1e-6):
        x = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
        z = torch.tensor([[-1.0, gap]], dtype=torch.float64)
        ours = infinite_width(x, z, layers=described("relu", "no bias"))
        truth = kernel("relu", NETWORKS["no bias"], [1.0, 0.0], [-1.0, gap])
        assert float(ours.nngp) == pytest.approx(float(truth[0]), rel=1e-14)
        assert float(ours.ntk) == pytest.approx(float(truth[1]), rel=1e-14)


def test_ntk_of_deep_relu_network_near_the_diagonal() -> None:
    # Where the arc cosine of a rounded cosine is wrong by 1e-8.
    layers: list[Dense | Activation] = [Dense(1.4, 0.1)]
    network: list = [(1.4, 0.1)]
    for _ in range(6):
        layers += [Activation("relu"), Dense(1.3, 0.2)]
        network += ["relu", (1.3, 0.2)]
    for step in (0.0, 1e-12, 1e-9, 1e-6, 1e-3):
        x, z = [0.3, -0.4, 1.2], [0.3 + step, -0.4, 1.2 - step]
        ours = infinite_width(
            *(torch.tensor([v], dtype=torch.float64) for v in (x, z)), layers=layers
        )
        truth = kernel("relu", network, x, z)
        assert float(ours.nngp) == pytest.approx(float(truth[0]), rel=1e-14)
        assert float(ours.ntk) == pytest.approx(float(truth[1]), rel=1e-14)


@pytest.mark.parametrize("scale", [0.01, 10.0, 100.0])
def test_erf_of_large_variances_keeps_the_angle_for_the_relu_after_it(scale: float) -> None:
    # Then erf is close to a sign, and parallel inputs of different norms nearly coincide.
    layers, network = described("erf", "then relu"), NETWORKS["then relu"]
    for kind in ("random", "apart 1e-4", "apart 1e-8", "equal", "scaled", "negative scaled"):
        sides = [
            [[scale * a for a in v] for v in side] for side in zip(*pairs()[kind], strict=True)
        ]
        x, z = (torch.tensor(side, dtype=torch.float64) for side in sides)
        ours = infinite_width(x, z, layers=layers)
        for i, (xi, zi) in enumerate(zip(*sides, strict=True)):
            truth = kernel("erf", network, xi, zi)
            assert float(ours.nngp[i, i]) == pytest.approx(float(truth[0]), rel=1e-13)
            assert float(ours.ntk[i, i]) == pytest.approx(float(truth[1]), rel=1e-13)


@pytest.mark.parametrize("name", QUADRATURE)
def test_stored_values_are_reproduced(name: str) -> None:
    x, z = pairs()["random"][0]
    network = NETWORKS["no bias"]
    recomputed = kernel(name, network, x, z)
    for value, text in zip(recomputed, stored()[name]["no bias"]["random"][0], strict=True):
        assert abs(value - mpf(text)) < mpf(10) ** -22


@pytest.mark.parametrize("name", ["relu", "erf", "leaky_relu"])
def test_reference_formulas_are_gaussian_expectations(name: str) -> None:
    # One-dimensional check of the reference itself: E over v given u in closed form for k = 0 and
    # the diagonal by direct integration.
    functions = {
        "relu": lambda u: max(u, mpf(0)),
        "erf": mp.erf,
        "leaky_relu": lambda u: u if u > 0 else mpf(SLOPE) * u,
    }
    q = mpf("1.7")

    def mean(f) -> mpf:  # type: ignore[no-untyped-def]
        weight = lambda t: f(mp.sqrt(q) * t) * mp.exp(-t * t / 2) / mp.sqrt(2 * mp.pi)  # noqa: E731
        return mp.quad(weight, [-14, -4, 0, 4, 14])

    with mp.workdps(30):
        sigma = functions[name]
        assert abs(expectation(name, q, q, q)[0] - mean(lambda u: sigma(u) ** 2)) < mpf(10) ** -20
        assert abs(expectation(name, q, q, mpf(0))[0] - mean(sigma) ** 2) < mpf(10) ** -20
