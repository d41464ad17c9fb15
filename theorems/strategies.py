"""Hypothesis strategies over a claim's domain, for testing other code against the claim."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from theorems.evaluate import holds, holds_at
from theorems.grid import contains, inside, is_integer_domain

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from theorems.claim import Claim

Point = dict[str, float | int]
# A point is drawn afresh so often before Hypothesis is told that it was unlucky.
ATTEMPTS = 12
PROBES = 400
HALVINGS = 40
FARTHEST = 1e200


def points(claim: Claim, largest: float = 1e6) -> SearchStrategy[Point]:
    """Points `{name: value}` of the claim's domain: `over`, cut by `where` and the symbolic
    hypotheses.

    Sizes are `int`, reals `float`. Where a set has no end, values stay within `largest` of zero or
    of its other end, unless the relations leave only larger ones. A symbol that an equation
    determines is computed from the others. Hypotheses that are checked on measurements are not.
    Raises `ValueError` for a set or an equation that there is no rule for.
    """
    from hypothesis import reject
    from hypothesis import strategies as st

    equations = [r for r in claim.relations if isinstance(r, sp.Eq)]
    cuts = [r for r in claim.relations if not isinstance(r, sp.Eq)]
    determined = _determined(equations, list(claim.over))
    free = _ordered([s for s in claim.over if s not in determined], cuts)
    plain = {symbol: _values(claim.over[symbol], largest) for symbol in free}

    def attempt(draw: DrawFn) -> Point | None:
        point: Point = {}
        for symbol in free:
            known = point.keys() | {symbol.name}
            deciding = [
                r
                for r in cuts
                if symbol in r.free_symbols and {s.name for s in r.free_symbols} <= known
            ]
            values = plain[symbol]
            if deciding:
                runs = _runs(claim.over[symbol], symbol.name, deciding, point, largest)
                if not runs:
                    return None
                between = st.integers if symbol.name in claim.sizes else st.floats
                values = st.one_of([between(*run) for run in runs])
            point[symbol.name] = draw(values)
        for symbol, expression in determined.items():
            value = float(expression.subs({s: point[s.name] for s in free}, simultaneous=True))
            whole = is_integer_domain(claim.over[symbol]) and value.is_integer()
            point[symbol.name] = int(value) if whole else value
        member = all(contains(domain, point[s.name]) for s, domain in claim.over.items())
        return point if member and all(holds_at(r, point) for r in cuts) else None

    @st.composite
    def drawn(draw: DrawFn) -> Point:
        for _ in range(ATTEMPTS):
            point = attempt(draw)
            if point is not None:
                return {symbol.name: point[symbol.name] for symbol in claim.over}
        reject()
        raise AssertionError  # reject() does not return

    return drawn()


def _values(domain: sp.Set, largest: float) -> SearchStrategy[Any]:
    """Values of one set."""
    from hypothesis import strategies as st

    if isinstance(domain, sp.FiniteSet):
        whole = is_integer_domain(domain)
        return st.sampled_from(sorted(int(m) if whole else float(m) for m in domain))
    if isinstance(domain, sp.Union):
        return st.one_of([_values(part, largest) for part in domain.args])
    whole = is_integer_domain(domain)
    if not whole and domain != sp.S.Reals and not isinstance(domain, sp.Interval):
        raise ValueError(f"no rule for values of {domain}")
    low, high = _ends(domain, largest)
    if whole:
        listed = st.integers(math.ceil(low), math.floor(high))
        return listed.filter(lambda value: contains(domain, value))
    return st.floats(low, high)


def _ends(domain: sp.Set, largest: float) -> tuple[float, float]:
    """The least and the greatest float that lie in a set, or `largest` where it has no end."""
    low, high = float(domain.inf), float(domain.sup)
    if math.isinf(low):
        low = -largest if math.isinf(high) else min(-largest, high - largest)
    if math.isinf(high):
        high = max(largest, low + largest)
    if isinstance(domain, sp.Interval):
        # Inside an open end, and inside one that no float holds exactly.
        while (domain.left_open and low <= domain.start) or sp.Rational(low) < domain.start:
            low = math.nextafter(low, math.inf)
        while (domain.right_open and high >= domain.end) or sp.Rational(high) > domain.end:
            high = math.nextafter(high, -math.inf)
    return low, high


def _runs(
    domain: sp.Set,
    name: str,
    relations: Sequence[sp.Basic],
    point: Mapping[str, float | int],
    largest: float,
) -> list[tuple[Any, Any]]:
    """Stretches of a symbol's set on which the relations hold, the other symbols being known."""
    for reach in (largest, FARTHEST):
        tried = _probes(domain, reach)
        met = _holding(relations, name, tried, point)
        if met.any():
            break
    else:
        return []
    edges = np.flatnonzero(np.diff(np.concatenate(([0], met.astype(int), [0]))))
    found = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        low, high = tried[start], tried[stop - 1]
        if not is_integer_domain(domain):
            if start:
                low = _edge(relations, name, point, low, tried[start - 1])
            if stop < len(tried):
                high = _edge(relations, name, point, high, tried[stop])
            found.append((float(low), float(high)))
        elif isinstance(domain, sp.FiniteSet):
            found += [(int(value), int(value)) for value in tried[start:stop]]
        else:
            found.append((int(low), int(high)))
    return found


