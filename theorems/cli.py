"""The command `theorems`. Everything heavy is imported when a command needs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from theorems.cli_support import (
    BadUsage,
    announce,
    check_writable,
    complain,
    from_store,
    leave,
    ledger_coverage,
    open_store,
    power_of,
    print_table,
    run_claims,
    selected,
    stoppable,
    write_text,
)

app = typer.Typer(
    name="theorems",
    help="Check whether the theorems in papers on gradient descent are true as printed.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

STORE = Path(".theorems") / "runs.sqlite"
PATTERNS = "Globs over claim ids, paths of files of claims, or names of packages."


def _ids(incomplete: str) -> list[str]:
    from theorems.completion import ids

    return ids(incomplete)


Patterns = Annotated[
    list[str] | None, typer.Argument(help=PATTERNS, show_default=False, autocompletion=_ids)
]
ProfileName = Annotated[str, typer.Option(help="How hard to try: quick or nightly.")]
Jobs = Annotated[int, typer.Option(help="Worker processes; 0 for one per core.", min=0)]
StoreFile = Annotated[Path, typer.Option(help="The file that keeps finished tasks.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the results as JSON too.")]
Cluster = Annotated[
    str | None, typer.Option(help="Address of a Dask cluster, or local:N for N worker processes.")
]
Device = Annotated[
    str, typer.Option(help="Where simulated and sampled sides are computed: cpu, cuda or cuda:N.")
]
Fresh = Annotated[bool, typer.Option(help="Run every task again, finished before or not.")]


def main() -> None:
    """Entry point: runs a command and turns what the user can mend into one line and status 2."""
    try:
        with stoppable():
            app(standalone_mode=True)
    except BadUsage as error:
        complain(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        complain("interrupted; what was finished is kept and not run again next time")
        sys.exit(130)


def _version(wanted: bool) -> None:
    if wanted:
        from theorems import __version__

        print(f"theorems {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Check whether the theorems in papers on gradient descent are true as printed."""


@app.command("list")
def list_claims(
    pattern: Patterns = None,
    json_file: JsonFile = None,
    store: StoreFile = STORE,
) -> None:
    """List claims: ids, titles, quantifiers and last verdicts."""
    from theorems.listing import listing
    from theorems.provenance import code_of_others
    from theorems.show import listing_table

    last = from_store(store, lambda opened: opened.last_verdicts()) or {}
    for line in code_of_others(pattern or []):
        complain(line)
    try:
        found, defects = listing(pattern or [], store.parent / "listing.json")
    except LookupError as error:
        raise BadUsage(error.args[0]) from error
    entries = [{**entry, "verdict": last.get(entry["id"])} for entry in found]
    if json_file is not None:
        write_text(json_file, json.dumps({"schema": 1, "claims": entries}, indent=2) + "\n")
    print_table(listing_table(entries))
    for line in defects:
        print(line, file=sys.stderr)
    if defects:
        raise typer.Exit(2)


@app.command()
def show(
    claim: Annotated[
        str, typer.Argument(help="A claim's id, or a file of claims.", autocompletion=_ids)
    ],
    store: StoreFile = STORE,
) -> None:
    """Show one claim: statement, sides, domain, dependencies, and the last evidence."""
    from theorems.registry import catalogue
    from theorems.show import describe

    claims = dict(catalogue().claims)
    if claim.endswith(".py"):
        found = selected([claim]).claims
        chosen = list(found.values())
        claims |= found
    else:
        try:
            chosen = [catalogue().claims[claim]]
        except KeyError as error:
            hint = "; for one of your own, name its file"
            raise BadUsage(f"{error.args[0]}{hint}") from error
    last = from_store(store, lambda kept: {c.id: kept.last_result(c.id) for c in chosen}) or {}
    print("\n\n".join(describe(one, claims, last.get(one.id)) for one in chosen))


@app.command()
def check(
    pattern: Patterns = None,
    profile: ProfileName = "quick",
    jobs: Jobs = 0,
    store: StoreFile = STORE,
    json_file: JsonFile = None,
    fresh: Fresh = False,
    cluster: Cluster = None,
    device: Device = "cpu",
    mutants: Annotated[
        int, typer.Option(help="Check so many mutants of each claim too.", min=0)
    ] = 0,
) -> None:
    """Run and judge claims, and print a table of verdicts."""
    from theorems.show import verdict_table

    check_writable(json_file)
    run = run_claims(
        pattern, profile, jobs, store, fresh, cluster, device, claims_needed=bool(mutants)
    )
    power = power_of(run, mutants, jobs, store, device) if mutants else None
    print_table(verdict_table(run))
    if power is not None:
        print(power)
        for change in power.missed:
            print(f"missed: {change}")
    # A conflict or an unexpected verdict is said even where the file cannot be written.
    announce(run)
    if json_file is not None:
        data = run.to_json() | ({"power": power.to_json()} if power else {})
        write_text(json_file, json.dumps(data, indent=2) + "\n")
    leave(run)


