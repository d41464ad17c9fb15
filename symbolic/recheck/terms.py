"""Expressions of the checker: shared trees, arithmetic on them, substitution."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any
from weakref import WeakValueDictionary


class Rejected(ValueError):
    """A certificate does not prove its statement; the message is one line."""


class Unclear(Rejected):
    """A term could not be shown to be defined on the whole box."""


def require(holds: object, message: str) -> None:
    if not holds:
        raise Rejected(message)


@dataclass
class Session:
    """The state of one replay.

    `extensions`: what modules beyond the core know, {(kind, name): (module, function)}; `used`:
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


def needed(kind: str, name: Any) -> Any:
    """What an extension knows under this name; rejects where none does."""
    found = extension(kind, name)
    require(found is not None, f"unknown {kind}: {name!s:.40}")
    return found


def helped(kind: str, name: str, *args: Any) -> bool:
    """Whether there is an extension of this name, and it says yes."""
    found = extension(kind, name)
    return found is not None and found(*args)


def check_time() -> None:
    """Raises `Rejected` past the time limit."""
    require(time.monotonic() <= SESSION.get().deadline, "ran out of time")


@dataclass(eq=False, slots=True, weakref_slot=True)
class Term:
    """One node. Equal terms are one object, so that identity is equality and memos are cheap.

    `op`: a head of the certificate format (for a condition `cond:<head>`). `value`: the `Fraction`
    of a number, the name of a symbol or of a bound index, else None. `free`: the free symbols.
    """

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
        free = frozenset([value] if op == "sym" else ()).union(*(arg.free for arg in args))
        found = Term(op, args, value, free - {value} if op in BINDERS else free)
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
    constant = prod((part.value for part in parts if part.op == "rat"), start=Fraction(1))
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
                inner = {name: v for name, v in values.items() if name != t.value}
                captured = any(t.value in inner[name].free for name in t.free & set(inner))
                require(not captured, f"the index {t.value} would capture a symbol")
                args = [substitute(t.args[0], inner), *map(walk, t.args[1:])]
            else:
                args = [walk(arg) for arg in t.args]
            memo[t] = make(t.op, *args, value=t.value)
        return memo[t]

    return walk(term)
