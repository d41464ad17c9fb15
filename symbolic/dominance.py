"""Deciding rates: multipliers or an unbounded path, by exact linear programming on exponents."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from symbolic.linear import nonnegative_solution
from symbolic.rates import Monomial, Rate, RateProblem
from symbolic.recheck.rate_text import monomial_text, rate_text, rates_text
from symbolic.recheck.rates import (
    MAX_CHOICES,
    SENSES,
    Statement,
    check_rates,
)
from symbolic.recheck.scales import Form, Path, depth_of, frozen, key_of, range_of, subtract
from symbolic.recheck.statement import FORMAT, VERSION, digest
from symbolic.recheck.terms import Rejected

FAR = Fraction(10**9)
ONE = Fraction(1)
Row = tuple[list[Any], Form, bool]


@dataclass(frozen=True)
class RateDecision:
    """`outcome` "proved", "refuted" (with `path`: each size in terms of t -> oo) or "undecided"."""

    outcome: str
    reason: str
    path: dict[str, Monomial] | None = None
    certificate: dict[str, Any] | None = None


def decide_rates(problem: RateProblem) -> RateDecision:
    """Decides a claim on rates; both answers carry a checked certificate.

    The reason of a refutation names the parameters that grow along the path and the exponents that
    differ. Raises `ValueError` for an unknown sense, or a parameter without a direction.
    """
    known = _statement(problem)
    plain = [row for row in _rows(known, []) if row[0][0] != "up_to"] if known.relations else []
    if plain and _system([], [], plain, True) is not None:
        return RateDecision("undecided", "the relations cannot hold as the parameters tend there")
    systems = []
    for direction, (f, g) in enumerate(known.pairs):
        size = len(f)
        for minimum in g:
            size *= len(minimum)
        if size > MAX_CHOICES:
            return RateDecision("undecided", f"{size} exponent systems, more than {MAX_CHOICES}")
        found = _systems(known, f, g)
        if found is None:
            return _refuted(problem, known, direction)
        systems.append(found)
    return _checked(problem, {"proof": systems}, "exponents balance")


def _statement(problem: RateProblem) -> Statement:
    """The problem as the check reads it. Raises `ValueError`."""
    if problem.sense not in SENSES:
        raise ValueError(f"{problem.sense!r} is not a sense; there are {', '.join(SENSES)}")
    used = [m for side in (problem.left, problem.right) for m in side.monomials()]
    used += [m for pair in problem.relations for m in pair] + list(problem.up_to)
    for name in sorted(set().union(*(m.names() for m in used))):
        if problem.directions.get(name) not in ("oo", "0"):
            raise ValueError(f'the parameter {name} needs a direction: "oo" or "0"')
    try:
        return Statement(problem.statement())
    except Rejected as error:
        raise ValueError(str(error)) from None


def _checked(problem: RateProblem, body: dict[str, Any], reason: str) -> RateDecision:
    """The decision, provided that the independent check agrees."""
    statement = problem.statement()
    try:
        check_rates(statement, body)
    except Rejected as error:
        return RateDecision("undecided", f"the certificate fails: {error}")
    certificate = {
        "format": FORMAT,
        "version": VERSION,
        "kind": "rates",
        "engine": "rates",
        "statement": statement,
        "text": rates_text(statement),
        "digest": digest(statement),
        "body": body,
    }
    outcome = "proved" if "proof" in body else "refuted"
    return RateDecision(outcome, reason, None, certificate)


# Proofs: weights of rows that are known to be bounded below.


def _rows(known: Statement, forms: list[Form], nested: bool = False) -> list[Row]:
    """Rows of a certificate, with their forms, that may be of use for these forms.

    Nested in a row of its own, one scale beyond another is shown for scales of the forms alone:
    these are lower than the ones compared, so that this ends.
    """
    used = [*forms, *known.relations, *known.up_to]
    rows: list[Row] = []

    def add(*written: Any) -> None:
        form, growing = known.row(list(written))
        rows.append((list(written), form, growing))

    depths = dict.fromkeys(sorted(known.parameters), 1)
    towers: dict[Any, tuple[Form, set[str]]] = {}
    for key in {key for one in used for key in one}:
        if key[0] == "w":
            atom, bases = towers.setdefault(key[1], (dict(key[1]), set()))
            bases.add(key[2])
        for level in _levels(key):
            name = level.rpartition(" ")[2]
            depths[name] = max(depths[name], depth_of(level))
    for name, depth in depths.items():
        levels = ["log " * k + name for k in range(depth + 1)]
        add("loglog", levels[-2])
        for level in levels[:-1]:
            add("log", level, str(FAR))
    for k in range(len(known.relations)):
        add("relation", k)
        for row in _comparisons(known, k, max(depths.values())):
            add(*row)
    for k in range(0 if nested else len(known.up_to)):
        add("up_to", k)
    own = {key[1] for one in forms for key in one}
    for atom, bases in sorted(towers.values(), key=lambda item: repr(frozen(item[0]))):
        written = _written(atom, known)
        ((key, value), *rest) = atom.items()
        for unit in _units(bases):
            add("tower", written, unit)
            if not rest and value == 1 and key[1] in known.parameters:
                add("exp", key[1], str(FAR), unit)
        for base in sorted(base for base in bases if base[0] not in "e#"):
            low, high = _log_bounds(base)
            add("base", written, base, "low", str(low))
            add("base", written, base, "high", str(high))
    if towers:
        for upper, lower in _pairs(known, list(towers), own if nested else None):
            beyond = _beyond(known, upper, lower)
            if beyond is not None:
                sides = _written(upper, known), _written(lower, known)
                units = (_units(towers.get(frozen(one), (one, set()))[1]) for one in (upper, lower))
                for b, c in product(*units):
                    add("beyond", *sides, str(FAR), beyond, b, c)
    return rows


def _units(bases: set[str]) -> list[str]:
    """The bases whose logarithm is a positive number of which no more is known, and e."""
    return ["e", *sorted(base for base in bases if base.startswith("#"))]


def _pairs(known: Statement, towers: list[Any], only: Any) -> Iterator[tuple[Form, Form]]:
    """Scales to be compared, one of them an exponent (one of `only`, where that is given)."""
    exponents = [dict(one) for one in towers if only is None or one in only]
    names = sorted(known.parameters)
    logs: list[Form] = [{("x", f"log {name}"): ONE} for name in names]
    loglogs: list[Form] = [{("x", f"log log {name}"): ONE} for name in names]
    for one in exponents:
        yield from ((one, other) for other in (*exponents, *logs, *loglogs) if other != one)
        yield from ((other, one) for other in logs)


def _levels(key: Any) -> Iterator[str]:
    if key[0] == "x":
        yield key[1]
    else:
        for inner, _ in key[1]:
            yield from _levels(inner)


def _beyond(known: Statement, atom: Form, other: Form) -> list[Any] | None:
    """Rows with weights that show one scale to outgrow another, or None."""
    gap = subtract(atom, other)
    found = _system([], [gap], _rows(known, [gap], nested=True), True)
    return None if found is None else found["rows"]


def _comparisons(known: Statement, k: int, depth: int) -> Iterator[tuple[str, int, Any, Any, int]]:
    """Rows that compare the scales which a relation has on its two sides."""
    try:
        upper, lower = known.sides(k)
    except Rejected:
        return
    for one in lower if len(upper) == 1 else ():
        for further in range(depth):
            row = ("compare", k, _scale(upper[0], known), _scale(one, known), further)
            try:
                known.row(list(row))
            except Rejected:
                break
            yield row


def _written(one: Form, known: Statement) -> dict[str, Any]:
    """The JSON of the monomial with this logarithm."""
    found: dict[str, Any] = {}
    for key, value in one.items():
        if key[0] == "w":
            tower = [_written(dict(key[1]), known), key[2], str(value)]
            found.setdefault("towers", []).append(tower)
        elif key[1].startswith("log "):
            found.setdefault("logs", {})[key[1].removeprefix("log ")] = str(value)
        else:
            sign = 1 if known.parameters[key[1]] == "oo" else -1
            found.setdefault("powers", {})[key[1]] = str(sign * value)
    return found


def _log_bounds(base: str) -> tuple[Fraction, Fraction]:
    if ".." in base:
        return range_of(base)
    import mpmath

    with mpmath.workdps(30):
        value = mpmath.log(int(base))
        scale = 10**12
        low = Fraction(int(mpmath.floor(value * scale)), scale)
    return low, low + Fraction(1, 10**12)


def _systems(known: Statement, f: Any, g: Any) -> list[dict[str, Any]] | None:
    """One exponent system for each minimum of f and choice from g, or None if one has none."""
    rows = _rows(known, [one for minimum in [*f, *g] for one in minimum])
    systems = []
    for minimum in f:
        for choice in product(*g):
            system = _system(minimum, list(choice), rows, known.strict)
            system = system or _by_cases(known, minimum, list(choice), rows)
            if system is None:
                return None
            systems.append(system)
    return systems


def _by_cases(
    known: Statement, f: list[Form], g: list[Form], rows: list[Row]
) -> dict[str, Any] | None:
    """Systems for each scale that may be the largest of those that bound others in a relation."""
    for k in range(len(known.relations)):
        try:
            upper, lower = known.sides(k)
        except Rejected:
            continue
        systems = []
        for largest in upper if len(upper) > 1 else ():
            within = copy(known)
            within.case = (k, largest)
            more = list(rows)
            for other in [*lower, *upper]:
                for further in range(3):
                    row = ["case", _scale(other, known), further]
                    try:
                        more.append((row, *within.row(row)))
                    except Rejected:
                        break
            system = _system(f, g, more, known.strict)
            if system is None:
                break
            systems.append(system)
        if len(upper) > 1 and len(systems) == len(upper):
            return {"cases": k, "systems": systems}
    return None


def _scale(atom: Form, known: Statement) -> Any:
    """A scale as rows name it: the level whose logarithm it is, or a monomial."""
    key = key_of(atom)
    return key[1] if key[0] == "x" else _written(atom, known)


def _system(f: list[Form], g: list[Form], rows: list[Row], growing: bool) -> dict[str, Any] | None:
    """Weights with sum w g - sum w f = sum w row, as documented in `recheck.rates`.

    Those of f and of g have the same sum, scaled to 1; for a sum that tends to infinity, rows that
    do so get weights. Without f and g, rows that sum to 0.
    """
    forms = [*f, *g, *(form for _, form, _ in rows)]
    signs = [-1] * len(f) + [1] * len(g) + [-1] * len(rows)
    keys = sorted({key for form in forms for key in form}, key=repr)
    columns = list(zip(forms, signs, strict=True))
    matrix = [[sign * form.get(key, Fraction(0)) for form, sign in columns] for key in keys]
    right = [Fraction(0)] * len(keys)
    cut = len(f) + len(g)
    if f:
        matrix.append([Fraction((i < len(f)) - (len(f) <= i < cut)) for i in range(len(forms))])
        right.append(Fraction(0))
    if growing:
        unbounded = [0] * cut + [int(row[2]) for row in rows]
        matrix.append([Fraction(v) for v in unbounded])
    else:
        matrix.append([Fraction(int(i < cut)) for i in range(len(forms))])
    right.append(Fraction(2) if f and not growing else ONE)
    solution, _ = nonnegative_solution(matrix, right)
    if solution is None:
        return None
    total = sum(solution[len(f) : cut], Fraction(0)) if g else ONE
    if not total:
        return None
    texts = [str(value / total) for value in solution]
    used = [[row[0], text] for row, text in zip(rows, texts[cut:], strict=True) if text != "0"]
    return {"f": texts[: len(f)], "g": texts[len(f) : cut], "rows": used}


# Refutation: a path, sought among simple ones first and then by linear programming.


def _refuted(problem: RateProblem, known: Statement, direction: int) -> RateDecision:
    from symbolic.rate_paths import paths

    f, g = known.pairs[direction]
    larger, smaller = problem.left, problem.right
    if (problem.sense.removeprefix("~") in ("Omega", "omega")) != (direction == 1):
        larger, smaller = smaller, larger
    for path in paths(known, f, g):
        written = {name: size.json() for name, size in path.items()}
        if not _whatever_the_constants(known, written):
            continue
        for index in range(len(f)):
            body = {"path": written, "minimum": index, "direction": direction}
            found = _checked(problem, body, "")
            if found.outcome == "refuted":
                reason = _mismatch(larger.ordered()[index], smaller, problem, known.strict)
                return RateDecision("refuted", reason, path, found.certificate)
    return RateDecision("undecided", "no multipliers and no path were found")


def _whatever_the_constants(known: Statement, written: dict[str, Any]) -> bool:
    """Whether the relations hold on the path, or after changes of sizes by constant factors.

    Such changes matter to exponentials alone. Without this, log m >= C L, though for a small C
    only, would do for log m >= L, and refute that 2**L = O(m).
    """
    try:
        path = Path(written, known.parameters)
        leads = [path.along(one) for one in known.relations]
        tied = [(one, at) for one, at in zip(known.relations, leads, strict=True) if not at.lead()]
        cancels = [not any(group.sign() for group in at.groups) for _, at in tied]
    except Rejected:
        return False
    forms = [one for f, g in known.pairs for minimum in [*f, *g] for one in minimum]
    towers = any(key[0] == "w" for one in [*forms, *known.relations] for key in one)
    for (relation, _), zero in zip(tied, cancels, strict=True):
        plain = [key[0] == "x" and not depth_of(key[1]) for key in relation]
        powers = all(p or key[0] == "w" for p, key in zip(plain, relation, strict=True))
        if not (zero and powers) and (towers or not any(plain)):
            return False
    return True


def _mismatch(minimum: list[Monomial], g: Rate, problem: RateProblem, strict: bool) -> str:
    """Names the parameters in which a monomial of f differs from the nearest one of g."""
    small = frozenset(name for name, end in problem.directions.items() if end == "0")
    ours = minimum[0]
    theirs = min(g.monomials(), key=lambda m: (len(_differences(ours, m, small)), str(m)))
    differences = _differences(ours, theirs, small).items()
    parts = [f"{name}: {a} against {b}" for name, (a, b) in differences]
    verb = "does not fall behind" if strict else "outgrows"
    said = f"{monomial_text(ours.json(), small)} {verb} {rate_text(g.json(), small)}"
    return said + ("; " + ", ".join(parts) if parts else "")


def _differences(a: Monomial, b: Monomial, small: frozenset[str]) -> dict[str, tuple[str, str]]:
    """For each parameter in which two monomials differ, what each has of it."""
    found = {}
    for name in sorted(a.names() | b.names()):
        mine, yours = (monomial_text(m.only(name).json(), small) for m in (a, b))
        if mine != yours:
            found[name] = (mine, yours)
    return found
