"""What a verdict rests on: the kernel, and the extensions that were called on, and no others."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import sympy as sp

import symbolic.recheck as checker
from symbolic import certificate
from symbolic.certificate import build, encode
from symbolic.problem import Problem
from symbolic.recheck import EXTENSIONS, recheck
from symbolic.recheck.reasons import REASONS
from symbolic.recheck.statement import digest
from symbolic.recheck.text import statement_text

FOLDER = Path(checker.__file__).parent
KERNEL = {"kernel", "prover", "reasons", "statement", "terms", "intervals", "normal"}
ABOVE = {"__init__", "__main__", "text"}
x, y = sp.symbols("x y", real=True)
R, I = sp.S.Reals, sp.Interval  # noqa: E741
SIGN, ZERO = {"by": "sign"}, {"by": "zero"}


def imported(module: str) -> set[str]:
    """The modules of the checker that one of them imports."""
    tree = ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.rpartition(".")[2] for name in names if name.startswith("symbolic.")}


def lines(module: str) -> int:
    return len((FOLDER / f"{module}.py").read_text(encoding="utf-8").splitlines())


def test_the_kernel_stays_as_short_as_it_says() -> None:
    assert "1,800 lines" in (checker.__doc__ or "")
    assert sum(map(lines, KERNEL)) <= 1800


def test_the_kernel_imports_no_extension() -> None:
    for module in KERNEL:
        assert imported(module) <= KERNEL, module


def test_an_extension_imports_the_kernel_alone() -> None:
    """So that one extension reaches another only by name, which the verdict then reports."""
    extensions = {path.stem for path in FOLDER.glob("*.py")} - KERNEL - ABOVE
    assert extensions == {module for module, _ in EXTENSIONS.values()}
    for module in extensions:
        assert imported(module) <= KERNEL, module


def test_no_extension_replaces_what_the_kernel_knows() -> None:
    assert not {name for kind, name in EXTENSIONS if kind == "reason"} & set(REASONS)
    assert len(EXTENSIONS) == sum(len(module.KNOWN) for module in checker.MODULES)


def proof(relation: sp.Basic, over: dict, why: dict) -> dict:
    body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
    return build(Problem((relation,), over), "test", body)


TANGENT = {"by": "taylor", "var": "x", "at": "0", "order": 2}
DECAY = {"by": "monotone", "var": "x", "direction": -1, "then": {"by": "limit"}}
CONCAVE = {"by": "ends", "var": "x", "low": ZERO, "high": ZERO}
EXAMPLES = {
    "kernel": proof(sp.exp(x) >= 1 + x, {x: I(0, sp.oo)}, TANGENT),
    "kernel + functions": proof(sp.cosh(x) >= 1, {x: R}, SIGN),
    "kernel + series": proof(sp.erf(x) < 1, {x: R}, SIGN),
    "kernel + limits": proof(1 / x > 0, {x: I(1, sp.oo)}, DECAY),
    "kernel + curves": proof(sp.sin(x) >= 2 * x / sp.pi, {x: I(0, sp.pi / 2)}, CONCAVE),
    "kernel + sturm": proof(x**2 - x + 1 > 0, {x: R}, {"by": "sturm"}),
    "kernel + bisection": proof(x * (1 - x) <= sp.Rational(1, 3), {x: I(0, 1)}, SIGN),
}


@pytest.mark.parametrize("rests_on", EXAMPLES)
def test_a_verdict_says_what_it_rests_on(rests_on: str) -> None:
    verdict = recheck(EXAMPLES[rests_on])
    assert verdict.ok, verdict.reason
    assert verdict.rests_on == rests_on
    assert recheck(EXAMPLES[rests_on], kernel_alone=True).ok == (rests_on == "kernel")


def test_a_rule_is_reported_with_the_table_that_it_is_from() -> None:
    why = {"by": "rule", "rule": "abs-as-sqrt", "bind": {"a": encode(x)}, "then": ZERO}
    verdict = recheck(proof(sp.Eq(sp.Abs(x), sp.sqrt(x**2), evaluate=False), {x: R}, why))
    assert verdict.ok, verdict.reason
    assert verdict.extensions == ("cases", "rules")


def test_the_documentation_says_where_each_reason_is_checked() -> None:
    """By headings `In `recheck/cases.py` (250 lines):`; the counts may be a tenth out of date."""
    text = certificate.__doc__ or ""
    places = dict.fromkeys(REASONS, "reasons")
    places |= {name: module for (kind, name), (module, _) in EXTENSIONS.items() if kind == "reason"}
    sections = re.split(r"In `recheck/(\w+)\.py` \((?:the kernel, )?(\d+) lines\):", text)[1:]
    found = {}
    for module, count, section in zip(*[iter(sections)] * 3, strict=True):
        assert abs(lines(module) - int(count)) <= lines(module) / 10, module
        for name in re.findall(r'`\{"by": "(\w+)"', section.split("**Refutation**")[0]):
            found.setdefault(name, module)
    inside_others = {"limit", "taylor inside"}
    assert found.pop("limit") == "reasons"
    assert found == {name: places[name] for name in set(places) - inside_others}


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
