"""How hard a run tries: the quick profile of every push and the nightly one."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass

# The chance that a run of the whole catalogue calls a true statistical statement violated is at
# most this; it is shared out evenly over at most CATALOGUE_SIZE claims.
FALSE_ALARM = 1e-6
CATALOGUE_SIZE = 2000


@dataclass(frozen=True)
class Profile:
    """Sizes of the numeric effort; all counts are per point unless said otherwise.

    `random_points` and `ascent_steps` are per claim; `decide_seconds` is the time for one symbolic
    decision, `recheck_seconds` for replaying its certificate; `task_seconds` and `task_gib` limit
    one task.
    """

    name: str
    seed: str
    samples: int
    draws: int
    random_points: int
    ascent_starts: int
    ascent_steps: int
    decide_seconds: float
    task_seconds: float
    recheck_seconds: float
    task_gib: float = 8.0


def quick() -> Profile:
    return Profile(
        name="quick",
        seed="quick",
        samples=1 << 17,
        draws=2_000,
        random_points=2_000,
        ascent_starts=32,
        ascent_steps=60,
        decide_seconds=10.0,
        task_seconds=60.0,
        recheck_seconds=5.0,
    )


def nightly(date: datetime.date | None = None) -> Profile:
    """The nightly profile; its seed is the date, today's if none is given."""
    day = date or datetime.datetime.now(datetime.UTC).date()
    return Profile(
        name="nightly",
        seed=f"nightly-{day.isoformat()}",
        samples=1 << 21,
        draws=20_000,
        random_points=50_000,
        ascent_starts=128,
        ascent_steps=400,
        decide_seconds=60.0,
        task_seconds=900.0,
        recheck_seconds=120.0,
    )


PROFILES = {"quick": quick, "nightly": nightly}


def by_name(name: str) -> Profile:
    """Raises `ValueError` for a name that is no profile."""
    if name not in PROFILES:
        raise ValueError(f"unknown profile {name!r}: choose {' or '.join(PROFILES)}")
    return PROFILES[name]()


def seed_of(*parts: object) -> int:
    """A 63-bit seed that depends on its parts alone."""
    text = "|".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def alpha_per_claim() -> float:
    return FALSE_ALARM / CATALOGUE_SIZE
