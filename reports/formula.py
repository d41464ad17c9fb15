"""Claims as LaTeX: sides, relations, domains."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import sympy as sp

from reports.text import Code, Math, Piece, Plain, Rich, joined
from theorems.claim import Claim
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
from theorems.sides import Holds, Side

LONGEST = 1200
RELATIONS = {"==": "=", "!=": r"\ne", "<=": r"\le", "<": "<", ">=": r"\ge", ">": ">"}
_ORDER = {"<=": r"O", "<": r"O", ">=": r"\Omega", ">": r"\Omega", "==": r"\Theta"}
_STEM = re.compile(r"[A-Za-z]{2,}")
_SUBSCRIPT = re.compile(r"_\{([A-Za-z]{2,})\}")


def tex(expression: Any) -> str:
    """SymPy's LaTeX, names of several letters upright. A very long expression is cut short."""
    if not isinstance(expression, (sp.Basic, sp.MatrixBase)):
        expression = sp.sympify(expression)
    names = {symbol: name_tex(symbol.name) for symbol in expression.atoms(sp.Symbol)}
    latex = str(sp.latex(expression, symbol_names=names, inv_trig_style="full"))
    if len(latex) > LONGEST:
        return rf"\text{{(a form of {sp.count_ops(expression)} operations, too long to show)}}"
    return latex


@lru_cache(maxsize=4096)
def name_tex(name: str) -> str:
    """A symbol's name as LaTeX: Greek letters, subscripts, norms (`norm_w`), upright words."""
    if name.startswith("norm_") and len(name) > len("norm_"):
        return rf"\lVert {name_tex(name.removeprefix('norm_'))} \rVert"
    latex = str(sp.latex(sp.Symbol(name)))
    stem = _STEM.match(latex)
    if stem is not None:
        latex = rf"\mathrm{{{stem.group()}}}{latex[stem.end() :]}"
    return _SUBSCRIPT.sub(r"_{\\mathrm{\1}}", latex)


def function_name(function: Any) -> str:
    """What a measuring function is called; empty for one without a name."""
    while isinstance(function, partial):
        function = function.func
    name = getattr(function, "__name__", None) or type(function).__name__
    return "" if name == "<lambda>" else str(name)


def side_tex(side: Side, where: str) -> str:
    """A side in a formula: its closed form, or the name of what measures it.

    `where` ("left" or "right") stands in for a measuring function without a name.
    """
    if side.closed is not None:
        return tex(side.closed)
    if side.measured is None:
        return r"\text{(missing)}"
    name = _measured_name(side)
    return r"\mathrm{" + name.replace("_", r"\_") + "}" if name else rf"\text{{{where} side}}"


def _measured_name(side: Side) -> str:
    return function_name(side.measured.function).strip("_") if side.measured is not None else ""


def formula(claim: Claim) -> str:
    """The whole relation as one displayed formula, read with its quantifier.

    Empty where both sides are functions without a name: then the statement alone says what it is.
    """
    lhs, rhs = claim.sides
    if not any(side.closed is not None or _measured_name(side) for side in claim.sides):
        return ""
    left, right = side_tex(lhs, "left"), side_tex(rhs, "right")
    relation = RELATIONS[claim.relation]
    quantifier = claim.quantifier
    if isinstance(quantifier, UpToConstant):
        return rf"{left} = {_ORDER.get(claim.relation, 'O')}\left({right}\right)"
    if isinstance(quantifier, SufficientSize):
        return rf"\text{{smallest sufficient size}} = O\left({right}\right)"
    if isinstance(quantifier, InExpectation):
        left = _mean(lhs, left)
        right = _mean(rhs, right)
    if isinstance(quantifier, Reproduces):
        if quantifier.printed_trials is not None and claim.relation == "==":
            left = rf"\mathbb{{P}}\left[{left}\right]"
        if quantifier.tolerance:
            right = rf"{right} \pm {tex(sp.Float(quantifier.tolerance, 4))}"
    relating = rf"{left} {relation} {right}"
    if isinstance(quantifier, WithProbability):
        return rf"\mathbb{{P}}\left[{relating}\right] \ge {tex(sp.sympify(quantifier.at_least))}"
    if isinstance(quantifier, Exists):
        names = [tex(symbol) for symbol in quantifier.exhibit]
        return (rf"\exists\, {', '.join(names)}: \quad " if names else "") + relating
    return relating


