"""An independent checker for certificates.

It replays what the deciders wrote down (`certificate.py` documents the format) with exact rational
arithmetic and the interval arithmetic of mpmath alone. It shares with the deciders nothing but the
JSON: it imports neither them nor SymPy nor python-flint nor z3, builds its own terms
(`recheck_terms`), encloses them (`recheck_balls`, `recheck_functions`), brings them to normal form
(`recheck_exact`) and replays each reason (`recheck_reasons`). That the boxes cover the domain is
checked here, as is that both sides are defined on each.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from mpmath.libmp import finf, fninf, fzero

from symbolic.recheck_balls import ball
from symbolic.recheck_evaluate import Side
from symbolic.recheck_exact import rational_value
from symbolic.recheck_points import outside
from symbolic.recheck_prover import Prover
from symbolic.recheck_reasons import prover as new_prover
from symbolic.recheck_refutation import refute
from symbolic.recheck_space import Facts, clip, covers, empty, pieces
from symbolic.recheck_terms import (
    MINUS_ONE,
    Rejected,
    Term,
    add,
    from_json,
    make,
    mul,
    neg,
    power,
    sub,
    substitute,
    symbol,
    time_limit,
)
from symbolic.statement import (
    FORMAT,
    MAX_BYTES,
    VERSION,
    Malformed,
    check_expression,
    check_statement,
    digest,
    statement_text,
)

Json = Any
Relation = tuple[str, Term, Term]
NO_FACTS = Facts({}, {})
MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
KEYS = {"format", "version", "kind", "engine", "statement", "text", "digest", "body"}


@dataclass(frozen=True)
class Verdict:
    """`ok`: the certificate proves (or refutes) its statement. `reason`: one line."""

    ok: bool
    reason: str


def recheck(certificate: Json, seconds: float = 120.0) -> Verdict:
    """Replays one certificate; whatever it holds, the answer is a verdict and not an exception."""
    try:
        with time_limit(time.monotonic() + seconds):
            return Verdict(True, _replay(certificate))
    except (Rejected, Malformed) as reason:
        return Verdict(False, f"rejected: {reason}"[:300])
    except RecursionError:
        return Verdict(False, "rejected: nested too deeply")
    except MALFORMED as error:
        return Verdict(False, f"rejected: malformed ({type(error).__name__}: {error})"[:300])


def recheck_file(path: str | Path, seconds: float = 120.0) -> Verdict:
    """Replays the certificate in a JSON file; an unreadable or truncated file is rejected."""
    try:
        if Path(path).stat().st_size > MAX_BYTES:
            return Verdict(False, f"rejected: a file of more than {MAX_BYTES} bytes")
        text = Path(path).read_text(encoding="utf-8")
        certificate = json.loads(
            text, parse_constant=_no_number, parse_float=_no_number, object_pairs_hook=_once
        )
    except RecursionError:
        return Verdict(False, "rejected: nested too deeply")
    except (OSError, ValueError) as error:
        return Verdict(False, f"rejected: not a readable JSON file ({error})"[:300])
    return recheck(certificate, seconds)


def _no_number(text: str) -> None:
    raise ValueError(f"{text[:40]} is not an exact number")


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _replay(certificate: Json) -> str:
    if not isinstance(certificate, dict) or certificate.get("format") != FORMAT:
        raise Rejected(f"not a certificate of the format {FORMAT}")
    if certificate.get("version") != VERSION or type(certificate["version"]) is not int:
        raise Rejected(f"unknown version {str(certificate.get('version'))[:20]}")
    if set(certificate) != KEYS:
        raise Rejected(f"keys missing or unknown: {sorted(KEYS ^ set(certificate))}"[:120])
    statement, body = certificate["statement"], certificate["body"]
    if certificate["kind"] == "rates":
        from symbolic.recheck_rates import check_rates, rates_text

        if certificate["digest"] != digest(statement):
            raise Rejected("the digest is not that of the statement")
        if certificate["text"] != rates_text(statement):
            raise Rejected("the text is not that of the statement")
        return check_rates(statement, body)
    check_statement(statement)
    if certificate["digest"] != digest(statement):
        raise Rejected("the digest is not that of the statement")
    if certificate["text"] != statement_text(statement):
        raise Rejected("the text is not that of the statement")
    if not isinstance(body, dict):
        raise Rejected("the body is not an object")
    relations = [_relation(relation) for relation in statement["relations"]]
    where = [_relation(relation) for relation in statement["where"]]
    if certificate["kind"] == "refutation":
        return refute(relations, statement["over"], where, body)
    if certificate["kind"] != "proof":
        raise Rejected(f"unknown kind {str(certificate['kind'])[:20]}")
    proofs = body.get("relations")
    if not isinstance(proofs, list) or len(proofs) != len(relations):
        raise Rejected("one proof for each relation of the statement")
    over = {name: pieces(domain) for name, domain in statement["over"].items()}
    if not all(over.values()):
        raise Rejected("the domain is empty")
    total = 0
    for relation, proof in zip(relations, proofs, strict=True):
        total += check_proof(relation, over, where, proof)
    return f"proved on {total} boxes"


def _relation(tree: list[Any]) -> Relation:
    return tree[0], from_json(tree[1]), from_json(tree[2])


def check_proof(
    relation: Relation, over: dict[str, list[Side]], where: list[Relation], proof: Json
) -> int:
    """Number of boxes on which the proof shows the relation; together they cover the domain."""
    if not isinstance(proof, dict) or not isinstance(proof.get("boxes"), list):
        raise Rejected("a proof is an object with a list of boxes")
    boxes = proof["boxes"]
    for shift in _list(proof, "shift"):
        relation, over, where = shifted(shift, relation, over, where)
    names = sorted(over)
    count = 0
    for corner in product(*(over[name] for name in names)):
        whole = dict(zip(names, corner, strict=True))
        prover = new_prover(where)
        facts = _where_facts(where, prover, whole)
        for lemma in _list(proof, "lemmas"):
            facts = prover.lemma(whole, lemma, facts)
        parts = []
        for index, entry in enumerate(boxes):
            box = _clipped(entry, whole)
            if box is None:
                continue
            parts.append([box[name] for name in names])
            count += 1
            try:
                check_box(relation, box, entry, prover, facts)
            except Rejected as reason:
                raise Rejected(f"box {index}: {reason}") from reason
        if not covers(corner, parts):
            raise Rejected("the boxes do not cover the domain")
    return count


def check_box(
    relation: Relation, box: dict[str, Side], entry: Json, prover: Prover, facts: Facts
) -> None:
    """Both sides are defined on the box and stand in the relation, by the entry's reason."""
    op, left, right = relation
    for lemma in _list(entry, "lemmas"):
        facts = prover.lemma(box, lemma, facts)
    reason = entry.get("why")
    if not isinstance(reason, dict):
        raise Rejected("a box has a reason")
    if reason.get("by") == "outside":
        outside(prover, left, box, ">=", reason, facts)
        return
    for side in (left, right):
        prover.defined(side, box, facts)
    gap = sub(left, right)
    if op in (">", ">="):
        prover.prove(gap, box, op, reason, facts)
    elif op in ("<", "<="):
        prover.prove(sub(right, left), box, ">" if op == "<" else ">=", reason, facts)
    elif op == "==":
        prover.prove(gap, box, "==", reason, facts)
    else:
        side = reason.get("side", 1)
        if side not in (1, -1):
            raise Rejected("the side of != is 1 or -1")
        prover.prove(gap if side == 1 else neg(gap), box, ">", reason, facts)


