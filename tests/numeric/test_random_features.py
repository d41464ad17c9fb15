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


def test_the_law_is_the_population_without_repeats() -> None:
    for dimension, distinct in ((1, 2), (3, 64)):
        found = rf.law(dimension)
        assert found.x.shape == (distinct, dimension)
        assert float(found.weight.sum()) == pytest.approx(1.0)
        assert torch.equal(found.x[found.index], rf.population(dimension))
        mean = (found.weight.unsqueeze(-1) * found.x).sum(0)
        assert torch.allclose(mean, rf.population(dimension).mean(0))


@pytest.mark.parametrize(("dimension", "count"), [(1, 9), (2, 5), (2, 100)])
def test_repeated_inputs_make_the_same_risk_and_flow(dimension: int, count: int) -> None:
    generator = torch.Generator().manual_seed(3)
    level = torch.tensor([1.0, 2.0], dtype=torch.float64)
    drawn = rf.reference(level, 3, (2, 3, dimension), "relu", "signed", generator)
    state = generator.get_state()
    some = rf.sample(drawn, dimension, count, generator)
    generator.set_state(state)
    population = rf.law(dimension).index
    chosen = population[torch.randint(len(population), (2, 3, count), generator=generator)]
    phi = torch.take_along_dim(drawn.phi, chosen.unsqueeze(-1), dim=-2)
    y = torch.take_along_dim(drawn.y, chosen, dim=-1)
    a = drawn.best.unsqueeze(-2)
    assert some.phi.shape[-2] == min(count, len(rf.law(dimension).x))
    assert torch.allclose(rf.risk(some.phi, a, some.y, some.share), rf.risk(phi, a, y))
    times = torch.tensor([0.3, 5.0], dtype=torch.float64).expand(2, 3, 2)
    fast = rf.Flow(some.phi, some.y, drawn.best, some.share).at(times)
    assert torch.allclose(fast, rf.Flow(phi, y, drawn.best).at(times), atol=1e-12)
    assert not torch.allclose(fast, drawn.best.unsqueeze(-2).expand_as(fast), atol=1e-3)


def test_a_reference_at_few_inputs_is_the_beginning_of_the_whole() -> None:
    level = torch.tensor([2.0], dtype=torch.float64)

    def drawn(inputs: int | None) -> rf.Reference:
        seeded = torch.Generator().manual_seed(5)
        return rf.reference(level, 4, (3, 2, 3), "relu", "constant", seeded, inputs)

    few, all_inputs = drawn(8), drawn(None)
    assert torch.allclose(few.phi, all_inputs.phi[..., :8, :])
    assert torch.equal(few.y, all_inputs.y[..., :8])


def test_unknown_targets_are_refused() -> None:
    x, one = rf.population(2), torch.tensor(1.0)
    with pytest.raises(ValueError, match="unknown kind"):
        rf.target(x, one, "relu", "other")
    with pytest.raises(ValueError, match="one dimension"):
        rf.target(x, one, "tanh", "half")


def test_flow_of_few_features_is_that_with_features_that_vanish() -> None:
    generator = torch.Generator().manual_seed(11)
    phi, y, start = (
        torch.randn(3, *shape, generator=generator, dtype=torch.float64)
        for shape in ((7, 2), (7,), (2,))
    )
    share = torch.rand(3, 7, generator=generator, dtype=torch.float64)
    times = torch.tensor([0.0, 0.3, 5.0, 1e4], dtype=torch.float64).expand(3, 4)
    more = torch.zeros(3, 7, 6, dtype=torch.float64)
    for given in (None, share / share.sum(-1, keepdim=True)):
        found = rf.Flow(phi, y, start, given).at(times)
        padded = torch.cat([start, more[:, 0]], -1)
        whole = rf.Flow(torch.cat([phi, more], -1), y, padded, given).at(times)
        torch.testing.assert_close(found, whole[..., :2], rtol=1e-10, atol=1e-12)
