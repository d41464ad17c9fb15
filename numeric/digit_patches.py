"""Learning one convolutional filter on images of handwritten digits by stochastic descent.

The images are the 1,797 digits of 8 x 8 pixels that scikit-learn bundles, in place of MNIST. The
label of an image is the average over its patches of `relu(w_* . Z_i)`.
Source: du2019, section 6.4, Figures 6.3c-d and 6.4.
"""

from __future__ import annotations

import importlib.util
import math
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

SIDE = 8
GREY = 16.0


@lru_cache(maxsize=4)
def patches(size: int) -> Tensor:
    """All patches of `size` x `size` pixels, `(1797, (9 - size)^2, size^2)`, grey values in [0, 1].

    Raises `ValueError` for a size outside 1..8.
    """
    if not 1 <= size <= SIDE:
        raise ValueError(f"a filter on images of 8 x 8 pixels has a side of 1 to 8, not {size}")
    images = _images() / GREY
    found = images.unfold(1, size, 1).unfold(2, size, 1)
    return found.reshape(len(images), -1, size * size).contiguous()


def _images() -> Tensor:
    """The digits `(1797, 8, 8)`: of scikit-learn no more than its data file, where that lies as it
    has for years, since to import the library takes a second."""
    spec = importlib.util.find_spec("sklearn")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        file = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if file.exists():
            rows = np.loadtxt(file, delimiter=",")  # 64 grey values and the digit
            return torch.from_numpy(rows[:, :-1]).reshape(-1, SIDE, SIDE)
    from sklearn.datasets import load_digits

    return torch.from_numpy(load_digits().images).to(torch.float64)


def random_filters(count: int, size: int, generator: torch.Generator) -> Tensor:
    """Filters with standard normal entries, scaled to unit norm, `(count, size^2)`."""
    drawn = torch.randn(count, size * size, generator=generator, dtype=torch.float64)
    return drawn / drawn.norm(dim=-1, keepdim=True)


def gabor_filter(size: int, angle: float = math.pi / 4, wavelength: float = 4.0) -> Tensor:
    """A Gabor filter of unit norm, `(size^2,)`: a wave along `angle` under a Gaussian window."""
    axis = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    rows, columns = torch.meshgrid(axis, axis, indexing="ij")
    along = columns * math.cos(angle) + rows * math.sin(angle)
    window = torch.exp(-(rows.square() + columns.square()) / (2 * (size / 3) ** 2))
    kernel = (window * torch.cos(2 * math.pi * along / wavelength)).flatten()
    return kernel / kernel.norm()


def at_angle(teacher: Tensor, angle: float, generator: torch.Generator) -> Tensor:
    """Unit vectors at `angle` from the unit vectors `teacher (runs, p)`, in random directions."""
    drawn = torch.randn(teacher.shape, generator=generator, dtype=torch.float64)
    aside = drawn - (drawn * teacher).sum(-1, keepdim=True) * teacher
    return math.cos(angle) * teacher + math.sin(angle) * aside / aside.norm(dim=-1, keepdim=True)


def outputs(w: Tensor, images: Tensor) -> Tensor:
    """`f(w, Z)`, the average over patches, `(runs, n)`: `w (runs, p)`, `images (n, k, p)`."""
    count, per_image, size = images.shape
    found = (images.reshape(-1, size) @ w.T).relu()
    return found.reshape(count, per_image, -1).mean(dim=1).T


def relative_loss(w: Tensor, teacher: Tensor, images: Tensor) -> Tensor:
    """Mean squared error over the square of the mean label, `(runs,)`."""
    label = outputs(teacher, images)
    error = (outputs(w, images) - label).square().mean(dim=1)
    return error / label.mean(dim=1).square()


def descend(
    start: Tensor,
    teacher: Tensor,
    images: Tensor,
    step_size: float,
    steps: int,
    batch: int,
    generator: torch.Generator,
) -> Tensor:
    """The filters `(runs, p)` after `steps` of descent, every run on the same batches of images."""
    w = start.T.contiguous()
    per_image, size = images.shape[1:]
    labels = outputs(teacher, images).T.contiguous()
    for _ in range(steps):
        chosen = torch.randint(len(images), (batch,), generator=generator)
        flat = images[chosen].reshape(-1, size)
        heights = flat @ w
        active = heights.relu_().reshape(batch, per_image, -1)
        residual = active.mean(dim=1) - labels[chosen]
        weight = (active > 0) * residual.unsqueeze(1)
        w = torch.addmm(
            w, flat.T, weight.reshape(len(flat), -1), alpha=-step_size / (batch * per_image)
        )
    return w.T
