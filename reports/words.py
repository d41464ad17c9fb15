"""Evidence in words: verdicts, witnesses, measurements, tightness."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from reports.formula import name_tex, point
from reports.text import Math, Piece, Plain, Rich, joined
from theorems.claim import Claim
from theorems.quantifiers import Reproduces, UpToConstant, WithProbability
from theorems.result import Result, Verdict

MEANINGS = {
    Verdict.PROVED: "an exact procedure covers the whole domain",
    Verdict.SUPPORTED: "no violation was found, however hard the evidence says it was tried",
    Verdict.VIOLATED: "false as printed: a counterexample, confirmed a second way, is given",
    Verdict.INCONCLUSIVE: "neither decided nor settled by the measurements",
    Verdict.VACUOUS: "no tested point meets the hypotheses",
    Verdict.ERROR: "the check itself crashed or ran out of time or memory",
}
MARKS = {
    Verdict.PROVED: "✔",
    Verdict.SUPPORTED: "●",
    Verdict.VIOLATED: "✘",
    Verdict.INCONCLUSIVE: "?",
    Verdict.VACUOUS: "∅",
    Verdict.ERROR: "!",
}
CONFLICT = "CONFLICT"
CONFLICT_MARK = "‼"

# A ratio to a side that is zero says nothing of a constant.
SMALLEST_RATIO = 1e-9
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SCIENTIFIC = re.compile(r"^(-?\d+(?:\.\d+)?)e([-+]?\d+)$")
_WORDS = re.compile(r"[a-z]{2,} [A-Za-z]")
_RATIONAL = re.compile(r"^(-?\d+)/(\d+)$")


def label(result: Result) -> str:
    """The verdict as a heading shows it; a conflict outranks every verdict."""
    return CONFLICT if result.conflict else str(result.verdict)


def mark(result: Result) -> str:
    return CONFLICT_MARK if result.conflict else MARKS[result.verdict]


def number(value: Any, digits: int = 6) -> str:
    """A number for reading: `digits` significant digits, powers of ten written out."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        return grouped(value)
    if isinstance(value, str):
        return quoted(value)
    return quoted(f"{value:.{digits}g}")


def grouped(value: int) -> str:
    """An integer, its thousands apart from five digits on."""
    return f"{value:,}" if abs(value) >= 10_000 else str(value)


def exactly(value: Any) -> str:
    """A number with every digit it has, so that the point can be found again."""
    if isinstance(value, bool) or value is None or isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return quoted(repr(value).removesuffix(".0"))
    rational = _RATIONAL.match(str(value))
    if rational and len(str(value)) > 5:
        top, bottom = (int(group) for group in rational.groups())
        return f"{value} ≈ {number(top / bottom)}"
    return quoted(str(value).removesuffix(".0"))


def quoted(text: str) -> str:
    """A decimal string with its power of ten written as people read it."""
    found = _SCIENTIFIC.match(text.strip())
    if not found:
        return text
    return f"{found.group(1)} × 10{str(int(found.group(2))).translate(_SUPERSCRIPT)}"


def duration(seconds: float) -> str:
    if seconds < 0.05:
        return "under 0.1 s"
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min"


def counterexample(claim: Claim, witness: Mapping[str, Any]) -> Rich:
    """The witness in words and numbers: where, both sides, by how much."""
    at = dict(witness["at"])
    if isinstance(at.get("start"), Mapping) and all(
        at.get(name) == value for name, value in at["start"].items()
    ):
        del at["start"]
    where = point(at, exactly)
    lead: Rich = (Plain("At "), *where, Plain(" ")) if where else ()
    return (*lead, Plain(_against(claim, witness)))


def _against(claim: Claim, witness: Mapping[str, Any]) -> str:
    lhs, rhs = exactly(witness["lhs"]), exactly(witness["rhs"])
    margin = str(witness["margin"])
    quantifier = claim.quantifier
    if not lhs and not rhs:
        return "the statement fails."
    if margin == "undefined":
        return f"a side is not a real number: left {lhs}, right {rhs}."
    if isinstance(quantifier, WithProbability):
        return (
            f"the relation held in a share {lhs} of the draws; the statement promises at least "
            f"{rhs}."
        )
    if isinstance(quantifier, UpToConstant):
        return f"the left side is {lhs}, the right side {rhs}: {margin}, and growing."
    gap = quoted(margin.removeprefix("-"))
    if isinstance(quantifier, Reproduces):
        excess = "off by" if quantifier.printed_trials is not None else "beyond the tolerance by"
        return f"the experiment run again gives {lhs}, the print {rhs}: {excess} {gap}."
    zero = margin.startswith(("0.0", "0")) and not margin.strip("-0. ")
    said = {
        "<=": f"exceeds the right side, {rhs}, by {gap}.",
        "<": f"equals the right side, {rhs}."
        if zero
        else f"exceeds the right side, {rhs}, by {gap}.",
        ">=": f"falls short of the right side, {rhs}, by {gap}.",
        ">": f"equals the right side, {rhs}."
        if zero
        else f"falls short of the right side, {rhs}, by {gap}.",
        "==": f"differs from the right side, {rhs}, by {gap}.",
        "!=": f"equals the right side, {rhs}.",
    }[claim.relation]
    return f"the left side, {lhs}, {said}"


