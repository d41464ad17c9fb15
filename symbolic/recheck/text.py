"""A statement as one line of text, for people; the certificate must carry the line that fits."""

from __future__ import annotations

from typing import Any

from symbolic.recheck.statement import RELATIONS
from symbolic.recheck.terms import BINDERS


def statement_text(statement: dict[str, Any]) -> str:
    """The statement as one readable line, the same for the same statement."""
    line = " and ".join(map(text, statement["relations"]))
    ranges = [f"{name} in {_domain_text(domain)}" for name, domain in statement["over"].items()]
    where = " and ".join(map(text, statement["where"]))
    return (
        line
        + (" for all " + ", ".join(ranges) if ranges else "")
        + (" with " + where if where else "")
    )


def text(tree: list[Any]) -> str:
    """An expression or condition as readable text, fully bracketed."""
    head, args = tree[0], tree[1:]
    if head == "rat":
        return f"({args[0]})" if args[0][0] == "-" or "/" in args[0] else args[0]
    if head == "sym":
        return args[0]
    if not args:
        return head
    if head == "piecewise":
        return "piecewise(" + "".join(f"{text(v)} if {text(c)}; " for v, c in args) + ")"
    if head in BINDERS:
        return f"{head}({text(args[0])} for {args[1]} from {text(args[2])} to {text(args[3])})"
    if head in RELATIONS:
        return f" {head} ".join(map(text, args))
    if head in ("add", "mul", "pow", "and", "or"):
        sign = {"add": " + ", "mul": "*", "pow": "**"}.get(head, f" {head} ")
        return "(" + sign.join(map(text, args)) + ")"
    return f"{head}(" + ", ".join(map(text, args)) + ")"


def _domain_text(domain: list[Any]) -> str:
    head, args = domain[0], domain[1:]
    if head == "union":
        return " | ".join(map(_domain_text, args))
    if head == "points":
        return "{" + ", ".join(map(text, args)) + "}"
    low, high = (end if isinstance(end, str) else text(end) for end in args[:2])
    if head == "integers":
        return f"{{{low}..{high}}}"
    return ("(" if args[2] else "[") + f"{low}, {high}" + (")" if args[3] else "]")
