"""Repeating a run of the catalogue with nothing changed, without importing the catalogue.

A complete run is recorded with a digest of all that its verdicts depend on: every source and data
file of the packages, the patterns, the profile, the device, the versions. A run with the same
digest has the same verdicts.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from theorems.profiles import Profile
from theorems.result import Result, Run
from theorems.sources import catalogue_digest
from theorems.store import Store

if TYPE_CHECKING:
    from theorems.registry import Collection
    from theorems.selection import Growing

ENTRY_POINTS = "theorems.claims"


def basis(
    patterns: Sequence[str], profile: Profile, versions: Mapping[str, str], device: str
) -> str:
    """The digest; empty where claims may come from elsewhere than the catalogue's own modules."""
    if importlib.metadata.entry_points(group=ENTRY_POINTS):
        return ""
    if any(pattern.endswith(".py") or Path(pattern).exists() for pattern in patterns):
        return ""
    parts = [sorted(set(patterns)), repr(profile), dict(versions), device, catalogue_digest()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def is_catalogues(collection: Collection | Growing) -> bool:
    """Whether all claims of a collection are the catalogue's own."""
    from theorems.registry import of_papers
    from theorems.selection import Growing

    if isinstance(collection, Growing):
        return True
    own = of_papers({id_.partition(".")[0] for id_ in collection.claims}).claims
    return all(own.get(id_) is claim for id_, claim in collection.claims.items())


def repeated(store: Store, basis: str) -> Run | None:
    """The last complete run on this basis, recorded again as one of now; None if there is none.

    The run has results and no `claims`: those would have to be imported.
    """
    started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
    number = store.repeatable_run(basis) if basis else None
    if number is None:
        return None
    data = store.load_run(number)
    begun, seconds = started.isoformat(timespec="seconds"), time.perf_counter() - clock
    store.repeat_run(number, begun, seconds, basis)
    return Run(
        profile=data["profile"],
        seed=data["seed"],
        versions=data["versions"],
        results={entry["id"]: Result.from_json(entry) for entry in data["claims"]},
        claims={},
        defects=tuple(data["defects"]),
        started=begun,
        seconds=seconds,
    )
