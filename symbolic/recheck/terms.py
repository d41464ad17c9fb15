"""Expressions of the checker: shared trees, arithmetic on them, substitution, derivatives."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from weakref import WeakValueDictionary


class Rejected(Exception):
    """A certificate does not prove its statement; the message is one line."""


class Unclear(Rejected):
    """A term could not be shown to be defined on the whole box."""


@dataclass
class Session:
    """The state of one replay.

    `extensions`: what modules beyond the kernel know, {(kind, name): (module, function)}; `used`:
    the modules that were called on; `forms`: normal forms found so far.
    """

    deadline: float = float("inf")
    extensions: Mapping[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    forms: dict[Any, Any] = field(default_factory=dict)


SESSION: ContextVar[Session] = ContextVar("SESSION", default=Session())  # noqa: B039


def extension(kind: str, name: str) -> Any:
    """What an extension knows under this name, or None; from now on the replay rests on it."""
    entry = SESSION.get().extensions.get((kind, name))
    if entry is None:
        return None
    SESSION.get().used.add(entry[0])
    return entry[1]


def check_time() -> None:
    """Raises `Rejected` past the time limit."""
    if time.monotonic() > SESSION.get().deadline:
        raise Rejected("ran out of time")


class Term:
    """One node. Equal terms are one object, so that identity is equality and memos are cheap.

    `op`: a head of the certificate format (for a condition `cond:<head>`). `value`: the `Fraction`
    of a number, the name of a symbol or of a bound index, else None. `free`: the free symbols.
    """

    __slots__ = ("__weakref__", "args", "free", "op", "value")
    op: str
    args: tuple[Term, ...]
    value: Any
    free: frozenset[str]


BINDERS = ("sum", "product")
_known: WeakValueDictionary[tuple, Term] = WeakValueDictionary()


def make(op: str, *args: Term, value: Any = None) -> Term:
    """The term with this head; nothing is simplified."""
    found = _known.get((op, value, args))
    if found is None:
        if len(_known) % 256 == 0:
            check_time()
        found = Term()
        found.op, found.args, found.value = op, args, value
        free = frozenset().union(*(arg.free for arg in args))
        found.free = frozenset([value]) if op == "sym" else free
        if op in BINDERS:
            found.free = free - {value}
        _known[op, value, args] = found
    return found


def number(value: Fraction | int) -> Term:
    return make("rat", value=Fraction(value))


def symbol(name: str) -> Term:
    return make("sym", value=name)


ZERO, ONE, MINUS_ONE = number(0), number(1), number(-1)


def add(*args: Term) -> Term:
    """Sum, flat, with its numbers added up."""
    parts = [part for arg in args for part in (arg.args if arg.op == "add" else (arg,))]
    constant = sum((part.value for part in parts if part.op == "rat"), Fraction(0))
    rest = [part for part in parts if part.op != "rat"]
    if constant or not rest:
        rest.append(number(constant))
    return rest[0] if len(rest) == 1 else make("add", *rest)


def mul(*args: Term) -> Term:
    """Product, flat, with its numbers multiplied. 0 times a term is 0: it must be defined."""
    parts = [part for arg in args for part in (arg.args if arg.op == "mul" else (arg,))]
    constant = Fraction(1)
    for part in parts:
        constant *= part.value if part.op == "rat" else 1
    rest = [part for part in parts if part.op != "rat"]
    if constant == 0 or not rest:
        return number(constant)
    if constant != 1:
        rest.insert(0, number(constant))
    return rest[0] if len(rest) == 1 else make("mul", *rest)


def power(base: Term, exponent: Fraction | int) -> Term:
    if exponent in (0, 1):
        return base if exponent else ONE
    return make("pow", base, number(exponent))


def neg(a: Term) -> Term:
    return mul(MINUS_ONE, a)


def sub(a: Term, b: Term) -> Term:
    return add(a, neg(b))


def substitute(term: Term, values: Mapping[str, Term]) -> Term:
    """The term with symbols replaced; nothing is simplified, and bound indices are left alone."""
    memo: dict[Term, Term] = {}

    def walk(t: Term) -> Term:
        if t.free.isdisjoint(values):
            return t
        if t.op == "sym":
            return values[t.value]
        if t not in memo:
            if t.op in BINDERS:
                if any(t.value in values[name].free for name in t.free & set(values)):
                    raise Rejected(f"the index {t.value} would capture a symbol")
                inner = {name: v for name, v in values.items() if name != t.value}
                body, low, high = t.args
                args = (substitute(body, inner), walk(low), walk(high))
                memo[t] = make(t.op, *args, value=t.value)
            else:
                memo[t] = make(t.op, *map(walk, t.args), value=t.value)
        return memo[t]

    return walk(term)


def derivative(t: Term, name: str, memo: dict[Term, Term] | None = None) -> Term:
    """d t / d name, valid wherever it and t are defined on an open set."""
    memo = {} if memo is None else memo
    if name not in t.free:
        return ZERO
    if t in memo:
        return memo[t]
    if t.op == "sym":
        found = ONE
    elif t.op == "add":
        found = add(*(derivative(arg, name, memo) for arg in t.args))
    elif t.op == "mul":
        places = [i for i, arg in enumerate(t.args) if name in arg.free]
        found = add(
            *(mul(*t.args[:i], derivative(t.args[i], name, memo), *t.args[i + 1 :]) for i in places)
        )
    elif t.op == "pow":
        base, exponent = t.args
        slope = derivative(base, name, memo)
        if exponent.op == "rat":
            found = mul(exponent, power(base, exponent.value - 1), slope)
        else:  # (e log b)' b**e
            growth = mul(derivative(exponent, name, memo), make("log", base))
            found = mul(t, add(growth, mul(exponent, slope, power(base, -1))))
    else:
        rule = SLOPES.get(t.op) or extension("slope", t.op)
        if rule is None:
            raise Rejected(f"{t.op.removeprefix('cond:')} has no derivative here")
        found = mul(rule(t), derivative(t.args[-1], name, memo))
    memo[t] = found
    return found


SLOPES: dict[str, Callable[[Term], Term]] = {  # of f(a) with respect to a
    "exp": lambda t: t,
    "log": lambda t: power(t.args[0], -1),
    "sin": lambda t: make("cos", t.args[0]),
    "cos": lambda t: neg(make("sin", t.args[0])),
}
