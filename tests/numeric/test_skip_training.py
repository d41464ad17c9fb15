"""Training runs of the network with skip connections."""

import pytest
import torch

from numeric import skip_training as training


def test_flow_and_small_steps_agree() -> None:
    start = training.circle_start(1, 2, 6, 2, torch.Generator().manual_seed(4))
    flow = training.run_flow(start, 0.5, 20)
    descent = training.run_descent(start, 0.5 / 2000, 2000)
    assert torch.allclose(flow["risk"][..., -1], descent["risk"][..., -1], rtol=1e-2)
    assert torch.allclose(flow["far"][..., -1], descent["far"][..., -1], rtol=1e-2)
    assert bool((flow["risk"].diff(dim=-1) <= 0).all())


def test_the_soft_threshold_never_moves_at_width_four() -> None:
    generator = torch.Generator().manual_seed(5)
    still = training.orthogonal_start(1, 2, 8, 1, generator, width=4, activation="soft")
    path = training.run_descent(still, 0.1, 5)
    assert still.kernel_least == pytest.approx(0.25)
    assert float(path["far"].max()) == 0.0


def test_kernels_without_a_closed_form_are_refused() -> None:
    with pytest.raises(ValueError, match="no closed kernel"):
        training.orthogonal_start(1, 1, 4, 2, torch.Generator(), activation="soft")
