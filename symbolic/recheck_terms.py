"""Terms of the checker: shared trees built from certificate JSON, substitution and derivatives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from typing import Any
from weakref import WeakValueDictionary


class Rejected(Exception):
    """A certificate does not prove its statement; the message is one line."""


class NotSmooth(Rejected):
    """A term has no derivative by the rules below."""


class Term:
    """One node. Equal terms are one object, so that identity is equality and memos are cheap.

    `op`: the head of the certificate format, or `cond:<head>` for conditions. `value`: the
    `Fraction` of a number, the name of a symbol or of a bound index, or None.
    """

    __slots__ = ("__weakref__", "args", "free", "op", "value")
    op: str
    args: tuple[Term, ...]
    value: Any
    free: frozenset[str]


_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


@contextmanager
def time_limit(deadline: float) -> Iterator[None]:
    """Rejects, wherever `check_time` is called, once `time.monotonic()` is past the deadline."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


def check_time() -> None:
    """Raises `Rejected` past the time limit."""
    if time.monotonic() > _deadline.get():
        raise Rejected("ran out of time")


_known: WeakValueDictionary[tuple, Term] = WeakValueDictionary()


def make(op: str, *args: Term, value: Any = None) -> Term:
    """The term with this head; nothing is simplified."""
    key = (op, value, args)
    found = _known.get(key)
    if found is not None:
        return found
    if len(_known) % 256 == 0:
        check_time()
    term = Term()
    term.op, term.args, term.value = op, args, value
    free = frozenset().union(*(arg.free for arg in args))
    term.free = frozenset({value}) if op == "sym" else free - {value} if op in BINDERS else free
    _known[key] = term
    return term


BINDERS = ("sum", "product")


def number(value: Fraction | int) -> Term:
    return make("rat", value=Fraction(value))


def symbol(name: str) -> Term:
    return make("sym", value=name)


ZERO, ONE, TWO, MINUS_ONE, PI = number(0), number(1), number(2), number(-1), make("pi")


def from_json(tree: list[Any]) -> Term:
    """The term of a checked expression (`statement.check_expression`)."""
    head, args = tree[0], tree[1:]
    if head == "rat":
        return number(Fraction(args[0]))
    if head == "sym":
        return symbol(args[0])
    if head == "piecewise":
        flat = [part for value, test in args for part in (from_json(value), condition(test))]
        return make("piecewise", *flat)
    if head in BINDERS:
        return make(head, *(from_json(args[i]) for i in (0, 2, 3)), value=args[1])
    return make("exp", ONE) if head == "e" else make(head, *map(from_json, args))


def condition(tree: list[Any]) -> Term:
    """The term of a checked condition."""
    head, args = tree[0], tree[1:]
    inner = condition if head in ("and", "or", "not") else from_json
    return make("cond:" + head, *map(inner, args))


def _flat(op: str, args: tuple[Term, ...]) -> list[Term]:
    return [part for arg in args for part in (arg.args if arg.op == op else (arg,))]


def add(*args: Term) -> Term:
    """Sum, flat, with numbers collected."""
    parts = _flat("add", args)
    constant = sum((arg.value for arg in parts if arg.op == "rat"), Fraction(0))
    rest = [arg for arg in parts if arg.op != "rat"]
    if constant or not rest:
        rest.append(number(constant))
    return rest[0] if len(rest) == 1 else make("add", *rest)


def mul(*args: Term) -> Term:
    """Product, flat, with numbers collected and zero absorbing."""
    constant, rest = Fraction(1), []
    for arg in _flat("mul", args):
        if arg.op == "rat":
            constant *= arg.value
        else:
            rest.append(arg)
    if constant == 0 or not rest:
        return number(constant)
    if constant != 1:
        rest.insert(0, number(constant))
    return rest[0] if len(rest) == 1 else make("mul", *rest)


def power(base: Term, exponent: Term | Fraction | int) -> Term:
    if not isinstance(exponent, Term):
        exponent = number(exponent)
    if exponent is ONE:
        return base
    return ONE if exponent is ZERO else make("pow", base, exponent)


def neg(a: Term) -> Term:
    return mul(MINUS_ONE, a)


def sub(a: Term, b: Term) -> Term:
    return add(a, neg(b))


