"""The API reference, generated from the docstrings by pdoc.

    python -m reports.reference [FOLDER]

writes one page per module of `theorems`, `symbolic`, `numeric` and `reports` to the folder
(`reference` if none is named), the claims of the papers apart: those are in the report.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import warnings
from pathlib import Path
from typing import Any

PACKAGES = ("theorems", "symbolic", "numeric", "reports")
LEFT_OUT = "theorems.papers"


def write(out: Path) -> None:
    """Write the reference to a folder. Raises `ModuleNotFoundError` where pdoc is missing."""
    import pdoc

    for name in PACKAGES:
        _open(importlib.import_module(name))
    pdoc.render.configure(docformat="markdown", show_source=False)
    with warnings.catch_warnings():
        # A type that is imported for the type checker alone is shown by its name.
        warnings.filterwarnings("ignore", category=UserWarning, module="pdoc")
        pdoc.pdoc(*PACKAGES, output_directory=out)


def _open(package: Any) -> None:
    """Let the generator see all of a package that says what it exports: what is imported when
    first used, and the modules inside."""
    inside = list(pkgutil.iter_modules(package.__path__, prefix=f"{package.__name__}."))
    for module in inside:
        if module.ispkg and module.name != LEFT_OUT:
            _open(importlib.import_module(module.name))
    if hasattr(package, "__all__"):
        for name in package.__all__:
            setattr(package, name, getattr(package, name))
        names = [m.name.rpartition(".")[2] for m in inside if m.name != LEFT_OUT]
        package.__all__ = [*package.__all__, *names]


def main() -> None:
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "reference")
    try:
        write(out)
    except ModuleNotFoundError as error:
        sys.exit(f"{error}; install it with: python -m pip install -c constraints.txt -e '.[docs]'")
    print(out / "index.html")


if __name__ == "__main__":
    main()
