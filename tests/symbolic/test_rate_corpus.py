"""The calculus of rates on statements whose truth is known, and its certificates under attack."""

from __future__ import annotations

import copy
import random
import time
from collections import Counter
from fractions import Fraction
from itertools import islice
from typing import Any

import pytest
from corpus_rates import ITEMS, LIMITS, RateItem

from symbolic.dominance import RateDecision, _statement, decide_rates
from symbolic.rate_paths import paths
from symbolic.rates import Monomial, Rate, RateProblem, _collect, decide_growth
from symbolic.recheck import recheck
from symbolic.recheck.rate_text import rates_text
from symbolic.recheck.rates import check_rates
from symbolic.recheck.statement import digest
from symbolic.recheck.terms import Rejected


@pytest.fixture(scope="module")
def decided() -> list[tuple[RateItem, RateDecision, float]]:
    found = []
    for item in ITEMS:
        start = time.process_time()
        one = decide_growth(item.left, item.sense, item.right, LIMITS, item.where, item.up_to)
        found.append((item, one, time.process_time() - start))
    return found


def test_the_corpus_is_large_and_nearly_half_of_it_is_false() -> None:
    assert len(ITEMS) >= 150
    assert 0.4 < sum(item.truth for item in ITEMS) / len(ITEMS) < 0.6
    assert len({str(item) for item in ITEMS}) == len(ITEMS)