def _list(entry: dict[str, Json], key: str) -> list[Json]:
    found = entry.get(key, [])
    if not isinstance(found, list):
        raise Rejected(f"{key} is a list")
    return found


def _clipped(entry: Json, whole: dict[str, Side]) -> dict[str, Side] | None:
    """The entry's box within the domain, or None where they do not meet."""
    if not isinstance(entry, dict) or not isinstance(entry.get("box"), dict):
        raise Rejected("a box gives a range for each variable that it limits")
    if not set(entry["box"]) <= set(whole):
        raise Rejected("a box names an unknown variable")
    box = dict(whole)
    for name, ends in entry["box"].items():
        side = clip(whole[name], ends)
        if side is None:
            return None
        box[name] = side
    return None if any(empty(side) for side in box.values()) else box


def _where_facts(where: list[Relation], prover: Prover, box: dict[str, Side]) -> Facts:
    """What the side conditions say of the terms that they compare."""
    facts = NO_FACTS
    for op, left, right in where:
        if op == "!=":
            continue
        strict = op in ("<", ">")
        low, high = (right, left) if op in (">", ">=") else (left, right)
        for term in (sub(high, low), make("add", high, make("mul", MINUS_ONE, low))):
            positive = ball(fzero, fzero if op == "==" else finf, strict)
            facts = facts.plus(term, positive, region=True)
        for term in (sub(low, high), make("add", low, make("mul", MINUS_ONE, high))):
            negative = ball(fzero if op == "==" else fninf, fzero, False, strict)
            facts = facts.plus(term, negative, region=True)
        if op == "==":
            continue
        if not low.free and high.free:
            end = prover.enclose(low, box, NO_FACTS).lo
            facts = facts.plus(high, ball(end, finf, strict), region=True)
        if not high.free and low.free:
            end = prover.enclose(high, box, NO_FACTS).hi
            facts = facts.plus(low, ball(fninf, end, True, strict), region=True)
    return facts


