"""Whose code a command is about to run besides the catalogue's own: files and packages of users."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path

from theorems.sources import PAPERS

ENTRY_POINTS = "theorems.claims"


def code_of_others(patterns: Sequence[str]) -> Iterator[str]:
    """One line for each file or package, before any of its code runs."""
    for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
        made_by = f" of {entry.dist.name} {entry.dist.version}" if entry.dist else ""
        yield f"running the code of the installed module {entry.value}{made_by}"
    for pattern in dict.fromkeys(patterns):
        path = Path(pattern)
        if path.is_file():
            if PAPERS not in path.resolve().parents:
                yield f"running the code of {path.resolve()}{_owner(path)}"
        elif all(part.isidentifier() for part in pattern.split(".")):
            origin = _package(pattern.split(".")[0])
            if origin and not _is_an_id(pattern):
                yield f"running the code of the package {pattern} at {origin}"


def _owner(path: Path) -> str:
    try:
        return f", which belongs to {path.owner()}"
    except (KeyError, NotImplementedError, OSError):
        return ""


def _package(name: str) -> str | None:
    """Where a top-level package lies; looking for it runs nothing of it."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    return spec.origin or ", ".join(spec.submodule_search_locations or [name])


def _is_an_id(pattern: str) -> bool:
    from theorems.registry import of_papers

    return pattern in of_papers([pattern.partition(".")[0]]).claims
