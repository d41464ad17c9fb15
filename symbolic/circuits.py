"""Polynomials as sums of weighted means above their monomials, and the reasons for the checker.

A polynomial with the terms c_i x**a_i (c_i > 0, and x**a_i >= 0 on the domain) and further terms
d_j x**b_j is >= 0 where its positive terms can be shared out so that each d_j x**b_j lies below a
weighted mean of shares (Reznick's agiforms, Iliman and de Wolff's circuits). At a point p > 0 at
which all the means are to be attained, that is a linear program; its weights are exact, whatever
p is, so that a p that is only near the best one is good enough where there is room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from symbolic.formula import Poly
from symbolic.weights import NoWeights, weights

Json = Any
Exponents = tuple[int, ...]
_MOST_UPPER, _MOST_INNER = 40, 24
_MOST_SHARES = 20_000
_STEPS = 40
_ROUNDED = (60, 1000)
_DENOMINATORS = (1, 6, 60, 1000)


@dataclass(frozen=True)
class Signs:
    """For each variable whether it is >= 0, and whether it is > 0, on the domain."""

    nonnegative: Sequence[bool]
    positive: Sequence[bool]


def by_circuits(
    target: Poly,
    names: Sequence[str],
    signs: Signs,
    strict: bool,
    encoded: Callable[[Poly], Json],
) -> Json | None:
    """A reason for target >= 0 (> 0), `names` being those of the context's first variables."""
    rows = {tuple(int(e) for e in m): fmpq(c) for m, c in target.to_dict().items()}
    if any(any(m[len(names) :]) for m in rows):
        return None
    rows = {m[: len(names)]: c for m, c in rows.items()}

    def even(m: Exponents) -> bool:
        return all(e % 2 == 0 or s for e, s in zip(m, signs.nonnegative, strict=True))

    upper = {m: c for m, c in rows.items() if c > 0 and even(m)}
    inner = {m: c for m, c in rows.items() if m not in upper}
    if not inner or not upper or len(upper) > _MOST_UPPER or len(inner) > _MOST_INNER:
        return None
    sure = {m for m in upper if all(p or not e for e, p in zip(m, signs.positive, strict=True))}
    if strict and not sure:
        return None
    for point in _points(upper, inner):
        marked = sure if strict else None
        shared = _shared(upper, inner, marked, point)
        if shared is None:
            continue
        choices = [shared, *(_simpler(shared, below) for below in _ROUNDED)]
        if len(inner) == 1:
            choices.append(_simpler(_proportional(upper, inner, point), _ROUNDED[-1]))
        for choice in choices:
            why = _written(target, inner, choice, point, marked, names, encoded)
            if why is not None:
                return why
    return None


def _points(upper: dict[Exponents, fmpq], inner: dict[Exponents, fmpq]) -> list[list[fmpq]]:
    """Positive points at which the inner terms come nearest to the upper ones, as a guess."""
    count = len(next(iter(upper)))
    found = [[fmpq(1)] * count]
    best = _nearest(upper, inner)
    if best is not None:
        for denominator in _DENOMINATORS:
            values = [Fraction(v).limit_denominator(denominator) for v in best]
            point = [fmpq(v.numerator, v.denominator) for v in values]
            if all(v > 0 for v in point) and point not in found:
                found.append(point)
    return found


def _nearest(upper: dict[Exponents, fmpq], inner: dict[Exponents, fmpq]) -> list[float] | None:
    """Where the ratio of the sums is largest, by Newton steps in the logarithms."""
    tops = np.array(list(inner), dtype=float)
    lows = np.array(list(upper), dtype=float)
    top_logs = np.log([abs(float(c.p) / float(c.q)) for c in inner.values()])
    low_logs = np.log([float(c.p) / float(c.q) for c in upper.values()])

    def shape(a: Any, logs: Any, t: Any) -> tuple[float, Any, Any]:
        values = a @ t + logs
        most = values.max()
        shares = np.exp(values - most)
        total = shares.sum()
        shares /= total
        mean = shares @ a
        spread = (a - mean).T @ (shares[:, None] * (a - mean))
        return float(most + np.log(total)), mean, spread

    t = np.zeros(tops.shape[1])
    damping = 1e-2
    for _ in range(_STEPS):
        high, first, top_spread = shape(tops, top_logs, t)
        low, second, low_spread = shape(lows, low_logs, t)
        gradient = second - first
        if np.abs(gradient).max() < 1e-13:
            break
        hessian = low_spread - top_spread
        values, vectors = np.linalg.eigh(hessian)
        step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), damping))
        size = min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))
        for _ in range(12):
            moved = t - size * step
            if shape(lows, low_logs, moved)[0] - shape(tops, top_logs, moved)[0] <= low - high:
                break
            size /= 2
        else:
            break
        damping = max(damping / 4, 1e-12)
        t = t - size * step
    if not np.isfinite(t).all() or np.abs(t).max() > 12:
        return None
    return [float(v) for v in np.exp(t)]


