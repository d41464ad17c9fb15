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

    A term is solved for the first of `unknowns` that it contains, in terms of the others; terms
    without any appear in no requirement, and must be compared with the target by themselves. Raises
    `ValueError` for a minimum among the terms, or an unknown in a place that is not solved.
    """
    found = []
    for minimum in bound.ordered():
        if len(minimum) != 1:
            raise ValueError("a minimum among the terms: solve each of its members apart")
        term = minimum[0]
        ratio = term * target**-1
        unknown = next((name for name in unknowns if name in ratio.names()), None)
        if unknown is not None:
            found.append(_solved(term, ratio, unknown, directions))
    return found


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
    """exp(-c u A) * rest <= 1, where rest grows: u >= log(rest)/A."""
    pairs = [(Monomial(powers=((key[0], Fraction(1)),)), value) for key, value in own.exps]
    if directions[unknown] == "0":
        pairs = [(m**-1, value) for m, value in pairs]
    pairs += [(key[0], value) for key, value in own.towers]
    atoms = {atom for atom, _ in pairs}
    signs = {value < 0 for _, value in pairs}
    if own.powers or own.logs or len(atoms) != 1 or len(signs) != 1:
        raise ValueError(f"{term} is not solved for {unknown}: more than one factor has it")
    (atom,), (falling,) = atoms, signs
    exponent = atom.power(unknown)
    factor = atom.without_power(unknown)
    if not exponent or unknown in factor.names():
        raise ValueError(f"{term} is not solved for {unknown}")
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
    The unknowns are solved from the last to the first, each put into what the ones before it need;
    one that nothing asks for is left out. Raises `ValueError` when a term asks for the contrary
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
    free = [m for m in bound.monomials() if m not in {r.term for r in asked}]
    for m in free:
        if not holds(Rate.of(m), "O", Rate.of(target), directions):
            raise ValueError(f"{m} is not O({target}), whatever the size of {', '.join(unknowns)}")
    found: dict[str, Rate] = {}
    for name in reversed(unknowns):
        bounds = [r.bound for r in asked if r.unknown == name]
        for other, value in found.items():
            bounds = [b.substitute(other, value, directions) for b in bounds]
        if bounds:
            join = Rate.__add__ if directions[name] == "oo" else Rate.least
            found[name] = reduce(join, bounds)
    return found


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
