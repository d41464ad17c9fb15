"""Claims and results in plain words, and as a notebook shows them."""

from __future__ import annotations

from typing import Any

import sympy as sp

from theorems.claim import Claim
from theorems.grid import is_integer_domain
from theorems.quantifiers import (
    AlongTrajectory,
    Exists,
    ForAllWeights,
    InExpectation,
    Reproduces,
    SufficientSize,
    UpToConstant,
    WithProbability,
)
from theorems.result import Result, Verdict
from theorems.sides import Side

SAYS = {
    "==": "equals",
    "!=": "differs from",
    "<=": "is at most",
    "<": "is less than",
    ">=": "is at least",
    ">": "is greater than",
}
SIGNS = {"==": "=", "!=": r"\ne", "<=": r"\le", "<": "<", ">=": r"\ge", ">": ">"}
MEANS = {
    Verdict.PROVED: "It is proved by an exact procedure over the whole domain",
    Verdict.SUPPORTED: "It stands so far, as nothing that was tried violates it",
    Verdict.VIOLATED: "It is false as printed",
    Verdict.INCONCLUSIVE: "It is open, neither decided nor settled by the measurements",
    Verdict.VACUOUS: "Nothing is known, as no tested point meets the hypotheses",
    Verdict.ERROR: "Nothing is known, as the check itself did not finish",
}


def explain(claim: Claim, result: Result | None = None) -> str:
    """The claim, and what was found of it, in sentences."""
    lhs, rhs = claim.sides
    said = [
        f"{claim.name}{_printed(claim)} is claim {claim.id}.",
        f"As printed: {claim.statement}",
        f"It is checked that {_scope(claim)}, {_side(lhs, 'left')} {SAYS[claim.relation]} "
        f"{_side(rhs, 'right')}{_tail(claim)}.",
    ]
    if claim.over:
        sets = ", ".join(_membership(symbol, domain) for symbol, domain in claim.over.items())
        cuts = [str(relation) for relation in (*claim.where, *claim.hypotheses)]
        said.append(f"Here {sets}{'; and ' + ', '.join(cuts) if cuts else ''}.")
    if claim.reading:
        said.append(f"How the print was read: {_sentence(claim.reading)}")
    if claim.uses:
        said.append(f"The printed proof rests on {', '.join(claim.uses)}.")
    if claim.erratum:
        said.append(f"Known to be false: {_sentence(claim.erratum)}")
    if claim.corrects:
        said.append(f"It is the corrected form of {claim.corrects}.")
    if claim.restates:
        said.append(f"The same result is printed before as {claim.restates}.")
    if result is not None:
        said.append(verdict_words(result))
    return "\n".join(said)


def verdict_words(result: Result) -> str:
    """What a verdict means, why it was given, and the counterexample if there is one."""
    if result.conflict:
        return f"The checker contradicts itself, so nothing is known: {_sentence(result.reason)}"
    said = f"{MEANS[result.verdict]}: {_sentence(result.reason)}"
    if result.witness and result.verdict is Verdict.VIOLATED:
        at = ", ".join(f"{name} = {value}" for name, value in result.witness["at"].items())
        said += (
            f" At {at} the left side is {result.witness['lhs']}, the right side "
            f"{result.witness['rhs']}."
        )
    if result.tightness:
        at = ", ".join(f"{name} = {value}" for name, value in result.tightness["at"].items())
        said += (
            f" The sides come closest, at a ratio of {float(result.tightness['value']):.6g}, "
            f"at {at}."
        )
    return said


def claim_markdown(claim: Claim) -> str:
    """A claim for a notebook: its print, its relation as a formula, its domain."""
    said = [f"**`{claim.id}`** {claim.name}{_printed(claim)}", claim.statement]
    if claim.lhs is not None and claim.rhs is not None and claim.relation in SIGNS:
        said.append(f"$${formula(claim)}$$")
    if claim.over:
        sets = [rf"{_tex(symbol)} \in {_tex(domain)}" for symbol, domain in claim.over.items()]
        cuts = [_tex(relation) for relation in claim.relations]
        said.append(f"{claim.quantifier.title if claim.quantifier else ''}: ${', '.join(sets)}$")
        said += [f"where ${', '.join(cuts)}$"] if cuts else []
    if claim.erratum:
        said.append(f"false as printed: {claim.erratum}")
    return "\n\n".join(said)


