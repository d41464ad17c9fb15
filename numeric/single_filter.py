"""One ReLU filter averaged over patches, `f(w, Z) = mean_i relu(w'Z_i)`, on finite laws.

A law is `N` inputs of `k` patches in `R^p`, each with a weight; every expectation over it is a
finite sum. `k = 1` is the one-neuron network. Filters carry any leading axes `(..., p)`.
Source: du2019, (6.1), (6.3), Definition 6.1, Assumptions 6.2 and 6.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Law:
    """`patches`: `(..., N, k, p)`; `weight`: `(..., N)`, not negative, summing to 1."""

    patches: Tensor
    weight: Tensor


@dataclass(frozen=True)
class Regions:
    """Patches averaged over the region they lie in, each `(..., N, p)`: where both filters are
    active (`w'Z_i >= 0`, `w*'Z_i >= 0`), the student alone, the teacher alone."""

    both: Tensor
    student: Tensor
    teacher: Tensor


def _heights(w: Tensor, patches: Tensor) -> Tensor:
    return (patches * w[..., None, None, :]).sum(-1)


def output(w: Tensor, patches: Tensor) -> Tensor:
    """`f(w, Z)`, `(..., N)`, for `w` `(..., p)` and patches `(..., N, k, p)` (du2019, (6.1))."""
    return _heights(w, patches).clamp_min(0.0).mean(-1)


def loss(w: Tensor, w_star: Tensor, law: Law) -> Tensor:
    """`E (f(w, Z) - f(w*, Z))^2 / 2`, `(...)`."""
    gap = output(w, law.patches) - output(w_star, law.patches)
    return (law.weight * gap.square()).sum(-1) / 2


def gradient(w: Tensor, w_star: Tensor, law: Law) -> Tensor:
    """`E grad l(w, Z)`, `(..., p)`; the ReLU's derivative at 0 is 1 here."""
    heights = _heights(w, law.patches)
    gap = heights.clamp_min(0.0).mean(-1) - output(w_star, law.patches)
    active = ((heights >= 0).double()[..., None] * law.patches).mean(-2)
    return ((law.weight * gap)[..., None] * active).sum(-2)


def regions(w: Tensor, w_star: Tensor, law: Law) -> Regions:
    """The three averages `Z_S` of du2019, section 6.3."""
    on, on_star = _heights(w, law.patches) >= 0, _heights(w_star, law.patches) >= 0

    def mean(mask: Tensor) -> Tensor:
        return (mask.double()[..., None] * law.patches).mean(-2)

    return Regions(mean(on & on_star), mean(on & ~on_star), mean(~on & on_star))


def moment(x: Tensor, y: Tensor, law: Law) -> Tensor:
    """`E[x y']`, `(..., p, p)`, of vectors `(..., N, p)`."""
    return torch.einsum("...n,...np,...nq->...pq", law.weight, x, y)


def gradient_by_regions(w: Tensor, w_star: Tensor, law: Law) -> Tensor:
    """The gradient as du2019 writes it: second moments of the regions times `w - w*`, `w`, `w*`
    (section 6.2 for one patch, the proof of Theorem 6.3 for several)."""
    r = regions(w, w_star, law)

    def times(matrix: Tensor, vector: Tensor) -> Tensor:
        return (matrix @ vector[..., None])[..., 0]

    cross = moment(r.student, r.both, law)
    near = moment(r.both, r.both, law)
    with_w = moment(r.both, r.student, law) + cross + moment(r.student, r.student, law)
    with_star = moment(r.both, r.teacher, law) + cross + moment(r.student, r.teacher, law)
    return times(near, w - w_star) + times(with_w, w) - times(with_star, w_star)


@dataclass(frozen=True)
class Spectrum:
    """What the rates of du2019 are made of, at one student `(...)`: the extreme eigenvalues of
    `E[Z_S Z_S']` where both are active, the largest where the student is alone, and the sum of the
    operator norms, and of the largest real eigenvalues, of the three cross moments."""

    smallest: Tensor
    largest: Tensor
    opposite: Tensor
    cross_norm: Tensor
    cross_eigenvalue: Tensor


def spectrum(w: Tensor, w_star: Tensor, law: Law) -> Spectrum:
    """Definition 6.1 and Assumptions 6.1 to 6.3 at given filters, before the extremum over `w`."""
    r = regions(w, w_star, law)
    near = torch.linalg.eigvalsh(moment(r.both, r.both, law))
    far = torch.linalg.eigvalsh(moment(r.student, r.student, law))
    pairs = ((r.both, r.student), (r.both, r.teacher), (r.student, r.teacher))
    crosses = torch.stack([moment(x, y, law) for x, y in pairs])
    norms = torch.linalg.matrix_norm(crosses, ord=2)
    # A cross moment is not symmetric; where its spectrum is complex the real part is meant.
    values = torch.linalg.eigvals(crosses).real.amax(-1)
    return Spectrum(near[..., 0], near[..., -1], far[..., -1], norms.sum(0), values.sum(0))


def descend(w: Tensor, w_star: Tensor, law: Law, step_size: float | Tensor, steps: int) -> Tensor:
    """Iterates of gradient descent, `(steps + 1, ..., p)`, from `w` `(..., p)`."""
    eta = torch.as_tensor(step_size, dtype=w.dtype)[..., None]
    iterates = [w]
    for _ in range(steps):
        w = w - eta * gradient(w, w_star, law)
        iterates.append(w)
    return torch.stack(iterates)


def gaussian_gradient(w: Tensor, w_star: Tensor) -> Tensor:
    """The population gradient of one neuron under a standard normal input, `(..., p)`, `w` not 0.

    `w/2 - ((pi - phi) w* + sin(phi) |w*| w/|w|) / (2 pi)` with `phi` the angle of the two.
    """
    length, norm = w.norm(dim=-1, keepdim=True), w_star.norm(dim=-1, keepdim=True)
    unit, unit_star = w / length, w_star / norm
    # Accurate for small angles too, unlike the arc cosine.
    half = torch.atan2((unit - unit_star).norm(dim=-1), (unit + unit_star).norm(dim=-1))
    phi = 2 * half[..., None]
    pull = (torch.pi - phi) * w_star + torch.sin(phi) * norm * unit
    return w / 2 - pull / (2 * torch.pi)
