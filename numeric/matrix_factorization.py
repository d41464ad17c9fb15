"""Asymmetric matrix factorization `f(U, V) = 1/2 |U V' - M*|_F^2`: gradients, Hessian, descent.

All tensors are float64 with any batch axes in front: `U (..., d1, r)`, `V (..., d2, r)`,
`M* (..., d1, d2)`. Source: du2019, sections 4.3.1 and 4.7.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def norm2(a: Tensor) -> Tensor:
    """The squared Frobenius norm over the last two axes."""
    return a.square().sum(dim=(-2, -1))


def objective(u: Tensor, v: Tensor, target: Tensor) -> Tensor:
    """`f(U, V)`, `(...)`. Source: du2019, equations (4.1), (4.8)."""
    return norm2(u @ v.mT - target) / 2


def regularised(u: Tensor, v: Tensor, target: Tensor) -> Tensor:
    """`f(U, V) + 1/8 |U'U - V'V|_F^2`, `(...)`. Source: du2019, equation (4.3)."""
    return objective(u, v, target) + norm2(imbalance(u, v)) / 8


def imbalance(u: Tensor, v: Tensor) -> Tensor:
    """`U'U - V'V`, `(..., r, r)`."""
    return u.mT @ u - v.mT @ v


def gradient(u: Tensor, v: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """`(U V' - M*) V` and `(U V' - M*)' U`. Source: du2019, equation (4.2)."""
    residual = u @ v.mT - target
    return residual @ v, residual.mT @ u


def regularised_gradient(u: Tensor, v: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient of `regularised`."""
    du, dv = gradient(u, v, target)
    balance = imbalance(u, v) / 2
    return du + u @ balance, dv - v @ balance


def low_rank_objective(u: Tensor, v: Tensor, target: tuple[Tensor, Tensor]) -> Tensor:
    """`objective` for `M* = U* V*'` given by its factors, from inner products of columns alone.

    In error by about 1e-16 of `|U V'|_F^2 + |M*|_F^2`.
    """
    u_star, v_star = target
    own = (u.mT @ u) * (v.mT @ v)
    cross = (u_star.mT @ u) * (v_star.mT @ v)
    aim = (u_star.mT @ u_star) * (v_star.mT @ v_star)
    return (own - 2 * cross + aim).sum(dim=(-2, -1)) / 2


