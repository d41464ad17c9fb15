"""Finding the runs that a user names: by number in the store, or as JSON files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from theorems.result import SCHEMA
from theorems.store import Store

RunJson = dict[str, Any]


def pick_two(store: Store, before: str | None, after: str | None) -> tuple[RunJson, RunJson]:
    """The two runs to compare: those named, or the newest and the one before it of its profile and
    much the same claims.

    Raises `LookupError` with one line when there is no such run, `ValueError` for a file that holds
    none.
    """
    numbered = store.run_numbers()
    if after is not None:
        newer = _named(store, after)
    else:
        if not numbered:
            raise LookupError(f"{store.path} holds no runs yet; start with `theorems check`")
        newer = store.load_run(numbered[-1][0])
    if before is not None:
        return _named(store, before), newer
    for number, _, profile in reversed(numbered[:-1]):
        if profile == newer["profile"]:
            older = store.load_run(number)
            if _comparable(older, newer):
                return older, newer
    raise LookupError(
        f"{store.path} holds no earlier run of the profile {newer['profile']} with these claims"
    )


def _comparable(older: RunJson, newer: RunJson) -> bool:
    """Whether most of the claims of one of the runs are in the other: a run of one file says
    nothing of a run of the catalogue."""
    was, now = ({claim["id"] for claim in run["claims"]} for run in (older, newer))
    return 2 * len(was & now) >= max(len(was), len(now), 1)


def _named(store: Store, name: str) -> RunJson:
    if name.isdigit():
        try:
            return store.load_run(int(name))
        except KeyError:
            known = ", ".join(str(number) for number, _, _ in store.run_numbers()[-5:])
            raise LookupError(f"{store.path} holds no run {name}; the last: {known}") from None
    path = Path(name)
    if not path.is_file():
        raise LookupError(f"{name}: neither the number of a run nor a file")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{name}: cannot be read as JSON: {error}") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA or "claims" not in data:
        raise ValueError(f"{name}: not the results of a run (schema {SCHEMA})")
    return data
