"""Every command and snippet of the README does what the README says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def theorems(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "theorems.cli", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_tutorial_gives_the_verdicts_it_announces(tmp_path: Path) -> None:
    (code,) = [s for s in snippets("python") if s.startswith("# my_claims.py")]
    (tmp_path / "my_claims.py").write_text(code, encoding="utf-8")
    done = theorems("check", "my_claims.py", cwd=tmp_path)
    assert done.returncode == 1
    assert re.search(r"notes\.jordan\s*│ PROVED", done.stdout)
    assert re.search(r"notes\.too-steep\s*│ VIOLATED", done.stdout)


def test_an_erratum_makes_the_violation_expected(tmp_path: Path) -> None:
    (code,) = [s for s in snippets("python") if s.startswith("# my_claims.py")]
    erratum = '    erratum="13/20 exceeds 2/pi",\n'
    assert erratum.strip().rstrip(",") in README
    head, last = code.rsplit(")\n", 1)
    (tmp_path / "my_claims.py").write_text(f"{head}{erratum}){last}\n", encoding="utf-8")
    assert theorems("check", "my_claims.py", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "code", [s for s in snippets("python") if not s.startswith("# my_claims.py")]
)
def test_python_snippets_run(code: str, tmp_path: Path) -> None:
    """Each line of a snippet runs; a trailing comment is what its line evaluates to."""
    lines = []
    for line in code.strip().splitlines():
        value, mark, expected = line.partition("  # ")
        lines.append(f"assert ({value}) == {expected}" if mark else line)
    script = tmp_path / "snippet.py"
    script.write_text("\n".join(lines), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_commands_listed_exist() -> None:
    listed = set(re.findall(r"^theorems ([a-z]+)", README, flags=re.MULTILINE))
    help_text = theorems("--help", cwd=ROOT).stdout
    assert {"list", "show", "check", "report", "coverage", "new", "diff", "recheck"} <= listed
    for command in listed:
        assert re.search(rf"\b{command}\b", help_text)


def test_make_knows_the_targets_named() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"\bmake ([a-z]+)\b", README)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


def test_the_summary_is_there() -> None:
    summary = README.split("<!-- summary -->")[1].split("<!-- /summary -->")[0]
    assert "claims checked" in summary
    assert (ROOT / "reports" / "published" / "report.md").is_file()
