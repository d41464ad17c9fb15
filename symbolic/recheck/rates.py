"""Extension: certificates on rates: is f = O(g) as each parameter tends to its limit?

A parameter p tends to infinity ("oo") or to 0 from above ("0"); its *size* is p or 1/p. A monomial
is a product of powers of the parameters, of powers of the logarithms of their sizes, and of
b**(c * size) with b an integer >= 2 or "e"; a rate is a maximum of minima of monomials (a sum is a
maximum up to a factor). The statement is::

    {"parameters": {"m": "oo", "eps": "0"}, "relations": [[monomial, monomial], ...],
     "claim": [rate, "O" | "Omega" | "Theta" | "~O", rate]}
    monomial = {"powers": {"m": "1/2"}, "logs": {"m": "1"}, "exps": {"m": {"2": "1"}}}
    rate = [[monomial, ...], ...]           (the maximum of the minima)

A relation [a, b] says that a >= C b for some constant C > 0. f = O(g) means that f <= C g for some
constant C once all sizes are large enough (and the relations hold); "~O" ignores logarithms.

*Proof*: `{"proof": [[weights, ...], ...]}`: for "Theta" two lists, else one. For each minimum of
f and each choice of one monomial from each minimum of g (in the order of `itertools.product`) it
has `{"f": [w, ...], "g": [w, ...], "rows": [[row, w], ...]}`, weights >= 0 that sum to 1 over f and
over g, such that on logarithms  sum w g - sum w f = sum w row, and each row is bounded below:
`["log", p, M]` is log size - M log log size, `["loglog", p]` is log log size, `["exp", p, M]` is
size - M log size, `["base", p, b, "low" | "high", q]` is size * (log b - q) resp. size *
(q - log b) where that factor is >= 0, `["relation", k]`, and `["compare", k, p, q]` is log log of
size p minus that of q, where relation k bounds a power of q (times what is >= 1) by one of p; where
it bounds an exponential of size q, minus log size q. For "~O" log log sizes need not balance.

*Refutation*: `{"path": {"m": ["1", "0"], ...}, "minimum": i, "direction": 0 | 1}`: along
size = t**a * (log t)**b, which satisfies the relations, every monomial of the i-th minimum of f
outgrows some monomial of each minimum of g, so that f/g is unbounded.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from symbolic.recheck.intervals import exact, log, plus, times
from symbolic.recheck.statement import name_of, rational
from symbolic.recheck.terms import Rejected

Json = Any
Key = tuple[str, ...]  # ("x", p) log size; ("y", p) log log size; ("w", p, b) size * log b
Form = dict[Key, Fraction]
MAX_CHOICES = 20_000
ORIGIN, LOG = (Fraction(0), Fraction(0)), (Fraction(0), Fraction(1))


def replay_rates(certificate: Json) -> str:
    return check_rates(certificate["statement"], certificate["body"])


def check_rates(statement: Json, body: Json) -> str:
    """Says what is shown; raises `Rejected` unless the body proves or refutes the claim."""
    if not isinstance(statement, dict) or set(statement) != {"parameters", "relations", "claim"}:
        raise Rejected("a statement on rates has parameters, relations and a claim")
    parameters = statement["parameters"]
    if not isinstance(parameters, dict) or not set(parameters.values()) <= {"oo", "0"}:
        raise Rejected("a parameter tends to oo or to 0")
    for name in parameters:
        name_of(name)
    left, sense, right = statement["claim"]
    pairs = {"O": [(left, right)], "~O": [(left, right)], "Omega": [(right, left)]}
    pairs["Theta"] = [(left, right), (right, left)]
    if sense not in pairs:
        raise Rejected("a claim on rates is O, Omega, Theta or ~O")
    logs = sense != "~O"
    relations = [
        subtract(form(a, parameters), form(b, parameters)) for a, b in statement["relations"]
    ]
    if isinstance(body, dict) and set(body) == {"proof"}:
        if len(body["proof"]) != len(pairs[sense]):
            raise Rejected("one proof for each direction")
        total = 0
        for (f, g), weights in zip(pairs[sense], body["proof"], strict=True):
            f, g = _rate(f, parameters, logs), _rate(g, parameters, logs)
            total += _prove(f, g, relations, weights, logs)
        return f"proved by {total} exponent systems"
    if isinstance(body, dict) and set(body) == {"path", "minimum", "direction"}:
        f, g = pairs[sense][body["direction"]] if body["direction"] in (0, 1) else (None, None)
        if f is None:
            raise Rejected("the direction is 0 or 1")
        given = [
            subtract(form(a, parameters), form(b, parameters)) for a, b in statement["relations"]
        ]
        f, g = _rate(f, parameters, logs), _rate(g, parameters, logs)
        _refute(f, g, given, body, parameters, logs)
        return "refuted: unbounded along the path"
    raise Rejected("the body has a proof, or a path")


def form(monomial: Json, parameters: dict[str, str], logs: bool = True) -> Form:
    """The logarithm of a monomial, linear in log sizes, their logarithms, and sizes."""
    if not isinstance(monomial, dict) or not set(monomial) <= {"powers", "logs", "exps"}:
        raise Rejected("a monomial has powers, logs and exps")
    found: Form = {}
    for part, letter in (("powers", "x"), ("logs", "y")):
        for name, exponent in monomial.get(part, {}).items():
            if name not in parameters:
                raise Rejected(f"unknown parameter {name}"[:80])
            sign = -1 if letter == "x" and parameters[name] == "0" else 1
            if letter == "x" or logs:
                found[letter, name] = sign * rational(exponent)
    for name, bases in monomial.get("exps", {}).items():
        if name not in parameters:
            raise Rejected(f"unknown parameter {name}"[:80])
        for base, factor in bases.items():
            if base != "e" and (rational(base).denominator != 1 or not 2 <= int(base) <= 10**6):
                raise Rejected("the base of an exponential is e or an integer from 2")
            found["w", name, base] = rational(factor)
    return {key: value for key, value in found.items() if value}


def subtract(a: Form, b: Form, scale: Fraction = Fraction(1)) -> Form:
    total = dict(a)
    for key, value in b.items():
        total[key] = total.get(key, Fraction(0)) - scale * value
    return {key: value for key, value in total.items() if value}


def _rate(rate: Json, parameters: dict[str, str], logs: bool) -> list[list[Form]]:
    if not isinstance(rate, list) or not rate or not all(rate):
        raise Rejected("a rate is a list of minima, each of some monomials")
    return [[form(monomial, parameters, logs) for monomial in minimum] for minimum in rate]


def _prove(
    f: list[list[Form]], g: list[list[Form]], relations: list[Form], weights: Json, logs: bool
) -> int:
    size = 1
    for minimum in g:
        size *= len(minimum)
    if size > MAX_CHOICES or len(weights) != size * len(f):
        raise Rejected("one exponent system for each minimum of f and choice in g")
    cases = ((minimum, choice) for minimum in f for choice in product(*g))
    for (minimum, choice), system in zip(cases, weights, strict=True):
        gap: Form = {}
        for part, forms, sign in ((system["g"], choice, -1), (system["f"], minimum, 1)):
            values = [rational(weight) for weight in part]
            if len(values) != len(forms) or sum(values) != 1 or min(values) < 0:
                raise Rejected("the weights of a mean are >= 0 and sum to 1")
            for weight, one in zip(values, forms, strict=True):
                gap = subtract(gap, one, sign * weight)
        for row, weight in system["rows"]:
            if rational(weight) < 0:
                raise Rejected("a row has a negative weight")
            gap = subtract(gap, known_row(row, relations), rational(weight))
        if any(logs or key[0] != "y" for key in gap):
            raise Rejected(f"the exponents of {sorted(gap)[0][1]} do not balance")
    return len(weights)


def known_row(row: Json, relations: list[Form]) -> Form:
    """A form that is bounded below once all sizes are large."""
    kind, rest = row[0], row[1:]
    if kind == "loglog":
        return {("y", rest[0]): Fraction(1)}
    if kind == "log":
        return subtract({("x", rest[0]): Fraction(1)}, {("y", rest[0]): rational(rest[1])})
    if kind == "exp":
        return subtract({("w", rest[0], "e"): Fraction(1)}, {("x", rest[0]): rational(rest[1])})
    if kind == "base":
        name, base, side, bound = rest
        if rational(base).denominator != 1 or not 2 <= int(base) <= 10**6:
            raise Rejected("the base of an exponential is an integer from 2")
        sign = 1 if side == "low" else -1
        gap = combine_logs({base: Fraction(sign), "e": -sign * rational(bound)})
        if gap < 0:
            raise Rejected("a bound for a logarithm is on the wrong side")
        both: Form = {("w", name, base): Fraction(1)}
        return subtract({}, subtract(both, {("w", name, "e"): rational(bound)}), Fraction(-sign))
    if kind in ("relation", "compare") and type(rest[0]) is int and 0 <= rest[0] < len(relations):
        relation = relations[rest[0]]
        if kind == "relation":
            return relation
        # a x_p >= b x_q + c w_r + ... with a, b, c > 0: then log x_p >= log x_q - C, and for the
        # size r of an exponential log x_p >= log r - C = x_r - C.
        upper, lower = rest[1], rest[2]
        others = all(value < 0 for key, value in relation.items() if key != ("x", upper))
        if others and relation.get(("x", upper), 0) > 0 and lower != upper:
            if any(key[:2] == ("w", lower) for key in relation):
                return {("y", upper): Fraction(1), ("x", lower): Fraction(-1)}
            if ("x", lower) in relation:
                return {("y", upper): Fraction(1), ("y", lower): Fraction(-1)}
    raise Rejected("unknown row")


def combine_logs(factors: dict[str, Fraction]) -> int:
    """Sign of sum of factor * log(base), exactly: its exponential compares integers, or e with one.

    A sum without e is the logarithm of a rational power product; it is 0 only if that product is 1.
    A sum with e is not 0 otherwise, e being transcendental.
    """
    plain = {int(base): factor for base, factor in factors.items() if base != "e" and factor}
    rest = factors.get("e", Fraction(0))
    if not plain:
        return (rest > 0) - (rest < 0)
    if not rest and _is_one(plain):
        return 0
    for precision in (60, 400, 3000):
        total = exact(rest, precision)
        for base, factor in plain.items():
            value = log(exact(base, precision), precision)
            total = plus(total, times(value, exact(factor, precision), precision), precision)
        if total.nonzero():
            return 1 if total.positive() else -1
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


# Growth along a path, from the fastest scale to the slowest.


def _refute(
    f: list[list[Form]],
    g: list[list[Form]],
    relations: list[Form],
    body: Json,
    parameters: dict[str, str],
    logs: bool,
) -> None:
    path = {}
    if not isinstance(body["path"], dict) or set(body["path"]) != set(parameters):
        raise Rejected("the path gives each parameter its exponents")
    for name, (a, b) in body["path"].items():
        path[name] = (rational(a), rational(b))
        if path[name] <= ORIGIN:
            raise Rejected("each size tends to infinity along the path")
    for relation in relations:
        if growth(relation, path) < 0:
            raise Rejected("the path violates a relation")
    index = body["minimum"]
    if type(index) is not int or not 0 <= index < len(f):
        raise Rejected("there is no such minimum")
    for one in f[index]:
        for minimum in g:
            if not any(growth(subtract(one, other), path, logs) > 0 for other in minimum):
                raise Rejected("the ratio is not unbounded along the path")


def growth(
    difference: Form, path: dict[str, tuple[Fraction, Fraction]], with_logs: bool = True
) -> int:
    """1, -1 or 0: whether exp(form) tends to infinity, to 0, or stays between constants.

    Without logarithms, between powers of log t.
    """
    scales: dict[tuple[Fraction, Fraction], dict[str, Fraction]] = {}
    powers, logs, loglogs = Fraction(0), Fraction(0), Fraction(0)
    for key, value in difference.items():
        a, b = path[key[1]]
        if key[0] == "w":
            bases = scales.setdefault((a, b), {})
            bases[key[2]] = bases.get(key[2], Fraction(0)) + value
        elif key[0] == "x":
            powers, logs = powers + a * value, logs + b * value
        elif a > 0:
            logs += value
        else:
            loglogs += value
    # b**(c t**a (log t)**b) against t**power: only sizes beyond log t outgrow every power of t.
    for scale in sorted(scales, reverse=True):
        sign = combine_logs(scales[scale])
        if scale > LOG:
            if sign:
                return sign
        elif sign:
            raise Rejected("an exponential of a logarithm: the path is too slow to compare")
    for exponent in (powers, logs, loglogs) if with_logs else (powers,):
        if exponent:
            return 1 if exponent > 0 else -1
    return 0


def rates_text(statement: Json) -> str:
    """The statement as one readable line."""
    left, sense, right = statement["claim"]
    limits = ", ".join(f"{name} -> {end}" for name, end in statement["parameters"].items())
    given = [f"{monomial_text(a)} >= C {monomial_text(b)}" for a, b in statement["relations"]]
    with_ = " with " + " and ".join(given) if given else ""
    return f"{rate_text(left)} = {sense}({rate_text(right)}) as {limits}{with_}"


def rate_text(rate: Json) -> str:
    parts = [
        monomial_text(minimum[0])
        if len(minimum) == 1
        else "min(" + ", ".join(map(monomial_text, minimum)) + ")"
        for minimum in rate
    ]
    return " + ".join(parts)


def monomial_text(monomial: Json) -> str:
    parts = [_power(name, e) for name, e in monomial.get("powers", {}).items()]
    parts += [_power(f"log({name})", e) for name, e in monomial.get("logs", {}).items()]
    for name, bases in monomial.get("exps", {}).items():
        parts += [f"{base}**({factor} {name})" for base, factor in bases.items()]
    return " ".join(parts) or "1"


def _power(name: str, exponent: str) -> str:
    if exponent == "1":
        return name
    return f"{name}**{exponent}" if exponent.isdigit() else f"{name}**({exponent})"


KNOWN = {("kind", "rates"): replay_rates}
