"""What a certificate may state: its JSON, read strictly, and its digest.

An expression is a list whose first entry is its head (`certificate.py` documents all of them);
numbers are strings such as "-3/7". Whatever is not exactly of this form is rejected.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symbolic.recheck.terms import BINDERS, ONE, Rejected, Term, make, number, require, symbol

FORMAT, VERSION = "gd-theorems/certificate", 1
MAX_DEPTH, MAX_DIGITS, MAX_EXPONENT = 150, 4000, 10_000
_FUNCTIONS = (
    "exp log sin cos tan cot sec csc asin acos atan acot sinh cosh tanh coth asinh acosh atanh "
    "erf erfc gamma loggamma digamma abs sign floor ceiling"
)
UNARY = frozenset(_FUNCTIONS.split())
RELATIONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
SOME = -1  # one argument or more
EXPRESSIONS = dict.fromkeys(UNARY | {"rat", "sym"}, 1) | {"pow": 2, "polygamma": 2}
EXPRESSIONS |= dict.fromkeys(("pi", "e", "euler_gamma"), 0) | dict.fromkeys(BINDERS, 4)
EXPRESSIONS |= dict.fromkeys(("add", "mul", "max", "min", "piecewise"), SOME)
CONDITIONS = dict.fromkeys(RELATIONS, 2) | dict.fromkeys(("true", "false"), 0) | {"not": 1}
CONDITIONS |= dict.fromkeys(("and", "or"), SOME)
DOMAINS = {"interval": 4, "integers": 2, "points": SOME, "union": SOME}
NAME = re.compile(r"[^\W\d][^\s\"]{0,63}|\\[^\s\"]{1,63}")
RATIONAL = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*)?")
Json = Any
Relation = tuple[str, Term, Term]
Malformed = Rejected  # for what is no statement


@dataclass(frozen=True)
class Side:
    """A range of reals, from the constant `lo` to `hi` (None: infinite), its ends open or not."""

    lo: Term | None
    hi: Term | None
    lo_open: bool = False
    hi_open: bool = False
    integer: bool = False


def rational(text: object) -> Fraction:
    """The number that a string such as `-3/7` writes."""
    plain = isinstance(text, str) and len(text) <= MAX_DIGITS and RATIONAL.fullmatch(text)
    require(plain, f"not a rational number as text: {str(text)[:40]!r}")
    return Fraction(str(text))


def name_of(tree: object) -> str:
    require(isinstance(tree, str) and NAME.fullmatch(tree), f"not a name: {str(tree)[:40]!r}")
    return str(tree)


def _opened(tree: Any, known: Mapping[str, int], depth: int = 0) -> tuple[str, list[Any]]:
    """The head and the arguments, as many as belong to it."""
    require(depth <= MAX_DEPTH, f"an expression is nested deeper than {MAX_DEPTH}")
    require(isinstance(tree, list) and tree and isinstance(tree[0], str), "not a list with a head")
    head, args = tree[0], tree[1:]
    fits = head in known and (len(args) == known[head] or (args and known[head] == SOME))
    require(fits, f"unknown head, or not its number of arguments: {head[:40]!r}")
    return head, args


def read_expression(tree: object, names: Collection[str] | None = None, depth: int = 0) -> Term:
    """The term that an expression writes. `names`: the symbols that may occur (None: any)."""
    head, args = _opened(tree, EXPRESSIONS, depth)
    if head == "rat":
        return number(rational(args[0]))
    if head == "sym":
        name = name_of(args[0])
        require(names is None or name in names, f"the symbol {name} ranges over no declared set")
        return symbol(name)
    if head == "piecewise":
        pairs = [zip((read_expression, read_condition), piece, strict=True) for piece in args]
        return make(head, *(read(part, names, depth + 1) for pair in pairs for read, part in pair))
    if head in BINDERS:
        bound = name_of(args[1])
        body = read_expression(args[0], None if names is None else {*names, bound}, depth + 1)
        ends = (read_expression(end, names, depth + 1) for end in args[2:])
        return make(head, body, *ends, value=bound)
    terms = [read_expression(arg, names, depth + 1) for arg in args]
    if head == "pow" and terms[1].op == "rat":
        size = max(abs(terms[1].value), terms[1].value.denominator)
        require(size <= MAX_EXPONENT, f"an exponent is larger than {MAX_EXPONENT}")
    if head == "polygamma":
        require(terms[0].value in range(1, 21), "a polygamma function has an order from 1 to 20")
    return make("exp", ONE) if head == "e" else make(head, *terms)


def read_condition(tree: object, names: Collection[str] | None = None, depth: int = 0) -> Term:
    """The term of a condition: relations joined by and, or, not."""
    head, args = _opened(tree, CONDITIONS, depth)
    inner = read_expression if head in RELATIONS else read_condition
    return make("cond:" + head, *(inner(arg, names, depth + 1) for arg in args))


def read_relation(tree: object, names: Collection[str]) -> Relation:
    """A relation as (sign, left side, right side)."""
    op, (left, right) = _opened(tree, dict.fromkeys(RELATIONS, 2))
    return op, read_expression(left, names, 1), read_expression(right, names, 1)


def read_constant(tree: object) -> Term:
    """A value or a finite end: a rational number as text, or an expression without symbols."""
    return number(rational(tree)) if isinstance(tree, str) else read_expression(tree, ())


def read_end(tree: object, infinity: str) -> Term | None:
    return None if tree == infinity else read_constant(tree)


def read_domain(tree: object) -> list[Side]:
    """The ranges whose union is a set of reals; those of integers are marked as such."""
    head, args = _opened(tree, DOMAINS)
    if head == "union":
        return [side for part in args for side in read_domain(part)]
    if head == "points":
        return [Side(point, point) for point in map(read_constant, args)]
    for end in args[:2]:
        fits = end in ("-oo", "oo") or isinstance(end, str) == (head == "integers")
        require(fits, "integers end at numbers, an interval at expressions")
    low, high = read_end(args[0], "-oo"), read_end(args[1], "oo")
    if head == "integers":
        ends = [Fraction(0) if end is None else end.value for end in (low, high)]
        whole = all(type(end) is Fraction and end.denominator == 1 for end in ends)
        require(whole, "a range of integers ends at integers")
        return [Side(low, high, low is None, high is None, True)]
    require(type(args[2]) is type(args[3]) is bool, "an end is open: true or false")
    require((low or args[2]) and (high or args[3]), "an infinite end is open")
    return [Side(low, high, args[2], args[3])]


def read_statement(statement: Any) -> tuple[list[Relation], dict[str, list[Side]], list[Relation]]:
    """The relations, the ranges of each symbol, and the side conditions of a statement."""
    parts = statement if isinstance(statement, dict) else {}
    require(
        set(parts) == {"relations", "over", "where"}, "a statement has relations, over and where"
    )
    over, relations, where = parts["over"], parts["relations"], parts["where"]
    kinds = (type(over), type(relations), type(where), bool(relations))
    require(kinds == (dict, list, list, True), "a dict over, lists of relations and where")
    domains = {name_of(name): read_domain(domain) for name, domain in over.items()}
    read = [read_relation(tree, domains) for tree in (*relations, *where)]
    return read[: len(relations)], domains, read[len(relations) :]


def digest(statement: Any) -> str:
    """SHA-256, in hexadecimal, of the statement's canonical JSON."""
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
