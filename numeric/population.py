"""Gradient descent on the population loss of the two-layer convolutional network, batched.

The population dynamics know the weights through five numbers per run: the angle `phi` between `v`
and `w*`, `|v|`, `a'a*`, `1'a` and `|a|^2`. One step is exact up to float64 rounding and costs the
same for any number of patches or any patch size. Everything is float64, one entry per run.
Source: du2019, Algorithm 1 with Theorems 5.1 and 5.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

Scalar = float | Tensor


@dataclass(frozen=True)
class Teacher:
    """`norm_w` = `|w*|`, `square` = `|a*|^2`, `total` = `1'a*`, `patches` = `k`.

    Each is a number or a tensor `(n,)`, one entry per run.
    """

    norm_w: Scalar
    square: Scalar
    total: Scalar
    patches: Scalar

    def of(self, runs: Tensor) -> Teacher:
        """The teachers of a subset of runs."""
        return Teacher(*(_pick(getattr(self, f.name), runs) for f in fields(self)))


@dataclass(frozen=True)
class State:
    """`phi` in `[0, pi]`, `norm_v` > 0, `inner` = `a'a*`, `sum_a` = `1'a`, `square_a` = `|a|^2`.

    Tensors of one shape, any number of axes.
    """

    phi: Tensor
    norm_v: Tensor
    inner: Tensor
    sum_a: Tensor
    square_a: Tensor

    def of(self, runs: Tensor) -> State:
        """The states of a subset of runs."""
        return State(*(getattr(self, f.name)[runs] for f in fields(self)))


def _pick(value: Scalar, runs: Tensor) -> Scalar:
    return value[runs] if isinstance(value, Tensor) and value.ndim > 0 else value


def g(phi: Tensor) -> Tensor:
    """`(pi - phi) cos(phi) + sin(phi)`."""
    return (math.pi - phi) * phi.cos() + phi.sin()


def state_of_weights(v: Tensor, a: Tensor, w_star: Tensor, a_star: Tensor) -> State:
    """The five numbers of explicit weights `v (n, p)`, `a (n, k)` against `w* (p,)`, `a* (k,)`.

    The angle comes from the half-angle formula, which keeps its digits near 0 and near `pi`.
    """
    unit_v = v / v.norm(dim=-1, keepdim=True)
    unit_w = w_star / w_star.norm(dim=-1, keepdim=True)
    apart = (unit_v - unit_w).norm(dim=-1)
    together = (unit_v + unit_w).norm(dim=-1)
    return State(
        phi=2 * torch.atan2(apart, together),
        norm_v=v.norm(dim=-1),
        inner=(a * a_star).sum(-1),
        sum_a=a.sum(-1),
        square_a=a.square().sum(-1),
    )


def teacher_of_weights(w_star: Tensor, a_star: Tensor) -> Teacher:
    """The numbers of an explicit teacher `w* (p,)`, `a* (k,)`."""
    return Teacher(
        float(w_star.norm()),
        float(a_star.square().sum()),
        float(a_star.sum()),
        a_star.shape[-1],
    )


def loss(state: State, teacher: Teacher) -> Tensor:
    """Population loss, as a sum of terms that vanish at the global minimum one by one.

    `((pi - 1)|a - |w*| a*|^2 + (1'a - |w*| 1'a*)^2)/(4 pi) + (pi - g)|w*| a'a*/(2 pi)`; the squared
    distance is clamped at 0, below which rounding could push it.
    """
    w = teacher.norm_w
    distance = state.square_a - 2 * w * state.inner + w * w * teacher.square
    total = state.sum_a - w * teacher.total
    quadratic = ((math.pi - 1) * distance.clamp_min(0.0) + total.square()) / (4 * math.pi)
    # pi - g loses its digits where phi is small; there it is (pi/2) phi^2 - phi^3/3 to 1e-12.
    small = math.pi / 2 * state.phi.square() - state.phi**3 / 3
    gap = torch.where(state.phi < 1e-3, small, math.pi - g(state.phi))
    return quadratic + gap * w * state.inner / (2 * math.pi)


def angular_rate(state: State, teacher: Teacher) -> Tensor:
    """`lambda = |w*| (pi - phi) a'a* / (2 pi |v|^2)` (du2019, Lemma 5.5)."""
    turn = teacher.norm_w * (math.pi - state.phi) * state.inner
    return turn / (2 * math.pi * state.norm_v.square())


def step(state: State, teacher: Teacher, eta: Scalar) -> State:
    """One step of gradient descent with step size `eta` (a number or one per run)."""
    return _moved(state, teacher, _factors(teacher, eta))


def _factors(teacher: Teacher, eta: Scalar) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    """What all steps share: eta/(2 pi), that times |w*|, what `a` keeps, and its drift."""
    leak = eta / (2 * math.pi)
    turn = leak * teacher.norm_w
    return leak, turn, 1 - leak * (math.pi - 1), turn * teacher.total


def _moved(state: State, teacher: Teacher, factors: tuple[Scalar, Scalar, Scalar, Scalar]) -> State:
    leak, scale, keep, level = factors
    square, total, k = teacher.square, teacher.total, teacher.patches
    sine, rest = state.phi.sin(), math.pi - state.phi
    # The tangent of the angle by which v turns, as in `angular_rate`.
    turn = scale * state.inner * rest * sine / state.norm_v.square()
    phi = (state.phi - turn.atan()).abs()
    # a moves by -leak (pi - 1) a + lift 1 + pull a*.
    pull = scale * (rest * state.phi.cos() + sine - 1)
    lift = level - leak * state.sum_a
    inner = keep * state.inner + pull * square + lift * total
    sum_a = keep * state.sum_a + pull * total + lift * k
    kept = keep * (keep * state.square_a + lift * state.sum_a + pull * state.inner)
    return State(
        # A step away from w* may carry v past -w*; the angle is then measured from the other side.
        phi=torch.minimum(phi, 2 * math.pi - phi),
        norm_v=state.norm_v * (1 + turn.square()).sqrt(),
        inner=inner,
        sum_a=sum_a,
        square_a=kept + lift * sum_a + pull * inner,
    )


def trajectory(state: State, teacher: Teacher, eta: Scalar, steps: int, *, every: int = 1) -> State:
    """The run itself: each field `(n, steps // every + 1)`, iterates 0, `every`, `2 every`, ...

    `numeric.population_runs.long_run` is the same and much faster, but not to be followed in balls.
    """
    kept, factors = [state], _factors(teacher, eta)
    for index in range(1, steps + 1):
        state = _moved(state, teacher, factors)
        if index % every == 0:
            kept.append(state)
    return State(*(torch.stack([getattr(s, f.name) for s in kept], dim=-1) for f in fields(State)))


def first_time(
    state: State,
    teacher: Teacher,
    eta: Scalar,
    reached: Callable[[State], Tensor],
    max_steps: int,
) -> Tensor:
    """The first iterate at which `reached` holds, per run; -1 where that takes over `max_steps`."""
    count = state.phi.shape[0]
    found = torch.full((count,), -1, dtype=torch.int64)
    running = torch.arange(count)
    for index in range(max_steps + 1):
        there = reached(state)
        if bool(there.any()):
            found[running[there]] = index
            left = ~there
            running, state, teacher = running[left], state.of(left), teacher.of(left)
            eta = _pick(eta, left)
            if len(running) == 0:
                break
        state = step(state, teacher, eta)
    return found


def descend_weights(
    v: Tensor, a: Tensor, w_star: Tensor, a_star: Tensor, eta: float, steps: int
) -> tuple[Tensor, Tensor]:
    """The same descent on explicit weights `v (n, p)` and `a (n, k)`, one teacher for all runs.

    Slower than `step`, and written from the vector form of the gradients: a second route.
    """
    norm_w = w_star.norm()
    for _ in range(steps):
        square_v = v.square().sum(-1, keepdim=True)
        phi = state_of_weights(v, a, w_star, a_star).phi.unsqueeze(-1)
        inner = (a * a_star).sum(-1, keepdim=True)
        orthogonal = w_star - v * (v * w_star).sum(-1, keepdim=True) / square_v
        grad_v = -inner * (math.pi - phi) / (2 * math.pi * square_v.sqrt()) * orthogonal
        student = a.sum(-1, keepdim=True) + (math.pi - 1) * a
        teacher = a_star.sum() + (g(phi) - 1) * a_star
        grad_a = (student - norm_w * teacher) / (2 * math.pi)
        v, a = v - eta * grad_v, a - eta * grad_a
    return v, a


def rescaled(teacher: Teacher) -> Teacher:
    """The teacher of length 1 that computes the same function."""
    w = teacher.norm_w
    return replace(teacher, norm_w=1.0, square=w * w * teacher.square, total=w * teacher.total)
