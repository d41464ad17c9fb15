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
    accepted = by_kernel = one_engine = rejected = 0
    extensions: Counter[str] = Counter()
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
        accepted, rejected = accepted + verdict.ok, rejected + (not verdict.ok)
        by_kernel += verdict.ok and not verdict.extensions
        extensions.update(verdict.extensions)
        yield Replayed(verdict.ok, f"{result['id']}: {_line(verdict)}")
    summary = f"{accepted} accepted ({by_kernel} by the kernel alone), {rejected} rejected"
    yield Replayed(True, f"{path}: {summary}, {one_engine} rest on one engine")
    if accepted:
        besides = ", ".join(f"{name} {n}" for name, n in extensions.most_common())
        yield Replayed(True, f"{path}: extensions that the others rest on: {besides or 'none'}")


def _line(verdict: Verdict) -> str:
    """Whether a certificate was accepted, by which part of the checker, and what it shows."""
    if not verdict.ok:
        return f"not accepted: {verdict.reason}"
    return f"accepted by {verdict.rests_on}: {verdict.reason}"


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
