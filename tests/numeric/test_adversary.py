"""The search for the worst weights against maxima that are known in closed form."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from numeric.adversary import Around, Ascent, Found, maximise, norm, project

QUICK = Ascent(restarts=32, steps=60)
SHAPES = ["euclidean", "spectral", "box", "sphere"]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def zeros(*shape: int) -> Tensor:
    return torch.zeros(shape, dtype=torch.float64)


def normal(*shape: int, seed: int = 5) -> Tensor:
    return torch.randn(shape, generator=generator(seed), dtype=torch.float64)


def dual(matrix: Tensor, shape: str) -> float:
    """The largest inner product with an element of the unit ball."""
    if shape == "box":
        return float(matrix.abs().sum())
    if shape == "spectral":
        return float(torch.linalg.svdvals(matrix).sum())
    return float(matrix.square().sum().sqrt())


@pytest.mark.parametrize("size", [(3, 3), (2, 5), (1, 4), (6, 1)])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_linear_function_reaches_the_dual_norm(shape: str, size: tuple[int, int]) -> None:
    slope, centre = normal(*size), normal(1, 1, *size, seed=6)
    radius = torch.tensor([0.3, 7.0, 1e-6, 1e5], dtype=torch.float64)
    sets = {"w": Around(centre.expand(4, 1, *size), radius, shape=shape)}
    found = maximise(lambda w: (w["w"] * slope).sum(dim=(-2, -1)), sets, QUICK, generator())
    base = 0.0 if shape == "sphere" else float((centre * slope).sum())
    expected = base + radius * dual(slope, shape)
    gained = (found.value - base) / (expected - base)
    assert float(gained.min()) > 1 - 1e-4, gained
    assert float(gained.max()) < 1 + 1e-9


def test_a_badly_scaled_linear_function_in_a_box() -> None:
    slope = torch.tensor([1.0, 1e-3, -1e-6, 1e-9], dtype=torch.float64)
    found = maximise(
        lambda w: (w["w"] * slope).sum(-1),
        {"w": Around(zeros(1, 1, 4), 2.0, shape="box", trailing=1)},
        QUICK,
        generator(),
    )
    assert (found.weights["w"][0].sign() == slope.sign()).all()
    assert float(found.value) == pytest.approx(2 * float(slope.abs().sum()), rel=1e-11)


def product(w: dict[str, Tensor]) -> Tensor:
    eye = torch.eye(w["w"].shape[-1], dtype=torch.float64)
    out = eye
    for layer in w["w"].unbind(dim=2):
        out = (eye + layer) @ out
    return torch.linalg.matrix_norm(out, ord=2)


@pytest.mark.parametrize("shape", ["spectral", "euclidean"])
@pytest.mark.parametrize("depth", [1, 4, 16])
@pytest.mark.parametrize("c", [1.0, 10.0])
def test_residual_layers_compound(shape: str, depth: int, c: float) -> None:
    """The norm of a product of `I + D_l`, `|D_l| <= c / L`, is at most `(1 + c / L)**L`."""
    sets = {"w": Around(zeros(1, 1, depth, 3, 3), c / depth, shape=shape)}
    found = maximise(product, sets, Ascent(16, 40), generator())
    assert float(found.value) == pytest.approx((1 + c / depth) ** depth, rel=1e-6)


def test_one_ball_for_all_layers_together() -> None:
    """With one Frobenius ball of radius c for all layers every layer best takes `c / sqrt(L)`."""
    sets = {"w": Around(zeros(1, 1, 4, 2, 2), 1.0, trailing=3)}
    found = maximise(product, sets, QUICK, generator())
    assert float(found.value) == pytest.approx(1.5**4, rel=1e-4)


def test_a_two_layer_network_and_its_input_on_the_sphere() -> None:
    """`|a^T relu(W x)|` over `|a| <= r`, `|W|_F <= s`, `|x| = 1` is at most `r s`, attained."""
    sets = {
        "a": Around(zeros(2, 1, 7), torch.tensor([0.5, 3.0], dtype=torch.float64), trailing=1),
        "w": Around(zeros(2, 1, 7, 4), 2.0),
        "x": Around(zeros(2, 1, 4), 1.0, shape="sphere", trailing=1),
    }

    def output(w: dict[str, Tensor]) -> Tensor:
        hidden = torch.relu((w["w"] @ w["x"].unsqueeze(-1)).squeeze(-1))
        return (w["a"] * hidden).sum(-1).abs()

    found = maximise(output, sets, QUICK, generator())
    torch.testing.assert_close(
        found.value, torch.tensor([1.0, 6.0], dtype=torch.float64), rtol=1e-4, atol=0
    )
    assert float(found.weights["x"].norm(dim=-1).max()) == pytest.approx(1, rel=1e-11)


def test_perturbing_a_random_network_reaches_the_operator_norm() -> None:
    """The output change `|D x|` of a linear layer around random weights is `r |x|`."""
    centre = normal(3, 1, 8, 5)
    sets = {
        "w": Around(centre, 0.1, shape="spectral"),
        "x": Around(zeros(3, 1, 5), 1.0, shape="sphere", trailing=1),
    }

    def change(w: dict[str, Tensor]) -> Tensor:
        moved = (w["w"] - centre) @ w["x"].unsqueeze(-1)
        return moved.square().sum(dim=(-2, -1)).sqrt()

    found = maximise(change, sets, QUICK, generator())
    assert float((found.value / 0.1 - 1).abs().max()) < 1e-5


@pytest.mark.parametrize("depth", [2, 6])
def test_the_largest_singular_value_by_the_input_alone(depth: int) -> None:
    matrix = normal(depth * 3, 5)
    sets = {"x": Around(zeros(1, 1, 5), 1.0, shape="sphere", trailing=1)}
    found = maximise(lambda w: (w["x"] @ matrix.T).norm(dim=-1), sets, QUICK, generator())
    exact = float(torch.linalg.matrix_norm(matrix, ord=2))
    assert float(found.value) == pytest.approx(exact, rel=1e-6)


def quartic(w: dict[str, Tensor]) -> Tensor:
    return -((w["w"] - 0.3) ** 4).sum(-1)


def test_a_maximum_inside_is_found() -> None:
    found = maximise(quartic, {"w": Around(zeros(1, 1, 3), 2.0, trailing=1)}, QUICK, generator())
    assert float(found.value) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("radius", [1e-9, 0.2, 1e6])
def test_what_is_reported_lies_in_the_set(shape: str, radius: float) -> None:
    centre = normal(2, 1, 3, 4, 4)
    sets = {"w": Around(centre, radius, shape=shape)}
    for seed in range(3):
        target = normal(3, 4, 4, seed=seed)
        found = maximise(
            lambda w, t=target: (w["w"] * t).sum(dim=(-3, -2, -1)),
            sets,
            Ascent(8, 5),
            generator(seed),
        )
        away = found.weights["w"] - (0 if shape == "sphere" else centre[:, 0])
        sizes = norm(away, shape, 2).flatten()  # type: ignore[arg-type]
        if shape == "sphere":
            assert float((sizes / radius - 1).abs().max()) < 1e-11
        else:
            assert float(sizes.max()) <= radius
            assert float(found.distance.max()) <= 0


def test_a_radius_below_the_centre_s_last_place_is_owned_up_to() -> None:
    sets = {"w": Around(1.0 + zeros(1, 1, 2), 1e-17, trailing=1)}
    found = maximise(lambda w: w["w"].sum(-1), sets, Ascent(8, 5), generator())
    assert (found.weights["w"] == 1).all() or float(found.distance) > 0


@pytest.mark.parametrize("shape", SHAPES)
def test_radius_zero_is_the_centre(shape: str) -> None:
    centre = normal(1, 1, 3, 3)
    sets = {"w": Around(centre, 0.0, shape=shape)}
    found = maximise(lambda w: w["w"].sum(dim=(-2, -1)), sets, Ascent(8, 4), generator())
    expected = zeros(3, 3) if shape == "sphere" else centre[0, 0]
    assert torch.equal(found.weights["w"][0], expected)
    assert float(found.distance) == 0


def test_points_are_searched_apart() -> None:
    """Each point has its own radius, centre and best weights; the other points change nothing."""
    radius = torch.tensor([0.0, 1.0, 5.0], dtype=torch.float64)
    centre = torch.tensor([1.0, 10.0, -100.0], dtype=torch.float64).reshape(3, 1, 1)
    sets = {"w": Around(centre, radius, trailing=1)}
    found = maximise(lambda w: w["w"].abs().sum(-1), sets, QUICK, generator())
    torch.testing.assert_close(
        found.value, torch.tensor([1.0, 11.0, 105.0], dtype=torch.float64), rtol=1e-11, atol=0
    )


def run(seed: int = 0, restarts: int = 12, steps: int = 15) -> Found:
    phases = torch.arange(6, dtype=torch.float64)

    def bumpy(w: dict[str, Tensor]) -> Tensor:
        return torch.sin(5 * w["w"] + phases).sum(dim=-1) - 0.1 * w["w"].sum(-1).square()

    sets = {"w": Around(zeros(2, 1, 6), 4.0, shape="box", trailing=1)}
    return maximise(bumpy, sets, Ascent(restarts, steps), generator(seed))


def test_equal_seeds_find_equal_weights_in_float64() -> None:
    one, two, other = run(), run(), run(seed=1)
    assert torch.equal(one.weights["w"], two.weights["w"])
    assert torch.equal(one.value, two.value)
    assert not torch.equal(one.weights["w"], other.weights["w"])
    assert one.value.dtype == one.weights["w"].dtype == torch.float64


def test_more_steps_and_restarts_find_more() -> None:
    def best(**effort: int) -> float:
        return sum(float(run(seed, **effort).value.mean()) for seed in range(6)) / 6

    start, some, many = best(steps=0), best(steps=15), best(steps=60)
    assert start < some <= many + 1e-9
    assert best(restarts=4, steps=15) < best(restarts=96, steps=15)


def test_a_dead_unit_is_woken() -> None:
    """Without a slope at any start: the ReLU is dead but in a thin cone."""

    def output(w: dict[str, Tensor]) -> Tensor:
        return torch.relu(w["w"][..., 0] - 0.9 * w["w"].norm(dim=-1)) + 0 * w["w"].sum(-1)

    sets = {"w": Around(zeros(1, 1, 4), 1.0, trailing=1)}
    found = maximise(output, sets, Ascent(32, 60), generator(3))
    assert float(found.value) == pytest.approx(0.1, rel=1e-2)


@pytest.mark.parametrize("kind", ["steps", "detached", "count"])
def test_objectives_without_a_slope_are_searched_at_random(kind: str) -> None:
    def objective(w: dict[str, Tensor]) -> Tensor:
        if kind == "detached":
            return w["w"].detach().sum(-1)
        if kind == "steps":
            return torch.floor(4 * w["w"]).sum(-1)
        return (w["w"] > 0.7).sum(-1).to(torch.float64)

    sets = {"w": Around(zeros(1, 1, 3), 1.0, shape="box", trailing=1)}
    found = maximise(objective, sets, Ascent(32, 60), generator())
    best = {"detached": 2.5, "steps": 9.0, "count": 3.0}[kind]
    assert float(found.value) >= best
    assert float(found.distance) <= 0


def test_nan_is_avoided_counted_and_at_every_start_an_error() -> None:
    sets = {"w": Around(zeros(1, 1, 2), 1.0, trailing=1)}
    found = maximise(lambda w: w["w"][..., 0].log(), sets, QUICK, generator())
    assert float(found.value) == pytest.approx(0, abs=1e-6)
    assert int(found.undefined) > 0
    with pytest.raises(ValueError, match="NaN at every start"):
        maximise(lambda w: w["w"].sum(-1) * math.nan, sets, QUICK, generator())


def test_slopes_of_any_size_are_followed() -> None:
    sets = {"w": Around(zeros(1, 1, 3), 1.0, trailing=1)}
    for scale in (1e-200, 1e200):
        found = maximise(lambda w, s=scale: s * w["w"].sum(-1), sets, QUICK, generator())
        assert float(found.value) / scale == pytest.approx(math.sqrt(3), rel=1e-9)


def test_a_move_through_the_origin_stays_on_the_sphere() -> None:
    """Half the way from x to the steepest point -x has no direction."""
    sets = {"x": Around(zeros(4, 1, 1), 1.0, shape="sphere", trailing=1)}
    found = maximise(lambda w: -(w["x"] - 0.1).square().sum(-1), sets, Ascent(16, 30), generator())
    assert float(found.distance.max()) < 1e-11
    assert float(found.value.min()) == pytest.approx(-0.81)


BAD = {
    "trailing": Around(zeros(1, 1, 3), 1.0, trailing=2),
    "spectral": Around(zeros(1, 1, 2, 3, 3), 1.0, shape="spectral", trailing=3),
    "at least 0": Around(zeros(1, 1, 3), -1.0, trailing=1),
    "float64": Around(zeros(1, 1, 3).float(), 1.0, trailing=1),
    "restarts": Around(zeros(1, 5, 3), 1.0, trailing=1),
}


@pytest.mark.parametrize("word", sorted(BAD))
def test_sets_that_make_no_sense_are_refused(word: str) -> None:
    with pytest.raises(ValueError, match=word):
        maximise(lambda w: w["w"].flatten(2).sum(-1), {"w": BAD[word]}, QUICK, generator())


def test_values_of_another_shape_are_refused() -> None:
    sets = {"w": Around(zeros(2, 1, 3), 1.0, trailing=1)}
    with pytest.raises(ValueError, match="returned"):
        maximise(lambda w: w["w"], sets, QUICK, generator())


@pytest.mark.parametrize("shape", ["euclidean", "spectral", "box"])
def test_projection_is_the_nearest_element(shape: str) -> None:
    outside, radius = 3 * normal(4, 3, 3), zeros(4, 1, 1) + 1.0
    nearest = project(outside, radius, shape, 2)  # type: ignore[arg-type]
    assert (
        torch.equal(project(nearest * 0.5, radius, shape, 2), nearest * 0.5) or shape == "spectral"
    )  # type: ignore[arg-type]
    for seed in range(20):
        other = normal(4, 3, 3, seed=seed)
        other = other / norm(other, shape, 2)  # type: ignore[arg-type]
        # Nearest in a convex set: the angle to every other element is at least a right one.
        inner = ((outside - nearest) * (other - nearest)).sum(dim=(-2, -1))
        assert float(inner.max()) <= 1e-9
