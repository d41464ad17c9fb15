"""Random features: targets against sampling, the exact flow against small steps."""

import pytest
import torch

from numeric import random_features as rf
from numeric.data import unit_sphere


@pytest.mark.parametrize(
    ("name", "kind", "dimension"),
    [
        ("relu", "constant", 3),
        ("relu", "signed", 3),
        ("tanh", "half", 1),
        ("identity", "signed", 2),
    ],
)
def test_the_target_is_the_mean_of_the_model(name: str, kind: str, dimension: int) -> None:
    generator = torch.Generator().manual_seed(1)
    w = unit_sphere((200_000,), dimension, generator)
    x = rf.population(dimension)[:5]
    gamma = torch.tensor(2.0, dtype=torch.float64)
    model = rf.features(w, x, 1, name) @ rf.proof_coefficients(w, gamma, 1, kind)
    assert torch.allclose(model, rf.target(x, gamma, name, kind), atol=0.02)


def test_the_flow_is_that_of_small_steps() -> None:
    generator = torch.Generator().manual_seed(2)
    phi = torch.randn(3, 4, generator=generator, dtype=torch.float64)
    y = torch.randn(3, generator=generator, dtype=torch.float64)
    a = torch.randn(4, generator=generator, dtype=torch.float64)
    exact = rf.Flow(phi, y, a).at(torch.tensor([1.0], dtype=torch.float64))[0]
    for _ in range(20_000):
        a = a - phi.mT @ (phi @ a - y) / 3 / 20_000
    assert torch.allclose(a, exact, atol=1e-3)


def test_unknown_targets_are_refused() -> None:
    x, one = rf.population(2), torch.tensor(1.0)
    with pytest.raises(ValueError, match="unknown kind"):
        rf.target(x, one, "relu", "other")
    with pytest.raises(ValueError, match="one dimension"):
        rf.target(x, one, "tanh", "half")
