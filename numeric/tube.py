"""The tube and the octopus: objectives on which gradient descent meets `d` saddle points in turn.

The tube lives on a chain of boxes in the non-negative orthant. In its `i`-th box the first `i - 1`
coordinates have already arrived between `2 tau` and `6 tau`, coordinate `i` is leaving, and the
others are at most `tau`. The octopus is its mirror image in every coordinate, so its value at `x`
is the tube's value at `|x|`. Both are twice continuously differentiable on their domain.

Shapes: points are `(..., d)` float64 tensors, `d >= 1`. `L > gamma > 0` and `tau > 0` are numbers,
or tensors that broadcast with the leading shape (one objective per point). Outside the domain
every value is NaN: the functions are defined nowhere else, and a trajectory that leaves shows it.

Source: du2019, section 7.7.1, equations (7.5)-(7.10) and (7.12)-(7.18), Lemma 7.4. As printed,
(7.12) takes the union over `i = 1..d` only, which leaves out the boxes on which (7.18) is defined,
those of the local minima; `in_octopus` includes them and `in_octopus_as_printed` does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

Scalar = float | Tensor


@dataclass(frozen=True)
class Joint:
    """Functions of the leaving coordinate `s` on `[0, 2 tau]`, and their first two derivatives.

    `own`: its own term, `-gamma s**2` up to `tau` and `g1(s)` beyond. `coupling`: coefficient of
    the squared next coordinate, `L` up to `tau`, `g2(s)` beyond. Each `(value, first, second)`.
    """

    own: tuple[Tensor, Tensor, Tensor]
    coupling: tuple[Tensor, Tensor, Tensor]


def _smooth_step(w: Tensor) -> Tensor:
    """The quintic with value 0 at 0, 1 at 1, and first two derivatives 0 at both."""
    return w**3 * (10 - 15 * w + 6 * w**2)


def joint(s: Tensor, L: Tensor, gamma: Tensor, tau: Tensor) -> Joint:
    """Evaluate both terms; `s`, `L`, `gamma`, `tau` have one common shape."""
    inner = s <= tau
    z = (s - tau).clamp(min=0.0)  # offset into the joint
    # Cubic with values -2 gamma tau, -4 L tau and slopes -2 gamma, 2 L at its ends.
    quadratic = (10 * gamma - 14 * L) / tau
    cubic = (10 * L - 6 * gamma) / tau**2
    first = -2 * gamma * (tau + z) + quadratic * z**2 + cubic * z**3
    second = -2 * gamma + 2 * quadratic * z + 3 * cubic * z**2
    value = -gamma * (tau + z) ** 2 + quadratic * z**3 / 3 + cubic * z**4 / 4
    own = (
        torch.where(inner, -gamma * s**2, value),
        torch.where(inner, -2 * gamma * s, first),
        torch.where(inner, -2 * gamma, second),
    )
    # Quintic smooth step from L down to -gamma, written from the nearer end.
    w = z / tau
    back = ((2 * tau - s) / tau).clamp(min=0.0, max=1.0)
    drop = L + gamma
    coupling = (
        torch.where(w < 0.5, L - drop * _smooth_step(w), -gamma + drop * _smooth_step(back)),
        -30 * drop / tau * w**2 * (1 - w) ** 2,
        -60 * drop / tau**2 * w * (1 - w) * (1 - 2 * w),
    )
    return Joint(own=own, coupling=coupling)


@dataclass(frozen=True)
class _Place:
    """Where a batch of non-negative points lies, with all parameters spread to its shape.

    `arrived`: `(..., d)` mask of coordinates at `2 tau` or beyond, in an unbroken run from the
    first. `leaving` and `following`: `(..., d)` one-hot masks of the next two coordinates (empty
    where there is none). `inside`: `(...,)` mask of membership in the tube.
    """

    arrived: Tensor
    leaving: Tensor
    following: Tensor
    inside: Tensor


def _spread(x: Tensor, *scalars: Scalar) -> list[Tensor]:
    spread = [torch.as_tensor(s, dtype=x.dtype, device=x.device) for s in scalars]
    return [s.expand(x.shape[:-1]) for s in spread]


def _place(x: Tensor, tau: Tensor) -> _Place:
    t = tau.unsqueeze(-1)
    arrived = torch.cumprod((x >= 2 * t).to(torch.int8), dim=-1).to(torch.bool)
    count = arrived.sum(dim=-1, keepdim=True)
    index = torch.arange(x.shape[-1], device=x.device)
    leaving = index == count
    low = x <= t
    boxed = torch.where(arrived, x <= 6 * t, torch.where(leaving, x <= 2 * t, low))
    return _Place(
        arrived=arrived,
        leaving=leaving,
        following=index == count + 1,
        inside=(boxed & (x >= 0)).all(dim=-1),
    )


def _pick(x: Tensor, mask: Tensor) -> Tensor:
    """The coordinate under a one-hot mask; 0 where the mask is empty."""
    return torch.where(mask, x, torch.zeros_like(x)).sum(dim=-1)


def drop_between_saddles(L: Scalar, gamma: Scalar, tau: Scalar) -> Tensor:
    """`nu`: by how much the objective falls from one saddle point to the next."""
    low, high, scale = (torch.as_tensor(s, dtype=torch.float64) for s in (gamma, L, tau))
    end = joint(2 * scale, high.expand_as(scale * high), low, scale).own[0]
    return 4 * high * scale**2 - end


def in_tube(x: Tensor, tau: Scalar) -> Tensor:
    """Membership in `D_0`, equation (7.5): a boolean `(...,)`; the faces belong to it."""
    (t,) = _spread(x, tau)
    return _place(x, t).inside


def in_octopus(x: Tensor, tau: Scalar) -> Tensor:
    """Membership in the mirrored tube, its last boxes (those of the local minima) included."""
    return in_tube(x.abs(), tau)


def in_octopus_as_printed(x: Tensor, tau: Scalar) -> Tensor:
    """Membership in the union (7.12)-(7.13) as printed, over `i = 1..d`: without those boxes.

    A point with every `|x_j| >= 2 tau` belongs only where the last of them is exactly `2 tau`.
    """
    (t,) = _spread(x, tau)
    return in_octopus(x, tau) & (x[..., -1].abs() <= 2 * t)


def tube_value(x: Tensor, L: Scalar, gamma: Scalar, tau: Scalar) -> Tensor:
    """Objective on the tube, `(...,)`; NaN outside `D_0`. Equations (7.6)-(7.10)."""
    high, low, t = _spread(x, L, gamma, tau)
    place = _place(x, t)
    leaving = _pick(x, place.leaving)
    ends = joint(leaving, high, low, t)
    terms = torch.where(place.arrived, (x - 4 * t.unsqueeze(-1)) ** 2, x**2)
    plain = high * torch.where(place.leaving | place.following, 0.0, terms).sum(dim=-1)
    coupled = ends.coupling[0] * _pick(x, place.following) ** 2
    nu = drop_between_saddles(high, low, t)
    value = plain + ends.own[0] + coupled - place.arrived.sum(dim=-1) * nu
    return torch.where(place.inside, value, torch.nan)


def tube_gradient(x: Tensor, L: Scalar, gamma: Scalar, tau: Scalar) -> Tensor:
    """Gradient of the objective on the tube, `(..., d)`; NaN outside `D_0`."""
    high, low, t = _spread(x, L, gamma, tau)
    place = _place(x, t)
    ends = joint(_pick(x, place.leaving), high, low, t)
    next_ = _pick(x, place.following)
    gradient = 2 * high.unsqueeze(-1) * torch.where(place.arrived, x - 4 * t.unsqueeze(-1), x)
    own = ends.own[1] + ends.coupling[1] * next_**2
    gradient = torch.where(place.leaving, own.unsqueeze(-1), gradient)
    coupled = 2 * ends.coupling[0] * next_
    gradient = torch.where(place.following, coupled.unsqueeze(-1), gradient)
    return torch.where(place.inside.unsqueeze(-1), gradient, torch.nan)


def tube_hessian(x: Tensor, L: Scalar, gamma: Scalar, tau: Scalar) -> Tensor:
    """Hessian of the objective on the tube, `(..., d, d)`; NaN outside `D_0`."""
    high, low, t = _spread(x, L, gamma, tau)
    place = _place(x, t)
    ends = joint(_pick(x, place.leaving), high, low, t)
    next_ = _pick(x, place.following)
    diagonal = (2 * high).unsqueeze(-1).expand_as(x)
    own = ends.own[2] + ends.coupling[2] * next_**2
    diagonal = torch.where(place.leaving, own.unsqueeze(-1), diagonal)
    diagonal = torch.where(place.following, (2 * ends.coupling[0]).unsqueeze(-1), diagonal)
    mixed = 2 * ends.coupling[1] * next_
    one, two = place.leaving.to(x.dtype), place.following.to(x.dtype)
    outer = one.unsqueeze(-1) * two.unsqueeze(-2)
    hessian = torch.diag_embed(diagonal) + mixed[..., None, None] * (outer + outer.mT)
    return torch.where(place.inside[..., None, None], hessian, torch.nan)


def octopus_value(x: Tensor, L: Scalar, gamma: Scalar, tau: Scalar) -> Tensor:
    """Objective on the octopus, `(...,)`; NaN outside it. Equations (7.14)-(7.18)."""
    return tube_value(x.abs(), L, gamma, tau)


def octopus_gradient(x: Tensor, L: Scalar, gamma: Scalar, tau: Scalar) -> Tensor:
    """Gradient of the objective on the octopus, `(..., d)`; NaN outside it."""
    # The tube's gradient vanishes in a coordinate that is 0, so the sign there does not matter.
    return torch.sign(x) * tube_gradient(x.abs(), L, gamma, tau)


def octopus_hessian(x: Tensor, L: Scalar, gamma: Scalar, tau: Scalar) -> Tensor:
    """Hessian of the objective on the octopus, `(..., d, d)`; NaN outside it."""
    sign = torch.where(x < 0, -1.0, 1.0).to(x.dtype)
    return sign.unsqueeze(-1) * sign.unsqueeze(-2) * tube_hessian(x.abs(), L, gamma, tau)


def saddle_points(dimension: int, tau: float) -> Tensor:
    """`(d, d)`: row `k` has its first `k` coordinates at `4 tau` and the rest at 0. Lemma 7.1."""
    return 4 * tau * torch.ones(dimension, dimension, dtype=torch.float64).tril(-1)


def distance_to_minima(x: Tensor, tau: Scalar) -> Tensor:
    """Distance to the nearest of the `2**d` local minima `(+-4 tau, ..., +-4 tau)`: `(...,)`."""
    (t,) = _spread(x, tau)
    return (x.abs() - 4 * t.unsqueeze(-1)).norm(dim=-1)


def third_derivative_bound(L: Scalar, gamma: Scalar, tau: Scalar) -> Tensor:
    """A Hessian-Lipschitz constant of the octopus on each of its boxes (no claim to be least).

    The third derivatives in the joint, at `s` for the leaving coordinate and `y <= tau` for the
    next one, are `g1''' + g2''' y**2`, `2 g2'' y` and `2 g2'`; the operator norm of the third
    derivative is at most the root of the sum of the squares of its entries.
    """
    high, low, t = (torch.as_tensor(s, dtype=torch.float64) for s in (L, gamma, tau))
    drop = high + low
    pure = (28 * high - 20 * low).abs() / t
    pure = torch.maximum(pure, (2 * (10 * low - 14 * high) + 6 * (10 * high - 6 * low)).abs() / t)
    pure = pure + 60 * drop / t  # |g2'''| <= 60 drop / tau**3
    once = 2 * 60 * drop / t * 0.09622504486493763  # max of w (1 - w) (1 - 2 w), sqrt(3) / 18
    twice = 2 * 30 * drop / t / 16
    return (pure**2 + 3 * once**2 + 3 * twice**2).sqrt()