def _mean(side: Side, latex: str) -> str:
    sampled = side.measured is not None and side.measured.kind == "sampled"
    return rf"\mathbb{{E}}\left[{latex}\right]" if sampled and side.closed is None else latex


def side_words(side: Side) -> Rich:
    """Where a side's values come from."""
    pieces: list[Piece] = []
    if side.closed is not None:
        pieces.append(Plain("in closed form"))
    if side.measured is not None:
        if pieces:
            pieces.append(Plain(", compared with what is "))
        pieces.append(Plain(f"{side.measured.kind} by "))
        name = function_name(side.measured.function)
        pieces.append(Code(name) if name else Plain("an unnamed function"))
    return tuple(pieces)


def domain(claim: Claim) -> Rich:
    """Each symbol with its set, then the relations that cut the domain."""
    sets = [(Math(rf"{tex(symbol)} \in {tex(values)}"),) for symbol, values in claim.over.items()]
    cuts = [condition(relation) for relation in claim.where]
    return joined([joined(sets), joined(cuts)] if cuts else [joined(sets)], " with ")


def hypotheses(claim: Claim) -> Rich:
    return joined(condition(hypothesis) for hypothesis in claim.hypotheses)


def condition(value: Any) -> Rich:
    """A relation between symbols, or a hypothesis that is checked on measurements."""
    if isinstance(value, Holds):
        return (Plain(f"{value.name} (checked on what is measured)"),)
    return (Math(tex(value)),)


def quantifier_words(claim: Claim) -> Rich:
    """What the relation is said to hold for."""
    quantifier = claim.quantifier
    match quantifier:
        case WithProbability():
            return (
                Plain("with probability at least "),
                Math(tex(sp.sympify(quantifier.at_least))),
                Plain(" over the draws, at every point of the domain"),
            )
        case InExpectation():
            return (Plain("in expectation, at every point of the domain"),)
        case AlongTrajectory():
            name = function_name(quantifier.simulate)
            run = (Code(name),) if name else (Plain("the simulation"),)
            return (Plain("at every recorded step of "), *run, Plain(" from every start"))
        case Exists():
            shown = joined(
                (Math(f"{tex(symbol)} = {tex(value)}"),)
                for symbol, value in quantifier.exhibit.items()
            )
            tail = (Plain("; exhibited: "), *shown) if shown else ()
            return (Plain("there is at least one case"), *tail)
        case UpToConstant():
            return (Plain("up to a constant, as "), *_limits(quantifier))
        case SufficientSize():
            return (
                Plain("a size of this order suffices for success with probability at least "),
                Math(tex(sp.sympify(quantifier.at_least))),
                Plain(", as "),
                *_limits(quantifier),
            )
        case ForAllWeights():
            within = function_name(quantifier.within) if quantifier.within else ""
            named = (Plain(" in "), Code(within)) if within else ()
            return (Plain("for every choice of the weights"), *named, Plain(", at every point"))
        case Reproduces():
            return _reproduces(quantifier)
    return (Plain("for every point of the domain"),)


def _limits(quantifier: UpToConstant | SufficientSize) -> Rich:
    named: list[Rich] = [(Math(rf"{name_tex(name)} \to \infty"),) for name in quantifier.along]
    named += [(Math(rf"{name_tex(name)} \to 0"),) for name in quantifier.shrinking]
    return joined(named)


def _reproduces(quantifier: Reproduces) -> Rich:
    words = "the print's numbers come out again"
    if quantifier.tolerance:
        words += f" to within {quantifier.tolerance:g}, what the print leaves open"
    if quantifier.printed_trials is not None:
        words += f", given its {quantifier.printed_trials:,} trials per value"
    return (Plain(words),)


def point(at: Mapping[str, Any], render: Any) -> Rich:
    """A point, symbol by symbol; `render` writes a value."""
    parts: list[Rich] = []
    for name, value in at.items():
        if isinstance(value, Mapping):
            parts.append((Plain(f"{name} ("), *point(value, render), Plain(")")))
        elif name in ("step", "component"):
            parts.append((Plain(f"{name} {value}"),))
        else:
            parts.append((Math(f"{name_tex(name)}"), Plain(f" = {render(value)}")))
    return joined(parts)
