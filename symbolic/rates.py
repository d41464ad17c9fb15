"""Rates of growth: an exact calculus of O, Omega, Theta, o, omega and O up to logarithms.

Each parameter tends to infinity or to 0. A `Rate` is a maximum of minima of monomials; a monomial
has rational powers of the parameters, powers of (iterated) logarithms of their sizes, and
exponential factors such as 2**L or exp(n log n), each kept apart. Sums are maxima (up to a
constant). `rate` reads a SymPy expression (`asymptotics.py` says which), `decide_growth` compares
two of them; `requirements.py` solves for sizes. `dominance.py` decides whether one rate is bounded
by another as all parameters tend to their limits together, under relations such as m >= n**2: that
is linear programming over exponents, done exactly, and the answer carries either its multipliers or
a path along which the ratio is unbounded. `recheck/rates.py` documents the certificate and checks
it by its own arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, reduce
from itertools import product
from math import prod
from typing import Any, Literal

Sense = Literal["O", "Omega", "Theta", "o", "omega", "~O", "~Omega", "~Theta"]
Direction = Literal["oo", "0", "1", ">1"]
Exponents = tuple[tuple[Any, Fraction], ...]
MAX_TERMS, MAX_CHOICES = 400, 20_000


def _collect(items: Iterable[tuple[Any, Fraction]]) -> Exponents:
    total: dict[Any, Fraction] = {}
    for key, value in items:
        total[key] = total.get(key, Fraction(0)) + Fraction(value)
    kept = ((key, value) for key, value in total.items() if value)
    return tuple(sorted(kept, key=lambda item: repr(item[0])))


@dataclass(frozen=True)
class Monomial:
    """prod p**powers * prod log(level)**logs * prod b**(exps * size of p) * prod b**(towers * A).

    `powers` are of the parameter itself, so that eps**-1 is large when eps tends to 0. The keys of
    `logs` are sizes, "m", or their logarithms, "log m" (so that log log m is a logarithm of that);
    of `exps` pairs (parameter, base), of `towers` pairs (monomial A, base). A base is "e", a prime,
    a range such as "7/3..5/2" of a number in the place of log(base), or "#C" or "#log(C)", a
    positive constant there of which no more is known.
    """

    powers: Exponents = ()
    logs: Exponents = ()
    exps: Exponents = ()
    towers: Exponents = ()

    def __mul__(self, other: Monomial) -> Monomial:
        pairs = zip(self.parts(), other.parts(), strict=True)
        return Monomial(*(_collect(a + b) for a, b in pairs))

    def __pow__(self, exponent: Fraction | int) -> Monomial:
        return Monomial(
            *(_collect((k, v * Fraction(exponent)) for k, v in part) for part in self.parts())
        )

    def parts(self) -> tuple[Exponents, Exponents, Exponents, Exponents]:
        return self.powers, self.logs, self.exps, self.towers

    def power(self, name: str) -> Fraction:
        """The exponent of one parameter."""
        return dict(self.powers).get(name, Fraction(0))

    def without_power(self, name: str) -> Monomial:
        """All factors but the power of one parameter."""
        kept = tuple(kv for kv in self.powers if kv[0] != name)
        return Monomial(kept, self.logs, self.exps, self.towers)

    def only(self, name: str) -> Monomial:
        """The factors in one parameter, with the exponentials in which it occurs."""
        return Monomial(
            tuple(kv for kv in self.powers if kv[0] == name),
            tuple(kv for kv in self.logs if parameter_of(kv[0]) == name),
            tuple(kv for kv in self.exps if kv[0][0] == name),
            tuple(kv for kv in self.towers if name in kv[0][0].names()),
        )

    def names(self) -> set[str]:
        found = {k for k, _ in self.powers} | {parameter_of(k) for k, _ in self.logs}
        found |= {k[0] for k, _ in self.exps}
        return found.union(*(k[0].names() for k, _ in self.towers))

    def json(self) -> dict[str, Any]:
        exps: dict[str, dict[str, str]] = {}
        for (name, base), value in self.exps:
            exps.setdefault(name, {})[base] = str(value)
        parts = {
            "powers": {k: str(v) for k, v in self.powers},
            "logs": {k: str(v) for k, v in self.logs},
            "exps": exps,
            "towers": [[atom.json(), base, str(v)] for (atom, base), v in self.towers],
        }
        return {key: value for key, value in parts.items() if value}

    @cached_property
    def text(self) -> str:
        from symbolic.recheck.rate_text import monomial_text

        return monomial_text(self.json())

    def __str__(self) -> str:
        return self.text

    def written(self, directions: Mapping[str, Direction]) -> str:
        """As text, with log(1/p) for a parameter p that tends to 0 (`str` has log(p) for all)."""
        from symbolic.recheck.rate_text import monomial_text

        return monomial_text(self.json(), _small(directions))


def parameter_of(level: str) -> str:
    """The parameter of a level: "m" of "log log m"."""
    return level.rpartition(" ")[2]


@dataclass(frozen=True)
class Rate:
    """The maximum over `minima` of the least monomial in each."""

    minima: frozenset[frozenset[Monomial]]

    @staticmethod
    def of(monomial: Monomial) -> Rate:
        return Rate(frozenset([frozenset([monomial])]))

    def __add__(self, other: Rate) -> Rate:
        return Rate(_limited(self.minima | other.minima))

    def __mul__(self, other: Rate) -> Rate:
        return Rate(
            _limited(
                frozenset(
                    frozenset(a * b for a in left for b in right)
                    for left in self.minima
                    for right in other.minima
                )
            )
        )

    def least(self, other: Rate) -> Rate:
        """The minimum of two rates."""
        pairs = (a | b for a in self.minima for b in other.minima)
        return Rate(_limited(frozenset(pairs)))

    def __pow__(self, exponent: Fraction | int) -> Rate:
        if exponent >= 0:
            raised = (frozenset(m**exponent for m in minimum) for minimum in self.minima)
            return Rate(frozenset(raised))
        # 1/max min = min max 1/..., rewritten as a maximum of minima.
        count = prod(len(minimum) for minimum in self.minima)
        if count > MAX_CHOICES:
            raise ValueError(f"the inverse of a rate with {count} choices of terms")
        choices = product(*self.minima)
        return Rate(_limited(frozenset(frozenset(m**exponent for m in c) for c in choices)))

    def monomials(self) -> list[Monomial]:
        return sorted({m for minimum in self.minima for m in minimum}, key=str)

    def single(self) -> Monomial:
        """The monomial of a rate that has one only; raises `ValueError` otherwise."""
        found = self.monomials()
        if len(found) != 1:
            raise ValueError(f"{self} has several terms where one is needed")
        return found[0]

    def ordered(self) -> list[list[Monomial]]:
        return sorted((sorted(minimum, key=str) for minimum in self.minima), key=str)

    def json(self) -> list[list[dict[str, Any]]]:
        return [[m.json() for m in minimum] for minimum in self.ordered()]

    def substitute(self, name: str, value: Rate, directions: Mapping[str, Direction]) -> Rate:
        """The rate with one parameter chosen as a function of others, e.g. tau = m**(-1/2)/B.

        Raises `ValueError` where a logarithm of the choice has no such form, or an exponential has
        the parameter in it: a rate knows its constants no more, so substitute in the expression.
        """
        found = [
            reduce(Rate.least, (_substituted(m, name, value, directions) for m in minimum))
            for minimum in self.minima
        ]
        return reduce(Rate.__add__, found)

    def __str__(self) -> str:
        from symbolic.recheck.rate_text import rate_text

        return rate_text(self.json())

    def written(self, directions: Mapping[str, Direction]) -> str:
        """As text, with log(1/p) for a parameter p that tends to 0 (`str` has log(p) for all)."""
        from symbolic.recheck.rate_text import rate_text

        return rate_text(self.json(), _small(directions))


def _small(directions: Mapping[Any, Direction]) -> frozenset[str]:
    return frozenset(str(name) for name, end in directions.items() if end == "0")


def _limited(minima: frozenset[frozenset[Monomial]]) -> frozenset[frozenset[Monomial]]:
    if len(minima) > MAX_TERMS:
        raise ValueError(f"a rate of more than {MAX_TERMS} terms")
    return minima


ONE = Rate.of(Monomial())


def _substituted(m: Monomial, name: str, value: Rate, directions: Mapping[str, Direction]) -> Rate:
    from symbolic.asymptotics import log_of_size

    if name in Monomial(exps=m.exps, towers=m.towers).names():
        raise ValueError(f"{name} occurs in an exponent: substitute in the expression instead")
    kept = tuple(kv for kv in m.logs if parameter_of(kv[0]) != name)
    rest = Monomial(m.without_power(name).powers, kept, m.exps, m.towers)
    result = Rate.of(rest) * value ** m.power(name)
    for level, exponent in m.logs:
        if parameter_of(level) == name:
            found = value if directions.get(name) == "oo" else value**-1
            for _ in range(level.count("log ") + 1):
                found = log_of_size(found, directions)
            result = result * found**exponent
    return result


def rate(expression: Any, directions: Mapping[Any, Direction]) -> Rate:
    """The rate of a SymPy expression, or of its text, in parameters of the given directions.

    "oo" and "0" (from above) are limits, "1" marks a positive constant, ">1" one that exceeds 1 (so
    that C**H grows). Raises `ValueError` for what is not read, or may cancel: see `asymptotics.py`.
    """
    from symbolic.asymptotics import read

    return read(expression, directions)


def decide_growth(
    left: Any,
    sense: Sense,
    right: Any,
    directions: Mapping[Any, Direction],
    where: Iterable[Any] = (),
    up_to: Iterable[Any] = (),
) -> Any:
    """Is left = sense(right) as the parameters tend to their limits? A `dominance.RateDecision`.

    Both sides are SymPy expressions, their text, or rates such as `requirements.needed` returns.
    `where`: relations such as m >= n**2, each up to a constant factor (of m and n, also where the
    relation is written with logarithms, such as L <= log(m)); `up_to`: what may be
    raised to any power and multiplied to the larger side: [n, 1/eps] makes O(1) the class
    poly(n, 1/eps), [log(n)] is an O-tilde that hides the logarithm of n alone, [2**H] is 2**O(H).
    Raises `ValueError` as `rate` does.

    >>> from sympy import log, symbols
    >>> n, eps = symbols("n epsilon", positive=True)
    >>> limits = {n: "oo", eps: "0"}
    >>> decide_growth(n * log(n) / eps, "~O", n / eps, limits).outcome
    'proved'
    >>> print(decide_growth(n * log(n) / eps, "O", n / eps, limits).reason)
    epsilon**(-1) n log(n) outgrows epsilon**(-1) n; n: n log(n) against n
    """
    from symbolic.asymptotics import problem_of
    from symbolic.dominance import decide_rates

    return decide_rates(problem_of(left, sense, right, directions, where, up_to))


@dataclass(frozen=True)
class RateProblem:
    """Is `left` = `sense`(`right`) as each parameter tends to its limit?

    `relations`: pairs (a, b) of monomials with a >= C b for some constant C > 0. `up_to`:
    monomials that grow, any powers of which the larger side may be multiplied by.
    """

    directions: Mapping[str, Direction]
    left: Rate
    sense: Sense
    right: Rate
    relations: tuple[tuple[Monomial, Monomial], ...] = field(default=())
    up_to: tuple[Monomial, ...] = field(default=())

    def statement(self) -> dict[str, Any]:
        used = {m for side in (self.left, self.right) for m in side.monomials()}.union(
            self.up_to, *self.relations
        )
        names = sorted(set().union(*(m.names() for m in used)))
        limits = {name: self.directions[name] for name in names}
        found: dict[str, Any] = {
            "parameters": limits,
            "relations": [[a.json(), b.json()] for a, b in self.relations],
            "claim": [self.left.json(), self.sense, self.right.json()],
        }
        if self.up_to:
            found["up_to"] = [m.json() for m in self.up_to]
        return found
