"""Finding claims: the catalogue's own modules, a user's file, an installed package.

Claims are found by scanning modules for module-level `Claim` objects (also inside module-level
lists, tuples and dicts); nothing is registered anywhere. What cannot be loaded becomes a `Defect`
of one line, and everything else still loads.
"""

from __future__ import annotations

import difflib
import fnmatch
import importlib
import importlib.metadata
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from theorems.claim import Claim
from theorems.ledger import LEDGER, rows
from theorems.validate import Defect, defect, defects_between, defects_of
from theorems.words import error_line

ENTRY_POINTS = "theorems.claims"


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
    for name in _paper_modules():
        _collect_module(name, found, defects)
    for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
        _collect_module(entry.value, found, defects)
    return _collection(found, defects, {})


def from_file(path: Path, known: Mapping[str, Claim] | None = None) -> Collection:
    """The claims of a user's file. `known` are claims that its `uses` may name."""
    found: list[Claim] = []
    defects: list[Defect] = []
    module = _load_file(path, defects)
    if module is not None:
        found = list(_claims_in(module, written_in=str(path)))
        if not found and not defects:
            defects.append(Defect(str(path), 0, "", "the file defines no claims"))
    return _collection(found, defects, known or {})


def from_package(name: str, known: Mapping[str, Claim] | None = None) -> Collection:
    """The claims of an importable package or module and of its submodules."""
    found: list[Claim] = []
    defects: list[Defect] = []
    _collect_module(name, found, defects)
    # A package that declares the entry point is part of the catalogue already.
    own = {id(claim) for claim in found}
    others = {id_: claim for id_, claim in (known or {}).items() if id(claim) not in own}
    return _collection(found, defects, others)


def _paper_modules() -> list[str]:
    from theorems import papers

    walked = pkgutil.walk_packages(papers.__path__, prefix=f"{papers.__name__}.")
    return sorted(module.name for module in walked)


def _collect_module(name: str, found: list[Claim], defects: list[Defect]) -> None:
    try:
        module = importlib.import_module(name)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it may raise anything
        origin = _origin_of(name)
        defects.append(_load_defect(origin or name, error))
        return
    found.extend(_claims_in(module))
    if hasattr(module, "__path__") and not name.startswith("theorems.papers"):
        for child in pkgutil.iter_modules(module.__path__, prefix=f"{name}."):
            _collect_module(child.name, found, defects)


def _origin_of(name: str) -> str | None:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    return spec.origin if spec else None


def _load_file(path: Path, defects: list[Defect]) -> ModuleType | None:
    name = f"theorems_user_{path.stem}_{abs(hash(str(path.resolve()))):x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        message = "not a Python file; a file of claims ends in .py"
        defects.append(Defect(str(path), 0, "", message))
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a user's file may raise anything
        # What was defined before the failure is kept: those claims are still checked.
        defects.append(_load_defect(str(path), error))
    return module


def _load_defect(file: str, error: BaseException) -> Defect:
    line = 0
    if isinstance(error, SyntaxError) and error.lineno:
        line = error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        if Path(frame.filename).resolve() == Path(file).resolve():
            line = frame.lineno or line
    return Defect(file, line, "", f"cannot be loaded: {error_line(error)}")


def _claims_in(module: ModuleType, written_in: str | None = None) -> Iterator[Claim]:
    """Claims among the module's values, but for those imported from the module that wrote them."""
    file = written_in or getattr(module, "__file__", None)
    for value in vars(module).values():
        for claim in _flatten(value):
            if file is None or not _is_imported(claim, Path(file).resolve()):
                yield claim


def _is_imported(claim: Claim, file: Path) -> bool:
    """Whether another module holds this very claim and wrote it.

    A claim that a helper function of another module builds belongs to the file that asked for it.
    """
    home = Path(claim.location.file).resolve()
    if home == file:
        return False
    for module in list(sys.modules.values()):
        origin = getattr(module, "__file__", None)
        if origin and Path(origin).name == home.name and Path(origin).resolve() == home:
            return any(c is claim for value in vars(module).values() for c in _flatten(value))
    return False


def _flatten(value: Any) -> Iterator[Claim]:
    if isinstance(value, Claim):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            if isinstance(item, Claim):
                yield item
    elif isinstance(value, dict):
        for item in value.values():
            if isinstance(item, Claim):
                yield item


def _collection(
    found: list[Claim], defects: list[Defect], known: Mapping[str, Claim]
) -> Collection:
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


def select(patterns: Iterable[str]) -> Collection:
    """The claims that command-line patterns mean: globs over ids, files of claims, packages.

    Raises `LookupError` with one line for a pattern that means nothing.
    """
    own = catalogue()
    patterns = list(dict.fromkeys(patterns))
    if not patterns:
        return own
    claims = Claims()
    defects: list[Defect] = []
    for pattern in patterns:
        path = Path(pattern)
        if pattern.endswith(".py") or path.is_file():
            if path.is_dir():
                raise LookupError(f"{pattern}: is a folder; name the files of claims in it")
            if not path.is_file():
                raise LookupError(f"{pattern}: no such file")
            found = written_in(path, own)
            part = from_file(path, {**own.claims, **claims}) if found is None else found
        else:
            part = Collection(own.matching([pattern]), _defects_matching(own.defects, pattern))
            if not part.claims and not any(item.id for item in part.defects):
                part = _package_or_nothing(pattern, own)
        claims.update(part.claims)
        defects.extend(item for item in part.defects if item not in defects)
    return Collection(claims, tuple(defects))


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
    if pattern.replace(".", "").replace("_", "").isalnum() and _origin_of(pattern) is not None:
        return from_package(pattern, own.claims)
    close = difflib.get_close_matches(pattern, own.claims, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    unread = [str(item) for item in own.defects if not item.id]
    if unread:
        hint += f"; {len(unread)} files of the catalogue could not be read, first {unread[0]}"
    raise LookupError(f"no claim id matches {pattern!r}, and it is no file or package{hint}")