def _shared(
    upper: dict[Exponents, fmpq],
    inner: dict[Exponents, fmpq],
    sure: set[Exponents] | None,
    point: Sequence[fmpq],
) -> dict[Exponents, dict[Exponents, fmpq]] | None:
    """For each inner monomial how its size at the point is made of those of the upper ones.

    With `sure` something of one of these is left over.
    """

    def size(m: Exponents, c: fmpq) -> fmpq:
        value = abs(c)
        for base, power in zip(point, m, strict=True):
            value *= base**power
        return value

    columns: list[dict[Any, fmpq]] = []
    places: list[tuple[Exponents, Exponents] | None] = []
    target: dict[Any, fmpq] = {("have", a): size(a, c) for a, c in upper.items()}
    for b, d in inner.items():
        mine = size(b, d)
        target[("sum", b)] = mine
        for k, power in enumerate(b):
            target[("mean", b, k)] = mine * power
        for a in upper:
            if any(x and not y for x, y in zip(a, b, strict=True)):
                continue  # a mean of monomials with x is a multiple of x itself
            column: dict[Any, fmpq] = {("have", a): fmpq(1), ("sum", b): fmpq(1)}
            column |= {("mean", b, k): fmpq(power) for k, power in enumerate(a) if power}
            columns.append(column)
            places.append((b, a))
    for a in upper:
        columns.append({("have", a): fmpq(1)})
        places.append(None)
    marked = None
    if sure is not None:
        marked = [p is None for p in places[: len(places) - len(upper)]]
        marked += [a in sure for a in upper]
    target = {k: v for k, v in target.items() if v != 0}
    try:
        found = weights(target, columns, marked)
    except NoWeights:
        return None
    shares: dict[Exponents, dict[Exponents, fmpq]] = {b: {} for b in inner}
    for place, value in zip(places, found, strict=True):
        if place is not None and value != 0:
            b, a = place
            shares[b][a] = value / target[("sum", b)]
    return shares


def _proportional(
    upper: dict[Exponents, fmpq], inner: dict[Exponents, fmpq], point: Sequence[fmpq]
) -> dict[Exponents, dict[Exponents, fmpq]]:
    """For one inner monomial: shares as the upper terms have them at the point."""
    (b,) = inner
    sizes = {a: c / _scale(point, b, a) for a, c in upper.items()}
    total = sum(sizes.values(), fmpq(0))
    return {b: {a: size / total for a, size in sizes.items()}}


def _simpler(
    shares: dict[Exponents, dict[Exponents, fmpq]], below: int
) -> dict[Exponents, dict[Exponents, fmpq]]:
    """Nearly the same shares with small denominators: there may be room for that."""
    found = {}
    for b, mine in shares.items():
        columns = list(mine)
        rows = [[fmpq(1)] * len(columns) + [fmpq(1)]]
        rows += [[fmpq(a[k]) for a in columns] + [fmpq(b[k])] for k in range(len(b))]
        reduced, rank = fmpq_mat(
            len(rows), len(columns) + 1, [v for row in rows for v in row]
        ).rref()
        pivots = [
            next(k for k in range(len(columns) + 1) if reduced[r, k] != 0) for r in range(rank)
        ]
        free = [k for k in range(len(columns)) if k not in pivots]
        values = [fmpq(0)] * len(columns)
        for k in free:
            near = mine[columns[k]] * below
            values[k] = fmpq(int((near + fmpq(1, 2)).floor()), below)
        for r, k in enumerate(pivots):
            parts = (reduced[r, j] * values[j] for j in free)
            values[k] = reduced[r, len(columns)] - sum(parts, fmpq(0))
        if min(values) < 0:
            return shares
        found[b] = {a: v for a, v in zip(columns, values, strict=True) if v != 0}
    return found


def _written(
    target: Poly,
    inner: dict[Exponents, fmpq],
    shares: dict[Exponents, dict[Exponents, fmpq]],
    point: Sequence[fmpq],
    sure: set[Exponents] | None,
    names: Sequence[str],
    encoded: Callable[[Poly], Json],
) -> Json | None:
    """The sum of what is left over and of one mean for each inner monomial."""
    context = target.context()
    spare = (0,) * (len(context.gens()) - len(names))
    parts: list[Json] = []
    rest = target
    for b, mine in shares.items():
        below = lcm(*(int(w.q) for w in mine.values()))
        if below > _MOST_SHARES:
            return None
        rows = {b: inner[b]}
        weights_of = []
        for a, w in mine.items():
            rows[a] = w * _scale(point, b, a) * abs(inner[b])
            weights_of.append([list(a), str(w)])
        poly = context.from_dict({(*m, *spare): c for m, c in rows.items()})
        rest = rest - poly
        why = {"by": "circuit", "vars": list(names), "weights": weights_of}
        parts.append({"expr": encoded(poly), "why": why})
    left = rest.to_dict()
    if any(c < 0 for c in left.values()) or (
        sure is not None and not any(tuple(map(int, m[: len(names)])) in sure for m in left)
    ):
        return None
    if rest != 0:
        parts.insert(0, {"expr": encoded(rest), "why": {"by": "sign"}})
    return parts[0]["why"] if len(parts) == 1 else {"by": "sum", "parts": parts}


def _scale(point: Sequence[fmpq], inner: Exponents, upper: Exponents) -> fmpq:
    """point**inner / point**upper."""
    value = fmpq(1)
    for base, b, a in zip(point, inner, upper, strict=True):
        value *= base ** (b - a)
    return value