def low_rank_gradient(u: Tensor, v: Tensor, target: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """`gradient` for `M* = U* V*'` given by its factors: no `d1 x d2` matrix is formed."""
    u_star, v_star = target
    du = u @ (v.mT @ v) - u_star @ (v_star.mT @ v)
    return du, v @ (u.mT @ u) - v_star @ (u_star.mT @ u)


def low_rank_regularised_gradient(
    u: Tensor, v: Tensor, target: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor]:
    """`regularised_gradient` for `M* = U* V*'` given by its factors."""
    du, dv = low_rank_gradient(u, v, target)
    balance = imbalance(u, v) / 2
    return du + u @ balance, dv - v @ balance


def curvature(u: Tensor, v: Tensor, target: Tensor, du: Tensor, dv: Tensor) -> Tensor:
    """`[Hess f(U, V)](D, D)`, `(...)`, for the direction `D = (du, dv)`.

    Source: du2019, equation (4.12).
    """
    twist = ((u @ v.mT - target) * (du @ dv.mT)).sum(dim=(-2, -1))
    return 2 * twist + norm2(u @ dv.mT + du @ v.mT)


def least_curvature(u: Tensor, v: Tensor, target: Tensor, *, balanced: bool = False) -> Tensor:
    """The least eigenvalue of the Hessian of `objective`, or of `regularised` where `balanced`.

    One batch axis: `u (batch, d1, r)`; the result is `(batch,)`. Raises ValueError for others.
    """
    if u.ndim != 3 or v.ndim != 3:
        raise ValueError(f"one batch axis is needed, got {tuple(u.shape)} and {tuple(v.shape)}")
    rows, n = u.shape[-2], (u.shape[-2] + v.shape[-2]) * u.shape[-1]
    basis = torch.eye(n, dtype=u.dtype).reshape(n, 1, -1, u.shape[-1])
    du, dv = basis[..., :rows, :], basis[..., rows:, :]
    # The derivative of each gradient along every coordinate, a row of the Hessian.
    moved = du @ v.mT + u @ dv.mT
    residual = u @ v.mT - target
    first = moved @ v + residual @ dv
    second = moved.mT @ u + residual.mT @ du
    if balanced:
        tilt = du.mT @ u + u.mT @ du - dv.mT @ v - v.mT @ dv
        balance = imbalance(u, v)
        first = first + (du @ balance + u @ tilt) / 2
        second = second - (dv @ balance + v @ tilt) / 2
    hessian = torch.cat([first, second], dim=-2).flatten(start_dim=-2).movedim(0, -2)
    return torch.linalg.eigvalsh(hessian)[..., 0]


def target_matrix(
    batch: tuple[int, ...],
    shape: tuple[int, int, int],
    size: float | Tensor,
    generator: torch.Generator,
    decay: float = 0.5,
) -> tuple[Tensor, Tensor, Tensor]:
    """`M*` of `shape = (d1, d2, r)` with `|M*|_F = size` and random singular vectors.

    Returns balanced factors `U* (*batch, d1, r)`, `V* (*batch, d2, r)` and `M* = U* V*'`. Singular
    values fall by `decay` from one to the next; `size` is a number or `(*batch,)`.
    """
    d1, d2, r = shape
    left = torch.linalg.qr(torch.randn(*batch, d1, r, generator=generator, dtype=torch.float64)).Q
    right = torch.linalg.qr(torch.randn(*batch, d2, r, generator=generator, dtype=torch.float64)).Q
    values = decay ** torch.arange(r, dtype=torch.float64)
    scale = torch.as_tensor(size, dtype=torch.float64)
    values = values / values.norm() * scale.unsqueeze(-1)
    root = values.sqrt().unsqueeze(-2)
    u, v = left * root, right * root
    return u, v, u @ v.mT


def aligned(w: Tensor, w_star: Tensor) -> Tensor:
    """`R = argmin |W - W* R|_F`, orthogonal, `(..., r, r)`. Source: du2019, section 4.7.3."""
    left, _, right = torch.linalg.svd(w_star.mT @ w)
    return left @ right


def stationary_points(
    u_star: Tensor, v_star: Tensor, kept: int, twist: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Stationary points of `f` that keep the first `kept` singular directions of `M* = U* V*'`.

    `U = U*_S A`, `V = V*_S A^{-T}` in the first `kept` columns, turned by an orthogonal matrix,
    with `A = I + twist G`. Where `kept < r` and `U` has room outside the range of `M*`, a column of
    size `twist` there, invisible to `M*`, is added to `U`. Every one satisfies (4.18).
    """
    r = u_star.shape[-1]
    batch = u_star.shape[:-2]
    noise = torch.randn(*batch, kept, kept, generator=generator, dtype=torch.float64)
    mix = torch.eye(kept, dtype=torch.float64) + twist * noise / max(kept, 1) ** 0.5
    u, v = torch.zeros_like(u_star), torch.zeros_like(v_star)
    u[..., :kept] = u_star[..., :kept] @ mix
    v[..., :kept] = v_star[..., :kept] @ torch.linalg.inv(mix).mT
    if kept < r and u_star.shape[-2] > r:
        extra = torch.randn(*u_star.shape[:-1], 1, generator=generator, dtype=torch.float64)
        basis = torch.linalg.qr(u_star).Q
        extra = extra - basis @ (basis.mT @ extra)
        u[..., kept:][..., :1] = twist * extra / extra.norm(dim=-2, keepdim=True)
    turn = torch.linalg.qr(torch.randn(*batch, r, r, generator=generator, dtype=torch.float64)).Q
    return u @ turn, v @ turn


def descend(
    u: Tensor,
    v: Tensor,
    target: Tensor | tuple[Tensor, Tensor],
    step_size: Callable[[int], float | Tensor],
    steps: int,
    slope: Callable[..., tuple[Tensor, Tensor]] = gradient,
) -> tuple[Tensor, Tensor]:
    """Iterates of gradient descent (4.9), `(steps + 1, ..., d, r)` each.

    `step_size(t)` is a number or broadcasts against `u`; `slope(u, v, target)` gives the two
    gradients. Raises ValueError when an iterate is not
    finite.
    """
    us, vs = [u], [v]
    for t in range(steps):
        du, dv = slope(u, v, target)
        eta = step_size(t)
        u, v = u - eta * du, v - eta * dv
        us.append(u)
        vs.append(v)
    if not bool(torch.isfinite(u).all() and torch.isfinite(v).all()):
        raise ValueError("the run is no longer finite")
    return torch.stack(us), torch.stack(vs)


def last_iterate(
    u: Tensor,
    v: Tensor,
    target: Tensor,
    step_size: Callable[[int], float | Tensor],
    steps: int,
) -> tuple[Tensor, Tensor]:
    """The last iterate of `descend` for many small matrices, with the batch axes moved to the end,
    where they multiply faster.

    `step_size(t)` is a number or broadcasts against the batch axes.
    """
    u, v, target = (a.movedim((-2, -1), (0, 1)).contiguous() for a in (u, v, target))
    for t in range(steps):
        eta = torch.as_tensor(step_size(t), dtype=u.dtype)
        residual = (u.unsqueeze(1) * v).sum(dim=2).sub_(target).unsqueeze(2)
        pull_u, pull_v = (residual * v).sum(dim=1), (residual * u.unsqueeze(1)).sum(dim=0)
        u = torch.addcmul(u, eta, pull_u, value=-1)
        v = torch.addcmul(v, eta, pull_v, value=-1)
    return u.movedim((0, 1), (-2, -1)), v.movedim((0, 1), (-2, -1))


def printed_step(t: int, eps: Tensor, rank: int, size: Tensor) -> Tensor:
    """`sqrt(eps / r) / (100 (t + 1) |M*|_F^{3/2})`. Source: du2019, Theorem 4.4."""
    return (eps / rank).sqrt() / (100 * (t + 1) * size**1.5)
