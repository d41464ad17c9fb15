"""Where a claim is written, as a link from the report, and the command that checks it again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import theorems
from theorems.claim import Claim

ROOT = Path(theorems.__file__).resolve().parent.parent


def source_link(
    claim: Claim, out: Path, environment: Mapping[str, str] = os.environ
) -> tuple[str, str]:
    """The claim's file and line, and its address.

    Files inside the repository are named from its root, others from the working folder. The address
    is the code's own page where the report is made by a workflow of its hosting site, so that it
    still leads there when the report is kept elsewhere; a relative one from `out` otherwise. It is
    empty where it would have to leave the common folder.
    """
    file, line = Path(claim.location.file).resolve(), claim.location.line
    for base in (ROOT, Path.cwd()):
        if file.is_relative_to(base):
            path = file.relative_to(base).as_posix()
            hosted = _hosted(base, environment)
            target = out.resolve()
            if hosted:
                return f"{path}:{line}", f"{hosted}/{path}#L{line}"
            if target.is_relative_to(base):
                return f"{path}:{line}", Path(
                    os.path.relpath(file, target)
                ).as_posix() + f"#L{line}"
            return f"{path}:{line}", ""
    return f"{file.name}:{line}", ""


def _hosted(base: Path, environment: Mapping[str, str]) -> str:
    """Where a workflow of the hosting site finds the files of its checkout; empty elsewhere."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_WORKSPACE")
    server, repository, commit, workspace = (environment.get(name, "") for name in names)
    if not (server and repository and commit and workspace):
        return ""
    return f"{server}/{repository}/blob/{commit}" if base == Path(workspace).resolve() else ""


def rerun(claim: Claim, profile: str) -> str:
    """The command that checks just this claim, as it was checked."""
    file = Path(claim.location.file).resolve()
    target = claim.id
    if not file.is_relative_to(ROOT / "theorems") and file.is_relative_to(Path.cwd()):
        target = file.relative_to(Path.cwd()).as_posix()
    option = "" if profile == "quick" else f" --profile {profile}"
    return f"theorems check '{target}'{option}"
