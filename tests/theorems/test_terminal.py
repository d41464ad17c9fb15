"""What the command writes to terminals, pipes and shells."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checking import ROOT

from theorems.completion import ids
from theorems.explain import explain
from theorems.registry import catalogue

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
# Completion is for the command as it is installed, beside the interpreter.
COMMAND = [shutil.which("theorems", path=str(Path(sys.executable).parent)) or "theorems"]
# A process that no shell started has none to be found: the tests name it instead.
NAMED_SHELL = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Colours, not weights: NO_COLOR asks for no colour.
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7]|38|48)[;m]")
CLAIMS = """\
from sympy import Interval, Symbol
from theorems import Claim, Closed
x = Symbol("x", real=True)
a = Claim(id="u.good", statement="$x$", over={x: Interval(0, 1)}, lhs=Closed(x), relation="<=",
          rhs=Closed(1))
b = Claim(id="u.bad", statement="$x$", over={x: Interval(0, 1)}, lhs=Closed(x), relation="<=",
          rhs=Closed(x / 2), uses=("u.good",))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(CLAIMS)
    return tmp_path


def environment(**more: str) -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    return {**plain, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **more}


def piped(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment(**more), capture_output=True, text=True, check=False
    )


def on_a_terminal(folder: Path, *arguments: str, **more: str) -> str:
    """What the command writes when its output is a terminal."""
    master, slave = pty.openpty()
    command = [*COMMAND, *arguments]
    process = subprocess.Popen(
        command, cwd=folder, env=environment(**more), stdout=slave, stderr=slave, stdin=slave
    )
    os.close(slave)
    written = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        written += part
    process.wait()
    os.close(master)
    return written.decode()


def test_a_pipe_gets_no_control_characters(folder: Path):
    for arguments in (["check", "mine.py", "--jobs", "1"], ["--help"]):
        done = piped(folder, *arguments)
        assert done.stdout
        assert not CONTROL.search(done.stdout + done.stderr)


def test_colours_on_a_terminal_unless_they_are_unwanted(folder: Path):
    shown = on_a_terminal(folder, "check", "mine.py", "--jobs", "1")
    assert "VIOLATED" in shown
    assert COLOUR.search(shown)
    plain = on_a_terminal(folder, "check", "mine.py", "--jobs", "1", NO_COLOR="1")
    assert "VIOLATED" in plain
    assert not COLOUR.search(plain)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_is_given_a_completion(folder: Path, shell: str):
    done = piped(folder, "--show-completion", shell, **NAMED_SHELL)
    assert done.returncode == 0
    assert "_THEOREMS_COMPLETE" in done.stdout


def test_completion_is_installed_in_the_home_folder(folder: Path):
    home = folder / "home"
    home.mkdir()
    done = piped(folder, "--install-completion", "bash", HOME=str(home), **NAMED_SHELL)
    assert done.returncode == 0, done.stderr
    assert any("theorems" in path.read_text() for path in home.rglob("*") if path.is_file())


def test_commands_and_ids_are_completed(folder: Path):
    entries = [{"id": "du2019.lemma-5.6a"}, {"id": "ema2019.eq-2.6"}]
    memory = folder / ".theorems" / "listing.json"
    memory.parent.mkdir()
    memory.write_text(json.dumps({"key": "k", "entries": entries, "defects": []}))
    asked = {"_THEOREMS_COMPLETE": "complete_bash"}
    done = piped(folder, COMP_WORDS="theorems show du2", COMP_CWORD="2", **asked)
    assert done.stdout.split() == ["du2019.lemma-5.6a"]
    done = piped(folder, COMP_WORDS="theorems rech", COMP_CWORD="1", **asked)
    assert done.stdout.split() == ["recheck"]
    assert ids("", folder / "nothing.json") == []


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["show", "du2019.lema-5.6d"], "du2019.lemma-5.6d"),
        (["check", "du2019.lema-5.6d"], "du2019.lemma-5.6d"),
        (["chekc"], "check"),
        (["check", "mine.py", "--jbos", "2"], "--jobs"),
    ],
)
def test_near_misses_are_told_what_was_meant(folder: Path, arguments: list[str], meant: str):
    done = piped(folder, *arguments)
    assert done.returncode == 2
    assert re.search("did you mean|possible options", done.stderr, re.IGNORECASE)
    assert meant in done.stderr
    assert "Traceback" not in done.stderr


def test_the_version_is_one_line(folder: Path):
    done = piped(folder, "--version")
    assert re.fullmatch(r"theorems \d+\.\d+\.\d+\n", done.stdout)


def test_every_claim_can_be_explained_and_has_a_file_name_for_any_system():
    from reports.plots import file_stem

    names = {}
    for id_, claim in catalogue().claims.items():
        assert explain(claim).count("\n") >= 2
        name = file_stem(id_)
        assert not re.search(r'[<>:"/\\|?*\s]', name)
        assert not name.endswith((".", " "))
        names.setdefault(name.lower(), []).append(id_)
    assert not [ids_ for ids_ in names.values() if len(ids_) > 1]
