"""Loading modules that claims are written in: of the catalogue, of a package, a user's file.

Claims are found by scanning modules for module-level `Claim` objects (also inside module-level
lists, tuples and dicts). What cannot be loaded becomes a `Defect` of one line, and everything else
still loads.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from theorems.claim import Claim
from theorems.profiles import seed_of
from theorems.runner import settle_sympy
from theorems.validate import Defect
from theorems.words import error_line


@contextmanager
def without_collecting() -> Iterator[None]:
    """No search for garbage meanwhile: loading makes millions of objects that stay, and looking
    through them again and again takes a tenth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def collect_module(name: str, found: list[Claim], defects: list[Defect]) -> None:
    """Add the claims of a module, and of a package's modules, and what cannot be loaded."""
    settle_sympy(seed_of(name))
    try:
        module = importlib.import_module(name)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it may raise anything
        origin = origin_of(name)
        defects.append(_load_defect(origin or name, error))
        return
    found.extend(claims_in(module))
    if hasattr(module, "__path__") and not name.startswith("theorems.papers"):
        for child in pkgutil.iter_modules(module.__path__, prefix=f"{name}."):
            collect_module(child.name, found, defects)


def origin_of(name: str) -> str | None:
    """The file of a module that can be imported, None if there is none."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    return spec.origin if spec else None


def load_file(path: Path, defects: list[Defect]) -> ModuleType | None:
    """The module that a file makes, None for what is no Python file."""
    name = f"theorems_user_{path.stem}_{abs(hash(str(path.resolve()))):x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        message = "not a Python file; a file of claims ends in .py"
        defects.append(Defect(str(path), 0, "", message))
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a user's file may raise anything
        # What was defined before the failure is kept: those claims are still checked.
        defects.append(_load_defect(str(path), error))
    return module


def _load_defect(file: str, error: BaseException) -> Defect:
    line = 0
    if isinstance(error, SyntaxError) and error.lineno:
        line = error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        if Path(frame.filename).resolve() == Path(file).resolve():
            line = frame.lineno or line
    return Defect(file, line, "", f"cannot be loaded: {error_line(error)}")


def claims_in(module: ModuleType, written_in: str | None = None) -> Iterator[Claim]:
    """Claims among the module's values, but for those imported from the module that wrote them."""
    file = written_in or getattr(module, "__file__", None)
    for value in vars(module).values():
        for claim in _flatten(value):
            if file is None or not _is_imported(claim, Path(file).resolve()):
                yield claim


def _is_imported(claim: Claim, file: Path) -> bool:
    """Whether another module holds this very claim and wrote it.

    A claim that a helper function of another module builds belongs to the file that asked for it.
    """
    home = Path(claim.location.file).resolve()
    if home == file:
        return False
    for module in list(sys.modules.values()):
        origin = getattr(module, "__file__", None)
        if origin and Path(origin).name == home.name and Path(origin).resolve() == home:
            return any(c is claim for value in vars(module).values() for c in _flatten(value))
    return False


def _flatten(value: Any) -> Iterator[Claim]:
    if isinstance(value, Claim):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            if isinstance(item, Claim):
                yield item
    elif isinstance(value, dict):
        for item in value.values():
            if isinstance(item, Claim):
                yield item
