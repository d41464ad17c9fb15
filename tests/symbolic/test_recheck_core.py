"""What a verdict rests on: the core, and the extensions that were called on, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sympy as sp

import symbolic.recheck as checker
from symbolic import certificate
from symbolic.certificate import build, encode
from symbolic.problem import Problem
from symbolic.recheck import EXTENSIONS, recheck
from symbolic.recheck.kernel import NO_FACTS, Prover
from symbolic.recheck.sources import CORE, closure, imported, lines
from symbolic.recheck.statement import digest
from symbolic.recheck.terms import SESSION, Rejected, Session, number
from symbolic.recheck.text import statement_text

FOLDER = Path(checker.__file__).parent
ABOVE = {"__init__", "__main__", "rate_text", "sources", "text"}
REGISTERED = {module for module, _ in EXTENSIONS.values()}
x, y = sp.symbols("x y", real=True)
R, I = sp.S.Reals, sp.Interval  # noqa: E741
SIGN, ZERO = {"by": "sign"}, {"by": "zero"}


def test_the_core_is_read_in_ten_minutes() -> None:
    """Lines of code, and lines of the files."""
    assert lines(CORE) <= 530
    files = [(FOLDER / f"{module}.py").read_text(encoding="utf-8") for module in CORE]
    assert sum(len(text.splitlines()) for text in files) <= 860


def test_the_core_imports_no_extension() -> None:
    for module in CORE:
        assert imported(module) <= set(CORE), module


def test_an_extension_imports_the_core_and_extensions() -> None:
    """What is above them may import them; each is registered, or imported by one that is."""
    extensions = {path.stem for path in FOLDER.glob("*.py")} - set(CORE) - ABOVE
    for module in extensions:
        assert imported(module) <= extensions | set(CORE), module
    assert closure(REGISTERED) == extensions


def test_no_name_is_registered_twice() -> None:
    assert ("reason", "sign") not in EXTENSIONS
    assert len(EXTENSIONS) == sum(len(module.KNOWN) for module in checker.MODULES)


def test_lines_are_counted_without_blanks_comments_imports_and_docstrings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '''"""Of two
lines."""

from symbolic.recheck.other import (
    f,
)

A = """text
of two lines"""  # a comment


def g() -> None:
    """What it does."""
    # how
    return f(
        A,
    )
'''
    (tmp_path / "some.py").write_text(text)
    (tmp_path / "other.py").write_text("def f(x):\n    return x\n")
    monkeypatch.setattr(checker.sources, "FOLDER", tmp_path)
    for function in (checker.sources.imported, checker.sources._lines):
        monkeypatch.setattr(checker.sources, function.__name__, function.__wrapped__)
    assert closure(["some"]) == {"some", "other"}
    assert lines(["some"]) == 6
    assert lines(["some", "other"]) == 8


def proof(relation: sp.Basic, over: dict, why: dict) -> dict:
    body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
    return build(Problem((relation,), over), "test", body)


TANGENT = {"by": "taylor", "var": "x", "at": "0", "order": 2}
DECAY = {"by": "monotone", "var": "x", "direction": -1, "then": {"by": "limit"}}
CONCAVE = {"by": "ends", "var": "x", "low": ZERO, "high": ZERO}
EXAMPLES = {  # the extensions called on, and a proof that calls on them
    "": proof(sp.exp(x) >= x / 2, {x: I(0, 1)}, SIGN),
    "exponentials normal taylor": proof(sp.exp(x) >= 1 + x, {x: I(0, sp.oo)}, TANGENT),
    "hyperbolic": proof(sp.cosh(x) >= 1, {x: R}, SIGN),
    "erf": proof(sp.erf(x) < 1, {x: R}, SIGN),
    "limits taylor": proof(1 / x > 0, {x: I(1, sp.oo)}, DECAY),
    "circular exponentials faces normal": proof(
        sp.sin(x) >= 2 * x / sp.pi, {x: I(0, sp.pi / 2)}, CONCAVE
    ),
    "sturm": proof(x**2 - x + 1 > 0, {x: R}, {"by": "sturm"}),
    "bisection": proof(x * (1 - x) <= sp.Rational(1, 3), {x: I(0, 1)}, SIGN),
}


@pytest.mark.parametrize("names", EXAMPLES)
def test_a_verdict_says_what_it_rests_on(names: str) -> None:
    verdict = recheck(EXAMPLES[names])
    assert verdict.ok, verdict.reason
    assert set(names.split()) <= set(verdict.extensions)
    assert verdict.rests_on == " + ".join(["core", *sorted(closure(verdict.extensions))])
    assert verdict.lines == lines(CORE) + lines(closure(verdict.extensions))
    assert recheck(EXAMPLES[names], core_alone=True).ok == (not names)


def test_a_proof_needs_each_extension_that_it_is_said_to_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for names, example in EXAMPLES.items():
        for name in names.split():
            rest = {key: known for key, known in EXTENSIONS.items() if known[0] != name}
            with monkeypatch.context() as patch:
                patch.setattr(checker, "EXTENSIONS", rest)
                assert not recheck(example).ok, (names, name)


ALONE = [
    name for (kind, name), (_, goals) in EXTENSIONS.items() if kind == "equality" and goals is True
]
PASSED_ON = {
    "absurd", "apart", "cases", "constant", "outside", "resolve", "rewrite", "rule", "split",
}  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
def test_an_equality_is_not_strict(name: str) -> None:
    """Whatever the extension does, its reason is not asked about g > 0."""
    token = SESSION.set(Session(extensions=EXTENSIONS))
    try:
        with pytest.raises(Rejected, match="does not show g > 0"):
            Prover([]).prove(number(0), {}, ">", {"by": name}, NO_FACTS)
    finally:
        SESSION.reset(token)


def test_other_reasons_of_equations_pass_their_goal_on() -> None:
    goals = {name: goal for (kind, name), (_, goal) in EXTENSIONS.items() if kind == "equality"}
    assert {name for name, goal in goals.items() if goal == "any"} == PASSED_ON
    assert set(goals.values()) == {True, "any"}


@pytest.mark.parametrize("sign", [sp.Gt, sp.Ne, sp.Lt])
def test_a_sum_by_induction_is_not_above_itself(sign: type) -> None:
    k, n = sp.symbols("k n", integer=True)
    sides = sp.Sum(k, (k, 1, n)), n * (n + 1) / 2
    why = {"by": "induction", "var": "n"}
    assert recheck(proof(sp.Eq(*sides), {n: sp.S.Naturals}, why)).ok
    assert not recheck(proof(sign(*sides), {n: sp.S.Naturals}, why)).ok


def test_a_rule_is_reported_with_the_table_that_it_is_from() -> None:
    why = {"by": "rule", "rule": "abs-as-sqrt", "bind": {"a": encode(x)}, "then": ZERO}
    verdict = recheck(proof(sp.Eq(sp.Abs(x), sp.sqrt(x**2), evaluate=False), {x: R}, why))
    assert verdict.ok, verdict.reason
    assert {"replace", "rules"} <= set(verdict.extensions)


def test_the_documentation_says_where_each_reason_is_checked() -> None:
    """As "- `where`: `{"by": "outside", ...}`", there or in the extension itself."""
    text = (certificate.__doc__ or "").split("**Refutation**")[0]
    found = {name: module for module, name in re.findall(r'- `(\w+)`: `{"by": "(\w+)"', text)}
    places = {name: module for (kind, name), (module, _) in EXTENSIONS.items() if kind == "reason"}
    del places["limit"], places["taylor inside"]  # within `monotone` and `taylor`
    assert found.pop("sign") == "kernel"
    for name, module in places.items():
        own = getattr(checker, module).__doc__
        assert found.pop(name, module) == module
        assert f'"by": "{name}"' in text + own, name
    assert found == {}


def test_a_side_condition_says_nothing_of_a_sum_with_a_term_twice() -> None:
    """x > y does not give 2 x > y, though x, -y and x, x, -y are the same set of terms."""
    tree = ["add", encode(x), encode(x), encode(-y)]
    body = {"relations": [{"boxes": [{"box": {}, "why": SIGN}]}]}
    made = build(Problem((x - y > 0,), {x: R, y: R}, (x > y,)), "test", body)
    assert recheck(made).ok
    made["statement"]["relations"] = [[">", tree, ["rat", "0"]]]
    made["digest"], made["text"] = digest(made["statement"]), statement_text(made["statement"])
    assert not recheck(made).ok


def test_a_refutation_at_what_is_no_real_number_is_refused() -> None:
    body = {"point": {"x": ["log", ["rat", "-1"]]}, "relation": 0, "failure": "undefined"}
    relation = sp.Ge(x**2, 0, evaluate=False)
    assert not recheck(build(Problem((relation,), {x: R}), "test", body, "refutation")).ok
