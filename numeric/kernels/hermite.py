"""Expectations of smooth activations of a Gaussian pair, by their Hermite expansions.

For `u = sqrt(qx) s`, `v = sqrt(qz) t` with standard normal `s, t` of correlation `c`,
`E sigma(u) sigma(v) = sum_k a_k(qx) a_k(qz) c^k` with `a_k(q) = E sigma(sqrt(q) t) h_k(t)`, `h_k`
the orthonormal Hermite polynomials (Mehler). The `a_k` are one quadrature per row, so that a pair
costs one multiplication per term. The quadrature is the trapezoidal rule on the Gaussian weight:
its error is `exp(-2 pi d / step)`, `d` the distance of the nearest pole, so that the number of
nodes grows with the standard deviation; that of a Gauss-Hermite rule grows with the variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from numeric.kernels.activations import POLE, derivative, value
from numeric.kernels.layers import Activation

MAX_TERMS = 4096
# Largest variance before a tanh, sigmoid or softplus that the quadrature is laid out for.
MAX_VARIANCE = 1e4
REACH = 12.5  # exp(-REACH^2 / 4) is below rounding
DIGITS = 38.0  # exp(-DIGITS) is below rounding
# Tables of the quadrature up to this many terms and this band are kept.
SHARED_TERMS = 1024
SHARED_FREQUENCY = 120
SMALL = 0.3  # a standard deviation below which activations are close to their tangents


def nodes(frequency: float, reach: float) -> tuple[Tensor, Tensor]:
    """Trapezoidal nodes and weights for `E f(t)`, `f` of band `frequency` up to rounding."""
    step = 2 * math.pi / (9.0 + frequency)
    half = math.ceil(reach / step)
    t = torch.arange(-half, half + 1, dtype=torch.float64) * step
    return t, torch.exp(-t * t / 2) * (step / math.sqrt(2 * math.pi))


@dataclass(frozen=True)
class Expansion:
    """Of `n` rows: coefficients `value` and `slope`, each `(terms, n)`, of sigma and of sigma'.

    `value_tail` and `slope_tail (n,)` are the sums of the squares left out, exact to rounding;
    both vanish when the expansion is complete.
    """

    value: Tensor
    slope: Tensor
    value_tail: Tensor
    slope_tail: Tensor

    def __getitem__(self, rows: slice) -> Expansion:
        return Expansion(
            self.value[:, rows], self.slope[:, rows], self.value_tail[rows], self.slope_tail[rows]
        )

    @property
    def complete(self) -> bool:
        return not bool(self.value_tail.any() or self.slope_tail.any())


def moments(activation: Activation, q: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """`(E sigma(u), E sigma(u)^2, E sigma'(u)^2)` for `u ~ N(0, q)`, each `(n,)`.

    Raises ValueError for a variance above `MAX_VARIANCE`.
    """
    largest = float(q.max())
    if largest > MAX_VARIANCE:
        raise ValueError(
            f"{activation.name}: variance {largest:.3g} before it is above the largest that "
            f"the quadrature covers, {MAX_VARIANCE:.0g}"
        )
    t, weight = nodes(DIGITS * math.sqrt(largest) / POLE[activation.name], 9.0)
    parts: list[Tensor] = []
    for chunk in q.split(max(1, (1 << 22) // len(t))):
        u = chunk.sqrt()[:, None] * t
        sigma, slope = value(activation, u), derivative(activation, u)
        parts.append(
            torch.stack([sigma @ weight, sigma.square() @ weight, slope.square() @ weight])
        )
    mean, second, slope_second = torch.cat(parts, dim=1)
    return mean, second, slope_second


def _table(terms: int, frequency: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes `(nodes,)` and `h_k` times the quadrature's weights, `(terms, nodes)`."""
    t, weight = (part.numpy() for part in nodes(frequency, REACH))
    rows = [weight, t * weight]
    for k in range(1, terms - 1):
        rows.append((t * rows[k] - math.sqrt(k) * rows[k - 1]) / math.sqrt(k + 1))
    return t, np.stack(rows)


# Shared by the depths, variances and activations of a recursion; 24 tables of at most 4 MiB.
_shared_table = lru_cache(maxsize=24)(_table)


