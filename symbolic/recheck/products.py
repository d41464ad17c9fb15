"""Extension: a product by the signs of its factors."""

from __future__ import annotations

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.terms import Term, mul, number, require


def product(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g is a product, and the signs of its factors, each with a reason, multiply to +."""
    parts, total = reason["factors"], 1
    require(g.op == "mul" and len(parts) == len(g.args), "product has one entry for each factor")
    for factor, part in zip(g.args, parts, strict=True):
        whole_power = factor.op == "pow" and factor.args[1].op == "rat"
        whole_power = whole_power and factor.args[1].value.denominator == 1
        even = whole_power and factor.args[1].value % 2 == 0
        if part == "even":
            require(goal != ">" and even, "an even power is only known to be >= 0")
            continue
        side, wanted, why = part["sign"], goal, part.get("why", SIGN)
        require(side in (1, -1), "a factor has sign 1 or -1")
        if "base" in part:
            require(whole_power, "only an integer power has the sign of its base")
            factor, exponent = factor.args
            wanted = ">" if even or exponent.value < 0 else goal
            why = part["base"]
        p.prove(mul(number(side), factor), box, wanted, why, facts)
        total *= 1 if even and "base" in part else side
    require(total == 1, "the signs of the factors do not multiply to +")


KNOWN = {("reason", "product"): product}
