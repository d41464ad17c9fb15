"""The API reference."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pdoc", reason="pdoc, which the extra `docs` brings, is not installed")

ROOT = Path(__file__).resolve().parents[2]


def test_every_module_has_its_page_and_every_export_its_entry(tmp_path: Path):
    # In a process of its own: it imports every module and adds to what the front page exports.
    done = subprocess.run(
        [sys.executable, "-m", "reports.reference", "reference"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "reference"
    for package in ("theorems", "symbolic", "numeric", "reports"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.name == "__main__.py":  # a command, nothing to import
                continue
            name = path.relative_to(ROOT).with_suffix("")
            page = name.parent if name.name == "__init__" else name
            if page.parts[:2] == ("theorems", "papers") or page == Path("reports/published"):
                assert not (folder / f"{page}.html").exists()
            else:
                assert (folder / f"{page}.html").is_file(), page
    front = (folder / "theorems.html").read_text(encoding="utf-8")
    import theorems

    for name in theorems.__all__:
        assert f'id="{name}"' in front, name