def substitute(term: Term, values: Mapping[str, Term]) -> Term:
    """The term with symbols replaced; numbers are not folded. Bound indices are left alone."""
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
                memo[t] = make(
                    t.op,
                    substitute(t.args[0], inner),
                    *(walk(arg) for arg in t.args[1:]),
                    value=t.value,
                )
            else:
                memo[t] = make(t.op, *map(walk, t.args), value=t.value)
        return memo[t]

    return walk(term)


def replace(term: Term, old: Term, new: Term) -> Term:
    """The term with every occurrence of the subterm `old` replaced (outside sums and products)."""
    memo = {old: new}

    def walk(t: Term) -> Term:
        if t not in memo:
            plain = not t.args or t.op in BINDERS
            memo[t] = t if plain else make(t.op, *map(walk, t.args), value=t.value)
        return memo[t]

    return walk(term)


def derivative(term: Term, name: str, memo: dict[Term, Term] | None = None) -> Term:
    """d term / d name, valid wherever the result and the term are defined on an open set.

    Raises `NotSmooth` for pieces, steps, maxima and the like that depend on the symbol.
    """
    memo = {} if memo is None else memo
    if name not in term.free:
        return ZERO
    if term not in memo:
        memo[term] = _derivative(term, name, lambda t: derivative(t, name, memo))
    return memo[term]


def _derivative(t: Term, name: str, d: Callable[[Term], Term]) -> Term:
    if t.op == "sym":
        return ONE
    if t.op == "add":
        return add(*map(d, t.args))
    if t.op == "mul":
        places = [i for i, arg in enumerate(t.args) if name in arg.free]
        return add(*(mul(*t.args[:i], d(t.args[i]), *t.args[i + 1 :]) for i in places))
    if t.op == "pow":
        base, exponent = t.args
        if exponent.op == "rat":
            return mul(exponent, power(base, exponent.value - 1), d(base))
        ratio = mul(exponent, d(base), power(base, -1))
        return mul(t, add(mul(d(exponent), make("log", base)), ratio))
    if t.op == "polygamma":
        order, arg = t.args
        return mul(make("polygamma", number(order.value + 1), arg), d(arg))
    if t.op in SLOPES:
        return mul(SLOPES[t.op](t.args[0], t), d(t.args[0]))
    raise NotSmooth(f"{t.op} has no derivative here")


def _square(a: Term) -> Term:
    return power(a, 2)


_HALF = Fraction(1, 2)
SLOPES: dict[str, Callable[[Term, Term], Term]] = {
    "exp": lambda a, t: t,
    "log": lambda a, t: power(a, -1),
    "sin": lambda a, t: make("cos", a),
    "cos": lambda a, t: neg(make("sin", a)),
    "tan": lambda a, t: add(ONE, _square(t)),
    "cot": lambda a, t: neg(add(ONE, _square(t))),
    "sec": lambda a, t: mul(t, make("tan", a)),
    "csc": lambda a, t: neg(mul(t, make("cot", a))),
    "asin": lambda a, t: power(sub(ONE, _square(a)), -_HALF),
    "acos": lambda a, t: neg(power(sub(ONE, _square(a)), -_HALF)),
    "atan": lambda a, t: power(add(ONE, _square(a)), -1),
    # acot(a) is atan(1/a), with a jump at 0: its slope is written so that it is undefined there.
    "acot": lambda a, t: neg(mul(power(a, -2), power(add(ONE, power(a, -2)), -1))),
    "sinh": lambda a, t: make("cosh", a),
    "cosh": lambda a, t: make("sinh", a),
    "tanh": lambda a, t: sub(ONE, _square(t)),
    "coth": lambda a, t: sub(ONE, _square(t)),
    "asinh": lambda a, t: power(add(ONE, _square(a)), -_HALF),
    "acosh": lambda a, t: mul(power(sub(a, ONE), -_HALF), power(add(a, ONE), -_HALF)),
    "atanh": lambda a, t: power(sub(ONE, _square(a)), -1),
    "erf": lambda a, t: mul(TWO, power(PI, -_HALF), make("exp", neg(_square(a)))),
    "erfc": lambda a, t: mul(number(-2), power(PI, -_HALF), make("exp", neg(_square(a)))),
    "gamma": lambda a, t: mul(t, make("digamma", a)),
    "loggamma": lambda a, t: make("digamma", a),
    "digamma": lambda a, t: make("polygamma", ONE, a),
}
