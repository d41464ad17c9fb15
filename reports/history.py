"""Two runs compared: what is newly violated, what got weaker or stronger, tighter or slower."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.text import code_markdown, escape_markdown
from reports.words import duration, number
from theorems.result import Run, Verdict

# How much a verdict says in favour of a statement; VIOLATED is compared apart.
STRENGTH = {
    Verdict.PROVED: 3,
    Verdict.SUPPORTED: 2,
    Verdict.INCONCLUSIVE: 1,
    Verdict.VACUOUS: 1,
    Verdict.ERROR: 0,
}
TIGHTER = 0.01
SLOWER = 2.0
SECONDS = 1.0
LISTED = 15
LONGEST = 160


@dataclass(frozen=True)
class Change:
    """One claim in both runs or in one; `before` and `after` are what the kind compares."""

    id: str
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True)
class Comparison:
    """What changed from one run to another, each kind in the order of the later run.

    `violations` are newly violated, `settled` no longer violated, `weaker` and `stronger` changed
    between the other verdicts, `tightness` moved by more than a hundredth of itself, `slower` took
    at least twice as long and a second more.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    conflicts: tuple[Change, ...] = ()
    violations: tuple[Change, ...] = ()
    errors: tuple[Change, ...] = ()
    weaker: tuple[Change, ...] = ()
    settled: tuple[Change, ...] = ()
    stronger: tuple[Change, ...] = ()
    tightness: tuple[Change, ...] = ()
    slower: tuple[Change, ...] = ()
    added: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()

    @property
    def unchanged(self) -> bool:
        """Whether both runs say the same of the same claims, times and tightness apart."""
        worse = (self.conflicts, self.violations, self.errors, self.weaker, self.removed)
        return not any((*worse, self.settled, self.stronger, self.added))

    def exit_status(self) -> int:
        """As the command's: 0 nothing got worse, 1 a violation, an error, a weaker verdict or a
        claim that left, 3 a new conflict (2 stays for bad usage)."""
        if self.conflicts:
            return 3
        return 1 if self.violations or self.errors or self.weaker or self.removed else 0


def compare(before: Run | Mapping[str, Any], after: Run | Mapping[str, Any]) -> Comparison:
    """Compare two runs, each a `Run` or the JSON that one gives.

    Raises `ValueError` for JSON of another schema.
    """
    old, new = _json(before), _json(after)
    was = {claim["id"]: claim for claim in old["claims"]}
    now = {claim["id"]: claim for claim in new["claims"]}
    kinds: dict[str, list[Change]] = {}
    for id_, claim in now.items():
        if id_ not in was:
            kinds.setdefault("added", []).append(Change(id_, "", _verdict(claim), claim["reason"]))
        for kind, change in _changes(was.get(id_), claim):
            kinds.setdefault(kind, []).append(change)
    kinds["removed"] = [
        Change(id_, _verdict(claim), "") for id_, claim in was.items() if id_ not in now
    ]
    return Comparison(old, new, **{kind: tuple(changes) for kind, changes in kinds.items()})


def _json(run: Run | Mapping[str, Any]) -> Mapping[str, Any]:
    data = run.to_json() if isinstance(run, Run) else run
    if data.get("schema") != 1:
        raise ValueError(f"a run of schema {data.get('schema')!r}; this version reads schema 1")
    return data


def _verdict(claim: Mapping[str, Any]) -> str:
    return "CONFLICT" if claim["conflict"] else str(claim["verdict"])


def _changes(was: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[tuple[str, Change]]:
    """The kinds of change of one claim; a new claim counts where it is bad news."""
    new = _verdict(now)
    old = _verdict(was) if was is not None else ""
    change = Change(now["id"], old, new, now["reason"])
    kind = _kind(old, new, expected=now["expected"])
    found = [(kind, change)] if kind else []
    if was is None:
        return found
    tight, before = now.get("tightness"), was.get("tightness")
    if tight and before:
        a, b = float(before["value"]), float(tight["value"])
        if abs(a - b) > TIGHTER * max(abs(a), abs(b)):
            found.append(("tightness", Change(now["id"], number(a), number(b))))
    a, b = float(was["seconds"]), float(now["seconds"])
    if b > SLOWER * a and b > a + SECONDS:
        found.append(("slower", Change(now["id"], duration(a), duration(b))))
    return found


def _kind(old: str, new: str, *, expected: bool) -> str:
    if old == new:
        return ""
    if new == "CONFLICT":
        return "conflicts"
    if new == "VIOLATED":
        # A new claim that is violated as its erratum says is no news.
        return "" if not old and expected else "violations"
    if new == "ERROR":
        return "errors"
    if not old:
        return ""
    if old == "VIOLATED":
        return "settled"
    if old == "CONFLICT":
        return "stronger"
    weaker = STRENGTH[Verdict(new)] - STRENGTH[Verdict(old)]
    if weaker == 0:
        return "weaker"
    return "weaker" if weaker < 0 else "stronger"


_TITLES = {
    "conflicts": "New conflicts",
    "violations": "New violations",
    "errors": "New errors",
    "weaker": "Weaker than before",
    "settled": "No longer violated",
    "stronger": "Stronger than before",
    "tightness": "Tightness moved",
    "slower": "Slower",
    "removed": "No longer checked",
    "added": "New claims",
}


def headline(comparison: Comparison) -> str:
    """What changed in one line, as the subject of a message."""
    counted = []
    for kind, title in _TITLES.items():
        number_of = len(getattr(comparison, kind))
        words = title[0].lower() + title[1:]
        if number_of:
            counted.append(f"{number_of} {words.removesuffix('s') if number_of == 1 else words}")
    return f"theorems: {', '.join(counted)}" if counted else "theorems: no change"


def summary(comparison: Comparison) -> str:
    """The comparison as Markdown that fits an email: what changed in the first line, bad news
    first, long lists and long reasons cut short."""
    runs = (comparison.before, comparison.after)
    first, second = (escape_markdown(f"{r['profile']}, {r['started'] or 'undated'}") for r in runs)
    lines = [headline(comparison), "", f"From the run {first} to the run {second}."]
    if comparison.unchanged:
        lines += ["", "No verdict changed."]
    for kind, title in _TITLES.items():
        changes: tuple[Change, ...] = getattr(comparison, kind)
        if not changes:
            continue
        lines += ["", f"**{title}** ({len(changes)})", ""]
        lines += [_line(change) for change in changes[:LISTED]]
        if len(changes) > LISTED:
            lines.append(f"- and {len(changes) - LISTED} more")
    return "\n".join(lines) + "\n"


def _line(change: Change) -> str:
    steps = " → ".join(part for part in (change.before, change.after) if part)
    reason = change.reason
    if len(reason) > LONGEST:
        reason = f"{reason[: LONGEST - 1].rstrip()}…"
    said = f": {escape_markdown(reason, starts_line=False)}" if reason else ""
    return f"- {code_markdown(change.id)} {escape_markdown(steps, starts_line=False)}{said}"
