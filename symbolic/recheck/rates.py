"""Extension: certificates on rates: is f = O(g) as each parameter tends to its limit?

A parameter p tends to infinity ("oo") or to 0 from above ("0"); its *size* is p or 1/p. A monomial
is a product of powers of the parameters, of powers of logarithms, and of exponentials b**(c A), A
the size of a parameter or another monomial, b as in `scales.py`; a rate is a maximum of minima of
monomials (a sum is a maximum up to a factor). The statement is::

    {"parameters": {"m": "oo", "eps": "0"}, "relations": [[monomial, monomial], ...],
     "claim": [rate, sense, rate], "up_to": [monomial, ...]}        ("up_to" may be left out)
    monomial = {"powers": {"m": "1/2"}, "logs": {"m": "1", "log m": "-2"},
                "exps": {"m": {"2": "1"}}, "towers": [[monomial, "e", "1"], ...]}
    rate = [[monomial, ...], ...]           (the maximum of the minima)

where logs are of sizes ("log m" is log log m) and powers of the parameters themselves. A relation
[a, b] says that a >= C b for some constant C > 0. The senses are O, Omega, Theta, o, omega, and
~O, ~Omega, ~Theta. f = O(g) means that f <= C g for some constant C once all sizes are large enough
(and the relations hold), f = o(g) that f/g tends to 0. With "up_to", g may be multiplied by any
power of each of these monomials, which must be >= 1; "~" adds the logarithms of all sizes to them.

*Proof*: `{"proof": [[weights, ...], ...]}`: for "Theta" two lists, else one. For each minimum of
f and each choice of one monomial from each minimum of g (in the order of `itertools.product`) it
has `{"f": [w, ...], "g": [w, ...], "rows": [[row, w], ...]}`, weights >= 0 that sum to 1 over f and
over g, such that on logarithms  sum w g - sum w f = sum w row. Each row is bounded below:

    ["loglog", l]             log log l, for a level l ("m", "log m", ...)                     *
    ["log", l, M]             log l - M log log l                                              *
    ["exp", p, M]             size - M log size                                                *
    ["tower", A]              A                                             (* if A rises)
    ["beyond", A, B, M, rows] A - M B, where log A - log B = sum w row      (* if A rises)
    ["base", A, b, "low" | "high", q]   A (log b - q) or A (q - log b), where that factor is >= 0
    ["relation", k]           of relation k
    ["compare", k, a, b, d]   log A - log B, where relation k bounds B by A: a and b are levels,
                              whose logarithms A and B are, or the monomials A and B of
                              exponentials; with d (or 0) further logarithms on both
    ["up_to", i]              minus the logarithm of that monomial
    ["case", b, d]            as "compare", in a case, A being the largest scale there

A system may also be `{"cases": k, "systems": [system, ...]}`, one for each of the scales that bound
others in relation k, in the order of `Statement.sides`: that one is the largest of them there.
"exp", "tower" and "beyond" may end with a base b: A log b is meant in the place of A; "beyond" may
end with two of them, the second for B.
A row with * tends to infinity. A monomial A rises if its logarithm has positive coefficients alone.
"beyond", and a proof of "o" or "omega", needs a row with * of positive weight.

*Refutation*: `{"path": {"m": monomial in t, ...}, "minimum": i, "direction": 0 | 1}`: along these
sizes, which satisfy the relations as t -> oo, every monomial of the i-th minimum of f outgrows some
monomial of each minimum of g (times every power of what is in "up_to"), so that f/g is unbounded;
for "o" and "omega" it is enough that it does not fall behind.
"""

from __future__ import annotations

from copy import copy
from fractions import Fraction
from itertools import product
from typing import Any

from symbolic.recheck.scales import (
    Form,
    Frozen,
    Key,
    Path,
    atom_of,
    base_of,
    combine_logs,
    compare,
    depth_of,
    form,
    frozen,
    key_of,
    level_of,
    range_of,
    subtract,
    tower_key,
)
from symbolic.recheck.statement import name_of, rational
from symbolic.recheck.terms import Rejected

Json = Any
ONE = Fraction(1)
MAX_CHOICES = 20_000
SENSES = ("O", "Omega", "Theta", "o", "omega", "~O", "~Omega", "~Theta")


