"""Finding claims: the catalogue's own modules, a user's file, an installed package.

Nothing is registered anywhere: modules are scanned. Of the catalogue only those papers are imported
that are asked for, because importing all of them takes seconds.
"""

from __future__ import annotations

import difflib
import fnmatch
import importlib.metadata
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from theorems.claim import Claim
from theorems.ledger import rows
from theorems.loading import claims_in, collect_module, load_file, without_collecting
from theorems.references import defects_between
from theorems.validate import Defect, defect, defects_of

ENTRY_POINTS = "theorems.claims"
SOME = 50
_HOME = "theorems.papers."


class Claims(dict[str, Claim]):
    """Claims by id; asking for an unknown id names the nearest ones."""

    def __missing__(self, id_: str) -> Claim:
        close = difflib.get_close_matches(id_, self, n=3)
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        raise KeyError(f"no claim {id_!r}{hint}")


@dataclass(frozen=True)
class Collection:
    """Well-formed claims in the order they were written, and what was wrong with the others."""

    claims: Claims = field(default_factory=Claims)
    defects: tuple[Defect, ...] = ()

    @property
    def is_growing(self) -> bool:
        """Whether claims are still loading."""
        return False

    def parts(self) -> Iterator[Sequence[Claim]]:
        """The claims, some at a time."""
        listed = list(self.claims.values())
        for start in range(0, len(listed), SOME):
            yield listed[start : start + SOME]

    def matching(self, patterns: Iterable[str]) -> Claims:
        """The claims whose ids match any of the globs; all of them for no globs."""
        globs = list(patterns)
        if not globs:
            return self.claims
        return Claims(
            (id_, claim)
            for id_, claim in self.claims.items()
            if any(fnmatch.fnmatchcase(id_, glob) for glob in globs)
        )


@lru_cache(maxsize=1)
def catalogue() -> Collection:
    """The claims of this package's own papers and of installed packages that contribute some."""
    found: list[Claim] = []
    defects: list[Defect] = []
    with without_collecting():
        for name in paper_modules():
            collect_module(name, found, defects)
        for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
            collect_module(entry.value, found, defects)
        return collection_of(found, defects, {})


def of_papers(keys: Iterable[str]) -> Collection:
    """The catalogue's claims of some papers alone; nothing for a key that is no paper's.

    A paper's claims lie in the folder of its key, and their ids begin with it. Where other packages
    contribute claims, whose ids may begin with anything, the whole catalogue is loaded.
    """
    wanted = frozenset(keys)
    if importlib.metadata.entry_points(group=ENTRY_POINTS) or catalogue.cache_info().currsize:
        own = catalogue()
        claims = Claims((id_, c) for id_, c in own.claims.items() if _key(id_) in wanted)
        return Collection(claims, own.defects)
    return _of_modules(tuple(paper_modules()), wanted)


@lru_cache(maxsize=32)
def _of_modules(modules: tuple[str, ...], keys: frozenset[str]) -> Collection:
    found: list[Claim] = []
    defects: list[Defect] = []
    others: list[Claim] = []
    with without_collecting():
        for name in modules:
            if paper_of(name) in (*keys, None):
                collect_module(name, found, defects)
        # Claims of other papers that these refer to are known too, but for rows of the ledger.
        known = {*(str(claim.id) for claim in found), *(row.id for row in rows())}
        beyond = {_key(id_) for id_ in _named_in(found) if id_ not in known} - keys
        for name in modules:
            if paper_of(name) in beyond:
                collect_module(name, others, [])
        return collection_of(found, defects, {str(claim.id): claim for claim in others})


def claim_of(id_: str) -> Claim | None:
    """The catalogue's claim of an id, None if there is none; of its paper no more is imported than
    the modules whose text has the id, if one of them has the claim."""
    key = _key(id_)
    if key in papers() and not catalogue.cache_info().currsize:
        for name in paper_modules():
            if paper_of(name) == key and _mentions(name, id_):
                found: list[Claim] = []
                collect_module(name, found, [])
                for claim in found:
                    if claim.id == id_ and not defects_of(claim):
                        return claim
    return of_papers({key}).claims.get(id_) if key in papers() else None


def _mentions(module: str, id_: str) -> bool:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return False
    return f'"{id_}"' in Path(spec.origin).read_text(encoding="utf-8", errors="replace")


def forget() -> None:
    """Find the catalogue's claims anew when they are next asked for."""
    catalogue.cache_clear()
    _of_modules.cache_clear()
    _walked.cache_clear()


