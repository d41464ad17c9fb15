"""What the claims on deep fully connected networks measure, against cases worked out by hand."""

from __future__ import annotations

import pytest
import torch

from theorems.papers.du2018 import appendix_a_gram as gram
from theorems.papers.du2018 import appendix_a_stability as stability
from theorems.papers.du2018 import dense_steps
from theorems.papers.du2018.dense_adversary import any_radius, pair
from theorems.papers.du2018.dense_runs import RUNS, Start, descent_run
from theorems.papers.du2018.dense_symbols import geometric, inputs, limit_gram
from theorems.papers.du2018.records import Maker, Records
from theorems.points import Points

ADVERSARY = frozenset({"H", "m", "d", "n", "sigma"})
RUN = frozenset({"H", "m", "n", "sigma"})


def _aligned(depth: int, share: float) -> tuple[Points, dict[str, torch.Tensor]]:
    """Linear, one unit, all weights 1, moved by `share` each: the features grow by 1 + share."""
    point = {"H": depth, "m": 1, "d": 1, "n": 1, "sigma": 0, "share": share, "c_w": 1.0}
    one = torch.ones(1, 1, 1, 1, dtype=torch.float64)
    rest = torch.ones(1, 1, depth - 1, 1, 1, dtype=torch.float64)
    weights = {
        "first": one,
        "move_first": share * one,
        "rest": rest,
        "move_rest": share * rest,
        "x": one,
    }
    return Points([point], ADVERSARY), weights


@pytest.mark.parametrize("depth", [2, 5])
def test_aligned_weights_attain_the_lemma_on_features(depth: int) -> None:
    points, weights = _aligned(depth, 1.0)
    both = pair(points, weights, any_radius)
    farthest = [far.item() for far in both.farthest]
    assert farthest == pytest.approx([2.0**h - 1 for h in range(depth + 1)])
    assert both.c_x0.item() == 1.0
    assert stability.features_move(points, weights).item() == pytest.approx(1.0)


def test_smaller_moves_stay_below_the_lemma() -> None:
    points, weights = _aligned(4, 0.5)
    shares = [(1.5**h - 1) / (0.5 * (2**h - 1)) for h in range(1, 5)]
    assert stability.features_move(points, weights).item() == pytest.approx(max(shares))


def test_the_deterministic_bound_on_features_holds_for_linear_weights() -> None:
    point = {"H": 3, "m": 2, "d": 2, "n": 1, "sigma": 0, "share": 1.0, "c_w": 2.0}
    assert gram.features_bound(Points([point], ADVERSARY)).item() == pytest.approx(8.0)


def test_the_distance_of_outer_products_is_that_of_the_matrices() -> None:
    generator = torch.Generator().manual_seed(0)
    b, b2 = torch.randn(2, 4, 3, generator=generator, dtype=torch.float64)
    x, x2 = torch.randn(2, 4, 5, generator=generator, dtype=torch.float64)
    direct = (b2[:, :, None] * x2[:, None] - b[:, :, None] * x[:, None]).flatten(1).norm(dim=-1)
    found = dense_steps._outer_distance(b, x, b2, x2)
    torch.testing.assert_close(found, direct)
    assert float(dense_steps._outer_distance(b, x, b, x).max()) == 0.0


@pytest.mark.parametrize("trained", [False, True])
def test_a_run_starts_where_it_says_with_the_printed_constants(trained: bool) -> None:
    point = {"H": 2, "m": 16, "n": 2, "sigma": 2, "eta": 0.1, "gap": 0.5}
    points = Points([point], RUN)
    start = Start(points, torch.Generator().manual_seed(1), train_output=trained)
    path = start.run(points.eta, 2)
    assert path["loss"].shape == (1, RUNS, 3)
    torch.testing.assert_close(path["loss"][..., 0], torch.full((1, RUNS), 0.5).double())
    assert float(path["far"][..., 0].max()) == 0.0
    factor = 4 * start.a_2 if trained else 2
    q = factor * start.c_x0 * start.c_x**2 * 2**0.5 * 0.5**0.5
    torch.testing.assert_close(path["q"][..., 0], q)
    # R' = 4 Q'(0) / (lambda_0 sqrt(m)), as both papers print the two.
    torch.testing.assert_close(path["radius"][..., 0], 4 * q / start.least / 4)
    assert bool((path["far_a"][..., -1] > 0).all()) is trained


def test_condition_6_1_is_lost_for_good_once_it_fails() -> None:
    point = {"H": 1, "m": 8, "n": 1, "sigma": 0, "eta": 3.0, "gap": 1.0}
    path = descent_run(6)(Points([point], RUN), torch.Generator().manual_seed(2))
    kept = path["condition"].to(torch.float64)
    assert bool((kept[..., 1:] <= kept[..., :-1]).all())
    assert float(kept[..., 0].min()) == 1.0
    assert not bool(path["small"].any())


def test_inputs_come_in_pairs_and_limits_have_unit_diagonals() -> None:
    x = inputs(5)
    expected = torch.eye(5, dtype=torch.float64)
    for first in (0, 2):
        expected[first, first + 1] = expected[first + 1, first] = 0.6
    torch.testing.assert_close(x @ x.T, expected)
    assert geometric(3.0, 4) == 40.0
    least = torch.linalg.eigvalsh(limit_gram(2, 0, 3))[0].item()
    assert least == pytest.approx(0.4)


def test_records_are_made_once_and_only_when_read() -> None:
    made: list[str] = []

    def maker(name: str, value: float) -> Maker:
        def make(records: Records) -> float:
            made.append(name)
            return value + records["given"]

        return make

    records = Records({"given": 1.0}, {"one": maker("one", 2.0)}).more({"two": maker("two", 5.0)})
    assert (list(records), made) == (["given"], [])
    assert (records["two"], records["two"]) == (6.0, 6.0)
    assert (list(records), made) == (["given", "two"], ["two"])
    with pytest.raises(KeyError):
        records["three"]


def test_streamed_records_are_those_of_the_kept_iterates() -> None:
    point = {"H": 2, "m": 6, "n": 2, "sigma": 1, "eta": 0.1, "gap": 0.5}
    points = Points([point], RUN)
    starts = [Start(points, torch.Generator().manual_seed(4)) for _ in range(2)]
    kept, streamed = starts[0].run(points.eta, 3), starts[1].run(points.eta, 3, "far", "least")
    for name in ("loss", "far", "least", "rate", "condition", "q"):
        assert torch.equal(kept[name], streamed[name])
    with pytest.raises(KeyError):
        streamed["slope"]
