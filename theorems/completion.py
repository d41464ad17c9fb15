"""Ids for the shell's completion, from the list that `theorems list` remembers."""

from __future__ import annotations

import json
from pathlib import Path

REMEMBERED = Path(".theorems") / "listing.json"


def ids(incomplete: str, memory: Path = REMEMBERED) -> list[str]:
    """Ids that begin like this, in the catalogue's order; none where no list is remembered.

    The list may be older than the catalogue: loading that would take longer than typing an id.
    """
    try:
        entries = json.loads(memory.read_text(encoding="utf-8"))["entries"]
        return [entry["id"] for entry in entries if entry["id"].startswith(incomplete)]
    except (OSError, ValueError, KeyError, TypeError):
        return []