def test_each_is_decided_rightly_and_quickly(decided: list[Any]) -> None:
    wanted = {True: "proved", False: "refuted"}
    assert [(str(i), d) for i, d, _ in decided if d.outcome != wanted[i.truth]] == []
    assert sorted(seconds for _, _, seconds in decided)[len(decided) * 95 // 100] < 0.2


def test_each_certificate_is_accepted(decided: list[Any]) -> None:
    verdicts = {str(item): recheck(found.certificate) for item, found, _ in decided}
    assert {name: v.reason for name, v in verdicts.items() if not v.ok} == {}


def forged(certificate: dict[str, Any], statement: dict[str, Any]) -> dict[str, Any]:
    """The same proof or path for another statement, with everything else as it should be."""
    text, number = rates_text(statement), digest(statement)
    return {**certificate, "statement": statement, "text": text, "digest": number}


def test_the_certificate_of_one_statement_serves_no_other_of_the_opposite_truth(
    decided: list[Any],
) -> None:
    """Exponents, logarithms, senses, relations and directions of the statement are changed."""
    rng, fates = random.Random(1), Counter[str]()
    for item, found, _ in decided:
        for _ in range(6):
            statement = copy.deepcopy(found.certificate["statement"])
            _changed(statement, rng)
            if recheck(forged(found.certificate, statement)).ok:
                fates[f"accepted {found.outcome}"] += 1
                again = _decided_again(statement)
                assert again in (found.outcome, "undecided"), (str(item), statement)
            else:
                fates["rejected"] += 1
    assert fates["rejected"] > 300
    assert fates["accepted proved"] + fates["accepted refuted"] > 50


def _changed(statement: dict[str, Any], rng: random.Random) -> None:
    left, _, right = statement["claim"]
    monomials = [m for side in (left, right) for minimum in side for m in minimum]
    monomials += [m for pair in statement["relations"] for m in pair]
    one, kind = rng.choice(monomials), rng.randrange(5)
    name = rng.choice(sorted(statement["parameters"]) or ["m"])
    if kind == 0:
        statement["claim"][1] = rng.choice(["O", "Omega", "Theta", "o", "omega", "~O"])
    elif kind == 1:
        old = Fraction(one.get("powers", {}).get(name, "0"))
        one.setdefault("powers", {})[name] = str(old + Fraction(rng.choice([-1, 1]), 2))
    elif kind == 2:
        old = Fraction(one.get("logs", {}).get(name, "0"))
        one.setdefault("logs", {})[name] = str(old + rng.choice([-1, 1]))
    elif kind == 3:
        statement["parameters"][name] = {"0": "oo", "oo": "0"}[statement["parameters"][name]]
    elif statement["relations"]:
        statement["relations"].pop()
    else:
        statement["claim"] = [right, statement["claim"][1], left]


def _decided_again(statement: dict[str, Any]) -> str:
    left, sense, right = statement["claim"]
    pairs = tuple((_monomial(a), _monomial(b)) for a, b in statement["relations"])
    factors = tuple(map(_monomial, statement.get("up_to", [])))
    sides = [Rate(frozenset(frozenset(map(_monomial, m)) for m in side)) for side in (left, right)]
    ends = statement["parameters"]
    return decide_rates(RateProblem(ends, sides[0], sense, sides[1], pairs, factors)).outcome


def _monomial(written: dict[str, Any]) -> Monomial:
    def parts(name: str) -> Any:
        return _collect((k, Fraction(v)) for k, v in written.get(name, {}).items())

    exps = written.get("exps", {}).items()
    return Monomial(
        parts("powers"),
        parts("logs"),
        _collect(((name, b), Fraction(v)) for name, bases in exps for b, v in bases.items()),
        _collect(((_monomial(a), b), Fraction(v)) for a, b, v in written.get("towers", [])),
    )


def _body_changed(body: Any, rng: random.Random) -> Any:
    """One number or name somewhere in the body replaced by another."""
    if isinstance(body, dict) and body:
        key = rng.choice(sorted(body))
        return {**body, key: _body_changed(body[key], rng)}
    if isinstance(body, list) and body:
        k = rng.randrange(len(body))
        if rng.random() < 0.1:
            return body[:k] + body[k + 1 :]
        return [*body[:k], _body_changed(body[k], rng), *body[k + 1 :]]
    return rng.choice(["0", "1", "-1", "2", "1/2", "m", "n", "log", "loglog", 0, 1, [], {}])


def test_a_changed_body_is_rejected_or_still_shows_the_same(decided: list[Any]) -> None:
    """A true statement is never refuted, nor a false one proved, by any of 2,000 damaged bodies."""
    rng, fates = random.Random(2), Counter[bool]()
    for item, found, _ in decided:
        for _ in range(12):
            bad = {**found.certificate, "body": _body_changed(found.certificate["body"], rng)}
            verdict = recheck(bad)
            fates[verdict.ok] += 1
            said = "refuted" if verdict.reason.startswith("refuted") else "proved"
            assert not verdict.ok or said == found.outcome, (str(item), bad["body"])
    assert fates[False] > 1000


def atom(rng: random.Random) -> Monomial:
    one = Fraction(1)
    return rng.choice(
        [
            Monomial(powers=(("n", one / 2),)),
            Monomial(powers=(("m", one),)),
            Monomial(logs=(("n", one * 2),)),
            Monomial(logs=(("m", one), ("n", one))),
            Monomial(powers=(("m", -one), ("n", one))),
            Monomial(powers=(("n", one),), logs=(("n", one),)),
        ]
    )


def monomial(rng: random.Random) -> Monomial:
    def some(names: tuple[str, ...], share: float) -> Any:
        values = [(name, Fraction(rng.randint(-4, 4), 2)) for name in names if rng.random() < share]
        return _collect(values)

    towers = [
        ((atom(rng), rng.choice(["e", "2", "3", "#c"])), Fraction(rng.choice([-2, -1, 1, 2])))
    ]
    return (
        Monomial(
            some(("n", "m", "eps"), 0.5),
            some(("n", "m", "eps", "log n", "log m"), 0.25),
            _collect([((rng.choice("nm"), rng.choice("e23")), Fraction(rng.choice([-1, 1, 2])))]),
            _collect(towers),
        )
        if rng.random() < 0.2
        else Monomial(some(("n", "m", "eps"), 0.6), some(("n", "m"), 0.4))
    )


def random_problem(rng: random.Random) -> RateProblem:
    def side() -> Rate:
        sizes = [rng.choice([1, 1, 2]) for _ in range(rng.choice([1, 2]))]
        return Rate(frozenset(frozenset(monomial(rng) for _ in range(k)) for k in sizes))

    left, right = side(), side()
    if rng.random() < 0.6:
        logs = _collect([(rng.choice(["n", "log n"]), Fraction(rng.randint(-2, 2), 2))])
        right = right + left * Rate.of(Monomial(logs=logs))
    relations = tuple((monomial(rng), monomial(rng)) for _ in range(rng.choice([0, 0, 1, 2])))
    sense = rng.choice(["O", "O", "~O", "o", "Theta", "Omega"])
    return RateProblem({"n": "oo", "m": "oo", "eps": "0"}, left, sense, right, relations)


def test_what_is_proved_fails_along_no_path() -> None:
    """Proofs are linear algebra, refutations growth along paths: neither contradicts the other."""
    rng, fates = random.Random(3), Counter[str]()
    for _ in range(30):
        problem = random_problem(rng)
        found = decide_rates(problem)
        fates[found.outcome] += 1
        if found.outcome == "refuted":
            assert recheck(found.certificate).ok
            continue
        known, statement = _statement(problem), problem.statement()
        for direction, (f, g) in enumerate(known.pairs):
            for path, index in (
                (p, k) for p in islice(paths(known, f, g), 25) for k in range(len(f))
            ):
                written = {name: size.json() for name, size in path.items()}
                body = {"path": written, "minimum": index, "direction": direction}
                with pytest.raises(Rejected):
                    check_rates(statement, body)
    assert fates["proved"] >= 5
    assert fates["refuted"] >= 12
