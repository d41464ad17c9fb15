"""Statements on rates of growth as readable text."""

from __future__ import annotations

from typing import Any

from symbolic.recheck.statement import rational

Json = Any


def rates_text(statement: Json) -> str:
    """The statement as one readable line."""
    left, sense, right = statement["claim"]
    ends = statement["parameters"]
    small = frozenset(name for name, end in ends.items() if end == "0")
    limits = ", ".join(f"{name} -> {end}" for name, end in ends.items())
    given = [
        f"{monomial_text(a, small)} >= C {monomial_text(b, small)}"
        for a, b in statement["relations"]
    ]
    with_ = " with " + " and ".join(given) if given else ""
    factors = ", ".join(monomial_text(one, small) for one in statement.get("up_to", []))
    with_ += f" up to powers of {factors}" if factors else ""
    return f"{rate_text(left, small)} = {sense}({rate_text(right, small)}) as {limits}{with_}"


def rate_text(rate: Json, small: frozenset[str] = frozenset()) -> str:
    """A rate, with log(1/p) for the parameters p named as small; for others log(p)."""
    parts = [
        monomial_text(minimum[0], small)
        if len(minimum) == 1
        else "min(" + ", ".join(monomial_text(one, small) for one in minimum) + ")"
        for minimum in rate
    ]
    return " + ".join(parts)


def monomial_text(monomial: Json, small: frozenset[str] = frozenset()) -> str:
    parts = [_power(name, e) for name, e in monomial.get("powers", {}).items()]
    for level, e in monomial.get("logs", {}).items():
        *logs, name = level.split(" ")
        inner = f"log({_size(name, small)})"
        parts.append(_power("log(" * len(logs) + inner + ")" * len(logs), e))
    for name, bases in monomial.get("exps", {}).items():
        parts += [_exponential(b, c, _size(name, small)) for b, c in bases.items()]
    for atom, base, factor in monomial.get("towers", []):
        parts.append(_exponential(base, factor, monomial_text(atom, small)))
    return " ".join(parts) or "1"


def _size(name: str, small: frozenset[str]) -> str:
    return f"1/{name}" if name in small else name


def _exponential(base: str, factor: str, shown: str) -> str:
    written = f"exp({float(rational(base.partition('..')[0])):.6g})" if ".." in base else base
    written = f"exp({base[1:]})" if base.startswith("#") else written
    times_ = "" if factor == "1" else f"{factor} "
    return f"{written}**({times_}{shown})"


def _power(name: str, exponent: str) -> str:
    if exponent == "1":
        return name
    return f"{name}**{exponent}" if exponent.isdigit() else f"{name}**({exponent})"
