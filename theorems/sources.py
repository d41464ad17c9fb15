"""Digests of source code: of a module with all that it imports, and of the whole catalogue.

Imports are read off the text, so that nothing is run; a name in a comment or string may add a file
to a digest, never take one away.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("theorems", "symbolic", "numeric")
PAPERS = ROOT / "theorems" / "papers"

_FROM = re.compile(r"(?:^|;)[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n;]*)", re.M)
_IMPORT = re.compile(r"(?:^|;)[ \t]*import[ \t]+([^\n;]+)", re.M)
_BY_NAME = re.compile(r"import_module\(\s*[\"']([\w.]+)[\"']")
_NAME = re.compile(r"\.*[\w.]+")
_LIBRARIES = tuple(
    str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "purelib", "platlib")
)


def digest(paths: Iterable[Path]) -> str:
    """A digest of the contents of files, whatever folder they lie in."""
    total = hashlib.sha256()
    for part in sorted(f"{path.name} {_content_digest(path)}" for path in paths):
        total.update(part.encode())
    return total.hexdigest()


def catalogue_digest() -> str:
    """A digest of every source and data file of the packages that make up the catalogue."""
    files = (
        path
        for package in PACKAGES
        for kind in ("*.py", "*.csv", "*.json")
        for path in (ROOT / package).rglob(kind)
    )
    return digest(files)


def reach(files: Iterable[Path], follow: Callable[[Path], bool] = lambda path: True) -> set[Path]:
    """The files and all that they import, directly or through others.

    Of this project's packages, of modules beside the importing one, and of modules that lie neither
    in the standard library nor among installed packages. `follow` says which of them count.
    """
    found: set[Path] = set()
    frontier = [Path(file).resolve() for file in files]
    while frontier:
        path = frontier.pop()
        if path not in found and path.is_file():
            found.add(path)
            frontier += [o for o in _imports(path) if o not in found and follow(o)]
    return found


def _content_digest(path: Path) -> str:
    found = path.stat()
    return _digest_at(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4096)
def _digest_at(path: Path, changed: int, size: int) -> str:
    """Of a file last changed then; most files are part of what many modules import."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=4096)
def _imports(path: Path) -> tuple[Path, ...]:
    text = path.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    found: dict[Path, None] = {}
    for name in _names(text):
        for file in _files(name, path.parent):
            found[file] = None
    return tuple(found)


def _names(text: str) -> Iterator[str]:
    """Dotted names that a module's text imports; those that begin with dots are relative."""
    for base, tail in _FROM.findall(text):
        yield base
        joint = "" if base.endswith(".") else "."
        for item in re.sub(r"#[^\n]*", "", tail).strip("()").split(","):
            name = _NAME.match(item.strip())
            if name:
                yield f"{base}{joint}{name.group()}"
    for listed in _IMPORT.findall(text):
        for item in listed.split(","):
            name = _NAME.match(item.strip())
            if name:
                yield name.group()
    yield from _BY_NAME.findall(text)


def _files(name: str, folder: Path) -> Iterator[Path]:
    """The files that a name may stand for, imported from a module in `folder`."""
    dots = len(name) - len(name.lstrip("."))
    parts = [part for part in name.split(".") if part]
    if dots:
        yield from _modules(folder.joinpath(*[".."] * (dots - 1)).resolve(), parts)
    elif parts and parts[0] in PACKAGES:
        yield from _modules(ROOT, parts)
    elif parts:
        yield from _modules(folder, parts)
        origin = getattr(sys.modules.get(".".join(parts)), "__file__", None)
        if origin and origin.endswith(".py"):
            path = Path(origin).resolve()
            if not str(path).startswith(_LIBRARIES):
                yield path


def _modules(base: Path, parts: list[str]) -> Iterator[Path]:
    """The modules of a dotted name under a folder, its packages' own modules among them."""
    path = str(base)
    for part in parts:
        path = f"{path}{os.sep}{part}"
        for file in (f"{path}{os.sep}__init__.py", f"{path}.py"):
            # Asked tens of thousands of times for a catalogue, where a `Path` each would be felt.
            if os.path.isfile(file):
                yield _resolved(file)


@lru_cache(maxsize=4096)
def _resolved(file: str) -> Path:
    return Path(file).resolve()