def near(claims: Iterable[Claim]) -> Claims:
    """The catalogue's claims of all papers whose keys begin the ids of these claims, or ids that
    they refer to."""
    made = list(claims)
    begin = {_key(id_).lower() for id_ in (*_named_in(made), *(str(c.id) for c in made))}
    return of_papers(key for key in papers() if key.lower() in begin).claims


def _named_in(claims: Iterable[Claim]) -> set[str]:
    """The ids that claims refer to; a malformed claim may name anything."""
    named = set()
    for claim in claims:
        uses = claim.uses if isinstance(claim.uses, (list, tuple)) else ()
        named |= {id_ for id_ in (*uses, claim.corrects, claim.restates) if isinstance(id_, str)}
    return named


def _key(id_: str) -> str:
    return id_.partition(".")[0]


def paper_of(module: str) -> str | None:
    """The key of the paper that a module of the catalogue belongs to."""
    return module.removeprefix(_HOME).partition(".")[0] if module.startswith(_HOME) else None


def papers() -> set[str]:
    """The keys of the catalogue's papers."""
    return {key for key in map(paper_of, paper_modules()) if key is not None}


def from_file(path: Path, known: Mapping[str, Claim] | None = None) -> Collection:
    """The claims of a user's file. `known` are claims that its `uses` may name."""
    found, defects = written(path)
    return collection_of(found, defects, known or {})


def written(path: Path) -> tuple[list[Claim], list[Defect]]:
    """The claims of a user's file, well formed or not, and what was wrong with the file."""
    found: list[Claim] = []
    defects: list[Defect] = []
    module = load_file(path, defects)
    if module is not None:
        found = list(claims_in(module, written_in=str(path)))
        if not found and not defects:
            defects.append(Defect(str(path), 0, "", "the file defines no claims"))
    return found, defects


def from_package(name: str, known: Mapping[str, Claim] | None = None) -> Collection:
    """The claims of an importable package or module and of its submodules. `known` are claims that
    their `uses` may name, the catalogue's near them if not given."""
    found: list[Claim] = []
    defects: list[Defect] = []
    collect_module(name, found, defects)
    # A package that declares the entry point is part of the catalogue already.
    own = {id(claim) for claim in found}
    beside = near(found) if known is None else known
    others = {id_: claim for id_, claim in beside.items() if id(claim) not in own}
    return collection_of(found, defects, others)


@lru_cache(maxsize=1)
def _walked() -> tuple[str, ...]:
    from theorems import papers

    walked = pkgutil.walk_packages(papers.__path__, prefix=f"{papers.__name__}.")
    return tuple(sorted(module.name for module in walked))


def paper_modules() -> list[str]:
    """The names of the catalogue's own modules, in order."""
    return list(_walked())


def collection_of(
    found: list[Claim], defects: list[Defect], known: Mapping[str, Claim]
) -> Collection:
    """The well-formed claims among those found; `known` are others that they may refer to."""
    claims = Claims()
    seen: dict[str, Claim] = {}
    for claim in _unique(found):
        wrong = defects_of(claim)
        repeated = _taken(claim.id, seen)
        clash = _taken(claim.id, known)
        if wrong:
            defects.extend(wrong)
        elif repeated is not None:
            message = f"the id is taken by {repeated!r} at {seen[repeated].location}"
            defects.append(defect(claim.location, claim.id, message))
        elif clash is not None:
            message = f"the id is taken by {clash!r} at {known[clash].location}"
            defects.append(defect(claim.location, claim.id, message))
        else:
            claims[claim.id] = claim
        seen.setdefault(str(claim.id), claim)
    # A proof may rest on a ledger row that has no claim (a definition, or one not yet written).
    dangling = defects_between(claims, {*known, *seen, *(row.id for row in rows())})
    broken = {item.id for item in dangling}
    kept = Claims((id_, claim) for id_, claim in claims.items() if id_ not in broken)
    return Collection(kept, (*defects, *dangling))


def _taken(id_: Any, others: Mapping[str, Claim]) -> str | None:
    """The id among others that this one repeats, or differs from by case alone.

    The ledger's own ids may differ by case.
    """
    name = str(id_)
    if name in others:
        return name
    printed = {row.id for row in rows()}
    return next((o for o in others if o.lower() == name.lower() and not {o, name} <= printed), None)


def _unique(found: list[Claim]) -> list[Claim]:
    seen: set[int] = set()
    return [claim for claim in found if not (id(claim) in seen or seen.add(id(claim)))]  # type: ignore[func-returns-value]
