"""Which minimum a run of population gradient descent ends in, decided and not guessed.

Two sets trap the dynamics for good, whatever happens later:

- `a'a* > 0`, `phi < pi/2`, `|1'a| <= |w*||1'a*|`: the angle falls to 0, the run ends in the global
  minimum;
- `a'a* < 0`, `(g(phi) - 1)|a*|^2 + pi (1'a*)^2/(k + pi - 1) <= 0`, and `(1'a)(1'a*)` between
  `|w*|(1'a*)^2 (k - 1)/(k + pi - 1)` and `|w*|(1'a*)^2`: the angle grows to `pi`, the run ends in
  the spurious point.

Both are invariant for step sizes below `2 pi/(k + pi - 1)` with `eta * lambda <= 1` from there on.
A run that has entered neither within the step limit is undecided, and is counted as such.
Source: du2019, Lemmas 5.1 to 5.4 and the proof of Theorem 5.5, in their corrected forms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from numeric.population import Scalar, State, Teacher, _pick, g

GLOBAL, SPURIOUS, UNDECIDED = 1, -1, 0
FEW, BLOCK = 10, 4096
"""Up to `FEW` runs Python's numbers are faster than NumPy's arrays; `BLOCK` runs fit the cache."""


@dataclass(frozen=True)
class Outcome:
    """`kind (n,)`: `GLOBAL`, `SPURIOUS` or `UNDECIDED`; `steps (n,)`: when it was found decided.

    A run is in its trap at that step, -1 if never, and came there at most one part in twenty (or
    `check_every` steps) before.
    """

    kind: Tensor
    steps: Tensor

    def share(self, kind: int) -> float:
        """The fraction of runs of that kind."""
        return float((self.kind == kind).double().mean())


def in_global_basin(state: State, teacher: Teacher, eta: Scalar) -> Tensor:
    """Whether the run can only end in the global minimum (see the module's first lines)."""
    w, total = teacher.norm_w, torch.as_tensor(teacher.total, dtype=torch.float64)
    # On the set a'a* never exceeds this, |v| only grows, and eta * lambda stays below 1.
    bound = torch.maximum(state.inner, torch.as_tensor(w * (teacher.square + total.square())))
    gentle = eta * w * bound <= 2 * state.norm_v.square()
    small_sum = state.sum_a.abs() <= w * total.abs()
    return (state.inner > 0) & (state.phi < math.pi / 2) & small_sum & gentle


def in_spurious_basin(state: State, teacher: Teacher, eta: Scalar) -> Tensor:
    """Whether the run can only end in the spurious point (see the module's first lines)."""
    w, total, k = teacher.norm_w, teacher.total, teacher.patches
    share = 1 / (k + math.pi - 1)
    wide = (g(state.phi) - 1) * teacher.square + math.pi * share * total * total <= 0
    product = state.sum_a * total
    # Where 1'a* is 0 the lower end is met with equality; otherwise 1'a crosses it in finite time.
    low = product >= w * total * total * (k - 1) * share
    high = product <= w * total * total
    bound = torch.maximum(state.inner.abs(), torch.as_tensor(w * teacher.square / (math.pi - 1)))
    gentle = eta * w * bound <= 2 * state.norm_v.square()
    return (state.inner < 0) & wide & low & high & gentle


def safe_step_size(teacher: Teacher, fraction: float = 0.5) -> Tensor:
    """A step size inside the conditions of the traps: the smaller of `fraction` times
    `2 pi/(k + pi - 1)` (beyond which `1'a` oscillates) and `1/(|w*|^2 (|a*|^2 + (1'a*)^2))` (which
    keeps `eta * lambda` below one half)."""
    patches = torch.as_tensor(teacher.patches, dtype=torch.float64)
    w, total = teacher.norm_w, teacher.total
    size = torch.as_tensor(w * w * (teacher.square + total * total), dtype=torch.float64)
    return torch.minimum(fraction * 2 * math.pi / (patches + math.pi - 1), 1 / size)


def classify(
    state: State,
    teacher: Teacher,
    eta: Scalar,
    *,
    max_time: float,
    check_every: int = 20,
) -> Outcome:
    """Run until every run is decided, or `eta * steps` exceeds `max_time`.

    Raises `ValueError` when a step size is too large for the traps to be invariant.
    """
    patches = torch.as_tensor(teacher.patches, dtype=torch.float64)
    if bool((torch.as_tensor(eta) * (patches + math.pi - 1) >= 2 * math.pi).any()):
        raise ValueError("step size must stay below 2 pi / (k + pi - 1)")
    count = state.phi.shape[0]
    kind = torch.zeros(count, dtype=torch.int8)
    steps = torch.full((count,), -1, dtype=torch.int64)
    running = torch.arange(count)
    limit = math.ceil(max_time / float(torch.as_tensor(eta).min()))
    index = 0
    while True:
        good = in_global_basin(state, teacher, eta)
        bad = in_spurious_basin(state, teacher, eta)
        decided = good | bad
        if bool(decided.any()):
            kind[running[good]], kind[running[bad]] = GLOBAL, SPURIOUS
            steps[running[decided]] = index
            left = ~decided
            running, state, teacher = running[left], state.of(left), teacher.of(left)
            eta = _pick(eta, left)
        if len(running) == 0 or index >= limit:
            return Outcome(kind, steps)
        # A trap is never left, so that late runs can be looked at less often.
        stretch = max(check_every, index // 20)
        move = _advance if len(running) > FEW else _advance_few
        state = move(state, teacher, eta, stretch)
        index += stretch


def _advance(state: State, teacher: Teacher, eta: Scalar, count: int) -> State:
    """`count` steps of `numeric.population.step`, without `|a|^2`, which decides nothing here."""
    # NumPy spends less per call than PyTorch, and late steps are of few runs; many runs are moved
    # block by block, so that a block stays in the cache for all its steps.
    runs = len(state.phi)
    factors = [np.broadcast_to(array, runs) for array in _factors(teacher, eta)]
    names = ("phi", "norm_v", "inner", "sum_a")
    moved = [getattr(state, name).numpy().copy() for name in names]
    moved[1] *= moved[1]
    for start in range(0, runs, BLOCK):
        part = slice(start, start + BLOCK)
        _move(count, [array[part] for array in factors], *(array[part] for array in moved))
    np.sqrt(moved[1], out=moved[1])
    back = [torch.from_numpy(array) for array in moved]
    return State(back[0], back[1], back[2], back[3], state.square_a)


def _move(
    count: int,
    factors: list[np.ndarray],
    phi: np.ndarray,
    square_v: np.ndarray,
    inner: np.ndarray,
    sum_a: np.ndarray,
) -> None:
    """The steps of `_one_run` for an array of runs, in place."""
    keep_inner, keep_sum, turn_scale, gain_inner, gain_sum, fixed_inner, leak, fixed_sum = factors
    turn, g_phi, spare = np.empty_like(phi), np.empty_like(phi), np.empty_like(phi)
    for _ in range(count):
        # Sine and cosine by the tangent of half the angle: NumPy has no fast ones of its own.
        np.multiply(phi, 0.5, out=turn)
        np.tan(turn, out=turn)
        np.multiply(turn, turn, out=g_phi)
        np.add(g_phi, 1.0, out=spare)
        np.subtract(1.0, g_phi, out=g_phi)
        turn += turn
        turn /= spare
        g_phi /= spare
        np.subtract(math.pi, phi, out=spare)
        g_phi *= spare
        g_phi += turn
        for factor in (spare, inner, turn_scale):
            turn *= factor
        turn /= square_v
        phi -= np.arctan(turn, out=spare)
        np.abs(phi, out=phi)
        np.minimum(phi, np.subtract(2 * math.pi, phi, out=spare), out=phi)
        turn *= turn
        turn *= square_v
        square_v += turn
        inner *= keep_inner
        inner += np.multiply(gain_inner, g_phi, out=spare)
        inner += fixed_inner
        inner -= np.multiply(leak, sum_a, out=spare)
        sum_a *= keep_sum
        sum_a += np.multiply(gain_sum, g_phi, out=spare)
        sum_a += fixed_sum


def _factors(teacher: Teacher, eta: Scalar) -> list[np.ndarray]:
    """What stays the same in every step, in the order in which the steps name it."""
    w, square, total, k = teacher.norm_w, teacher.square, teacher.total, teacher.patches
    c = eta / (2 * math.pi)
    values = (
        1 - c * (math.pi - 1),
        1 - c * (k + math.pi - 1),
        c * w,
        c * w * square,
        c * w * total,
        c * w * (total * total - square),
        c * total,
        c * w * total * (k - 1),
    )
    return [np.asarray(value) for value in values]


def _advance_few(state: State, teacher: Teacher, eta: Scalar, count: int) -> State:
    """`_advance` run by run."""
    runs = len(state.phi)
    columns = [np.broadcast_to(array, runs).tolist() for array in _factors(teacher, eta)]
    columns += [state.phi.tolist(), state.norm_v.square().tolist()]
    columns += [state.inner.tolist(), state.sum_a.tolist()]
    ends = [_one_run(count, *row) for row in zip(*columns, strict=True)]
    phi, square_v, inner, sum_a = torch.tensor(ends, dtype=torch.float64).unbind(1)
    return State(phi, square_v.sqrt(), inner, sum_a, state.square_a)


def _one_run(
    count: int,
    keep_inner: float,
    keep_sum: float,
    turn_scale: float,
    gain_inner: float,
    gain_sum: float,
    fixed_inner: float,
    leak: float,
    fixed_sum: float,
    phi: float,
    square_v: float,
    inner: float,
    sum_a: float,
) -> tuple[float, float, float, float]:
    sin, cos, atan, pi = math.sin, math.cos, math.atan, math.pi
    for _ in range(count):
        sine, rest = sin(phi), pi - phi
        g_phi = rest * cos(phi) + sine
        turn = turn_scale * rest * sine * inner / square_v
        phi = pi - abs(pi - abs(phi - atan(turn)))
        square_v += square_v * turn * turn
        inner = keep_inner * inner + gain_inner * g_phi + fixed_inner - leak * sum_a
        sum_a = keep_sum * sum_a + gain_sum * g_phi + fixed_sum
    return phi, square_v, inner, sum_a
