"""Statements as plain JSON: what a certificate may contain, how it reads, and its digest.

An expression is a list whose first entry is its head (`certificate.py` documents all of them).
Nothing here needs SymPy, so that the independent checker can share it; the checker builds its own
terms from this JSON and evaluates those.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

FORMAT = "gd-theorems/certificate"
VERSION = 1

MAX_DEPTH = 150
MAX_NODES = 400_000
MAX_DIGITS = 4000
MAX_EXPONENT = 10_000
MAX_BYTES = 64_000_000

CONSTANTS = frozenset({"pi", "e", "euler_gamma"})
_FUNCTIONS = (
    "exp log sin cos tan cot sec csc asin acos atan acot sinh cosh tanh coth asinh acosh atanh "
    "erf erfc gamma loggamma digamma abs sign floor ceiling"
)
UNARY = frozenset(_FUNCTIONS.split())
NARY = frozenset({"add", "mul", "max", "min"})
BINDERS = frozenset({"sum", "product"})
RELATIONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
INFINITE = frozenset({"oo", "-oo"})
NAME = re.compile(r"[^\W\d][^\s\"]{0,63}|\\[^\s\"]{1,63}")
RATIONAL = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*)?")


class Malformed(ValueError):
    """The JSON is not a statement; the message says where in one line."""


def rational(text: object) -> Fraction:
    """The number that a string such as `-3/7` writes; raises `Malformed` for anything else."""
    if not isinstance(text, str):
        raise Malformed(f"a number must be written as a string, not {str(text)[:40]!r}")
    if len(text) > MAX_DIGITS or not RATIONAL.fullmatch(text):
        raise Malformed(f"not a rational number of at most {MAX_DIGITS} digits: {text[:40]!r}")
    return Fraction(text)


def check_expression(tree: object, symbols: frozenset[str] | None = None, depth: int = 0) -> int:
    """Number of nodes of a well-formed expression; raises `Malformed` for any other object.

    `symbols`: the names that may occur freely (None: any).
    """
    if depth > MAX_DEPTH:
        raise Malformed(f"an expression is nested deeper than {MAX_DEPTH}")
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
        raise Malformed(f"not an expression: {str(tree)[:60]!r}")
    head, args = tree[0], tree[1:]
    if head in CONSTANTS:
        _arity(head, args, 0)
        return 1
    if head == "rat":
        _arity(head, args, 1)
        rational(args[0])
        return 1
    if head == "sym":
        _arity(head, args, 1)
        name = check_name(args[0])
        if symbols is not None and name not in symbols:
            raise Malformed(f"the symbol {name} ranges over no declared set")
        return 1
    if head == "piecewise":
        if not args:
            raise Malformed("a piecewise expression without pieces")
        total = 1
        for piece in args:
            if not isinstance(piece, list) or len(piece) != 2:
                raise Malformed("a piece is [value, condition]")
            total += check_expression(piece[0], symbols, depth + 1)
            total += check_condition(piece[1], symbols, depth + 1)
        return total
    if head in BINDERS:
        _arity(head, args, 4)
        body, bound, low, high = args
        inner = None if symbols is None else symbols | {check_name(bound)}
        check_name(bound)
        parts = [check_expression(body, inner, depth + 1)]
        parts += [check_expression(end, symbols, depth + 1) for end in (low, high)]
        return 1 + sum(parts)
    if head in UNARY:
        _arity(head, args, 1)
    elif head == "polygamma":
        _arity(head, args, 2)
        if args[0][:1] != ["rat"] or not 1 <= rational(args[0][1]) <= 20 or "/" in args[0][1]:
            raise Malformed("the order of a polygamma function is an integer from 1 to 20")
    elif head == "pow":
        _arity(head, args, 2)
        power = args[1]
        if isinstance(power, list) and len(power) == 2 and power[0] == "rat":
            value = rational(power[1])
            if abs(value) > MAX_EXPONENT or value.denominator > MAX_EXPONENT:
                raise Malformed(f"an exponent is larger than {MAX_EXPONENT}")
    elif head not in NARY or not args:
        raise Malformed(f"unknown head or no arguments: {head[:40]!r}")
    return _limited(1 + sum(check_expression(arg, symbols, depth + 1) for arg in args))


def check_condition(tree: object, symbols: frozenset[str] | None = None, depth: int = 0) -> int:
    """Number of nodes of a well-formed condition; raises `Malformed` for any other object."""
    if depth > MAX_DEPTH:
        raise Malformed(f"a condition is nested deeper than {MAX_DEPTH}")
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
        raise Malformed(f"not a condition: {str(tree)[:60]!r}")
    head, args = tree[0], tree[1:]
    if head in ("true", "false"):
        _arity(head, args, 0)
        return 1
    if head in ("and", "or"):
        return 1 + sum(check_condition(arg, symbols, depth + 1) for arg in args)
    if head == "not":
        _arity(head, args, 1)
        return 1 + check_condition(args[0], symbols, depth + 1)
    if head in RELATIONS:
        _arity(head, args, 2)
        return 1 + sum(check_expression(arg, symbols, depth + 1) for arg in args)
    raise Malformed(f"unknown condition: {head[:40]!r}")


def check_domain(tree: object) -> None:
    """Accepts a well-formed set of reals; raises `Malformed` otherwise."""
    if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
        raise Malformed(f"not a domain: {str(tree)[:60]!r}")
    head, args = tree[0], tree[1:]
    if head == "interval":
        _arity(head, args, 4)
        for end, infinity in ((args[0], "-oo"), (args[1], "oo")):
            if end != infinity:
                check_expression(end, frozenset())
        if not all(isinstance(flag, bool) for flag in args[2:]):
            raise Malformed("an interval says of each end whether it is open: true or false")
        if (args[0] == "-oo" and not args[2]) or (args[1] == "oo" and not args[3]):
            raise Malformed("an infinite end is open")
    elif head == "integers":
        _arity(head, args, 2)
        for end, infinity in ((args[0], "-oo"), (args[1], "oo")):
            if end != infinity and rational(end).denominator != 1:
                raise Malformed("a range of integers ends at integers")
    elif head == "points" and args:
        for point in args:
            check_expression(point, frozenset())
    elif head == "union" and args:
        for part in args:
            if isinstance(part, list) and part and part[0] == "union":
                raise Malformed("a union within a union")
            check_domain(part)
    else:
        raise Malformed(f"unknown domain: {head[:40]!r}")


def check_name(name: object) -> str:
    """The name of a symbol, if it can be one."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Malformed(f"not a name: {str(name)[:40]!r}")
    return name


