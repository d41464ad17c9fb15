"""Malformed claims: one line each, with file, line and id, and everything else still runs."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from theorems.harness import run
from theorems.profiles import quick
from theorems.registry import Collection, catalogue, from_file
from theorems.selection import select

HEAD = """\
import sympy as sp
from theorems import AlongTrajectory, Claim, Closed, Computed, Exists, ForAll, Grid, InExpectation
from theorems import Reproduces, Sampled, Side, Simulated, UpToConstant, WithProbability
x = sp.Symbol("x", real=True)
n = sp.Symbol("n", integer=True, positive=True)
unit = sp.Interval(0, 1)
usual = dict(id="u.bad", statement="s", over={x: unit}, relation="<=", rhs=Closed(2))
usual["lhs"] = Computed(lambda points: points.x)
def c(**fields):
    return Claim(**{**usual, **fields})
good = c(id="u.good")
"""
LINE = HEAD.count("\n") + 1
TAIL = '\nlast = c(id="u.last")\n'


def written(code: str) -> str:
    """A claim written where it stands, not by the helper."""
    return f"Claim(**{{**usual, **dict{code[1:]}}})\n"


ONE = "lambda p: p.x"
MALFORMED = {
    "no id": ('c(id="")', "no id"),
    "an id without a key": ('c(id="lemma")', "paper key, a dot"),
    "an id that is a number": ("c(id=7)", "no id"),
    "empty statement": ('c(statement=" ")', "statement is empty"),
    "source that is none": ('c(source="a paper")', "Source"),
    "missing side": ("c(lhs=None)", "lhs is missing"),
    "not a side": ("c(rhs=2)", "rhs must be a side"),
    "empty side": ("c(rhs=Side())", "neither a closed form nor a measurement"),
    "a relation for a side": ("c(lhs=Closed(x < 1))", "neither an expression"),
    "a list for a side": ("c(lhs=Closed([x, x]))", "neither an expression"),
    "bad relation": ('c(relation="=<")', "is none of"),
    "measure that cannot be called": ("c(lhs=Computed(3))", "cannot be called"),
    "measure that is a bare function": (f"c(lhs=Side(measured={ONE}))", "must be Computed"),
    "quantifier that is a class": ("c(quantifier=ForAll)", "quantifier must be one"),
    "no simulation": ("c(quantifier=AlongTrajectory())", "simulate="),
    "sampled for all": (f"c(lhs=Sampled({ONE}), quantifier=ForAll())", "cannot use"),
    "simulated for all": (f"c(lhs=Simulated({ONE}))", "cannot use"),
    "unknown symbol": ('c(lhs=Closed(x + sp.Symbol("y")))', "uses the symbol y"),
    "symbol of other assumptions": ('c(lhs=Closed(sp.Symbol("x")))', "assumptions differ"),
    "two symbols of one name": ('c(over={x: unit, sp.Symbol("x"): unit})', "same name"),
    "unknown symbol in a condition": ('c(where=[sp.Symbol("q") < 1])', "uses the symbol q"),
    "unknown symbol in a probability": (
        'c(lhs=Sampled(lambda p, n, g: 0), quantifier=WithProbability(sp.Symbol("q")))',
        "at_least uses the symbol q",
    ),
    "over that is a list": ("c(over=[x])", "over must map"),
    "name for a symbol": ('c(over={"x": unit})', "not a SymPy symbol"),
    "tuple for a domain": ("c(over={x: (0, 1)})", "not a SymPy set"),
    "empty domain": ("c(over={x: sp.Interval(1, 0)})", "is empty"),
    "complex domain": ("c(over={x: sp.S.Complexes})", "real numbers"),
    "domain that depends": ("c(over={x: sp.Interval(0, n), n: sp.S.Naturals})", "depends on"),
    "constant condition": ("c(where=[sp.Integer(1) < 2])", "is the constant"),
    "condition of another kind": ("c(where=[x + 1])", "neither a relation"),
    "lone condition": ("c(where=x < 1)", "must be a list"),
    "string of uses": ('c(uses="u.good")', "must be a list"),
    "grid that is a dict": ("c(grid={'x': [1]})", "must be a Grid"),
    "grid point outside": ("c(grid=Grid(x=[0.5, 1.5]))", "outside its domain"),
    "infinite grid point": ('c(grid=Grid(x=[float("inf")]))', "outside its domain"),
    "NaN grid point": ('c(grid=Grid(x=[float("nan")]))', "outside its domain"),
    "half a size": ("c(over={x: unit, n: sp.S.Naturals}, grid=Grid(n=[2.5]))", "outside its"),
    "words for numbers": ('c(grid=Grid(x=["one"]))', "cannot be read"),
    "nightly point outside": ("c(grid=Grid(x=[1]).nightly(x=[2]))", "outside its domain"),
    "misspelt axis": ("c(over={x: unit}, grid=Grid(xx=[1]))", "did you mean 'x'"),
    "empty grid": ("c(grid=Grid(x=[]))", "the grid is empty"),
    "grid without points": ("c(grid=Grid(points=[]))", "the grid is empty"),
    "grid excluded": ("c(grid=Grid(x=[0.1]), where=[x > sp.Rational(1, 2)])", "none of its points"),
    "uneven grid": (
        "c(over={x: unit, n: sp.S.Naturals}, grid=Grid(points=[{'x': 0}, {'n': 1}]))",
        "same symbols",
    ),
    "axis twice": ("c(grid=Grid(points=[{'x': 0}], x=[1]))", "both in points and"),
    "duplicate id": ('c(id="u.good")', "is taken by 'u.good'"),
    "id that differs by case": ('c(id="U.Good")', "is taken by 'u.good'"),
    "dangling uses": ('c(uses=("u.goood",))', "did you mean 'u.good'"),
    "dangling corrects": ('c(corrects="u.lasst")', "did you mean 'u.last'"),
    "corrected with erratum": ('c(id="u.bad.corrected", erratum="no")', "erratum of its own"),
    "shapes that differ": (
        "c(lhs=Closed(sp.Matrix([x, x])), rhs=Closed(sp.Matrix([1, 2, 3])))",
        "2 and 3 entries",
    ),
    "nothing to scale along": ("c(grid=Grid(x=[1]), quantifier=UpToConstant())", "along"),
    "scaling without a grid": ('c(quantifier=UpToConstant(along=("x",)))', "a grid is needed"),
    "two octaves": (
        "c(over={n: sp.S.Naturals, x: unit}, grid=Grid(n=[1, 2, 3, 4]), "
        'quantifier=UpToConstant(along=("n",)))',
        "three octaves",
    ),
    "unequal up to a constant": (
        'c(over={n: sp.S.Naturals, x: unit}, relation="!=", grid=Grid(n=[1, 2, 4, 8]), '
        'quantifier=UpToConstant(along=("n",)))',
        "means nothing",
    ),
    "trials behind a formula": (
        "c(relation='==', quantifier=Reproduces(printed_trials=9))",
        "must be Sampled",
    ),
}


def load(tmp_path: Path, text: str) -> tuple[Path, Collection]:
    file = tmp_path / "claims_of_a_user.py"
    file.write_text(text)
    return file, from_file(file)


@pytest.mark.parametrize("kind", sorted(MALFORMED))
def test_a_malformed_claim_is_one_line(kind: str, tmp_path: Path) -> None:
    code, said = MALFORMED[kind]
    file = tmp_path / "claims_of_a_user.py"
    file.write_text(HEAD + "bad = " + written(code) + TAIL)
    collection = from_file(file)
    (only,) = collection.defects
    line = str(only)
    assert said in line
    assert "\n" not in line
    assert line.startswith(f"{file}:{LINE}:"), line
    id_ = re.search(r"\bid=['\"]?([^'\",)]*)", code)
    named = id_.group(1) if id_ else "u.bad"
    assert f" {named or '?'}:" in line
    assert list(collection.claims) == ["u.good", "u.last"]


def test_everything_else_still_runs(tmp_path: Path) -> None:
    lines = [
        "many_{} = {}".format(number, written(code.replace("c(", f'c(id="u.bad{number}", ', 1)))
        for number, (code, _) in enumerate(MALFORMED.values())
        if not re.search(r"\bid=", code)
    ]
    _, collection = load(tmp_path, HEAD + "".join(lines) + TAIL)
    assert len(collection.defects) == len(lines) > 40
    finished = run(collection, quick())
    assert list(finished.results) == ["u.good", "u.last"]
    assert {str(result.verdict) for result in finished.results.values()} == {"SUPPORTED"}
    assert finished.exit_status() == 2


FILES = {
    "import error": ("import torch_of_nobody\n", 1, "ModuleNotFoundError"),
    "syntax error": ("x = 1\ny = = 2\n", 2, "SyntaxError"),
    "no claims": ("x = 1\n", 0, "defines no claims"),
    "exit": ("import sys\nsys.exit('bye')\n", 2, "SystemExit"),
    "text of many lines": ("\nraise ValueError('one\\ntwo\\n\\nthree')\n", 2, "one two three"),
    "unknown field": (
        "from theorems import Claim\nClaim(id='a.b', hypothesis=1)\n",
        2,
        "hypothesis",
    ),
}


@pytest.mark.parametrize("kind", sorted(FILES))
def test_a_file_that_cannot_be_loaded_is_one_line(kind: str, tmp_path: Path) -> None:
    text, number, said = FILES[kind]
    file, collection = load(tmp_path, text)
    (only,) = collection.defects
    assert str(only).startswith(f"{file}:{number}:" if number else f"{file}:")
    assert said in str(only)
    assert "\n" not in str(only)


def test_what_a_file_defined_before_it_failed_is_kept(tmp_path: Path) -> None:
    file, collection = load(tmp_path, HEAD + 'd = c(id="u.second")\nraise RuntimeError("late")\n')
    assert list(collection.claims) == ["u.good", "u.second"]
    (only,) = collection.defects
    assert str(only).startswith(f"{file}:{LINE + 1}:")


def test_claims_built_by_another_module_belong_to_the_file_that_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "claim_factory_for_tests.py").write_text(HEAD)
    monkeypatch.syspath_prepend(tmp_path)
    text = """\
    from claim_factory_for_tests import c, good
    mine = c(id="u.mine")
    listed = [c(id=f"u.mine-{i}") for i in range(2)]
    """
    _, collection = load(tmp_path, textwrap.dedent(text))
    assert list(collection.claims) == ["u.mine", "u.mine-0", "u.mine-1"]


def test_two_files_that_take_the_same_id_are_told_apart(tmp_path: Path) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(HEAD)
    files = [str(tmp_path / "one.py"), str(tmp_path / "two.py")]
    collection = select(files)
    assert len(collection.claims) == 1
    assert "two.py" in collection.defects[0].file
    assert "one.py" in str(collection.defects[0])
    assert select([files[0], files[0]]).defects == ()


def test_relative_paths_are_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text(HEAD + TAIL)
    monkeypatch.chdir(tmp_path)
    assert list(select(["mine.py"]).claims) == ["u.good", "u.last"]
    (tmp_path / "broken.py").write_text("\n\n1 / 0\n")
    (only,) = select(["broken.py"]).defects
    assert str(only).startswith("broken.py:3:")


def test_a_pattern_that_means_nothing_names_the_nearest() -> None:
    known = next(iter(catalogue().claims), None)
    with pytest.raises(LookupError, match="no such file"):
        select(["nowhere.py"])
    with pytest.raises(LookupError, match="no claim id matches"):
        select(["no.such-claim-at-all"])
    if known:
        with pytest.raises(LookupError, match=re.escape(known)):
            select([known + "x"])
        with pytest.raises(KeyError, match="did you mean"):
            catalogue().claims[known + "x"]


def test_the_catalogue_itself_is_well_formed() -> None:
    assert [str(item) for item in catalogue().defects] == []


def test_names_of_the_user_do_not_leak(tmp_path: Path) -> None:
    _, collection = load(tmp_path, HEAD)
    known = catalogue().claims
    assert "u.good" not in known
    assert list(from_file(tmp_path / "claims_of_a_user.py", known).claims) == ["u.good"]
    assert list(collection.claims) == ["u.good"]