def replay_rates(certificate: Json) -> str:
    return check_rates(certificate["statement"], certificate["body"])


class Statement:
    """A statement on rates, read: forms in the place of monomials."""

    case: tuple[int, Form] | None = None  # in a proof by cases: a relation, its largest scale

    def __init__(self, written: Json) -> None:
        keys = {"parameters", "relations", "claim"}
        if not isinstance(written, dict) or set(written) - {"up_to"} != keys:
            raise Rejected("a statement on rates has parameters, relations and a claim")
        self.parameters: dict[str, str] = written["parameters"]
        if not isinstance(self.parameters, dict) or not set(self.parameters.values()) <= {
            "oo",
            "0",
        }:
            raise Rejected("a parameter tends to oo or to 0")
        for name in self.parameters:
            name_of(name)
        left, sense, right = written["claim"]
        if sense not in SENSES:
            raise Rejected(f"a claim on rates is one of {', '.join(SENSES)}")
        self.relations = [subtract(self.form(a), self.form(b)) for a, b in written["relations"]]
        f, g = self._rate(left), self._rate(right)
        plain = sense.removeprefix("~")
        self.pairs = [(g, f)] if plain in ("Omega", "omega") else [(f, g)]
        if plain == "Theta":
            self.pairs.append((g, f))
        self.strict = plain in ("o", "omega")
        self.up_to = [self.form(monomial) for monomial in written.get("up_to", [])]
        if sense.startswith("~"):
            self.up_to += [{("x", f"log {name}"): ONE} for name in sorted(self.parameters)]
        if self.strict and self.up_to:
            raise Rejected("o and omega are not meant up to factors")
        if not all(map(rises, self.up_to)):
            raise Rejected("what is left out of account must be at least 1")

    def form(self, monomial: Json) -> Form:
        return form(monomial, self.parameters)

    def _rate(self, rate: Json) -> list[list[Form]]:
        if not isinstance(rate, list) or not rate or not all(rate):
            raise Rejected("a rate is a list of minima, each of some monomials")
        return [[self.form(monomial) for monomial in minimum] for minimum in rate]

    def level(self, text: str) -> str:
        return level_of(text, self.parameters)

    def scale(self, written: Json) -> Form:
        """The logarithm of log(level), for a level, or of a monomial."""
        if isinstance(written, str):
            return {("x", self.level(f"log {written}")): ONE}
        return self.form(written)

    def row(self, row: Json) -> tuple[Form, bool]:
        """A form that is bounded below once all sizes are large; whether it tends to infinity."""
        kind, rest = row[0], row[1:]
        if kind in ("loglog", "log"):
            level = self.level(rest[0])
            lower = self.level(f"log {level}")
            if kind == "loglog":
                return {("x", lower): ONE}, True
            return subtract({("x", level): ONE}, {("x", lower): rational(rest[1])}), True
        if kind == "exp":
            size = {("x", self.level(rest[0])): ONE}
            if depth_of(rest[0]):
                raise Rejected("not the size of a parameter")
            key = tower_key(size, base_of(rest[2] if len(rest) > 2 else "e"))
            return subtract({key: ONE}, size, rational(rest[1])), True
        if kind == "tower":
            atom = self.form(rest[0])
            return {tower_key(atom, base_of(rest[1] if len(rest) > 1 else "e")): ONE}, rises(atom)
        if kind == "beyond":
            return self._beyond(*rest)
        if kind == "base":
            return self._base(*rest), False
        if kind == "compare":
            return self._compared(*rest), False
        if kind == "case":
            return self._in_case(*rest), False
        if kind in ("relation", "up_to"):
            where = self.relations if kind == "relation" else self.up_to
            if type(rest[0]) is not int or not 0 <= rest[0] < len(where):
                raise Rejected(f"there is no such {kind}")
            return (where[rest[0]] if kind == "relation" else subtract({}, where[rest[0]])), False
        raise Rejected("unknown row")

    def total(self, rows: Json) -> tuple[Form, bool]:
        """The sum of rows with their weights, and whether it tends to infinity."""
        found: Form = {}
        growing = False
        for written, weight in rows:
            value = rational(weight)
            if value < 0:
                raise Rejected("a row has a negative weight")
            row, grows = self.row(written)
            found = subtract(found, row, -value)
            growing = growing or (grows and value > 0)
        return found, growing

    def _beyond(
        self, first: Json, second: Json, factor: str, rows: Json, b: str = "e", c: str = "e"
    ) -> tuple[Form, bool]:
        upper, lower = self.form(first), self.form(second)
        if any(row[0] == "up_to" for row, _ in rows):
            raise Rejected("what one scale is beyond another by is no matter of factors")
        total, growing = self.total(rows)
        if not growing or subtract(subtract(upper, lower), total) or rational(factor) < 0:
            raise Rejected("one scale is not seen to be beyond the other")
        scale, other = (
            {tower_key(atom, base_of(base)): ONE} for atom, base in ((upper, b), (lower, c))
        )
        found = subtract(scale, other, rational(factor))
        return found, rises(upper)

    def sides(self, k: Json) -> tuple[list[Form], list[Form]]:
        """The atoms A, all rising, and B of a relation sum a A >= sum b B - C, all a, b > 0.

        Terms of lower order than one of the A are left out.
        """
        if type(k) is not int or not 0 <= k < len(self.relations):
            raise Rejected("there is no such relation")
        relation = self.relations[k]
        found: dict[Frozen, set[bool]] = {}
        for key, value in sorted(relation.items(), key=repr):
            found.setdefault(frozen(atom_of(key)), set()).add(value > 0)
        upper = [dict(atom) for atom, signs in found.items() if signs == {True}]
        upper = [a for a in upper if not any(_lower_order(key_of(a), b) for b in upper if b != a)]
        lower = [
            dict(atom)
            for atom, signs in found.items()
            if signs != {True} and not any(_lower_order(key_of(dict(atom)), a) for a in upper)
        ]
        if any(len(found[frozen(one)]) > 1 for one in lower) or not all(map(rises, upper)):
            raise Rejected("that relation does not bound scales by others")
        return upper, lower

    def _compared(self, k: Json, a: Json, b: Json, further: Json = 0) -> Form:
        upper, lower = self.sides(k)
        if upper != [self.scale(a)] or self.scale(b) not in lower:
            raise Rejected("that relation does not bound one scale by another")
        return _further(upper[0], self.scale(b), further)

    def _in_case(self, b: Json, further: Json = 0) -> Form:
        if self.case is None:
            raise Rejected("a row of a case where none is distinguished")
        (k, largest), other = self.case, self.scale(b)
        upper, lower = self.sides(k)
        if other not in [*upper, *lower]:
            raise Rejected("not a scale of that relation")
        return _further(largest, other, further)

    def _base(self, a: Json, base: str, side: str, bound: str) -> Form:
        written = a if isinstance(a, dict) else {"exps": {a: {"e": "1"}}}
        unit = self.form(written)
        if not isinstance(a, dict):
            ((unit_key, _),) = unit.items()
            unit = dict(unit_key[1])
        sign, factor = (1 if side == "low" else -1), rational(bound)
        if base_of(base)[0] in "e#" or side not in ("low", "high"):
            raise Rejected("a bound for a logarithm is low or high")
        if ".." in base:
            lo, hi = range_of(base)
            holds = lo >= factor if side == "low" else hi <= factor
        else:
            holds = combine_logs({base: Fraction(sign), "e": -sign * factor}) >= 0
        if not holds:
            raise Rejected("a bound for a logarithm is on the wrong side")
        both: Form = {tower_key(unit, base): ONE}
        return subtract({}, subtract(both, {key_of(unit): factor}), Fraction(-sign))


