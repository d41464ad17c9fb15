"""What a certificate may state: its JSON, read strictly, and its digest.

An expression is a list whose first entry is its head (`certificate.py` documents all of them);
numbers are strings such as "-3/7". Whatever is not exactly of this form raises `Malformed`.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symbolic.recheck.terms import BINDERS, ONE, Term, make, number, symbol

FORMAT = "gd-theorems/certificate"
VERSION = 1

MAX_DEPTH = 150
MAX_DIGITS = 4000
MAX_EXPONENT = 10_000
MAX_BYTES = 64_000_000

_FUNCTIONS = (
    "exp log sin cos tan cot sec csc asin acos atan acot sinh cosh tanh coth asinh acosh atanh "
    "erf erfc gamma loggamma digamma abs sign floor ceiling"
)
UNARY = frozenset(_FUNCTIONS.split())
CONSTANTS = frozenset({"pi", "e", "euler_gamma"})
RELATIONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
ARITY = dict.fromkeys(UNARY | {"not"}, 1) | dict.fromkeys(CONSTANTS | {"true", "false"}, 0)
ARITY |= dict.fromkeys(RELATIONS | {"pow", "polygamma"}, 2)
NARY = frozenset({"add", "mul", "max", "min"})
COMBINED = frozenset({"and", "or", "not", "true", "false"})
NAME = re.compile(r"[^\W\d][^\s\"]{0,63}|\\[^\s\"]{1,63}")
RATIONAL = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*)?")
Json = Any
Relation = tuple[str, Term, Term]


class Malformed(ValueError):
    """The JSON is not a statement; the message says where in one line."""


@dataclass(frozen=True)
class Side:
    """A range of reals, from the constant `lo` to `hi` (None: infinite), its ends open or not."""

    lo: Term | None
    hi: Term | None
    lo_open: bool = False
    hi_open: bool = False
    integer: bool = False

    def is_point(self) -> bool:
        return self.lo is self.hi and self.lo is not None


def rational(text: object) -> Fraction:
    """The number that a string such as `-3/7` writes."""
    if not isinstance(text, str):
        raise Malformed(f"a number must be written as a string, not {str(text)[:40]!r}")
    if len(text) > MAX_DIGITS or not RATIONAL.fullmatch(text):
        raise Malformed(f"not a rational number of at most {MAX_DIGITS} digits: {text[:40]!r}")
    return Fraction(text)


def name_of(tree: object) -> str:
    if not isinstance(tree, str) or not NAME.fullmatch(tree):
        raise Malformed(f"not a name: {str(tree)[:40]!r}")
    return tree


def _opened(tree: object, kind: str, depth: int = 0) -> tuple[str, list[Any]]:
    if depth > MAX_DEPTH:
        raise Malformed(f"an expression is nested deeper than {MAX_DEPTH}")
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
        raise Malformed(f"not {kind}: {str(tree)[:60]!r}")
    return tree[0], tree[1:]


def _arity(head: str, args: list[Any], wanted: int) -> None:
    if len(args) != wanted:
        raise Malformed(f"{head} takes {wanted} arguments, not {len(args)}")


def read_expression(tree: object, names: frozenset[str] | None = None, depth: int = 0) -> Term:
    """The term that an expression writes. `names`: the symbols that may occur (None: any)."""
    head, args = _opened(tree, "an expression", depth)
    if head == "rat":
        _arity(head, args, 1)
        return number(rational(args[0]))
    if head == "sym":
        _arity(head, args, 1)
        if names is not None and name_of(args[0]) not in names:
            raise Malformed(f"the symbol {args[0]} ranges over no declared set")
        return symbol(name_of(args[0]))
    if head == "piecewise":
        if not args or not all(isinstance(piece, list) and len(piece) == 2 for piece in args):
            raise Malformed("a piecewise expression has pieces [value, condition]")
        parts = []
        for value, test in args:
            parts.append(read_expression(value, names, depth + 1))
            parts.append(read_condition(test, names, depth + 1))
        return make("piecewise", *parts)
    if head in BINDERS:
        _arity(head, args, 4)
        bound = name_of(args[1])
        body = read_expression(args[0], None if names is None else names | {bound}, depth + 1)
        ends = (read_expression(end, names, depth + 1) for end in args[2:])
        return make(head, body, *ends, value=bound)
    if head not in UNARY | CONSTANTS | NARY | {"pow", "polygamma"} or (head in NARY and not args):
        raise Malformed(f"unknown head or no arguments: {head[:40]!r}")
    if head not in NARY:
        _arity(head, args, ARITY[head])
    terms = [read_expression(arg, names, depth + 1) for arg in args]
    if head == "pow" and terms[1].op == "rat":
        exponent = terms[1].value
        if max(abs(exponent), exponent.denominator) > MAX_EXPONENT:
            raise Malformed(f"an exponent is larger than {MAX_EXPONENT}")
    if head == "polygamma" and (terms[0].op != "rat" or terms[0].value not in range(1, 21)):
        raise Malformed("the order of a polygamma function is an integer from 1 to 20")
    return make("exp", ONE) if head == "e" else make(head, *terms)


def read_condition(tree: object, names: frozenset[str] | None = None, depth: int = 0) -> Term:
    """The term of a condition: relations joined by and, or, not."""
    head, args = _opened(tree, "a condition", depth)
    if head not in RELATIONS | COMBINED:
        raise Malformed(f"unknown condition: {head[:40]!r}")
    if head in ARITY:
        _arity(head, args, ARITY[head])
    inner = read_expression if head in RELATIONS else read_condition
    return make("cond:" + head, *(inner(arg, names, depth + 1) for arg in args))


def read_relation(tree: object, names: frozenset[str]) -> Relation:
    """A relation as (sign, left side, right side)."""
    if _opened(tree, "a relation")[0] not in RELATIONS:
        raise Malformed(f"not a relation: {str(tree)[:60]!r}")
    term = read_condition(tree, names)
    return term.op.removeprefix("cond:"), term.args[0], term.args[1]


def read_constant(tree: object) -> Term:
    """A value or a finite end: a rational number as text, or an expression without symbols."""
    if isinstance(tree, str):
        return number(rational(tree))
    return read_expression(tree, frozenset())


def read_end(tree: object, infinity: str) -> Term | None:
    return None if tree == infinity else read_constant(tree)


def read_domain(tree: object) -> list[Side]:
    """The ranges whose union is a set of reals; those of integers are marked as such."""
    head, args = _opened(tree, "a domain")
    if head == "union" and args:
        if any(_opened(part, "a domain")[0] == "union" for part in args):
            raise Malformed("a union within a union")
        return [side for part in args for side in read_domain(part)]
    if head == "points" and args:
        return [Side(point, point) for point in map(read_constant, args)]
    if head not in ("interval", "integers"):
        raise Malformed(f"unknown domain: {head[:40]!r}")
    _arity(head, args, 4 if head == "interval" else 2)
    whole = head == "integers"
    if any(isinstance(end, str) != whole and end not in ("-oo", "oo") for end in args[:2]):
        raise Malformed("integers end at numbers, an interval at expressions")
    low, high = read_end(args[0], "-oo"), read_end(args[1], "oo")
    if whole and any(end is not None and end.value.denominator > 1 for end in (low, high)):
        raise Malformed("a range of integers ends at integers")
    is_open = [low is None, high is None] if whole else args[2:]
    if not all(isinstance(flag, bool) for flag in is_open):
        raise Malformed("an interval says of each end whether it is open: true or false")
    if (low is None and not is_open[0]) or (high is None and not is_open[1]):
        raise Malformed("an infinite end is open")
    return [Side(low, high, is_open[0], is_open[1], whole)]


def read_statement(
    statement: Any,
) -> tuple[list[Relation], dict[str, list[Side]], list[Relation]]:
    """The relations, the ranges of each symbol, and the side conditions of a statement."""
    if not isinstance(statement, dict) or set(statement) != {"relations", "over", "where"}:
        raise Malformed("a statement has relations, over and where")
    over, relations, where = (statement[part] for part in ("over", "relations", "where"))
    if not isinstance(over, dict) or not isinstance(relations, list) or not isinstance(where, list):
        raise Malformed("over maps each symbol to a domain; relations and where are lists")
    if not relations:
        raise Malformed("a statement without a relation")
    domains = {name_of(name): read_domain(domain) for name, domain in over.items()}
    names = frozenset(domains)
    return (
        [read_relation(tree, names) for tree in relations],
        domains,
        [read_relation(tree, names) for tree in where],
    )


def digest(statement: Any) -> str:
    """SHA-256, in hexadecimal, of the statement's canonical JSON."""
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