def formula(claim: Claim) -> str:
    """The claim's relation in LaTeX."""
    lhs, rhs = claim.sides
    return f"{_side_tex(lhs, 'left')} {SIGNS[claim.relation]} {_side_tex(rhs, 'right')}"


def result_markdown(result: Result) -> str:
    """A result for a notebook: the verdict first, then why."""
    head = "CONFLICT" if result.conflict else str(result.verdict)
    return f"**{head}** `{result.id}`\n\n{verdict_words(result)}"


def _printed(claim: Claim) -> str:
    if claim.source is None:
        return ""
    section = f", § {claim.source.section}" if claim.source.section else ""
    return f" ({claim.source.paper}{section})"


def _scope(claim: Claim) -> str:
    quantifier: Any = claim.quantifier
    match quantifier:
        case WithProbability():
            return f"with probability at least {quantifier.at_least}, at every point of the domain"
        case InExpectation():
            return "in expectation, at every point of the domain"
        case AlongTrajectory():
            return "at every recorded step of every run"
        case ForAllWeights():
            return "for every choice of the weights, at every point of the domain"
        case Exists():
            return "for at least one choice"
        case Reproduces():
            return "when the experiment is run again"
        case UpToConstant() | SufficientSize():
            scaled = [f"{name} grows" for name in quantifier.along]
            scaled += [f"{name} tends to 0" for name in quantifier.shrinking]
            return f"as {', '.join(scaled)}"
    return "at every point of the domain"


def _tail(claim: Claim) -> str:
    quantifier = claim.quantifier
    if isinstance(quantifier, UpToConstant):
        return " times a constant"
    if isinstance(quantifier, SufficientSize):
        return " times a constant, the left side being the smallest size that suffices"
    if isinstance(quantifier, Reproduces) and quantifier.tolerance:
        return f", to within {quantifier.tolerance:g}"
    return ""


def _side(side: Side, which: str) -> str:
    if side.closed is not None:
        shown = str(side.closed)
        return shown if len(shown) <= 300 else f"the {which} side (a closed form, too long to show)"
    name = _name(side)
    verb = side.measured.kind if side.measured is not None else "missing"
    return f"the {which} side ({verb}{' by ' + name if name else ''})"


def _side_tex(side: Side, which: str) -> str:
    if side.closed is not None:
        return _tex(side.closed)
    name = _name(side).replace("_", r"\_")
    return rf"\mathrm{{{name}}}" if name else rf"\text{{{which} side}}"


def _name(side: Side) -> str:
    name = getattr(getattr(side.measured, "function", None), "__name__", "")
    return "" if name == "<lambda>" else str(name)


def _membership(symbol: sp.Symbol, domain: sp.Set) -> str:
    if isinstance(domain, sp.FiniteSet):
        return f"{symbol} is one of {', '.join(str(member) for member in domain)}"
    if domain == sp.S.Reals:
        return f"{symbol} is a real number"
    low, high = domain.inf, domain.sup
    if is_integer_domain(domain):
        from_ = f" from {low}" if low.is_finite else ""
        to = f" to {high}" if high.is_finite else (" on" if from_ else "")
        return f"{symbol} is an integer{from_}{to}"
    if not isinstance(domain, sp.Interval):
        return f"{symbol} lies in {domain}"
    left = f"{low} {'<' if domain.left_open else '<='} " if low.is_finite else ""
    right = f" {'<' if domain.right_open else '<='} {high}" if high.is_finite else ""
    if left and not right:
        return f"{symbol} {'>' if domain.left_open else '>='} {low}"
    return f"{left}{symbol}{right}" if left or right else f"{symbol} is a real number"


def _tex(expression: Any) -> str:
    return str(sp.latex(expression))


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
