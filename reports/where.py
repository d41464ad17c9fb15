"""Where a claim is written, as a link from the report, and the command that checks it again."""

from __future__ import annotations

import os
from pathlib import Path

import theorems
from theorems.claim import Claim

ROOT = Path(theorems.__file__).resolve().parent.parent


def source_link(claim: Claim, out: Path) -> tuple[str, str]:
    """The claim's file and line, and a relative address from `out`; empty if there is none.

    Files inside the repository are named from its root, others from the working folder, and the
    link is left out where it would have to leave the common folder.
    """
    file, line = Path(claim.location.file).resolve(), claim.location.line
    for base in (ROOT, Path.cwd()):
        if file.is_relative_to(base):
            shown = f"{file.relative_to(base).as_posix()}:{line}"
            target = out.resolve()
            if target.is_relative_to(base):
                return shown, Path(os.path.relpath(file, target)).as_posix() + f"#L{line}"
            return shown, ""
    return f"{file.name}:{line}", ""


def rerun(claim: Claim, profile: str) -> str:
    """The command that checks just this claim, as it was checked."""
    file = Path(claim.location.file).resolve()
    target = claim.id
    if not file.is_relative_to(ROOT / "theorems") and file.is_relative_to(Path.cwd()):
        target = file.relative_to(Path.cwd()).as_posix()
    option = "" if profile == "quick" else f" --profile {profile}"
    return f"theorems check '{target}'{option}"
