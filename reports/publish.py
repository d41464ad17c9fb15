"""Publishing: the report that is kept in the repository, and the summary that the README opens on.

    python -m reports.publish RESULTS.json

rewrites `reports/published/` and the README's summary from the results that
`theorems check --json` or `theorems report --json` wrote.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import reports
from theorems.ledger import coverage
from theorems.registry import catalogue
from theorems.result import Result, Run

START, END = "<!-- summary -->", "<!-- /summary -->"
PUBLISHED = Path("reports") / "published"


def publish(run: Run, root: Path) -> list[Path]:
    """Write the published report under `root` and put its summary into the README there.

    The single HTML page is left out: a hosting site shows the Markdown. Raises `ValueError` when
    the README has no place for the summary.
    """
    folder = root / PUBLISHED
    with tempfile.TemporaryDirectory() as scratch:
        written = reports.write(run, Path(scratch), coverage(run.claims))
        kept = [path for path in written if path.suffix != ".html"]
        if folder.exists():
            shutil.rmtree(folder)
        for path in kept:
            target = folder / path.relative_to(scratch)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    readme = root / "README.md"
    readme.write_text(
        with_summary(
            readme.read_text(encoding="utf-8"), reports.summary_markdown(run, PUBLISHED.as_posix())
        ),
        encoding="utf-8",
    )
    return [readme, folder / "report.md"]


def with_summary(text: str, summary: str) -> str:
    """The README's text with the summary between its marks."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"the README lacks the marks {START} and {END}")
    return f"{before}{START}\n{summary.strip()}\n{END}{after}"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m reports.publish RESULTS.json")
    data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    claims = catalogue().claims
    results = [Result.from_json(entry) for entry in data["claims"] if entry["id"] in claims]
    run = Run(
        profile=data["profile"],
        seed=data["seed"],
        versions=data["versions"],
        results={result.id: result for result in results},
        claims={result.id: claims[result.id] for result in results},
        started=data["started"],
        seconds=data["seconds"],
    )
    for path in publish(run, Path.cwd()):
        print(path)


if __name__ == "__main__":
    main()