def shifted(
    shift: Json, relation: Relation, over: dict[str, list[Side]], where: list[Relation]
) -> tuple[Relation, dict[str, list[Side]], list[Relation]]:
    """The statement with x replaced by expr + x, x now the excess that where[k] says is > 0."""
    if not isinstance(shift, list) or len(shift) != 3 or shift[0] not in over:
        raise Rejected("a shift is [variable, expression, index of a side condition]")
    name, tree, index = shift
    check_expression(tree, frozenset(over) - {name})
    base = from_json(tree)
    if type(index) is not int or not 0 <= index < len(where):
        raise Rejected("there is no such side condition")
    op, left, right = where[index]
    slack = sub(left, right) if op in (">", ">=") else sub(right, left)
    ratio = rational_value(mul(slack, power(sub(symbol(name), base), -1)))
    if op in ("==", "!=") or ratio is None or ratio <= 0:
        raise Rejected("the side condition does not bound the shifted variable")
    replaced = {name: add(base, symbol(name))}

    def moved(r: Relation) -> Relation:
        return r[0], substitute(r[1], replaced), substitute(r[2], replaced)

    excess = Side(make("rat", value=ZERO_VALUE), None, op in ("<", ">"), True)
    limits: list[Relation] = []
    if len(over[name]) == 1:
        old, x = over[name][0], symbol(name)
        if old.lo is not None:
            limits.append((">" if old.lo_open else ">=", x, old.lo))
        if old.hi is not None:
            limits.append(("<" if old.hi_open else "<=", x, old.hi))
    return moved(relation), {**over, name: [excess]}, [moved(r) for r in (*where, *limits)]


ZERO_VALUE = from_json(["rat", "0"]).value


def main(paths: list[str], say: Callable[[str], object] = print) -> int:
    """Rechecks files; the exit status is 0 when all pass."""
    verdicts = [(path, recheck_file(path)) for path in paths]
    for path, verdict in verdicts:
        say(f"{'ok' if verdict.ok else 'FAILED'}  {path}: {verdict.reason}")
    return 0 if all(verdict.ok for _, verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
