"""An independent checker for certificates: `recheck`, and `python -m symbolic.recheck FILE`.

It replays what the deciders wrote down (`certificate.py` documents the format) with exact rational
arithmetic and the interval functions of mpmath alone; it imports neither the deciders nor SymPy nor
python-flint nor z3. What most certificates rest on is the *kernel*, 1,800 lines (1,200 without
comments and imports), to be read in this order; the first three say what counts as a proof:

    kernel.py      what a certificate shows: points that refute, proofs on boxes
    prover.py      what is known on a box, and that expressions are defined there
    reasons.py     the reasons of most proofs
    statement.py   the JSON of a statement, read strictly
    terms.py       expressions, and their derivatives
    intervals.py   enclosures of expressions over boxes, by mpmath
    normal.py      when an expression is identically zero

The other modules are *extensions*, each one subject; they import the kernel, and it does not import
them. They are registered here, under the names by which a certificate calls for them, and the
verdict says on which of them it rests.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symbolic.recheck import (
    bisection,
    boxes,
    cases,
    changes,
    circuits,
    curves,
    exclusion,
    expansions,
    functions,
    gammas,
    identities,
    limits,
    pieces,
    rates,
    reductions,
    rules,
    series,
    steps,
    sturm,
    symmetry,
    turns,
    undefined,
)
from symbolic.recheck.kernel import replay
from symbolic.recheck.rates import rates_text
from symbolic.recheck.statement import MAX_BYTES, Malformed
from symbolic.recheck.terms import SESSION, Rejected, Session
from symbolic.recheck.text import statement_text

Json = Any
MODULES = (
    bisection, boxes, cases, changes, circuits, curves, exclusion, expansions, functions, gammas,
    identities, limits, pieces, rates, reductions, rules, series, steps, sturm, symmetry, turns, undefined,
)  # fmt: skip
EXTENSIONS = {
    key: (module.__name__.rpartition(".")[2], found)
    for module in MODULES
    for key, found in module.KNOWN.items()
}
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


@dataclass(frozen=True)
class Verdict:
    """`ok`: the certificate proves (or refutes) its statement. `reason`: one line.

    `extensions`: the modules beyond the kernel that were called on.
    """

    ok: bool
    reason: str
    extensions: tuple[str, ...] = ()

    @property
    def rests_on(self) -> str:
        """What one has to trust: "kernel", or "kernel + limits + ..."."""
        return " + ".join(("kernel", *self.extensions))


def recheck(certificate: Json, seconds: float = 120.0, kernel_alone: bool = False) -> Verdict:
    """Replays one certificate; whatever it holds, the answer is a verdict and not an exception."""
    session = Session(time.monotonic() + seconds, {} if kernel_alone else EXTENSIONS)
    token = SESSION.set(session)
    try:
        shown = replay(certificate)
        if certificate["text"] != text_of(certificate):
            raise Rejected("the text is not that of the statement")
        return Verdict(True, shown, tuple(sorted(session.used)))
    except (Rejected, Malformed) as reason:
        return Verdict(False, f"rejected: {reason}"[:300])
    except RecursionError:
        return Verdict(False, "rejected: nested too deeply")
    except MALFORMED as error:
        return Verdict(False, f"rejected: malformed ({type(error).__name__}: {error})"[:300])
    finally:
        SESSION.reset(token)


def text_of(certificate: Json) -> str:
    """The line that says what the certificate states."""
    said = rates_text if certificate["kind"] == "rates" else statement_text
    return said(certificate["statement"])


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


def main(paths: list[str], say: Callable[[str], object] = print) -> int:
    """Rechecks files; the exit status is 0 when all pass."""
    verdicts = [(path, recheck_file(path)) for path in paths]
    for path, verdict in verdicts:
        found = f"ok, by {verdict.rests_on}" if verdict.ok else "FAILED"
        say(f"{found}  {path}: {verdict.reason}")
    return 0 if all(verdict.ok for _, verdict in verdicts) else 1
