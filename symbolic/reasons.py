"""The reasons that the prover finds, as the JSON that `certificate.py` documents."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symbolic.boxes import Box
from symbolic.certificate import Json, Malformed, encode

_EXPRESSIONS = (
    *("to", "on", "of", "is", "left", "right", "expr"),
    *("image", "inverse", "rate", "period"),
)
_NESTED = ("slope", "then", "rest", "why", "curvature", "low", "high", "scale", "need", "base")
_LISTS = ("parts", "terms", "factors", "needs", "lemmas")


ZERO: dict[str, Any] = {"by": "zero"}
SIGN: dict[str, Any] = {"by": "sign"}


def about(expr: Any, reason: dict[str, Any]) -> dict[str, Any]:
    """The reason, for an expression that the checker may have in another form."""
    if reason["by"] in ("zero", "limit", "rewrite", "written", "steps"):
        return reason
    return {"by": "rewrite", "to": expr, "then": reason}


def to_json(reason: Any) -> Any:
    """A reason with symbols and expressions written out."""
    if reason is None or isinstance(reason, str):
        return reason
    if reason.get("by") == "telescoping":
        raise Malformed("the checker has no rule for telescoping sums")
    if reason.get("by") == "written":
        return reason["json"]
    if reason.get("by") == "resolve" and reason.get("why", SIGN) == SIGN:
        if "seen" not in reason:
            return to_json(reason["then"])  # the checker resolves such switches by itself
        reason = {key: value for key, value in reason.items() if key != "seen"}
    written: dict[str, Any] = {}
    for key, value in reason.items():
        if key == "var":
            written[key] = value.name
        elif key == "at" and isinstance(value, dict):
            written[key] = {s.name: point(v) for s, v in value.items()}
        elif key == "at":
            written[key] = point(value)
        elif key == "range":
            written[key] = [point(end) for end in value[:2]] + value[2:]
        elif key == "factor":
            written[key] = str(value)
        elif key in _EXPRESSIONS:
            written[key] = encode(value)
        elif key in _NESTED:
            written[key] = to_json(value)
        elif key in _LISTS:
            written[key] = [to_json(part) for part in value]
        else:
            written[key] = value
    return written


def point(value: Any) -> str | Json:
    """An exact end: a rational or infinity as a string, else an expression."""
    if value.is_Rational or value in (sp.oo, -sp.oo):
        return str(value)
    return encode(value)


def box_to_json(box: Box) -> dict[str, Any]:
    return {s.name: [point(r.low), point(r.high)] for s, r in box.items()}


def lemma_to_json(lemma: dict[str, Any]) -> dict[str, Any]:
    return {
        "expr": encode(lemma["expr"]),
        "sign": lemma["sign"],
        "why": to_json(lemma["why"]),
    }
