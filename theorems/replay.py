"""Replaying files of certificates: single ones, and those inside the results of a run."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symbolic.recheck import Verdict

MAX_BYTES = 1 << 28
READABLE = (600, 800, 1000)  # lines of code that one reads in ten minutes or so


@dataclass(frozen=True)
class Replayed:
    """Whether a certificate was accepted, and the line to print about it."""

    ok: bool
    line: str


def replay(path: Path, seconds: float) -> Iterator[Replayed]:
    """Replay every certificate in a file, one after another.

    The file is one certificate, or the JSON that `theorems check --json` writes. Raises
    `ValueError` with one line for a file that is neither.
    """
    from symbolic.recheck import recheck, recheck_file

    data = _read(path)
    if not isinstance(data, dict):
        raise ValueError(f"{path}: neither a certificate nor the results of a run")
    if "claims" not in data:
        verdict = recheck_file(path, seconds)
        yield Replayed(verdict.ok, f"{path}: {_line(verdict)}")
        return
    one_engine = rejected = 0
    accepted: list[Verdict] = []
    for result in _results(data, path):
        decision = result.get("decision")
        if not isinstance(decision, dict) or decision.get("outcome") == "undecided":
            continue
        certificate = decision.get("certificate")
        if certificate is None:
            one_engine += 1
            yield Replayed(True, f"{result['id']}: one engine ({decision.get('engine')})")
            continue
        verdict = recheck(certificate, seconds)
        accepted += [verdict] if verdict.ok else []
        rejected += not verdict.ok
        yield Replayed(verdict.ok, f"{result['id']}: {_line(verdict)}")
    summary = f"{len(accepted)} accepted, {rejected} rejected, {one_engine} rest on one engine"
    yield Replayed(True, f"{path}: {summary}")
    for line in trust(accepted):
        yield Replayed(True, f"{path}: {line}")


def trust(accepted: list[Verdict]) -> Iterator[str]:
    """What accepted certificates rest on, summed up: lines of code to read, and extensions."""
    if not accepted:
        return
    lines = sorted(verdict.lines for verdict in accepted)
    bounds = ", ".join(f"{sum(n <= most for n in lines)} on at most {most}" for most in READABLE)
    yield (
        f"they rest on {lines[0]} to {lines[-1]} lines of code each "
        f"(median {lines[len(lines) // 2]}): {bounds}"
    )
    sizes = Counter(min(len(verdict.modules), 3) for verdict in accepted)
    words = ("the core alone", "the core and one extension", "two extensions", "three or more")
    yield "by " + ", ".join(f"{words[k]} {sizes[k]}" for k in range(4))
    used = Counter(name for verdict in accepted for name in verdict.modules)
    yield "extensions: " + (", ".join(f"{name} {n}" for name, n in used.most_common()) or "none")


def _line(verdict: Verdict) -> str:
    """Whether a certificate was accepted, by which part of the checker, and what it shows."""
    if not verdict.ok:
        return f"not accepted: {verdict.reason}"
    return f"accepted by {verdict.rests_on} ({verdict.lines} lines): {verdict.reason}"


def _read(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"{path}: larger than {MAX_BYTES >> 20} MiB; not read")
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda _: math.nan)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{path}: not readable as JSON: {error}") from error


def _results(data: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    claims = data["claims"]
    if not isinstance(claims, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("id"), str) for entry in claims
    ):
        raise ValueError(f"{path}: its claims are not results of a run")
    return claims