def _coefficients(
    activation: Activation, q: Tensor, terms: int, kept: int, largest: float
) -> tuple[Tensor, Tensor]:
    """The first `kept` coefficients of sigma and sigma', by a quadrature that serves `terms`."""
    frequency = math.sqrt(terms) + 1.5 * DIGITS * math.sqrt(largest) / POLE[activation.name]
    # Rounded up, so that nearby variances share a table.
    whole = 4 * math.ceil(frequency / 4)
    small = terms <= SHARED_TERMS and whole <= SHARED_FREQUENCY
    t, table = map(torch.from_numpy, (_shared_table if small else _table)(terms, whole))
    values, slopes = [], []
    for chunk in q.split(max(1, (1 << 22) // len(t))):
        u = t[:, None] * chunk.sqrt()
        values.append(table[:kept] @ value(activation, u))
        slopes.append(table[:kept] @ derivative(activation, u))
    return torch.cat(values, dim=1), torch.cat(slopes, dim=1)


def _needed(squares: Tensor) -> int | None:
    """The number of terms that leave at most 1e-17 of the sum; None if these do not show it."""
    left = squares.flip(0).cumsum(0).flip(0)
    enough = (left <= 1e-17 * left[0]).nonzero()
    if len(enough) == 0 or int(enough[0]) > 0.75 * len(squares):
        return None
    return max(2, int(enough[0]))


def expand(activation: Activation, q: Tensor, max_terms: int = MAX_TERMS) -> Expansion:
    """The expansion for variances `q (n,)`, `q <= MAX_VARIANCE`, with as many terms as they need.

    The slowest decay is that of the largest variance. With more than `max_terms` needed, the first
    `max_terms` are returned together with the tails that they leave.
    """
    top = q.max().reshape(1)
    largest, terms = float(top), 64
    while True:
        head = _coefficients(activation, top, terms, terms, largest)
        counts = [_needed(part[:, 0].square()) for part in head]
        if all(count is not None for count in counts):
            needed = max(count for count in counts if count is not None)
            values, slopes = _coefficients(activation, q, terms, needed, largest)
            zero = torch.zeros_like(q)
            return Expansion(values, slopes, zero, zero)
        if terms >= max_terms:
            break
        terms = min(2 * terms, max_terms)
    values, slopes = _coefficients(activation, q, terms, terms, largest)
    _, second, slope_second = moments(activation, q)
    tail = (second - values.square().sum(0)).clamp_min(0)
    slope_tail = (slope_second - slopes.square().sum(0)).clamp_min(0)
    return Expansion(values, slopes, tail, slope_tail)


def radial_features(activation: Activation, q: Tensor) -> Tensor:
    """Coordinates `(n, rank)` of the unit vectors `sigma(sqrt(q) t) / norm` in Gaussian `L2`.

    Half the squared distance of two of them is `1 - cos` of the images of two parallel inputs. The
    vectors lie on a curve that few directions span; rows where sigma vanishes get zeros.
    """
    size = q.sqrt()
    low, high = float(size.min()), float(size.max())
    pole = POLE.get(activation.name)
    # erf and gelu have no poles; the spectrum of erf(a t)^2 is exp(-w^2 / (8 a^2)).
    frequency = 18 * high if pole is None else DIGITS * high / pole
    t, weight = nodes(frequency, 9.0)
    root = weight.sqrt()[:, None]

    def curve(radius: Tensor) -> Tensor:
        vectors = root * value(activation, t[:, None] * radius)
        norm = torch.linalg.vector_norm(vectors, dim=0)
        return vectors / torch.where(norm > 0, norm, 1.0)

    samples = []
    if low < SMALL:
        samples.append(_chebyshev(low, min(high, SMALL), 48))
    if high > SMALL:
        # The curve is analytic in log(size), in a strip of half-width pi / 4 at least.
        start, end = math.log(max(low, SMALL / 2)), math.log(high)
        samples.append(_chebyshev(start, end, 32 + math.ceil(24 * (end - start))).exp())
    basis, singular, _ = torch.linalg.svd(curve(torch.cat(samples)), full_matrices=False)
    rank = max(1, int((singular > 4e-16 * singular[0]).sum()))
    step = max(1, (1 << 22) // len(t))
    return torch.cat([(basis[:, :rank].T @ curve(part)).T for part in size.split(step)])


def _chebyshev(low: float, high: float, count: int) -> Tensor:
    angle = torch.linspace(0, math.pi, count, dtype=torch.float64)
    return (low + high) / 2 + (high - low) / 2 * torch.cos(angle)


def radial_complement(x: Tensor, z: Tensor) -> Tensor:
    """`1 - cos` for every pair of rows of features, `(b, c)`; differences are taken directly."""
    return torch.cdist(x, z, compute_mode="donot_use_mm_for_euclid_dist").square_().mul_(0.5)