def sentence(text: str, *, capital: bool = True) -> str:
    """A reason as a sentence: full stop last, a capital first unless it begins with a symbol."""
    clean = " ".join(text.split())
    if capital and _WORDS.match(clean):
        clean = clean[0].upper() + clean[1:]
    return clean if not clean or clean.endswith((".", "!", "?")) else clean + "."


def evidence(claim: Claim, result: Result) -> Rich:
    """Why the verdict is what it is, and how hard was tried."""
    said: list[str] = []
    decision = result.decision
    if result.verdict is Verdict.PROVED:
        certified = ", with a certificate" if result.certified else ""
        said.append(f"Proved over the whole domain by {result.engine}{certified}")
    said.append(result.reason)
    if decision and result.verdict is not Verdict.PROVED and decision["outcome"] == "proved":
        said.append(f"the closed forms' relation is proved by {decision['engine']}")
    effort = _effort(claim, result)
    if effort:
        said.append(effort)
    text = " ".join(sentence(part) for part in dict.fromkeys(said) if part)
    return (Plain(text),)


def _effort(claim: Claim, result: Result) -> str:
    if not result.points:
        return "nothing was measured" if result.verdict is Verdict.PROVED else ""
    counted = f"{result.points} point" in result.reason or f"{result.points} start" in result.reason
    points = f"{grouped(result.points)} {_plural(result.points, 'point')}"
    parts = [] if counted else [f"measured at {points}"]
    if "steps_checked" in result.details:
        steps = int(result.details["steps_checked"])
        starts = f"{grouped(result.points)} {_plural(result.points, 'start')}"
        parts = [] if counted else [f"{grouped(steps)} steps checked on runs from {starts}"]
    elif result.draws:
        parts.append(f"{grouped(result.draws)} draws in all")
    if isinstance(claim.quantifier, Reproduces) and result.details.get("undecided"):
        parts.append(f"{grouped(int(result.details['undecided']))} runs undecided")
    return ", ".join(parts)


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"


def counted(count: int, noun: str) -> str:
    """`1 claim`, `2 claims`, `12,000 claims`."""
    return f"{grouped(count)} {_plural(count, noun)}"


def skipped(result: Result) -> Rich:
    """How many points, steps or draws failed which hypothesis."""
    return (
        Plain(
            "; ".join(
                f"{grouped(int(count))} outside {name}" for name, count in result.skipped.items()
            )
        ),
    )


def closest(claim: Claim, result: Result) -> Rich:
    """The worst margin met, unless a counterexample says it better."""
    worst = result.worst
    if not worst or result.verdict is Verdict.VIOLATED or not _finite(worst["value"]):
        return ()
    sides = ""
    if worst["lhs"] is not None and worst["rhs"] is not None:
        names = (
            ("share", "promised")
            if isinstance(claim.quantifier, WithProbability)
            else ("left", "right")
        )
        sides = f" ({names[0]} {number(worst['lhs'])}, {names[1]} {number(worst['rhs'])})"
    value = float(worst["value"]) + 0.0
    return (Plain(f"margin {number(value, 4)} at "), *point(worst["at"], number), Plain(sides))


def tightness(claim: Claim, result: Result) -> Rich:
    """The supremum found of the smaller side over the larger one, and where it is attained."""
    found = result.tightness
    if not found or not _finite(found["value"]) or float(found["value"]) < SMALLEST_RATIO:
        return ()
    if isinstance(claim.quantifier, UpToConstant):
        lead: list[Piece] = [Plain(f"largest ratio of the sides {number(found['value'])} at ")]
    else:
        ratio = (
            r"\text{left}/\text{right}"
            if claim.relation in ("<=", "<")
            else r"\text{right}/\text{left}"
        )
        lead = [Math(rf"\sup {ratio}"), Plain(f" = {number(found['value'])} at ")]
    tail = ""
    value = float(found["value"])
    if not isinstance(claim.quantifier, UpToConstant):
        if result.verdict is Verdict.VIOLATED and value > 1:
            tail = f"; the bound would need the factor {number(value, 4)}"
        elif value > 1 + 1e-9:
            tail = ""
        elif abs(value - 1) < 1e-9:
            tail = "; attained, so no smaller constant would do"
        elif value >= 0.995:
            tail = "; all but attained"
        else:
            tail = f"; a constant {number(value, 3)} times as large may do"
    return (*lead, *point(found["at"], number), Plain(tail))


def growth(result: Result) -> Rich:
    """The fitted exponents of the ratio, with their intervals."""
    parts: list[Rich] = []
    for fitted in result.details.get("growth", ()):
        name = Math(name_tex(fitted["symbol"]))
        if fitted["slope"] is None:
            parts.append((Plain("along "), name, Plain(f": {fitted['reason']}")))
            continue
        text = f": exponent {fitted['slope']:.3f}"
        if _finite(fitted["low"]):
            text += f", 99.9 % interval [{fitted['low']:.3f}, {fitted['high']:.3f}]"
        parts.append((Plain("along "), name, Plain(text)))
    return joined(parts, "; ")


def unexpected(claim: Claim, result: Result) -> str:
    """Why a result is not what the catalogue says it should be."""
    if result.conflict:
        return "the two witnesses contradict each other"
    if result.verdict is Verdict.ERROR:
        return "the check did not finish"
    if result.verdict is Verdict.VIOLATED:
        return "violated, and the claim states no erratum"
    return "the claim states an erratum, and no violation was found"


def _finite(value: Any) -> bool:
    return value is not None and math.isfinite(float(value))
