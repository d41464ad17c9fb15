"""A package of someone else's, installed beside this one, contributes its claims."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "tests" / "example_package"
IDS = {
    "curvature.lemma-1": "PROVED",
    "curvature.theorem-1": "VIOLATED",
    "curvature.theorem-1.corrected": "PROVED",
    "curvature.lemma-2": "PROVED",
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the installed package and nothing else."""
    scratch = tmp_path_factory.mktemp("example")
    # Building leaves files beside the sources: a copy is built.
    source = shutil.copytree(EXAMPLE, scratch / "source")
    target = scratch / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(target)]
    done = subprocess.run([*command, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def python(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(installed), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_claims_are_listed_with_the_catalogue(installed: Path, tmp_path: Path):
    done = python(installed, tmp_path, "-m", "theorems.cli", "list", "--json", "all.json")
    assert "curvature_notes/lemmas.py" not in done.stderr
    ids = [claim["id"] for claim in json.loads((tmp_path / "all.json").read_text())["claims"]]
    assert set(IDS) < set(ids)
    assert "du2019.theorem-5.1" in ids
    assert len(ids) == len(set(ids))


def test_its_claims_are_checked_and_what_rests_on_a_violated_one_is_flagged(
    installed: Path, tmp_path: Path
):
    cli = ("-m", "theorems.cli")
    done = python(installed, tmp_path, *cli, "check", "curvature_notes", "--json", "run.json")
    assert done.returncode == 0, done.stderr
    run = json.loads((tmp_path / "run.json").read_text())
    assert {claim["id"]: claim["verdict"] for claim in run["claims"]} == IDS
    assert not run["defects"]
    told = re.sub(r"[│\s]+", " ", done.stdout)
    flag = "its proof rests on du2019.theorem-5.1, which is violated"
    # Lemma 2 rests on the printed loss; nothing else that holds does.
    assert told.count(flag) == 1
    assert told.index("curvature.lemma-2") < told.index(flag)
    shown = python(installed, tmp_path, *cli, "show", "curvature.lemma-2")
    assert flag in shown.stdout


def test_pytest_collects_them_from_the_installed_package(installed: Path, tmp_path: Path):
    done = python(
        installed, tmp_path, "-m", "pytest", "--pyargs", "curvature_notes",
        "-p", "no:cacheprovider", "--junit-xml", "junit.xml",
        "--theorems-store", str(tmp_path / "runs.sqlite"),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    cases = list(ElementTree.parse(tmp_path / "junit.xml").iter("testcase"))
    assert {case.attrib["name"] for case in cases} == set(IDS)
    verdicts = {
        case.attrib["name"]: entry.attrib["value"]
        for case in cases
        for entry in case.iter("property")
        if entry.attrib["name"] == "verdict"
    }
    assert verdicts == IDS
