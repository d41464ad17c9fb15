"""Positive semidefinite solutions of linear equations, in floating point: a hint for exact search.

The unknowns are symmetric blocks M_b = C_b + sum_k y_k N_bk. A barrier method finds y at which all
blocks are as positive as possible; where they can only be singular, their common kernel says on
which face to look again. Nothing here proves anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symbolic import clock

Array = np.ndarray[Any, np.dtype[np.float64]]
_STEPS = 12  # Newton steps for one weight of the barrier
_WEIGHTS = [10.0**k for k in range(11)]
_FRACTIONS = ((24, 1e-5), (300, 1e-6), (3000, 1e-8), (12, 1e-3))
_KERNEL = 1e-3  # eigenvalues below this share of the largest count as zero


@dataclass(frozen=True)
class Found:
    """Parameters y, the least eigenvalue that they give, and how far from the best it may be."""

    y: Array
    least: float
    gap: float


def centre(constants: Sequence[Array], slopes: Sequence[Array], deadline: float) -> Found | None:
    """The parameters at which the least eigenvalue of the blocks is (nearly) largest.

    `constants`: one (n, n) matrix per block; `slopes`: one (k, n, n) array per block. None when
    the time is up or the equations are badly scaled. Stops early where the blocks are clearly
    positive (it then centres them), or clearly cannot be.
    """
    count = slopes[0].shape[0] if slopes else 0
    size = sum(len(c) for c in constants)
    y = np.zeros(count)
    least = _least(constants, slopes, y)
    if not count:
        return Found(y, least, 0.0)
    scale = max(1.0, *(float(np.abs(c).max()) for c in constants))
    level = least - 0.1 * scale
    for weight in _WEIGHTS:
        weight = weight / scale
        for _ in range(_STEPS):
            if clock.now() > deadline:
                return None
            step = _newton(constants, slopes, y, level, weight)
            if step is None:
                return None
            y, level, decrement = step
            if level > 1e-2 * scale:
                return _centred(constants, slopes, y, deadline)
            if decrement < 1e-3:
                break
        gap = size / weight
        if level + 2 * gap < 0:
            return Found(y, level, gap)  # certainly no solution
        if level > 1e-4 * scale and level > 0.1 * gap:
            return _centred(constants, slopes, y, deadline)
    return Found(y, _least(constants, slopes, y), size / (_WEIGHTS[-1] / scale))


def _centred(
    constants: Sequence[Array], slopes: Sequence[Array], y: Array, deadline: float
) -> Found | None:
    """The analytic centre of the positive blocks, from a point at which they are positive."""
    for _ in range(2 * _STEPS):
        if clock.now() > deadline:
            break
        step = _newton(constants, slopes, y, None, 0.0)
        if step is None:
            break
        y, _, decrement = step
        if decrement < 1e-3:
            break
    return Found(y, _least(constants, slopes, y), 0.0)


def _blocks(constants: Sequence[Array], slopes: Sequence[Array], y: Array) -> list[Array]:
    return [c + np.tensordot(y, n, axes=1) for c, n in zip(constants, slopes, strict=True)]


def _least(constants: Sequence[Array], slopes: Sequence[Array], y: Array) -> float:
    return min(float(np.linalg.eigvalsh(m)[0]) for m in _blocks(constants, slopes, y))


def _newton(
    constants: Sequence[Array],
    slopes: Sequence[Array],
    y: Array,
    level: float | None,
    weight: float,
) -> tuple[Array, float, float] | None:
    """One step of `weight * level + sum logdet(M_b - level)`; (y, level, decrement) after it."""
    count = len(y) + (level is not None)
    gradient, hessian = np.zeros(count), np.zeros((count, count))
    shift = level or 0.0
    for c, n in zip(constants, slopes, strict=True):
        m = c + np.tensordot(y, n, axes=1) - shift * np.eye(len(c))
        try:
            root = np.linalg.inv(np.linalg.cholesky(m))
        except np.linalg.LinAlgError:
            return None
        moves = n if level is None else np.concatenate([n, -np.eye(len(c))[None]])
        rows = (root @ moves @ root.T).reshape(count, -1)
        gradient += rows @ np.eye(len(c)).ravel()
        hessian += rows @ rows.T
    if level is not None:
        gradient[-1] += weight
    hessian[np.diag_indices(count)] += 1e-12 * max(1.0, float(np.trace(hessian)) / max(count, 1))
    try:
        step = np.linalg.solve(hessian, gradient)
    except np.linalg.LinAlgError:
        return None
    decrement = float(gradient @ step)
    if not np.isfinite(decrement):
        return None
    length = 1.0 if decrement < 0.25 else 1.0 / (1.0 + decrement**0.5)
    # The damped step stays inside; a longer one often does as well, and saves many.
    for longer in (8.0, 4.0, 2.0, 1.0):
        size = min(1.0, longer * length)
        moved = y + size * step[: len(y)]
        higher = shift + (size * step[-1] if level is not None else 0.0)
        if _inside(constants, slopes, moved, higher):
            return moved, higher, decrement
    return None


def _inside(constants: Sequence[Array], slopes: Sequence[Array], y: Array, level: float) -> bool:
    for m in _blocks(constants, slopes, y):
        try:
            np.linalg.cholesky(m - level * np.eye(len(m)))
        except np.linalg.LinAlgError:
            return False
    return True


def kernels(constants: Sequence[Array], slopes: Sequence[Array], y: Array) -> list[Array]:
    """For each block an (r, n) array whose rows span what is nearly its kernel."""
    found = []
    blocks = _blocks(constants, slopes, y)
    largest = max(float(np.linalg.eigvalsh(m)[-1]) for m in blocks)
    for m in blocks:
        values, vectors = np.linalg.eigh(m)
        found.append(vectors[:, values < _KERNEL * largest].T)
    return found


def rational_rows(rows: Array) -> list[list[tuple[int, int]]] | None:
    """The reduced echelon form of the rows as simple fractions (p, q); None where they are not."""
    rest = rows.copy()
    for place in range(len(rest)):
        size = np.abs(rest[place:])
        i, j = divmod(int(size.argmax()), size.shape[1])
        if size[i, j] < 1e-6:
            return None
        rest[[place, place + i]] = rest[[place + i, place]]
        rest[place] /= rest[place, j]
        for other in range(len(rest)):
            if other != place:
                rest[other] -= rest[other, j] * rest[place]
    for largest, error in _FRACTIONS:
        exact = [[Fraction(float(v)).limit_denominator(largest) for v in row] for row in rest]
        pairs = zip(exact, rest, strict=True)
        worst = max(
            abs(float(e) - float(v)) for es, vs in pairs for e, v in zip(es, vs, strict=True)
        )
        if worst < error:
            return [[(e.numerator, e.denominator) for e in row] for row in exact]
    return None
