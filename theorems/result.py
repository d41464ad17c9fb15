"""What the checker says of one claim, and of a whole run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from theorems.claim import Claim

SCHEMA = 1


class Verdict(StrEnum):
    """The six things that can be said of a statement; see the README for how to read them."""

    PROVED = "PROVED"
    SUPPORTED = "SUPPORTED"
    VIOLATED = "VIOLATED"
    INCONCLUSIVE = "INCONCLUSIVE"
    VACUOUS = "VACUOUS"
    ERROR = "ERROR"


@dataclass(frozen=True)
class Result:
    """The verdict on a claim with the evidence that led to it; plain data throughout.

    `reason` is one sentence. `certified` says that the independent checker replayed the exact
    decision's certificate. `conflict` says that the two witnesses contradict each other: a defect
    of the checker or of the encoding. `engine` names what proved or refuted the statement exactly.
    `witness`, `tightness`, `worst` are the JSON forms of their `theorems.evidence` classes.
    """

    id: str
    verdict: Verdict
    reason: str
    conflict: bool = False
    expected: bool = True
    engine: str = ""
    certified: bool = False
    witness: Mapping[str, Any] | None = None
    tightness: Mapping[str, Any] | None = None
    worst: Mapping[str, Any] | None = None
    points: int = 0
    draws: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    decision: Mapping[str, Any] | None = None
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        # Plain data: nothing in it needs a copy, of which a large run would make a million.
        return {f.name: getattr(self, f.name) for f in fields(self)} | {
            "verdict": str(self.verdict)
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Result:
        values = dict(data)
        values["verdict"] = Verdict(values["verdict"])
        values["notes"] = tuple(values["notes"])
        values["rows"] = tuple(values["rows"])
        return Result(**values)

    def _repr_markdown_(self) -> str:
        """The result as a notebook shows it."""
        from theorems.explain import result_markdown

        return result_markdown(self)


@dataclass(frozen=True)
class Run:
    """The results of one run in catalogue order, what could not be loaded, and what it ran with."""

    profile: str
    seed: str
    versions: Mapping[str, str]
    results: Mapping[str, Result]
    claims: Mapping[str, Claim]
    defects: tuple[Any, ...] = ()
    started: str = ""
    seconds: float = 0.0
    interrupted: bool = False

    def __getitem__(self, id_: str) -> Result:
        return self.results[id_]

    @cached_property
    def known(self) -> Mapping[str, Claim]:
        """The run's claims, and those of the catalogue where the run's rest on others."""
        return known(self.claims)

    @property
    def conflicts(self) -> list[Result]:
        return [result for result in self.results.values() if result.conflict]

    @property
    def unexpected(self) -> list[Result]:
        return [result for result in self.results.values() if not result.expected]

    def counts(self) -> dict[Verdict, int]:
        counted = Counter(result.verdict for result in self.results.values())
        return {verdict: counted.get(verdict, 0) for verdict in Verdict}

    def exit_status(self) -> int:
        """0 as expected, 1 an unexpected verdict, 2 a malformed claim, 3 a conflict, 130 an
        interrupted run."""
        if self.interrupted:
            return 130
        if self.conflicts:
            return 3
        if self.defects:
            return 2
        return 1 if self.unexpected else 0

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "profile": self.profile,
            "seed": self.seed,
            "versions": dict(self.versions),
            "started": self.started,
            "seconds": self.seconds,
            "defects": [str(item) for item in self.defects],
            "claims": [result.to_json() for result in self.results.values()],
        }

    def _repr_markdown_(self) -> str:
        counts = ", ".join(
            f"{count} {verdict}" for verdict, count in self.counts().items() if count
        )
        rows = [
            f"| `{result.id}` | {'CONFLICT' if result.conflict else result.verdict} | "
            f"{_cell(result.reason)} |"
            for result in self.results.values()
        ]
        return "\n".join([counts, "", "| claim | verdict | why |", "|---|---|---|", *rows])


def _cell(text: str) -> str:
    """Text that does not end a table's cell."""
    return " ".join(text.split()).replace("|", "\\|")


def is_expected(claim: Claim, verdict: Verdict, conflict: bool) -> bool:
    """A violated statement must say so in its erratum, and an erratum must be borne out."""
    if conflict or verdict is Verdict.ERROR:
        return False
    return (verdict is Verdict.VIOLATED) == (claim.erratum is not None)


def resting_on(id_: str, claims: Mapping[str, Claim]) -> list[str]:
    """Ids of the claims whose proofs rest on this one, directly or through others, in order."""
    reached = {id_}
    frontier = [id_]
    while frontier:
        current = frontier.pop()
        for other in claims.values():
            if current in other.uses and other.id not in reached:
                reached.add(other.id)
                frontier.append(other.id)
    return [other for other in claims if other in reached and other != id_]


def known(claims: Mapping[str, Claim]) -> Mapping[str, Claim]:
    """The claims, with those of the catalogue that theirs rest on."""
    from theorems.registry import claim_of

    found = dict(claims)
    asked = set(claims)
    frontier = [used for claim in claims.values() for used in claim.uses]
    while frontier:
        id_ = frontier.pop()
        if id_ not in asked:
            asked.add(id_)
            claim = claim_of(id_)
            if claim is not None:
                found[id_] = claim
                frontier += claim.uses
    return found


def flagged(results: Mapping[str, Result], claims: Mapping[str, Claim]) -> dict[str, Result]:
    """The results, each naming under `details["rests_on_violated"]` the violated claims that its
    proof rests on, where there are any."""
    others = known(claims)
    said = {}
    for id_, result in results.items():
        false = rests_on_violated(claims[id_], others, results)
        details = {**result.details, "rests_on_violated": false} if false else result.details
        said[id_] = replace(result, details=details)
    return said


def rests_on_violated(
    claim: Claim, claims: Mapping[str, Claim], results: Mapping[str, Result]
) -> list[str]:
    """The violated claims among everything this claim's proof rests on.

    One that was not checked counts when it is known to be false: when it states an erratum.
    """
    violated = []
    seen: set[str] = set()
    frontier = list(claim.uses)
    while frontier:
        id_ = frontier.pop(0)
        if id_ in seen:
            continue
        seen.add(id_)
        if id_ in results:
            if results[id_].verdict is Verdict.VIOLATED:
                violated.append(id_)
        elif id_ in claims and claims[id_].erratum is not None:
            violated.append(id_)
        frontier.extend(_uses(id_, claims))
    return violated


def _uses(id_: str, claims: Mapping[str, Claim]) -> Iterable[str]:
    return claims[id_].uses if id_ in claims else ()
