"""How large must the unknowns be? Sizes that a bound asks for, and choices that make it least.

Source: caogu2019, Corollaries 4.9, 4.11 and 4.13.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy as sp

from symbolic.asymptotics import holds, limits_of, log_of_size, read
from symbolic.rates import ONE, Direction, Monomial, Rate


@dataclass(frozen=True)
class Requirement:
    """`term` <= target holds up to constants iff `unknown` >= (or <=, `at_least` False) `bound`."""

    term: Monomial
    unknown: str
    at_least: bool
    bound: Rate


def requirements(
    bound: Rate, target: Monomial, unknowns: Sequence[str], directions: Mapping[str, Direction]
) -> list[Requirement]:
    """What each term of a bound asks of the unknowns so that it is at most the target.

    A term is solved for the first of `unknowns` that can make it small by tending to its limit, in
    terms of the others, or else for the first that it contains; terms without any appear in no
    requirement, and must be compared with the target by themselves. Raises
    `ValueError` for a minimum among the terms, or an unknown in a place that is not solved.
    """
    found = []
    for minimum in bound.ordered():
        parts = []
        for term in minimum:
            parts.append(_asked(term, target, unknowns, directions))
        one = parts[0] if len(parts) == 1 else _any(minimum, parts, target, directions)
        if one is not None:
            found.append(one)
    return found


def _asked(
    term: Monomial, target: Monomial, unknowns: Sequence[str], directions: Mapping[str, Direction]
) -> Requirement | None:
    """What one term asks for; None for a term without unknowns."""
    ratio = term * target**-1
    names = [name for name in unknowns if name in ratio.names()]
    first: Requirement | ValueError | None = None
    for name in names:
        try:
            found = _solved(term, ratio, name, directions)
            if found.at_least == (directions[name] == "oo"):
                return found
            first = first or found
        except ValueError as error:
            first = first or error
    if isinstance(first, ValueError):
        raise first
    return first


def _any(
    minimum: list[Monomial],
    parts: list[Requirement | None],
    target: Monomial,
    directions: Mapping[str, Direction],
) -> Requirement | None:
    """What the least of several terms asks for, None if one of them is small in any case."""
    for term, part in zip(minimum, parts, strict=True):
        if part is None and holds(Rate.of(term), "O", Rate.of(target), directions):
            return None
    given = [part for part in parts if part is not None]
    if len(given) < len(parts) or len({(part.unknown, part.at_least) for part in given}) != 1:
        raise ValueError("a minimum among the terms: solve each of its members apart")
    first = given[0]
    join = Rate.least if first.at_least else Rate.__add__
    bound = reduce(join, (part.bound for part in given))
    return Requirement(first.term, first.unknown, first.at_least, bound)


def _solved(
    term: Monomial, ratio: Monomial, unknown: str, directions: Mapping[str, Direction]
) -> Requirement:
    """ratio <= 1 solved for the unknown."""
    own = ratio.only(unknown)
    rest = ratio * own**-1
    if own.exps or own.towers:
        return _in_exponent(term, own, rest, unknown, directions)
    exponent = own.power(unknown)
    if not exponent or any(level != unknown for level, _ in own.logs):
        raise ValueError(f"{term} is not solved for {unknown}")
    # u**e * log(u)**b * rest <= 1, so u >= rest**(-1/e) log(..)**(-b/e) for e < 0, <= for e > 0.
    at_least = exponent < 0
    plain = Rate.of(rest ** (-1 / exponent))
    logs = dict(own.logs).get(unknown, Fraction(0))
    if not logs:
        return Requirement(term, unknown, at_least, plain)
    size = plain if directions[unknown] == "oo" else plain**-1
    try:
        log = log_of_size(size, directions)
    except ValueError:
        raise ValueError(f"{term} is not solved for {unknown}: log({size}) has no form") from None
    return Requirement(term, unknown, at_least, plain * log ** (-logs / exponent))


def _in_exponent(
    term: Monomial, own: Monomial, rest: Monomial, unknown: str, directions: Mapping[str, Direction]
) -> Requirement:
    """u**p * exp(-c u**q A) * rest <= 1, where rest/A**(p/q) grows: u**q >= its logarithm / A."""
    pairs = [(Monomial(powers=((key[0], Fraction(1)),)), value) for key, value in own.exps]
    if directions[unknown] == "0":
        pairs = [(m**-1, value) for m, value in pairs]
    pairs += [(key[0], value) for key, value in own.towers]
    atoms = {atom for atom, _ in pairs}
    signs = {value < 0 for _, value in pairs}
    if own.logs or len(atoms) != 1 or len(signs) != 1:
        raise ValueError(f"{term} is not solved for {unknown}: more than one factor has it")
    (atom,), (falling,) = atoms, signs
    exponent = atom.power(unknown)
    factor = atom.without_power(unknown)
    if not exponent or unknown in factor.names():
        raise ValueError(f"{term} is not solved for {unknown}")
    rest = rest * factor ** (-own.power(unknown) / exponent)
    large = rest if falling else rest**-1
    if not holds(Rate.of(large), "omega", ONE, directions):
        raise ValueError(f"{term} is not solved for {unknown}: {large} does not tend to infinity")
    needed = (log_of_size(Rate.of(large), directions) * Rate.of(factor) ** -1) ** (1 / exponent)
    return Requirement(term, unknown, (exponent > 0) == falling, needed)


def solve(
    bound: Rate, target: Monomial, unknowns: Sequence[str], directions: Mapping[str, Direction]
) -> dict[str, Rate]:
    """How far each unknown must go for every term of the bound to be at most the target.

    An unknown that tends to infinity must be at least the rate found, one that tends to 0 at most.
    One whose size needs that of others is solved after them; one that nothing asks for is left
    out. Raises `ValueError` when a term asks for the contrary
    bound, or has no unknown and is not O(target).
    """
    for name in unknowns:
        if directions.get(name) not in ("oo", "0"):
            raise ValueError(f'the unknown {name} needs a direction: "oo" or "0"')
    asked = requirements(bound, target, unknowns, directions)
    for r in asked:
        if r.at_least != (directions[r.unknown] == "oo"):
            side = "at least" if r.at_least else "at most"
            raise ValueError(f"the term {r.term} asks for {r.unknown} {side} {r.bound}")
    free = [m for minimum in bound.minima for m in minimum if len(minimum) == 1]
    for m in [m for m in free if not (m * target**-1).names() & set(unknowns)]:
        if not holds(Rate.of(m), "O", Rate.of(target), directions):
            raise ValueError(f"{m} is not O({target}), whatever the size of {', '.join(unknowns)}")
    found: dict[str, Rate] = {}
    left = [name for name in unknowns if any(r.unknown == name for r in asked)]
    while left:
        bounds = {name: [r.bound for r in asked if r.unknown == name] for name in left}
        needs = {
            name: {n for b in bounds[name] for m in b.monomials() for n in m.names()}
            for name in left
        }
        ready = [name for name in left if not needs[name] & set(left)]
        if not ready:
            raise ValueError(f"{' and '.join(left)} each ask for the size of the other")
        name = ready[-1]
        left.remove(name)
        chosen = bounds[name]
        for other, value in found.items():
            chosen = [b.substitute(other, value, directions) for b in chosen]
        join = Rate.__add__ if directions[name] == "oo" else Rate.least
        found[name] = _without_smaller(reduce(join, chosen), directions)
    return found


def _without_smaller(found: Rate, directions: Mapping[str, Direction]) -> Rate:
    """The same maximum without monomials that are O of another one in it."""
    kept = list(found.ordered())
    for minimum in found.ordered():
        others = [one for one in kept if one != minimum and len(one) == len(minimum) == 1]
        if any(holds(Rate.of(minimum[0]), "O", Rate.of(o[0]), directions) for o in others):
            kept.remove(minimum)
    return Rate(frozenset(map(frozenset, kept)))


def needed(
    bound: Any, target: Any, unknowns: Sequence[Any], directions: Mapping[Any, Direction]
) -> dict[str, Rate]:
    """How far each unknown must go for `bound = O(target)`, as a rate in the other parameters.

    An unknown may occur in powers with logarithms of itself, or in one exponential:

    >>> from sympy import exp, log, sqrt, symbols
    >>> n, T, kappa, eps = symbols("n T kappa epsilon", positive=True)
    >>> limits = {n: "oo", T: "oo", kappa: "oo", eps: "0"}
    >>> found = needed(sqrt(log(n) / n) + exp(-T / kappa), eps, [n, T], limits)
    >>> print(found["n"], "|", found["T"])
    epsilon**(-2) log(epsilon) | kappa log(epsilon)

    (logarithms are those of sizes: log(epsilon) stands for log(1/epsilon)). Raises `ValueError`
    when no size of the unknowns will do, or the target is no single monomial.
    """
    limits = limits_of(directions)
    aim = read(target, limits).single()
    return solve(read(bound, limits), aim, [str(name) for name in unknowns], limits)


def least(bound: Any, unknown: Any, directions: Mapping[Any, Direction]) -> Rate:
    """The rate of the bound at the best choice of one unknown, any positive number.

    The bound is a sum of monomials in the unknown without logarithms or exponentials of it; then by
    duality its least value is the largest weighted geometric mean of its terms that the unknown
    does not enter.

    >>> from sympy import Rational, symbols
    >>> h, n = symbols("h n", positive=True)
    >>> print(least(h**4 + 1 / (n * h**3), h, {h: "0", n: "oo"}))
    n**(-4/7)

    Raises `ValueError` where the bound has no least value, or is of another form.
    """
    limits, name = limits_of(directions), str(unknown)
    terms = [minimum[0] for minimum in read(bound, limits).ordered() if len(minimum) == 1]
    if len(terms) != len(read(bound, limits).minima):
        raise ValueError("a minimum among the terms: take each of its members apart")
    for term in terms:
        if name in (term * Monomial(powers=((name, -term.power(name)),))).names():
            raise ValueError(f"{name} occurs in a logarithm or exponent of {term}")
    free = [term for term in terms if not term.power(name)]
    rising = [term for term in terms if term.power(name) > 0]
    falling = [term for term in terms if term.power(name) < 0]
    if not free and not (rising and falling):
        raise ValueError(f"the bound has no least value in {name}")
    means = [
        a ** (-b.power(name) / (a.power(name) - b.power(name)))
        * b ** (a.power(name) / (a.power(name) - b.power(name)))
        for a in rising
        for b in falling
    ]
    return reduce(Rate.__add__, map(Rate.of, [*free, *means]))


def exponents(found: Rate, names: Sequence[str]) -> sp.Matrix:
    """The exponents of the named parameters in a rate of one monomial, as a column.

    A name `b**p`, such as `2**L`, stands for the exponential factor, `log(p)` for the logarithm.
    Raises `ValueError` for a rate of several monomials.
    """
    monomials = found.monomials()
    if len(monomials) != 1:
        raise ValueError(f"{found} has several terms, so no exponents of its own")
    (one,) = monomials
    powers, logs, exps = dict(one.powers), dict(one.logs), dict(one.exps)
    values = []
    for name in names:
        if "**" in name:
            base, parameter = name.split("**")
            values.append(exps.get((parameter, base), 0))
        elif name.startswith("log("):
            values.append(logs.get(name.removeprefix("log(").removesuffix(")"), 0))
        else:
            values.append(powers.get(name, 0))
    return sp.Matrix([sp.Rational(str(value)) for value in values])
