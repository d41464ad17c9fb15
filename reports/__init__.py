"""What a reader sees of a run: the report in Markdown and HTML, and two runs compared.

`write(run, folder)` writes the whole report, `summary_markdown(run)` gives the few lines that a
README opens with. Plots, templates and formulas are loaded when a report is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theorems.ledger import Coverage
    from theorems.result import Run

__all__ = ["summary_markdown", "write"]


def write(run: Run, out: Path, ledger: Coverage | None = None) -> list[Path]:
    """Write `report.md`, `report.html` and the plots of a run to a folder; the files written.

    `ledger` adds the statements without a claim. Plots of an earlier report in the folder that this
    one does not have are removed. Raises `OSError` where the folder cannot be written.
    """
    from reports.writing import write_report

    return write_report(run, Path(out), ledger)


def summary_markdown(run: Run, folder: str = "") -> str:
    """One sentence on a run, its picture and the counts per paper, for a README to open with.

    `folder` is the address of the report's folder, to which the picture and the link lead.
    """
    from reports.markdown import summary
    from reports.view import build

    return summary(build(run, Path.cwd()), folder)
