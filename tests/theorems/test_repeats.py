"""A repeated run of the catalogue rests on the last one exactly as long as nothing has changed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import MANY, untimed

from theorems import fingerprints, registry, repeats, sources
from theorems.cli import main
from theorems.fingerprints import fingerprint
from theorems.harness import library_versions
from theorems.profiles import nightly, quick
from theorems.registry import from_file
from theorems.tasks import DECIDE, plan

SAID = "theorems: nothing has changed since an earlier run, whose verdicts stand"
CLAIMS = MANY[: MANY.index('    c("crash"')] + "]\n"


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[object]:
    """The command with a catalogue of one module."""
    (tmp_path / "only_module.py").write_text(CLAIMS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "paper_modules", lambda: ["only_module"])
    # The tree may change while this runs; here only what the test changes counts.
    digest = lambda: sources.digest([tmp_path / "only_module.py"])  # noqa: E731
    monkeypatch.setattr(repeats, "catalogue_digest", digest)
    registry.forget()

    def run(*arguments: str) -> tuple[bool, str]:
        monkeypatch.setattr(sys, "argv", ["theorems", "check", *arguments, "--json", "out.json"])
        with pytest.raises(SystemExit) as left:
            main()
        _, err = capsys.readouterr()
        assert left.value.code == 1, err
        return SAID in err.split("\n"), untimed(json.loads((tmp_path / "out.json").read_text()))

    yield run
    registry.forget()
    sys.modules.pop("only_module", None)


def test_an_unchanged_catalogue_is_not_even_imported(
    command, monkeypatch: pytest.MonkeyPatch
) -> None:
    again, first = command("u.*", "--jobs", "2")
    assert not again
    with monkeypatch.context() as patched:
        patched.setattr(registry, "collect_module", lambda *_: pytest.fail("imported"))
        registry.forget()
        assert command("u.*", "--jobs", "2") == (True, first)
        assert command("u.*", "--jobs", "1") == (True, first)
    assert command("u.*", "--jobs", "2", "--fresh") == (False, first)
    assert command("u.*", "--jobs", "2") == (True, first)
    assert command("u.[a-z]*", "--jobs", "2") == (False, first)
    monkeypatch.setattr(repeats, "catalogue_digest", lambda: "another")
    assert command("u.*", "--jobs", "2") == (False, first)


def test_a_run_with_an_error_is_tried_again(command, tmp_path: Path) -> None:
    (tmp_path / "only_module.py").write_text(MANY)
    again, first = command("--jobs", "2")
    assert not again
    assert command("--jobs", "2") == (False, first)


def test_files_and_packages_of_others_are_never_repeated_blindly(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(CLAIMS)
    versions = library_versions()
    for patterns in (["mine.py"], [str(tmp_path)], ["u.*", str(tmp_path / "mine.py")]):
        assert repeats.basis(patterns, quick(), versions, "cpu") == ""
    plain = repeats.basis(["u.*"], quick(), versions, "cpu")
    others = (
        repeats.basis(["u.*", "v.*"], quick(), versions, "cpu"),
        repeats.basis(["u.*"], nightly(), versions, "cpu"),
        repeats.basis(["u.*"], quick(), {**versions, "torch": "0"}, "cpu"),
        repeats.basis(["u.*"], quick(), versions, "cuda"),
    )
    assert len({plain, *others}) == 5
    assert plain


def prints(folder: Path, name: str = "both") -> dict[str, str]:
    """The fingerprints of a claim's tasks, by kind, with nothing remembered of earlier files."""
    for memory in (fingerprints._canonical, fingerprints._module_code, fingerprints._engine_code):
        memory.cache_clear()
    sources._imports.cache_clear()
    claim = from_file(folder / "mine.py").claims[f"u.{name}"]
    versions = library_versions()
    tasks = plan(claim, quick())
    return {task.kind: fingerprint(claim, task, quick(), versions) for task in tasks}


def test_a_fingerprint_follows_what_a_task_uses_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, beside = tmp_path / "mine.py", tmp_path / "beside.py"
    beside.write_text("from deeper import number\n")
    (tmp_path / "deeper.py").write_text("number = 1\n")
    (tmp_path / "unused.py").write_text("number = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    file.write_text("import beside  # noqa\n" + CLAIMS)
    before = prints(tmp_path)
    assert set(before) == {"decide", "measure"}
    assert prints(tmp_path) == before
    (tmp_path / "unused.py").write_text("number = 2\n")
    assert prints(tmp_path) == before
    (tmp_path / "deeper.py").write_text("number = 2\n")
    deeper = prints(tmp_path)
    assert all(deeper[kind] != before[kind] for kind in before)
    file.write_text(file.read_text().replace("p.x / p.k", "p.x / p.k + 0"))
    changed = prints(tmp_path)
    assert all(changed[kind] != deeper[kind] for kind in before)
    for name in ("deeper", "beside"):
        sys.modules.pop(name, None)


def test_deciding_and_measuring_rest_on_their_own_code() -> None:
    def names(kind: str) -> set[str]:
        seen: list[set[str]] = []
        plain = fingerprints.digest
        fingerprints._engine_code.cache_clear()
        fingerprints.digest = lambda paths: seen.append({str(p) for p in paths}) or ""
        try:
            fingerprints._engine_code(kind)
        finally:
            fingerprints.digest = plain
            fingerprints._engine_code.cache_clear()
        return {str(Path(path).relative_to(sources.ROOT)) for path in seen[0]}

    deciding, measuring = names(DECIDE), names("measure")
    shared = {"theorems/claim.py", "theorems/evaluate.py", "theorems/tasks.py"}
    assert deciding & measuring >= shared
    assert {"symbolic/realclosed.py", "symbolic/recheck/intervals.py"} <= deciding - measuring
    assert {"theorems/measure/pointwise.py", "numeric/adversary.py"} <= measuring - deciding
    for kind in (deciding, measuring):
        assert not {"theorems/cli.py", "theorems/store.py", "theorems/show.py"} & kind
