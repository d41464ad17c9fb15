"""What a user asks for: globs over ids, files of claims, names of packages."""

from __future__ import annotations

import difflib
import fnmatch
import importlib.metadata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from theorems import registry
from theorems.claim import Claim
from theorems.ledger import LEDGER
from theorems.loading import collect_module, origin_of, without_collecting
from theorems.registry import (
    ENTRY_POINTS,
    Claims,
    Collection,
    catalogue,
    collection_of,
    from_package,
    near,
    of_papers,
    paper_of,
    papers,
    written,
)
from theorems.validate import Defect, defects_of


def select(patterns: Iterable[str]) -> Collection:
    """The claims that command-line patterns mean: globs over ids, files of claims, packages.

    Raises `LookupError` with one line for a pattern that means nothing.
    """
    patterns = list(dict.fromkeys(patterns))
    if not patterns:
        return catalogue()
    claims = Claims()
    defects: list[Defect] = []
    for pattern in patterns:
        path = Path(pattern)
        if pattern.endswith(".py") or path.is_file():
            if path.is_dir():
                raise LookupError(f"{pattern}: is a folder; name the files of claims in it")
            if not path.is_file():
                raise LookupError(f"{pattern}: no such file")
            part = _of_file(path, claims)
        else:
            own = _meant(pattern)
            part = Collection(own.matching([pattern]), _defects_matching(own.defects, pattern))
            if not part.claims and not any(item.id for item in part.defects):
                part = _package_or_nothing(pattern, own)
        claims.update(part.claims)
        defects.extend(item for item in part.defects if item not in defects)
    return Collection(claims, tuple(defects))


def _of_file(path: Path, before: Mapping[str, Claim]) -> Collection:
    """The claims of a file: one of the catalogue's, or a user's, whose claims may rest on those of
    files `before` it and on the catalogue's."""
    here, home = path.resolve(), LEDGER.parent
    if here.is_relative_to(home):
        own = of_papers({here.relative_to(home).parts[0]})
    elif importlib.metadata.entry_points(group=ENTRY_POINTS):
        own = catalogue()
    else:
        own = Collection()
    found = written_in(path, own)
    if found is not None:
        return found
    claims, defects = written(path)
    return collection_of(claims, defects, {**near(claims), **before})


def written_in(path: Path, own: Collection) -> Collection | None:
    """The catalogue's claims of one of its own modules, none for one that only serves others; None
    for a file that is not the catalogue's."""
    here = path.resolve()
    claims = Claims(
        (id_, claim)
        for id_, claim in own.claims.items()
        if Path(claim.location.file).resolve() == here
    )
    defects = tuple(d for d in own.defects if Path(d.file).resolve() == here)
    own_module = here.is_relative_to(LEDGER.parent) or bool(claims or defects)
    return Collection(claims, defects) if own_module else None


def _defects_matching(defects: Iterable[Defect], glob: str) -> tuple[Defect, ...]:
    """Defects of the claims meant, and of files that could not be loaded at all."""
    return tuple(d for d in defects if not d.id or fnmatch.fnmatchcase(d.id, glob))


def _package_or_nothing(pattern: str, own: Collection) -> Collection:
    if pattern.replace(".", "").replace("_", "").isalnum() and origin_of(pattern) is not None:
        return from_package(pattern)
    close = difflib.get_close_matches(pattern, own.claims or catalogue().claims, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    unread = [str(item) for item in own.defects if not item.id]
    if unread:
        hint += f"; {len(unread)} files of the catalogue could not be read, first {unread[0]}"
    raise LookupError(f"no claim id matches {pattern!r}, and it is no file or package{hint}")


def _meant(glob: str) -> Collection:
    """The part of the catalogue that holds every id that a glob can match."""
    head = glob[: min((glob.find(c) for c in "*?[" if c in glob), default=len(glob))]
    if "." in head:
        return of_papers({head.partition(".")[0]})
    if head == glob:
        return of_papers(())  # no id is without a dot
    return of_papers(key for key in papers() if key.startswith(head))


class Growing:
    """The claims of the papers of these keys, in that order, or of the whole catalogue for none,
    while they are loaded module by module.

    `claims` and `defects` are final, and the same as those of `select`, once `parts` has ended.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self.claims = Claims()
        self.defects: tuple[Defect, ...] = ()
        self.is_growing = True
        self._keys = tuple(dict.fromkeys(keys))

    def parts(self) -> Iterator[Sequence[Claim]]:
        """The well-formed claims of one module after another."""
        for name in registry.paper_modules():
            if not self._keys or paper_of(name) in self._keys:
                found: list[Claim] = []
                with without_collecting():
                    collect_module(name, found, [])
                fresh = [c for c in found if not defects_of(c) and c.id not in self.claims]
                self.claims.update((claim.id, claim) for claim in fresh)
                yield fresh
        whole = select(f"{key}.*" for key in self._keys)
        same = ((id_, c) for id_, c in whole.claims.items() if self.claims.get(id_) is c)
        self.claims, self.defects = Claims(same), whole.defects
        self.is_growing = False


def growing(patterns: Iterable[str]) -> Growing | None:
    """What the patterns mean, to be loaded while it is checked; None where they have to be looked
    at first: they may mean files, packages, or nothing at all."""
    if importlib.metadata.entry_points(group=ENTRY_POINTS) or catalogue.cache_info().currsize:
        return None
    listed = list(patterns)
    keys = [pattern.removesuffix(".*") for pattern in listed if pattern.endswith(".*")]
    named = len(keys) == len(listed) and all(key in papers() for key in keys)
    beside = [pattern for pattern in listed if Path(pattern).exists()]
    return Growing(keys) if papers() and named and not beside else None