def check_rates(statement: Json, body: Json) -> str:
    """Says what is shown; raises `Rejected` unless the body proves or refutes the claim."""
    known = Statement(statement)
    if isinstance(body, dict) and set(body) == {"proof"}:
        if len(body["proof"]) != len(known.pairs):
            raise Rejected("one proof for each direction")
        pairs = zip(known.pairs, body["proof"], strict=True)
        total = sum(_prove(known, f, g, weights) for (f, g), weights in pairs)
        return f"proved by {total} exponent systems"
    if isinstance(body, dict) and set(body) == {"path", "minimum", "direction"}:
        direction = body["direction"]
        if type(direction) is not int or not 0 <= direction < len(known.pairs):
            raise Rejected("there is no such direction")
        _refute(known, *known.pairs[direction], body)
        return "refuted: " + ("does not tend to 0" if known.strict else "unbounded along the path")
    raise Rejected("the body has a proof, or a path")


def rises(one: Form) -> bool:
    """Whether a monomial visibly tends to infinity."""
    return bool(one) and all(value > 0 for value in one.values())


def _prove(known: Statement, f: list[list[Form]], g: list[list[Form]], weights: Json) -> int:
    size = 1
    for minimum in g:
        size *= len(minimum)
    if size > MAX_CHOICES or len(weights) != size * len(f):
        raise Rejected("one exponent system for each minimum of f and choice in g")
    cases = ((minimum, choice) for minimum in f for choice in product(*g))
    for (minimum, choice), system in zip(cases, weights, strict=True):
        if set(system) != {"cases", "systems"}:
            _balance(known, minimum, choice, system)
            continue
        upper, _ = known.sides(system["cases"])
        for atom, one in zip(upper, system["systems"], strict=True):
            within = copy(known)
            within.case = (system["cases"], atom)
            _balance(within, minimum, choice, one)
    return len(weights)


