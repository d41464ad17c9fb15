"""The catalogue's list, remembered: importing hundreds of claims takes seconds, listing should not.

What is remembered is a plain list of ids, titles and places, next to the store. It is used only
while every source file of the packages reads as it did.
"""

from __future__ import annotations

import importlib.metadata
import json
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from theorems.sources import catalogue_digest

Entry = dict[str, Any]

ENTRY_POINTS = "theorems.claims"


def listing(patterns: list[str], memory: Path) -> tuple[list[Entry], list[str]]:
    """The entries that the patterns mean, and one line per defect.

    `memory` is the file that remembers the catalogue's list. Raises `LookupError` for a pattern
    that means nothing.
    """
    if not importlib.metadata.entry_points(group=ENTRY_POINTS):
        key = catalogue_digest()
        remembered = _read(memory, key)
        if remembered is None:
            remembered = _catalogue()
            _write(memory, key, remembered)
        entries, defects = remembered
        if not patterns:
            return entries, defects
        if all(any(fnmatchcase(e["id"], p) for e in entries) for p in patterns):
            return [e for e in entries if any(fnmatchcase(e["id"], p) for p in patterns)], []
    from theorems.selection import select

    chosen = select(patterns)
    return [_entry(claim) for claim in chosen.claims.values()], [str(d) for d in chosen.defects]


def _catalogue() -> tuple[list[Entry], list[str]]:
    from theorems.registry import catalogue

    own = catalogue()
    return [_entry(claim) for claim in own.claims.values()], [str(d) for d in own.defects]


def _entry(claim: Any) -> Entry:
    return {
        "id": claim.id,
        "title": claim.name,
        "quantifier": claim.quantifier.title,
        "file": claim.location.file,
        "line": claim.location.line,
    }


def _read(memory: Path, key: str) -> tuple[list[Entry], list[str]] | None:
    try:
        data = json.loads(memory.read_text(encoding="utf-8"))
        if data["key"] == key:
            return data["entries"], data["defects"]
    except (OSError, ValueError, KeyError, TypeError):
        # Nothing remembered, or nothing that can be read: the catalogue itself is the truth.
        return None
    return None


def _write(memory: Path, key: str, remembered: tuple[list[Entry], list[str]]) -> None:
    entries, defects = remembered
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"key": key, "entries": entries, "defects": defects})
        memory.write_text(text, encoding="utf-8")