def check_statement(statement: object) -> None:
    """Accepts `{"relations", "over", "where"}` in the form that `certificate.py` documents."""
    if not isinstance(statement, dict) or set(statement) != {"relations", "over", "where"}:
        raise Malformed("a statement has relations, over and where")
    over = statement["over"]
    if not isinstance(over, dict):
        raise Malformed("over maps each symbol to a domain")
    for name, domain in over.items():
        check_name(name)
        check_domain(domain)
    symbols, total = frozenset(over), 0
    for part in ("relations", "where"):
        if not isinstance(statement[part], list):
            raise Malformed(f"{part} is a list")
        for relation in statement[part]:
            if not isinstance(relation, list) or not relation or relation[0] not in RELATIONS:
                raise Malformed(f"not a relation: {str(relation)[:60]!r}")
            total = _limited(total + check_condition(relation, symbols))
    if not statement["relations"]:
        raise Malformed("a statement without a relation")


def digest(statement: Any) -> str:
    """SHA-256, in hexadecimal, of the statement's canonical JSON."""
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def statement_text(statement: dict[str, Any]) -> str:
    """The statement as one readable line, the same for the same statement."""
    said = " and ".join(text(relation) for relation in statement["relations"])
    ranges = [f"{name} in {_domain_text(statement['over'][name])}" for name in statement["over"]]
    line = said + (" for all " + ", ".join(ranges) if ranges else "")
    where = " and ".join(text(relation) for relation in statement["where"])
    return line + (" with " + where if where else "")


def text(tree: list[Any]) -> str:
    """An expression or condition as readable text, fully bracketed."""
    return "".join(_pieces(tree))


def _pieces(tree: list[Any]) -> Iterator[str]:
    head, args = tree[0], tree[1:]
    if head == "rat":
        yield f"({args[0]})" if args[0][0] == "-" or "/" in args[0] else args[0]
    elif head == "sym":
        yield args[0]
    elif head in CONSTANTS or head in ("true", "false"):
        yield head
    elif head == "piecewise":
        yield "piecewise("
        for value, condition in args:
            yield from _pieces(value)
            yield " if "
            yield from _pieces(condition)
            yield "; "
        yield ")"
    elif head in BINDERS:
        body, bound, low, high = args
        yield f"{head}("
        yield from _pieces(body)
        yield f" for {bound} from {text(low)} to {text(high)})"
    elif head in RELATIONS or head in ("add", "mul", "pow", "and", "or"):
        sign = {"add": " + ", "mul": "*", "pow": "**"}.get(head, f" {head} ")
        yield "" if head in RELATIONS else "("
        for place, arg in enumerate(args):
            yield sign if place else ""
            yield from _pieces(arg)
        yield "" if head in RELATIONS else ")"
    else:
        yield f"{head}("
        for place, arg in enumerate(args):
            yield ", " if place else ""
            yield from _pieces(arg)
        yield ")"


def _domain_text(domain: list[Any]) -> str:
    head, args = domain[0], domain[1:]
    if head == "union":
        return " | ".join(_domain_text(part) for part in args)
    if head == "points":
        return "{" + ", ".join(text(point) for point in args) + "}"
    low, high = (end if isinstance(end, str) else text(end) for end in args[:2])
    if head == "integers":
        return f"{{{low}..{high}}}"
    return ("(" if args[2] else "[") + f"{low}, {high}" + (")" if args[3] else "]")


def _arity(head: str, args: list[Any], number: int) -> None:
    if len(args) != number:
        raise Malformed(f"{head} takes {number} arguments, not {len(args)}")


def _limited(nodes: int) -> int:
    if nodes > MAX_NODES:
        raise Malformed(f"more than {MAX_NODES} nodes")
    return nodes