def _balance(known: Statement, f: list[Form], g: tuple[Form, ...], system: Json) -> None:
    """Check that a mean of g less a mean of f is a sum of rows."""
    gap: Form = {}
    for part, forms, sign in ((system["g"], g, -1), (system["f"], f, 1)):
        values = [rational(weight) for weight in part]
        if len(values) != len(forms) or sum(values) != 1 or min(values) < 0:
            raise Rejected("the weights of a mean are >= 0 and sum to 1")
        for weight, one in zip(values, forms, strict=True):
            gap = subtract(gap, one, sign * weight)
    total, growing = known.total(system["rows"])
    if rest := subtract(gap, total):
        raise Rejected(f"the exponents of {_named(min(rest, key=repr))} do not balance")
    if known.strict and not growing:
        raise Rejected("the ratio is bounded, but is not seen to tend to 0")


def _named(key: Any) -> str:
    return str(key[1]) if key[0] == "x" else "an exponential"


def _further(upper: Form, lower: Form, further: Json) -> Form:
    """log^d A - log^d B, d = 0 leaving log A - log B."""
    if type(further) is not int or not 0 <= further <= 4:
        raise Rejected("not a number of further logarithms")
    if further:
        deeper = "log " * further
        upper, lower = ({("x", deeper + _level(one)): ONE} for one in (upper, lower))
    return subtract(upper, lower)


def _level(atom: Form) -> str:
    """The level that an atom is."""
    (key, value), *others = atom.items()
    if others or key[0] != "x" or value != 1:
        raise Rejected("only levels have further logarithms")
    return str(key[1])


def _lower_order(key: Key, atom: Form) -> bool:
    """Whether a key is a logarithm, or one of a logarithm, of the level that an atom is."""
    ((own, value), *others) = atom.items()
    if others or own[0] != "x" or value != 1 or key[0] != "x":
        return False
    return bool(key[1] == own[1] or key[1].endswith(f" {own[1]}"))


def _refute(known: Statement, f: list[list[Form]], g: list[list[Form]], body: Json) -> None:
    path = Path(body["path"], known.parameters)
    for relation in known.relations:
        lead = path.along(relation).lead()
        if lead is not None and lead[1] < 0:
            raise Rejected("the path violates a relation")
    index = body["minimum"]
    if type(index) is not int or not 0 <= index < len(f):
        raise Rejected("there is no such minimum")
    factors = [path.along(one).lead() for one in known.up_to]
    for one in f[index]:
        for minimum in g:
            leads = [path.along(subtract(one, other)).lead() for other in minimum]
            if not any(_beats(known, lead, factors) for lead in leads):
                raise Rejected("the ratio is not unbounded along the path")


def _beats(known: Statement, lead: Any, factors: list[Any]) -> bool:
    """Whether a ratio with this leading term outgrows all powers of the factors."""
    if lead is None:
        return known.strict
    return lead[1] > 0 and all(
        factor is None or compare(lead[0], factor[0]) > 0 for factor in factors
    )


KNOWN = {("kind", "rates"): replay_rates}
