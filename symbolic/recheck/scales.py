"""Extension: logarithms of monomials as linear forms, and which of them grows along a path.

The logarithm of a monomial is linear in logarithms of *levels*, a level being the size of a
parameter, "m", its logarithm, "log m", the logarithm of that, "log log m", and so on; and in
*towers* A * log b, for an exponential b**A of another monomial A. A `Form` holds the coefficients:
the key ("x", level) stands for the logarithm of that level, ("w", frozen form of A, b) for A log b.
The base b is "e", an integer from 2, a range "7/3..5/2" with something that stays in it in the
place of log b, the same for the same range, or "#C" with an unknown positive number there.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import reduce
from typing import Any

from symbolic.recheck.intervals import exact, log, plus, times
from symbolic.recheck.statement import rational
from symbolic.recheck.terms import Rejected

Json = Any
Key = tuple[Any, ...]
Form = dict[Key, Fraction]
Frozen = tuple[tuple[Key, Fraction], ...]
UNKNOWN = re.compile(r"#[^\s\"]{1,60}")
MAX_LEVEL, MAX_HEIGHT, MAX_BASE = 6, 4, 10**6
ONE = Fraction(1)
IN_T = {"t": "oo"}


def form(monomial: Json, parameters: dict[str, str], height: int = 0) -> Form:
    """The logarithm of a monomial; raises `Rejected` where it is not of the documented form."""
    if not isinstance(monomial, dict) or not set(monomial) <= {"powers", "logs", "exps", "towers"}:
        raise Rejected("a monomial has powers, logs, exps and towers")
    if height > MAX_HEIGHT:
        raise Rejected(f"exponentials are nested deeper than {MAX_HEIGHT}")
    found: Form = {}
    for name, exponent in monomial.get("powers", {}).items():
        sign = -1 if _parameter(name, parameters) == "0" else 1
        found["x", name] = sign * rational(exponent)
    for name, exponent in monomial.get("logs", {}).items():
        found["x", level_of(f"log {name}", parameters)] = rational(exponent)
    for name, bases in monomial.get("exps", {}).items():
        _parameter(name, parameters)
        for base, factor in bases.items():
            _add(found, tower_key({("x", name): ONE}, base_of(base)), rational(factor))
    for atom, base, factor in monomial.get("towers", []):
        inside = form(atom, parameters, height + 1)
        if not inside:
            raise Rejected("an exponential of a constant")
        _add(found, tower_key(inside, base_of(base)), rational(factor))
    return {key: value for key, value in found.items() if value}


def _parameter(name: str, parameters: dict[str, str]) -> str:
    if name not in parameters:
        raise Rejected(f"unknown parameter {name}"[:80])
    return parameters[name]


def _add(found: Form, key: Key, value: Fraction) -> None:
    found[key] = found.get(key, Fraction(0)) + value


def depth_of(level: str) -> int:
    return level.count("log ")


def level_of(text: str, parameters: dict[str, str]) -> str:
    """A level as written, such as "log log m"."""
    if depth_of(text) > MAX_LEVEL:
        raise Rejected(f"more than {MAX_LEVEL} logarithms of each other")
    _parameter(text.removeprefix("log " * depth_of(text)), parameters)
    return text


def base_of(text: str) -> str:
    """A base as written: "e", an integer from 2, a range "p/q..r/s", or "#" and a name."""
    if isinstance(text, str) and text.startswith("#"):
        if not UNKNOWN.fullmatch(text):
            raise Rejected("not a name of a constant")
    elif text != "e":
        lo, hi = range_of(text)
        if not 0 < lo <= hi:
            raise Rejected("a range of positive numbers is needed in the place of log b")
    return text


def range_of(base: str) -> tuple[Fraction, Fraction]:
    """The range that a base other than "e" writes, or that integer twice."""
    low, _, high = base.partition("..")
    lo = rational(low)
    if not high and (lo.denominator != 1 or not 2 <= lo <= MAX_BASE):
        raise Rejected("the base of an exponential is e, an integer from 2, or a range")
    return lo, rational(high) if high else lo


def frozen(one: Form) -> Frozen:
    return tuple(sorted(one.items(), key=repr))


def subtract(a: Form, b: Form, scale: Fraction = ONE) -> Form:
    total = dict(a)
    for key, value in b.items():
        total[key] = total.get(key, Fraction(0)) - scale * value
    return {key: value for key, value in total.items() if value}


def atom_of(key: Key) -> Form:
    """The logarithm of what a key stands for, leaving out log b."""
    return {("x", f"log {key[1]}"): ONE} if key[0] == "x" else dict(key[1])


def key_of(atom: Form) -> Key:
    """The key that stands for a monomial with this logarithm."""
    if len(atom) == 1:
        ((key, value),) = atom.items()
        if key[0] == "x" and key[1].startswith("log ") and value == 1:
            return ("x", key[1].removeprefix("log "))
    return ("w", frozen(atom), "e")


def tower_key(atom: Form, base: str) -> Key:
    """The key of atom * log(base)."""
    key = key_of(atom)
    return key if key[0] == "x" and base == "e" else ("w", frozen(atom), base)


def combine_logs(factors: dict[str, Fraction]) -> int:
    """Sign of sum of factor * log(base), exactly: its exponential compares integers, or e with one.

    A sum without e is the logarithm of a rational power product; it is 0 only if that product is 1.
    A sum with e is not 0 otherwise, e being transcendental. A number of which only a range is known
    must leave the sign open nowhere in it.
    """
    unknown = {factor > 0 for base, factor in factors.items() if base.startswith("#") and factor}
    if unknown:
        known = combine_logs({base: f for base, f in factors.items() if not base.startswith("#")})
        if len(unknown | ({known > 0} if known else set())) > 1:
            raise Rejected("unknown constants whose sum may have either sign")
        return 1 if unknown == {True} else -1
    plain: dict[int, Fraction] = {}
    lo = hi = factors.get("e", Fraction(0))
    for base, factor in factors.items():
        if ".." in base:
            ends = sorted(factor * end for end in range_of(base))
            lo, hi = lo + ends[0], hi + ends[1]
        elif base != "e" and factor:
            plain[int(base)] = factor
    if not plain:
        if lo <= 0 <= hi and lo != hi:
            raise Rejected("a factor in an exponent is not known well enough")
        return (lo > 0) - (hi < 0)
    if lo == hi == 0 and _is_one(plain):
        return 0
    for precision in (60, 400, 3000):
        total = exact(Fraction(0), precision)
        for number, factor in plain.items():
            value = log(exact(number, precision), precision)
            total = plus(total, times(value, exact(factor, precision), precision), precision)
        low, high = (plus(total, exact(end, precision), precision) for end in (lo, hi))
        if low.positive() or high.negative():
            return 1 if low.positive() else -1
    raise Rejected("two exponential factors cannot be told apart")


def _is_one(plain: dict[int, Fraction]) -> bool:
    """Whether the product of base**factor is 1, by unique factorisation."""
    totals: dict[int, Fraction] = {}
    for base, factor in plain.items():
        p, rest = 2, base
        while rest > 1:
            if p * p > rest:
                p = rest
            while rest % p == 0:
                rest //= p
                totals[p] = totals.get(p, Fraction(0)) + factor
            p += 1
    return not any(totals.values())


# Growth in one parameter t, from the fastest scale to the slowest.


class _Group:
    """Terms of a form with the same atom: their exact coefficients, and signs of inexact ones."""

    def __init__(self, atom: Form) -> None:
        self.atom = atom
        self.factors: dict[str, Fraction] = {}
        self.inexact: set[int] = set()

    def sign(self) -> int:
        known = combine_logs(self.factors)
        if not self.inexact:
            return known
        if len(self.inexact | {known} - {0}) > 1:
            raise Rejected("leading terms that may cancel")
        return next(iter(self.inexact))


class Growth:
    """A form in t, to be compared with constants and with other scales."""

    def __init__(self, exactly: Form, inexact: list[tuple[Form, int]] | None = None) -> None:
        self.groups: list[_Group] = []
        for key, value in exactly.items():
            base = "e" if key[0] == "x" else key[2]
            factors = self._group(atom_of(key)).factors
            factors[base] = factors.get(base, Fraction(0)) + value
        for atom, sign in inexact or ():
            self._group(atom).inexact.add(sign)

    def _group(self, atom: Form) -> _Group:
        for group in self.groups:
            if group.atom == atom:
                return group
        self.groups.append(_Group(atom))
        return self.groups[-1]

    def lead(self) -> tuple[Form, int] | None:
        """The atom of the fastest scale, and its sign; None for what stays between constants."""
        left = [(group.atom, sign) for group in self.groups if (sign := group.sign())]
        if not left:
            return None
        atom, sign = reduce(lambda a, b: a if compare(a[0], b[0]) >= 0 else b, left)
        return (atom, sign) if grows(atom) > 0 else None


def grows(one: Form) -> int:
    """1, -1 or 0: whether exp(form) tends to infinity with t, to 0, or stays between constants."""
    if all(key[0] == "x" for key in one):
        key = min(one, key=lambda key: depth_of(key[1]), default=None)
        return 0 if key is None else (1 if one[key] > 0 else -1)
    found = Growth(one).lead()
    return 0 if found is None else found[1]


def compare(a: Form, b: Form) -> int:
    """1, -1 or 0 when one of two atoms, given by their logarithms, outgrows the other or is it."""
    gap = subtract(a, b)
    if not gap:
        return 0
    found = grows(gap)
    if not found:
        raise Rejected("two scales cannot be told apart")
    return found


class Path:
    """The sizes of the parameters as monomials in t -> oo."""

    def __init__(self, written: Json, parameters: dict[str, str]) -> None:
        if not isinstance(written, dict) or set(written) != set(parameters):
            raise Rejected("the path gives each parameter its size")
        self.sizes = {name: form(value, IN_T) for name, value in written.items()}
        for size in self.sizes.values():
            if grows(size) <= 0:
                raise Rejected("each size tends to infinity along the path")

    def along(self, one: Form) -> Growth:
        """A form in the parameters as one in t, up to what stays bounded."""
        total: Form = {}
        inexact: list[tuple[Form, int]] = []
        for key, value in one.items():
            if key[0] == "x":
                total = subtract(total, self._log(key[1]), -value)
                continue
            atom, factor = self._atom(dict(key[1]))
            if factor is None:
                inexact.append((atom, 1 if value > 0 else -1))
            else:
                total = subtract(total, {tower_key(atom, key[2]): factor * value}, -ONE)
        return Growth(total, inexact)

    def _log(self, level: str) -> Form:
        """The logarithm of a level, up to what stays bounded."""
        depth = depth_of(level)
        found = self.sizes[level.removeprefix("log " * depth)]
        for _ in range(depth):
            lead = Growth(found).lead()
            if lead is None:
                raise Rejected("a logarithm along the path that does not grow")
            found = lead[0]
        return found

    def _atom(self, one: Form) -> tuple[Form, Fraction | None]:
        """The logarithm of a monomial along the path and its constant factor.

        None for a factor that only tends to a constant, or is no rational number.
        """
        total: Form = {}
        factor: Fraction | None = ONE
        for key, value in one.items():
            if key[0] == "w":
                inner, scale = self._atom(dict(key[1]))
                if scale is None:
                    raise Rejected("an exponential of what is not known exactly along the path")
                total = subtract(total, {tower_key(inner, key[2]): scale * value}, -ONE)
                continue
            total = subtract(total, self._log(key[1]), -value)
            depth = depth_of(key[1])
            if depth == 0:
                continue
            groups = Growth(self.sizes[key[1].removeprefix("log " * depth)]).groups
            scale = groups[0].factors.get("e") if len(groups) == 1 else None
            if scale is None or set(groups[0].factors) != {"e"}:
                factor = None
            if factor is None or scale is None or scale == 1:
                continue
            exactly = depth == 1 and value.denominator == 1
            factor = factor * scale ** int(value) if exactly else None
        return total, factor
