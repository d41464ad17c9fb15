"""What patterns mean, and that no more of the catalogue is imported than they need."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from theorems import registry
from theorems.harness import run
from theorems.ledger import LEDGER
from theorems.profiles import quick
from theorems.registry import catalogue, near, of_papers, papers
from theorems.selection import Growing, growing, select

IMPORTED = """
import sys
from theorems.selection import growing, select
found = select(sys.argv[1:])
loaded = {name.split(".")[2] for name in sys.modules if name.count(".") == 3
          and name.startswith("theorems.papers.")}
print(len(found.claims), len(found.defects), *sorted(loaded))
"""


def imported(folder: Path, *patterns: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *patterns],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_a_papers_claims_lie_in_its_folder_and_begin_with_its_key() -> None:
    """What `of_papers` relies on."""
    home = LEDGER.parent
    for id_, claim in catalogue().claims.items():
        folder = Path(claim.location.file).resolve().relative_to(home).parts[0]
        assert id_.partition(".")[0] == folder, claim.location
    assert papers() == {"ema2019", "du2018", "caogu2019", "du2019", "frei2019"}


@pytest.mark.parametrize("key", ["frei2019", "ema2019"])
def test_one_paper_alone_is_the_same_as_in_the_whole(key: str) -> None:
    of_whole = {id_: c for id_, c in catalogue().claims.items() if id_.startswith(f"{key}.")}
    alone = registry._of_modules(tuple(registry.paper_modules()), frozenset({key}))
    assert list(alone.claims.items()) == list(of_whole.items())
    assert alone.defects == ()


def test_only_the_papers_that_are_named_are_imported(tmp_path: Path) -> None:
    count, defects, *keys = imported(tmp_path, "ema2019.*")
    assert (int(count) > 50, defects, keys) == (True, "0", ["ema2019"])
    (tmp_path / "mine.py").write_text(
        "import sympy as sp\nfrom theorems import Claim, Closed\nx = sp.Symbol('x', real=True)\n"
        "a = Claim(id='u.a', statement='s', over={x: sp.Interval(0, 1)}, lhs=Closed(x),"
        " relation='<=', rhs=Closed(1))\n"
    )
    assert imported(tmp_path, "mine.py") == ["1", "0"]


GLOBS = ("frei2019.lemma-4.[12]*", "*.theorem-3.6a", "fr*", "[e]ma2019.eq-?.1", "frei2019.?")


def test_a_glob_means_the_same_whatever_was_loaded_before() -> None:
    whole = catalogue()
    registry.forget()
    for glob in GLOBS:
        plain = list(whole.matching([glob]))
        if plain:
            assert list(select([glob]).claims) == plain
        else:
            with pytest.raises(LookupError, match="no claim id matches"):
                select([glob])


def test_claims_of_others_that_a_file_refers_to_are_known() -> None:
    claim = next(c for c in of_papers(["frei2019"]).claims.values() if c.uses)
    assert {id_.partition(".")[0] for id_ in near([claim])} >= {"frei2019"}


@pytest.fixture
def anew() -> Iterator[None]:
    kept = catalogue()
    registry.forget()
    yield
    registry.forget()
    assert catalogue().claims.keys() == kept.claims.keys()


def test_growing_ends_as_what_select_finds(anew: None) -> None:
    patterns = ["frei2019.*", "caogu2019.*"]
    part = growing(patterns)
    assert isinstance(part, Growing)
    sizes = []
    for claims in part.parts():
        assert part.is_growing
        assert all(part.claims[claim.id] is claim for claim in claims)
        sizes.append(len(part.claims))
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 5
    whole = select(patterns)
    assert list(part.claims.items()) == list(whole.claims.items())
    assert part.defects == whole.defects
    assert not part.is_growing


@pytest.mark.parametrize(
    "patterns", [["frei2019.theorem*"], ["nothing.*"], ["frei2019.*", "mine.py"], ["sympy"], ["*"]]
)
def test_what_may_mean_nothing_is_looked_at_first(anew: None, patterns: list[str]) -> None:
    assert growing(patterns) is None


GROWN = """\
import sympy as sp, torch
from theorems import Claim, Closed, Computed, ForAll, Grid
x = sp.Symbol("x", real=True)
def c(name, **fields):
    usual = dict(id=f"grown.{name}", statement="s", over={x: sp.Interval(0, 1)}, relation="<=",
                 lhs=Computed(lambda p: p.x), rhs=Closed(1), grid=Grid(x=[0, 1]),
                 quantifier=ForAll(search=False))
    return Claim(**{**usual, **fields})
"""


def test_claims_that_are_still_loading_are_checked_like_any_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A duplicate and a dangling reference come to light only when all modules are loaded."""
    folder = tmp_path / "grown"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for number in range(6):
        lines = f"all_ = [c(f'{number}-{{i}}') for i in range(5)]\n"
        (folder / f"part_{number}.py").write_text(GROWN + lines)
    (folder / "part_3.py").write_text(
        GROWN + "again = c('1-1')\nlost = c('lost', uses=['no.id'])\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    names = [f"grown.part_{number}" for number in range(6)]
    monkeypatch.setattr(registry, "paper_modules", lambda: names)
    monkeypatch.setattr(registry, "_HOME", "")
    registry.forget()
    try:
        part = growing(["grown.*"])
        assert isinstance(part, Growing)
        grown = run(part, quick(), jobs=3)
        plain = run(select(["grown.*"]), quick())
        assert list(grown.results) == list(plain.results)
        assert len(grown.results) == 25
        assert {str(r.verdict) for r in grown.results.values()} == {"SUPPORTED"}
        assert [str(d) for d in grown.defects] == [str(d) for d in plain.defects]
        assert len(grown.defects) == 2
    finally:
        registry.forget()
        for name in ("grown", *names):
            sys.modules.pop(name, None)
