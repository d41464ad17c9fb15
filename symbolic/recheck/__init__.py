"""An independent checker for certificates: `recheck`, and `python -m symbolic.recheck FILE`.

It replays what the deciders wrote down (`certificate.py` documents the format) with exact rational
arithmetic and the interval functions of mpmath alone; it imports neither the deciders nor SymPy nor
python-flint nor z3. Every certificate rests on the *core*, four files, to be read in this order:

    kernel.py      what counts as a proof or refutation
    statement.py   the JSON of a statement, read strictly
    terms.py       expressions
    intervals.py   enclosures of expressions over boxes, by mpmath

The other modules are *extensions*, each one subject. They are registered here, under the names by
which a certificate calls for them; the core imports none of them. A verdict rests on the core, on
the extensions that were called on, and on what these import: it says which, and how many lines of
code that is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symbolic.recheck import (
    apart,
    arcs,
    bernstein,
    bisection,
    boxes,
    cases,
    changes,
    circuits,
    circular,
    compare,
    curves,
    erf,
    exclusion,
    expansions,
    exponentials,
    faces,
    factorials,
    gamma,
    gammas,
    growth,
    hyperbolic,
    identities,
    indexed,
    lemmas,
    limit_series,
    limits,
    mean_value,
    minimum,
    multiplier,
    normal,
    pieces,
    products,
    radicals,
    rates,
    recurrences,
    reductions,
    replace,
    resolve,
    roots,
    rounding,
    rules,
    separation,
    shift,
    split,
    steps,
    sturm,
    sums,
    symmetry,
    tangents,
    taylor,
    turns,
    undefined,
    where,
)
from symbolic.recheck.kernel import judged
from symbolic.recheck.rate_text import rates_text
from symbolic.recheck.sources import CORE, closure, lines
from symbolic.recheck.terms import Session
from symbolic.recheck.text import statement_text

Json = Any
MODULES = (
    apart, arcs, bernstein, bisection, boxes, cases, changes, circuits, circular, compare, curves,
    erf, exclusion, expansions, exponentials, faces, factorials, gamma, gammas, growth,
    hyperbolic, identities, indexed, lemmas, limit_series, limits, mean_value, minimum,
    multiplier, normal, pieces, products, radicals, rates, recurrences, reductions, replace,
    resolve, roots, rounding, rules, separation, shift, split, steps, sturm, sums, symmetry,
    tangents, taylor, turns, undefined, where,
)  # fmt: skip
EXTENSIONS: dict[tuple[str, str], tuple[str, Any]] = {
    key: (module.__name__.rpartition(".")[2], found)
    for module in MODULES
    for key, found in module.KNOWN.items()
}
MAX_BYTES = 64_000_000


@dataclass(frozen=True)
class Verdict:
    """`ok`: the certificate proves (or refutes) its statement. `reason`: one line.

    `extensions`: the modules beyond the core that were called on.
    """

    ok: bool
    reason: str
    extensions: tuple[str, ...] = ()

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules beyond the core that it rests on: these extensions, and what they import."""
        return tuple(sorted(closure(self.extensions)))

    @property
    def rests_on(self) -> str:
        """What one has to trust: "core", or "core + limits + ..."."""
        return " + ".join(("core", *self.modules))

    @property
    def lines(self) -> int:
        """The lines of code of what the verdict rests on."""
        return lines((*CORE, *self.modules))


def recheck(certificate: Json, seconds: float = 120.0, core_alone: bool = False) -> Verdict:
    """Replays one certificate; whatever it holds, the answer is a verdict and not an exception."""
    session = Session(time.monotonic() + seconds, {} if core_alone else EXTENSIONS)
    ok, reason = judged(certificate, text_of, session)
    return Verdict(ok, reason, tuple(sorted(session.used)))


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
        found = f"ok, by {verdict.rests_on} ({verdict.lines} lines)" if verdict.ok else "FAILED"
        say(f"{found}  {path}: {verdict.reason}")
    return 0 if all(verdict.ok for _, verdict in verdicts) else 1
