"""Which two runs are compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from theorems.runs import pick_two
from theorems.store import Store


def run(ids: list[str], profile: str = "quick", started: str = "now") -> dict:
    result = {"verdict": "PROVED", "reason": "r", "conflict": False, "expected": True}
    claims = [
        {"id": id_, "seconds": 0.1, "witness": None, "tightness": None, **result} for id_ in ids
    ]
    return {
        "schema": 1, "profile": profile, "seed": "s", "versions": {}, "started": started,
        "seconds": 1.0, "defects": [], "claims": claims,
    }  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs.sqlite")


def started(store: Store, before: str | None = None, after: str | None = None) -> tuple[str, str]:
    older, newer = pick_two(store, before, after)
    return older["started"], newer["started"]


def test_the_newest_is_compared_with_the_last_of_its_profile_and_claims(store: Store):
    catalogue = [f"a.claim-{i}" for i in range(10)]
    store.save_run(run(catalogue, started="first"), [], "")
    store.save_run(run([*catalogue, "a.new"], started="second"), [], "")
    store.save_run(run(["mine.lemma"], started="of one file"), [], "")
    store.save_run(run(catalogue, "nightly", "of the night"), [], "")
    store.save_run(run([*catalogue[1:], "a.new"], started="last"), [], "")
    assert started(store) == ("second", "last")
    assert started(store, "1") == ("first", "last")
    assert started(store, "1", "3") == ("first", "of one file")


def test_a_run_that_nothing_resembles_is_compared_with_none(store: Store):
    with pytest.raises(LookupError, match="no runs yet"):
        pick_two(store, None, None)
    store.save_run(run(["a.one", "a.two", "a.three"]), [], "")
    store.save_run(run(["a.one"]), [], "")
    with pytest.raises(LookupError, match="no earlier run of the profile quick with these claims"):
        pick_two(store, None, None)
    with pytest.raises(LookupError, match="no run 7"):
        pick_two(store, "7", None)
