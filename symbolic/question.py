"""What `decide` is asked, in the form that every engine may take at its word.

A floating-point number stands for the exact binary number that it holds: it is replaced by that
rational. What SymPy assumes of a symbol (`positive=True`) may only be used where the declared
domain says so as well; symbols whose assumptions go beyond it are replaced by plain real ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sympy as sp

from symbolic.problem import Problem

# Assumptions that hold on a closed set exactly when they hold on the reals that it contains.
_SIGNS = {
    "nonnegative": sp.Interval(0, sp.oo),
    "nonpositive": sp.Interval(-sp.oo, 0),
    "positive": sp.Interval.open(0, sp.oo),
    "negative": sp.Interval.open(-sp.oo, 0),
    "nonzero": sp.Union(sp.Interval.open(-sp.oo, 0), sp.Interval.open(0, sp.oo)),
}
# Assumptions that a set of integers may bear out, and no interval does.
_ARITHMETIC = (
    *("integer", "even", "odd", "prime", "composite"),
    *("rational", "irrational", "noninteger", "zero"),
)


@dataclass(frozen=True)
class Question:
    """The problem that the engines see, and the asker's symbol for each of its symbols."""

    problem: Problem
    asked: Mapping[sp.Symbol, sp.Symbol]


def question(
    relation: sp.Basic, over: Mapping[sp.Symbol, sp.Set], where: Iterable[sp.Basic] = ()
) -> Question:
    """The relation, its domain and its side conditions, checked and made exact.

    Raises `ValueError` for a relation of another kind, a free symbol without a range, a symbol
    whose assumptions exclude more than end points of its range (SymPy has simplified under them
    already), and `TypeError` for arguments of the wrong type.
    """
    if relation is True or relation is False:
        relation = sp.true if relation else sp.false
    if not isinstance(relation, sp.Basic):
        raise TypeError(f"a relation is a SymPy object, not {type(relation).__name__}")
    given = list(_conjuncts(relation))
    sides = [c for part in where for c in _conjuncts(sp.sympify(part))]
    symbols = set().union(*(r.free_symbols for r in (*given, *sides)))
    missing = sorted(str(s) for s in symbols - set(over))
    if missing:
        raise ValueError(f"no range is declared for {', '.join(missing)}")
    sets = {symbol: _exact(sp.sympify(given_set)) for symbol, given_set in over.items()}
    plain = {s for s, domain in sets.items() if _assumes_more(s, domain)}
    if plain and any(r in (sp.true, sp.false) for r in (*given, *sides)):
        names = ", ".join(sorted(str(s) for s in plain))
        raise ValueError(f"SymPy evaluated a relation by assumptions on {names} beyond its range")
    swap = _swap(plain, sets, (*given, *sides))
    numbers = {s for s, domain in sets.items() if domain.is_subset(sp.S.Naturals0) is True}

    def plainly(r: sp.Basic) -> tuple[sp.Basic, ...]:
        return _conjuncts(_exact(_as_sums(r, numbers).xreplace(swap)))

    relations = [c for r in given for c in plainly(r)]
    conditions = [c for r in sides for c in plainly(r)]
    problem = Problem(
        tuple(relations),
        {swap.get(s, s): domain for s, domain in sets.items()},
        tuple(c for c in conditions if c != sp.true),
    )
    return Question(problem, {swap.get(s, s): s for s in sets})


def _conjuncts(relation: sp.Basic) -> tuple[sp.Basic, ...]:
    parts = relation.args if isinstance(relation, sp.And) else (relation,)
    kinds = (sp.core.relational.Relational, sp.logic.boolalg.BooleanAtom)
    for part in parts:
        if not isinstance(part, kinds):
            raise ValueError(f"not a relation or a conjunction of relations: {str(part)[:80]}")
    return tuple(parts)


def _as_sums(expr: sp.Basic, numbers: set[sp.Symbol]) -> sp.Basic:
    """With the harmonic numbers written out as the sums that they are."""
    found = [h for h in expr.atoms(sp.harmonic) if len(h.args) == 1 and h.args[0] in numbers]
    names = {s.name for s in expr.free_symbols}
    index = sp.Symbol(next(n for k in range(99) if (n := f"k{k}") not in names), integer=True)
    sums = {h: sp.Sum(1 / index, (index, 1, h.args[0])) for h in found}
    return expr.xreplace(sums) if sums else expr


def _exact(expr: sp.Basic) -> sp.Basic:
    """With each floating-point number as the rational that it is."""
    floats = expr.atoms(sp.Float)
    return expr.xreplace({f: sp.Rational(f) for f in floats}) if floats else expr


def _assumes_more(symbol: sp.Symbol, domain: sp.Set) -> bool:
    """Whether the symbol's assumptions exclude an end point of the domain.

    Raises `ValueError` when they exclude more than that.
    """
    if symbol.is_real is False or symbol.is_finite is False:
        raise ValueError(f"{symbol} is assumed not to be real")
    if domain is sp.S.EmptySet:
        return False
    integers = domain.is_subset(sp.S.Integers) is True
    for name in _ARITHMETIC:
        if getattr(symbol, f"is_{name}") and not _bears_out(name, domain, integers):
            raise ValueError(f"{symbol} is assumed {name}, which its range is not")
    beyond = False
    for name, kept in _SIGNS.items():
        if not getattr(symbol, f"is_{name}") or domain.is_subset(kept) is True:
            continue
        beyond = True
        if domain.is_subset(kept.closure) is not True or integers:
            raise ValueError(f"{symbol} is assumed {name}, which its range is not")
    return beyond


def _bears_out(name: str, domain: sp.Set, integers: bool) -> bool:
    if name in ("integer", "rational") and integers:
        return True
    if not isinstance(domain, sp.FiniteSet):
        return False
    return all(getattr(value, f"is_{name}") for value in domain)


def _swap(
    plain: set[sp.Symbol], sets: Mapping[sp.Symbol, sp.Set], relations: Iterable[sp.Basic]
) -> dict[sp.Symbol, sp.Symbol]:
    """New symbols for those that assume too much, and for different symbols of one name."""
    every = set(sets).union(*(r.atoms(sp.Symbol) for r in relations))
    count = Counter(s.name for s in every)
    swap: dict[sp.Symbol, sp.Symbol] = {}
    for symbol in sorted(sets, key=lambda s: (s.name, sp.default_sort_key(s))):
        name = symbol.name
        if count[name] > 1:
            number = 1
            while count[f"{name}_{number}"]:
                number += 1
            name = f"{name}_{number}"
            count[name] += 1
        if symbol in plain or name != symbol.name:
            swap[symbol] = sp.Symbol(name, real=True)
    return swap