@lru_cache(maxsize=256)
def _probes(domain: sp.Set, largest: float) -> np.ndarray:
    """Values of a set in order, close together near its ends and near zero."""
    if isinstance(domain, sp.FiniteSet):
        return np.array(sorted(float(member) for member in domain))
    low, high = _ends(domain, largest)
    sizes = np.geomspace(1e-9, max(abs(low), abs(high), 1.0), PROBES)
    tried = np.concatenate(
        [low + sizes, high - sizes, sizes, -sizes, np.linspace(low, high, PROBES), [low, high, 0.0]]
    )
    if is_integer_domain(domain):
        tried = np.round(tried)
    tried = np.unique(tried[(tried >= low) & (tried <= high)])
    return tried[inside(domain, tried)]


def _edge(
    relations: Sequence[sp.Basic],
    name: str,
    point: Mapping[str, float | int],
    good: float,
    bad: float,
) -> float:
    """The last value from a good one towards a bad one at which the relations still hold."""
    for _ in range(HALVINGS):
        middle = 0.5 * (good + bad)
        if _holding(relations, name, np.array([middle]), point)[0]:
            good = middle
        else:
            bad = middle
    return float(good)


def _holding(
    relations: Sequence[sp.Basic],
    name: str,
    values: np.ndarray,
    point: Mapping[str, float | int],
) -> np.ndarray:
    everywhere = {other: np.full(len(values), float(value)) for other, value in point.items()}
    met = np.ones(len(values), dtype=bool)
    with np.errstate(all="ignore"):
        for relation in relations:
            met &= holds(relation, {**everywhere, name: values})
    return met


def _ordered(symbols: Sequence[sp.Symbol], cuts: Sequence[sp.Basic]) -> list[sp.Symbol]:
    """The symbols, one that stands alone on a side of a relation after those of the other side."""
    after: dict[sp.Symbol, set[sp.Symbol]] = {symbol: set() for symbol in symbols}
    for relation in cuts:
        for side, other in (relation.args, relation.args[::-1]):
            if side in after and side not in other.free_symbols:
                after[side] |= other.free_symbols & after.keys()
                break
    ordered: list[sp.Symbol] = []
    left = list(symbols)
    while left:
        ready = [symbol for symbol in left if not after[symbol] - set(ordered)]
        ordered.append(ready[0] if ready else left[0])
        left.remove(ordered[-1])
    return ordered


def _determined(
    equations: Sequence[sp.Eq], symbols: Sequence[sp.Symbol]
) -> dict[sp.Symbol, sp.Expr]:
    """Symbols that equations determine, by the others.

    Raises `ValueError` when the equations have no single solution of that kind.
    """
    if not equations:
        return {}
    candidates = [s for s in reversed(symbols) if any(s in e.free_symbols for e in equations)]
    for chosen in combinations(candidates, len(equations)):
        solved = sp.solve(list(equations), list(chosen), dict=True)
        if len(solved) == 1 and set(solved[0]) == set(chosen):
            return {symbol: solved[0][symbol] for symbol in chosen}
    listed = ", ".join(str(equation) for equation in equations)
    raise ValueError(f"no rule for points on {listed}")
