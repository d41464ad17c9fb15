"""`pytest theorems`: every claim is a test item, checked in a worker process beside pytest.

A file is collected when it is a catalogue module, or when it is named on the command line (or lies
in a named package) and defines claims. A verdict as expected passes; INCONCLUSIVE and VACUOUS are
skips with their reason, because unknown is not a pass; anything else fails. A claim that ends its
process fails alone. With `--pdb` claims run in pytest's own process, where the debugger sees them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from theorems.claim import Claim
    from theorems.pool import Child
    from theorems.profiles import Profile
    from theorems.registry import Collection
    from theorems.result import Result
    from theorems.store import Store

PAPERS = Path(__file__).parent / "papers"
_CHECKER = pytest.StashKey["_Checker"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("theorems")
    group.addoption(
        "--profile",
        dest="theorems_profile",
        default="quick",
        choices=("quick", "nightly"),
        help="how hard claims are checked (default: quick)",
    )
    group.addoption(
        "--theorems-store",
        dest="theorems_store",
        default=".theorems/runs.sqlite",
        help="the file that keeps finished tasks (default: %(default)s)",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ClaimFile | None:
    if file_path.suffix != ".py" or file_path.name == "__init__.py":
        return None
    if file_path.resolve().is_relative_to(PAPERS.resolve()) or _is_users_claims(file_path, parent):
        return ClaimFile.from_parent(parent, path=file_path)
    return None


def _is_users_claims(path: Path, parent: pytest.Collector) -> bool:
    """A file outside the catalogue that imports the vocabulary and writes claims with it."""
    if path.name.startswith(("test_", "conftest")) or path.is_relative_to(PAPERS.parent):
        return False
    named = [Path(str(arg).split("::")[0]).resolve() for arg in parent.config.args]
    if path.resolve() not in named and not parent.config.getoption("pyargs"):
        return False
    text = path.read_text(encoding="utf-8", errors="replace")
    return "theorems" in text and "Claim(" in text


class ClaimFile(pytest.File):
    """A module of claims."""

    def collect(self) -> Iterator[pytest.Item]:
        collection = self._collection()
        for index, defect in enumerate(collection.defects):
            name = defect.id or f"defect-{index}"
            yield DefectItem.from_parent(self, name=name, line=str(defect))
        for id_ in collection.claims:
            yield ClaimItem.from_parent(self, name=id_, collection=collection)

    def _collection(self) -> Collection:
        from theorems.registry import catalogue, from_file
        from theorems.selection import written_in

        own = catalogue()
        found = written_in(self.path, own)
        return from_file(self.path, own.claims) if found is None else found


class DefectItem(pytest.Item):
    """A malformed claim: an item that fails with its one line."""

    def __init__(self, *, line: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.line = line

    def runtest(self) -> None:
        raise ClaimFailure(self.line)

    def repr_failure(self, excinfo: Any, style: Any = None) -> str:
        return str(excinfo.value)


class ClaimFailure(Exception):
    """A claim did not come out as expected; the message is what to read."""


class ClaimItem(pytest.Item):
    """One claim, checked when the item runs."""

    def __init__(self, *, collection: Collection, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.collection = collection

    def runtest(self) -> None:
        from theorems.store import StoreError

        claim = self.collection.claims[self.name]
        checker = self.config.stash.setdefault(_CHECKER, _Checker(self.config))
        try:
            result = checker.check(claim, self.session)
        except StoreError as error:
            raise ClaimFailure(str(error)) from error
        self.add_report_section("call", "claim", _words(result))
        self.user_properties.append(("verdict", str(result.verdict)))
        if not result.expected:
            raise ClaimFailure(_words(result))
        if result.verdict in ("INCONCLUSIVE", "VACUOUS"):
            pytest.skip(f"{result.verdict}: {result.reason}")

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, ClaimFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        location = self.collection.claims[self.name].location
        return Path(location.file), location.line - 1, self.name


class _Checker:
    """What all claims of one pytest process share: the store, and the worker process."""

    def __init__(self, config: pytest.Config) -> None:
        from theorems.profiles import by_name

        self.profile: Profile = by_name(config.getoption("theorems_profile"))
        self._path = Path(config.getoption("theorems_store"))
        self._here = bool(config.getoption("usepdb", False))
        self._store: Store | None = None
        self._child: Child | None = None

    def check(self, claim: Claim, session: pytest.Session) -> Result:
        """The verdict on a claim. Raises `StoreError` for a file that is no store."""
        from theorems.harness import run
        from theorems.registry import Claims, Collection
        from theorems.store import Store

        if self._store is None:
            self._store = Store(self._path)
        one = Collection(Claims({claim.id: claim}))
        child = None if self._here else self._worker_for(claim, session)
        finished = run(one, self.profile, store=self._store, record=False, child=child)
        for item in finished.defects:
            warnings.warn(pytest.PytestWarning(str(item)), stacklevel=1)
        return finished[claim.id]

    def _worker_for(self, claim: Claim, session: pytest.Session) -> Child:
        """The worker, forked anew for a claim that it does not know (two files with one id)."""
        from theorems.pool import Child

        if self._child is None or self._child.claims.get(claim.id) is not claim:
            collected = {
                item.name: item.collection.claims[item.name]
                for item in session.items
                if isinstance(item, ClaimItem)
            }
            if self._child is not None:
                self._child.close()
            self._child = Child({**collected, claim.id: claim}, self.profile)
        return self._child

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
        if self._store is not None:
            self._store.close()


def pytest_unconfigure(config: pytest.Config) -> None:
    checker = config.stash.get(_CHECKER, None)
    if checker is not None:
        checker.close()


def _words(result: Result) -> str:
    lines = [f"{result.id} {result.verdict}: {result.reason}"]
    if result.conflict:
        lines[0] = f"CONFLICT {lines[0]}"
    if result.witness:
        witness = result.witness
        lines.append(f"witness: {witness['at']}")
        lines.append(
            f"left {witness['lhs']}, right {witness['rhs']}, margin {witness['margin']} "
            f"({witness['how']})"
        )
    if false := result.details.get("rests_on_violated"):
        lines.append(f"its proof rests on {', '.join(false)}, violated")
    if str(result.verdict) == "VIOLATED" and not result.conflict and not result.expected:
        lines.append("if the print is wrong, say why in erratum= and add the corrected claim")
    if str(result.verdict) != "VIOLATED" and not result.expected and not result.conflict:
        lines.append("the claim has an erratum but is not violated, or could not be checked")
    return "\n".join(lines)