@app.command()
def report(
    pattern: Patterns = None,
    profile: ProfileName = "quick",
    jobs: Jobs = 0,
    store: StoreFile = STORE,
    out: Annotated[Path, typer.Option(help="The folder the report is written to.")] = Path(
        "report"
    ),
    json_file: JsonFile = None,
    fresh: Fresh = False,
    cluster: Cluster = None,
    device: Device = "cpu",
) -> None:
    """Run and judge claims, then write the report in Markdown and HTML."""
    from importlib import import_module

    check_writable(json_file)
    check_writable(out / "report.md")
    run = run_claims(pattern, profile, jobs, store, fresh, cluster, device)
    announce(run)
    if json_file is not None:
        write_text(json_file, json.dumps(run.to_json(), indent=2) + "\n")
    try:
        # The arrow points from reports to theorems; the command alone looks the other way.
        written = import_module("reports").write(run, out, None if pattern else ledger_coverage())
    except OSError as error:
        raise BadUsage(f"cannot write the report to {out}: {error.strerror}") from error
    for path in written:
        print(path)
    leave(run)


@app.command()
def diff(
    before: Annotated[str | None, typer.Argument(help="A run: its number, or a JSON file.")] = None,
    after: Annotated[str | None, typer.Argument(help="The later run, or the newest.")] = None,
    store: StoreFile = STORE,
) -> None:
    """Show what changed between two runs: the last two if none is named."""
    from importlib import import_module

    from theorems.runs import pick_two
    from theorems.store import StoreError

    history = import_module("reports.history")
    opened = open_store(store)
    try:
        older, newer = pick_two(opened, before, after)
        comparison = history.compare(older, newer)
    except (LookupError, ValueError, StoreError) as error:
        raise BadUsage(error.args[0]) from error
    finally:
        opened.close()
    print(history.summary(comparison), end="")
    if comparison.exit_status():
        raise typer.Exit(comparison.exit_status())


@app.command()
def coverage(
    json_file: JsonFile = None,
) -> None:
    """List the ledger's rows without a claim, and why."""
    from theorems.ledger import coverage as cover
    from theorems.registry import catalogue
    from theorems.show import coverage_text

    covered = cover(catalogue().claims)
    if json_file is not None:
        data = {
            "schema": 1,
            "claimed": {row: list(ids) for row, ids in covered.claimed.items()},
            "excused": {row.id: row.reason for row in covered.excused},
            "missing": [row.id for row in covered.missing],
            "missing_uses": {row: list(ids) for row, ids in covered.missing_uses.items()},
        }
        write_text(json_file, json.dumps(data, indent=2) + "\n")
    print(coverage_text(covered))


@app.command()
def recheck(
    file: Annotated[
        list[Path],
        typer.Argument(
            help="Certificates, or results that `check --json` wrote.", metavar="FILE..."
        ),
    ],
    seconds: Annotated[float, typer.Option(help="Time for one certificate.")] = 120.0,
) -> None:
    """Replay certificates with mpmath and exact rationals alone, without the deciders."""
    from theorems.replay import replay

    rejected = 0
    for path in file:
        try:
            for entry in replay(path, seconds):
                rejected += not entry.ok
                print(entry.line)
        except ValueError as error:
            raise BadUsage(str(error)) from error
    if rejected:
        complain(f"{rejected} rejected")
        raise typer.Exit(1)


@app.command()
def gc(
    keep: Annotated[int, typer.Option(help="Runs to keep whatever their age.", min=0)] = 10,
    older_than: Annotated[
        float, typer.Option(help="Remove other runs only if older than so many days.", min=0)
    ] = 0.0,
    store: StoreFile = STORE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say it and remove nothing.")] = False,
) -> None:
    """Remove old runs from the store, and tasks that neither a run nor the catalogue needs."""
    from theorems.pruning import current_fingerprints, prune

    if not store.exists():
        raise BadUsage(f"{store}: no such file; name the store with --store")
    current = current_fingerprints()
    freed = from_store(
        store, lambda kept: prune(kept, current, keep=keep, older_than=older_than, dry=dry_run)
    )
    print(f"{store}: {freed}")


@app.command()
def new(
    claim: str,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; printed if not given.")
    ] = None,
) -> None:
    """Write a claim skeleton that runs, to be filled in."""
    from theorems.skeleton import skeleton
    from theorems.validate import ID

    if not ID.fullmatch(claim):
        raise BadUsage(
            f"{claim!r} is no id: use a paper key, a dot and a name, as in paper.lemma-1"
        )
    text = skeleton(claim)
    if out is None:
        print(text, end="")
        return
    if out.exists():
        raise BadUsage(f"{out} exists; name a new file, or append the output of `theorems new`")
    write_text(out, text)
    print(f"{out}\nnext: fill it in, then run: theorems check {out}")


if __name__ == "__main__":
    main()
