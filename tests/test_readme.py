"""README and CONTRIBUTING as a newcomer reads them: every command and snippet, in their order.

`make` is asked what it would do, `pip` what it would install; everything else is run.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from theorems.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
STATUS = re.compile(r"#.*exit status (\d)")


@dataclass(frozen=True)
class Block:
    """A fenced block: where it begins, its language, its text."""

    file: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.language or 'plain'}"


@dataclass
class Done:
    """What came of a block: everything said, and what went wrong."""

    said: str = ""
    wrong: list[str] = field(default_factory=list)


def blocks(file: str, text: str) -> list[Block]:
    return [
        Block(file, text[: found.start()].count("\n") + 1, found.group(1), found.group(2))
        for found in FENCE.finditer(text)
    ]


BLOCKS = blocks("README.md", README) + blocks("CONTRIBUTING.md", CONTRIBUTING)


def theorems(arguments: list[str]) -> tuple[int, str]:
    """The command in this process: its exit status, and all it said."""
    said = io.StringIO()
    before = sys.argv
    sys.argv = ["theorems", *arguments]
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
        return code, said.getvalue()
    finally:
        sys.argv = before
    return 0, said.getvalue()


def process(command: list[str]) -> tuple[int, str]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def command(line: str) -> tuple[int, str]:
    """One line of a shell: its exit status and all it said."""
    words = shlex.split(line, comments=True)
    if words[0] == "theorems":
        return theorems(words[1:])
    if words[0] == "make":
        return process([words[0], "--dry-run", *words[1:]])
    if words[:4] == ["python", "-m", "pip", "install"]:
        without = ["--dry-run", "--no-deps", "--no-index", "--no-build-isolation", "--quiet"]
        return process([sys.executable, *words[1:4], *without, *words[4:]])
    return 1, f"this test knows no way to run {line!r}"


def shell(text: str) -> Done:
    done = Done()
    for line in text.strip().splitlines():
        expected = int(found.group(1)) if (found := STATUS.search(line)) else 0
        status, said = command(line)
        done.said += said
        if status != expected:
            done.wrong.append(f"{line}: exit status {status}\n{said}")
    return done


def python(text: str) -> Done:
    """A file that is named in its first line is written; anything else runs as it stands."""
    first = text.splitlines()[0]
    if named := re.fullmatch(r"# (\w+\.py)(?:, from (\w+) on)?", first):
        path = Path(named.group(1))
        body = text
        if named.group(2):
            kept, mark, _ = path.read_text(encoding="utf-8").partition(f"{named.group(2)} = ")
            if not mark:
                return Done(wrong=[f"{path} has no {named.group(2)}"])
            body = kept + text.partition("\n")[2]
        path.write_text(body, encoding="utf-8")
        return Done()
    if "Claim(" in text:
        Path("snippet.py").write_text(text, encoding="utf-8")
        return shell("theorems check snippet.py --store snippet.sqlite")
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(asserted(text), first, "exec"), {"__name__": "snippet"})  # noqa: S102
    except Exception as error:  # noqa: BLE001 - a snippet may fail in any way
        return Done(wrong=[f"{type(error).__name__}: {error}"])
    return Done(said.getvalue())


def asserted(text: str) -> str:
    """The snippet, a comment at the end of a line being what the line evaluates to."""
    lines = []
    for line in text.splitlines():
        value, mark, expected = line.partition("  # ")
        lines.append(f"assert ({value}) == {expected}, {value}" if mark else line)
    return "\n".join(lines)


def words(said: str) -> str:
    """What was said, without the lines that tables are drawn with."""
    return re.sub(r"[\s│┃━┏┓┡┩└┘─┴┬╇┳]+", " ", said)


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> dict[Block, Done]:
    """Both documents typed from top to bottom in an empty folder."""
    folder = tmp_path_factory.mktemp("newcomer")
    before = Path.cwd()
    os.chdir(folder)
    # The folders beside this file bear the names of the packages.
    sys.path.insert(0, str(ROOT))
    try:
        done: dict[Block, Done] = {}
        last = Done()
        for block in BLOCKS:
            if block.language == "sh":
                last = done[block] = shell(block.text)
            elif block.language == "python":
                done[block] = python(block.text)
            elif block.language == "text":
                lines = block.text.strip().splitlines()
                lost = [line for line in lines if words(line) not in words(last.said)]
                done[block] = Done(wrong=[f"not said: {line}\n{last.said}" for line in lost])
    finally:
        os.chdir(before)
        sys.path.remove(str(ROOT))
    assert (folder / "my-report" / "report.html").is_file()
    return done


@pytest.mark.parametrize(
    "block", [b for b in BLOCKS if b.language in ("sh", "python", "text")], ids=str
)
def test_what_is_written_works(block: Block, typed: dict[Block, Done]) -> None:
    assert not typed[block].wrong, "\n".join(typed[block].wrong)


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {b.language for b in BLOCKS} <= {"sh", "python", "text", "toml", "cron", ""}
    assert sum(b.language == "python" for b in BLOCKS) >= 6


def test_the_entry_point_is_the_one_that_is_read() -> None:
    from theorems.registry import ENTRY_POINTS

    (toml,) = [b for b in BLOCKS if b.language == "toml"]
    assert list(tomllib.loads(toml.text)["project"]["entry-points"]) == [ENTRY_POINTS]


def test_the_cron_line_runs_what_exists() -> None:
    (cron,) = [b for b in BLOCKS if b.language == "cron"]
    found = re.fullmatch(r"(\d+) (\d+) \* \* \* (.+)\n", cron.text)
    assert found
    assert int(found.group(1)) < 60
    assert int(found.group(2)) < 24
    # Cron reads a bare percent sign as the end of the line.
    assert "%" not in cron.text
    assert process(["make", "--dry-run", *re.findall(r"make -s (\w+)", cron.text)])[0] == 0
    assert "theorems diff" in cron.text


def test_the_commands_listed_are_those_that_exist() -> None:
    listed = set(re.findall(r"^theorems ([a-z]+)", README, flags=re.MULTILINE))
    import typer

    from theorems.cli import app

    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert known <= listed | {"help"}
    assert listed <= known


@pytest.mark.parametrize("document", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_files_and_targets_that_are_named_exist(document: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:`|^|&& )make (?:-s )?([a-z]+)\b", document, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document):
        assert (ROOT / link).exists(), link


def test_every_verdict_and_quantifier_has_its_words() -> None:
    import theorems
    from theorems.quantifiers import Quantifier
    from theorems.result import Verdict

    for verdict in Verdict:
        assert f"| {verdict} |" in README
    for kind in Quantifier.__subclasses__():
        assert hasattr(theorems, kind.__name__)
        assert f"`{kind.__name__}(" in README
        assert f"`{kind.__name__}" in CONTRIBUTING


def test_the_summary_is_there() -> None:
    summary = README.split("<!-- summary -->")[1].split("<!-- /summary -->")[0]
    assert "claims checked" in summary
    assert "](reports/published/summary.svg)" in summary
    assert (ROOT / "reports" / "published" / "report.md").is_file()
