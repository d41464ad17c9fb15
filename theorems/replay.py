"""Replaying files of certificates: single ones, and those inside the results of a run."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        yield Replayed(verdict.ok, f"{path}: {_word(verdict.ok)}: {verdict.reason}")
        return
    accepted = one_engine = rejected = 0
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
        yield Replayed(verdict.ok, f"{result['id']}: {_word(verdict.ok)}: {verdict.reason}")
    summary = f"{accepted} accepted, {rejected} rejected, {one_engine} rest on one engine"
    yield Replayed(True, f"{path}: {summary}")


def _word(ok: bool) -> str:
    return "accepted" if ok else "not accepted"


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
