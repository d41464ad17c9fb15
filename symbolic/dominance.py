"""Deciding rates: multipliers or an unbounded path, by exact linear programming on exponents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import chain, combinations, product
from typing import Any

from symbolic.linear import nonnegative_solution
from symbolic.rates import Direction, Monomial, Rate, RateProblem
from symbolic.recheck.rates import check_rates, rates_text
from symbolic.recheck.statement import FORMAT, VERSION, digest
from symbolic.recheck.terms import Rejected

Form = dict[tuple[str, ...], Fraction]
FAR = Fraction(1000)
ONE = Fraction(1)


@dataclass(frozen=True)
class RateDecision:
    """`outcome` "proved", "refuted" (with `path`: size = t**a * log(t)**b) or "undecided"."""

    outcome: str
    reason: str
    path: dict[str, tuple[Fraction, Fraction]] | None = None
    certificate: dict[str, Any] | None = None


def decide_rates(problem: RateProblem) -> RateDecision:
    """Decides an O, Omega, Theta or ~O claim; both answers carry a checked certificate.

    The reason of a refutation names the parameters that grow along the path and the exponents that
    differ.
    """
    pairs = [(problem.left, problem.right)]
    if problem.sense == "Omega":
        pairs = [(problem.right, problem.left)]
    elif problem.sense == "Theta":
        pairs.append((problem.right, problem.left))
    logs = problem.sense != "~O"
    systems = []
    for direction, (f, g) in enumerate(pairs):
        found = _systems(problem, f, g, logs)
        if found is None:
            return _refuted(problem, f, g, direction, logs)
        systems.append(found)
    return _checked(problem, {"proof": systems}, "exponents balance")


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
    if "proof" in body:
        return RateDecision("proved", reason, None, certificate)
    path = {name: (Fraction(a), Fraction(b)) for name, (a, b) in body["path"].items()}
    return RateDecision("refuted", reason, path, certificate)


def _form(m: Monomial, problem: RateProblem, logs: bool) -> Form:
    """The logarithm of a monomial in log size ("x"), log log size ("y") and size * log b ("w")."""
    found: Form = {}
    for name, exponent in m.powers:
        found["x", name] = exponent if problem.directions[name] == "oo" else -exponent
    if logs:
        for name, exponent in m.logs:
            found["y", name] = exponent
    for (name, base), factor in m.exps:
        found["w", name, base] = factor
    return found


def _rows(problem: RateProblem) -> Iterator[tuple[list[Any], Form]]:
    """Rows of a certificate with the forms that they stand for, all bounded below."""
    names = sorted(problem.directions)
    rates = [m for side in (problem.left, problem.right) for m in side.monomials()]
    relations = [m for pair in problem.relations for m in pair]
    bases = {key for m in [*rates, *relations] for key, _ in m.exps}
    for name in names:
        yield ["loglog", name], {("y", name): Fraction(1)}
        yield ["log", name, str(FAR)], {("x", name): Fraction(1), ("y", name): -FAR}
        if any(key[0] == name for key in bases):
            yield ["exp", name, str(FAR)], {("w", name, "e"): Fraction(1), ("x", name): -FAR}
    for name, base in sorted(bases):
        if base == "e":
            continue
        low, high = _log_bounds(int(base))
        w, unit = ("w", name, base), ("w", name, "e")
        yield ["base", name, base, "low", str(low)], {w: Fraction(1), unit: -low}
        yield ["base", name, base, "high", str(high)], {w: Fraction(-1), unit: high}
    for k, (a, b) in enumerate(problem.relations):
        form = _difference(_form(a, problem, True), _form(b, problem, True))
        yield ["relation", k], form
        heads = [key for key, value in form.items() if value > 0]
        if len(heads) == 1 and heads[0][0] == "x":
            name = heads[0][1]
            exponential = {key[1] for key in form if key[0] == "w"} - {name}
            for other in sorted({key[1] for key in form if key[0] == "x"} - {name} - exponential):
                yield ["compare", k, name, other], {("y", name): ONE, ("y", other): -ONE}
            for other in sorted(exponential):
                yield ["compare", k, name, other], {("y", name): ONE, ("x", other): -ONE}


def _log_bounds(base: int) -> tuple[Fraction, Fraction]:
    import mpmath

    with mpmath.workdps(30):
        value = mpmath.log(base)
        scale = 10**12
        low = Fraction(int(mpmath.floor(value * scale)), scale)
    return low, low + Fraction(1, 10**12)


def _difference(a: Form, b: Form) -> Form:
    found = {key: a.get(key, Fraction(0)) - b.get(key, Fraction(0)) for key in {*a, *b}}
    return {key: value for key, value in found.items() if value}


def _systems(problem: RateProblem, f: Rate, g: Rate, logs: bool) -> list[dict[str, Any]] | None:
    """One exponent system for each minimum of f and choice from g, or None if one has none."""
    rows = list(_rows(problem))
    systems = []
    for minimum in f.ordered():
        for choice in product(*g.ordered()):
            system = _system(
                [_form(m, problem, logs) for m in minimum],
                [_form(m, problem, logs) for m in choice],
                rows,
                logs,
            )
            if system is None:
                return None
            systems.append(system)
    return systems


def _system(
    f: list[Form], g: list[Form], rows: list[tuple[list[Any], Form]], logs: bool
) -> dict[str, Any] | None:
    """Weights with sum w g - sum w f - sum w row = 0, as documented in `recheck.rates`."""
    forms = [*f, *g, *(form for _, form in rows)]
    signs = [-1] * len(f) + [1] * len(g) + [-1] * len(rows)
    keys = sorted({key for form in forms for key in form if logs or key[0] != "y"})
    columns = list(zip(forms, signs, strict=True))
    matrix = [[sign * form.get(key, Fraction(0)) for form, sign in columns] for key in keys]
    matrix.append([Fraction(int(i < len(f))) for i in range(len(forms))])
    matrix.append([Fraction(int(len(f) <= i < len(f) + len(g))) for i in range(len(forms))])
    right = [Fraction(0)] * len(keys) + [Fraction(1), Fraction(1)]
    solution, _ = nonnegative_solution(matrix, right)
    if solution is None:
        return None
    texts = [str(value) for value in solution]
    cut = len(f) + len(g)
    used = [[row, text] for (row, _), text in zip(rows, texts[cut:], strict=True) if text != "0"]
    return {"f": texts[: len(f)], "g": texts[len(f) : cut], "rows": used}


# Refutation: a path, sought among simple ones first and then by linear programming.


def _refuted(problem: RateProblem, f: Rate, g: Rate, direction: int, logs: bool) -> RateDecision:
    for path in chain(_simple_paths(problem), _solved_paths(problem, f, g, logs)):
        for index in range(len(f.minima)):
            body = {
                "path": {name: [str(a), str(b)] for name, (a, b) in path.items()},
                "minimum": index,
                "direction": direction,
            }
            found = _checked(problem, body, "")
            if found.outcome == "refuted":
                reason = _mismatch(problem, f.ordered()[index], g, path)
                return RateDecision("refuted", reason, found.path, found.certificate)
    return RateDecision("undecided", "no multipliers and no path were found")


Path = dict[str, tuple[Fraction, Fraction]]
SLOW = (Fraction(0), Fraction(1))


def _simple_paths(problem: RateProblem) -> Iterator[Path]:
    """One parameter (or two) as powers of t, the others as log t."""
    names = sorted(problem.directions)
    for count in (1, 2):
        for chosen in combinations(names, count):
            for exponents in product((Fraction(1), Fraction(3)), repeat=count):
                fast = {n: (e, Fraction(0)) for n, e in zip(chosen, exponents, strict=True)}
                yield {name: fast.get(name, SLOW) for name in names}
    yield {name: (Fraction(1), Fraction(0)) for name in names}


def _solved_paths(problem: RateProblem, f: Rate, g: Rate, logs: bool) -> Iterator[Path]:
    """Powers of t that separate a minimum of f from g, by the exponents of powers alone."""
    names = sorted(problem.directions)
    given = [
        _difference(_form(a, problem, True), _form(b, problem, True)) for a, b in problem.relations
    ]
    for minimum in f.ordered():
        for choice in product(*g.ordered()):
            gaps = [
                _difference(_form(a, problem, logs), _form(b, problem, logs))
                for a in minimum
                for b in choice
            ]
            for step in (Fraction(1), Fraction(0)):
                path = _separating(names, given, gaps, step)
                if path is not None:
                    yield path


def _separating(
    names: list[str], given: list[Form], gaps: list[Form], step: Fraction
) -> Path | None:
    """Exponents d >= 0 with gap . d >= 1 for each gap and relation . d >= 0; d >= step / 1000."""
    weights = {name: Fraction(0) for name in names}
    count = len(gaps) + len(given)
    matrix, right = [], []
    for i, form in enumerate([*gaps, *given]):
        row = [form.get(("x", name), Fraction(0)) for name in names]
        slack = [-Fraction(int(i == k)) for k in range(count)]
        matrix.append([*row, *slack])
        shift = step / 1000 * sum(row, Fraction(0))
        right.append((Fraction(1) if i < len(gaps) else Fraction(0)) - shift)
    solution, _ = nonnegative_solution(matrix, right)
    if solution is None:
        return None
    for name, value in zip(names, solution, strict=False):
        weights[name] = value + step / 1000
    return {name: (d, Fraction(0)) if d > 0 else SLOW for name, d in weights.items()}


def _mismatch(problem: RateProblem, minimum: list[Monomial], g: Rate, path: Path) -> str:
    """Names the parameters in which a monomial of f differs from the nearest one of g."""
    ours = minimum[0]
    theirs = min(g.monomials(), key=lambda m: (len(_differences(ours, m)), str(m)))
    parts = [f"{name}: {a} against {b}" for name, (a, b) in _differences(ours, theirs).items()]
    return f"{ours} outgrows {g}; " + ", ".join(parts)


def _differences(a: Monomial, b: Monomial) -> dict[str, tuple[str, str]]:
    """For each parameter in which two monomials differ, what each has of it."""
    found = {}
    for name in sorted(a.names() | b.names()):
        mine, yours = (str(m.only(name)) for m in (a, b))
        if mine != yours:
            found[name] = (mine, yours)
    return found


@dataclass(frozen=True)
class Requirement:
    """`term` <= target holds up to constants iff `unknown` >= (or <=, `at_least` False) `bound`."""

    term: Monomial
    unknown: str
    at_least: bool
    bound: Monomial


def requirements(
    bound: Rate, target: Monomial, unknowns: list[str], directions: dict[str, Direction]
) -> list[Requirement]:
    """What each term of a bound asks of the unknowns so that it is at most the target.

    A term is solved for the first of `unknowns` that it contains, in terms of the others; terms
    without any appear in no requirement, and must be compared with the target by themselves. Raises
    `ValueError` for a term that has the unknown in a logarithm or exponent.
    """
    found = []
    for minimum in bound.ordered():
        if len(minimum) != 1:
            raise ValueError("a minimum among the terms: solve each of its members apart")
        term = minimum[0]
        unknown = next((name for name in unknowns if term.power(name) - target.power(name)), None)
        if unknown is None:
            continue
        ratio = term * target**-1
        if unknown in {k for k, _ in ratio.logs} | {k[0] for k, _ in ratio.exps}:
            raise ValueError(f"{unknown} occurs in a logarithm or exponent of {term}")
        exponent = ratio.power(unknown)
        rest = Monomial(
            tuple(kv for kv in ratio.powers if kv[0] != unknown), ratio.logs, ratio.exps
        )
        # u**e * rest <= 1, so u >= rest**(-1/e) for e < 0 and u <= rest**(-1/e) for e > 0.
        found.append(Requirement(term, unknown, exponent < 0, rest ** (-1 / exponent)))
    return found


def solve(
    bound: Rate, target: Monomial, unknowns: list[str], directions: dict[str, Direction]
) -> dict[str, Rate]:
    """How large each unknown must be for every term of the bound to be at most the target.

    The unknowns are solved from the last to the first, each put into what the ones before it need;
    one that nothing asks for is left out. Raises `ValueError` when a term asks for an upper bound,
    or has no unknown and is not O(target).
    """
    asked = requirements(bound, target, unknowns, directions)
    if not all(r.at_least for r in asked):
        raise ValueError("some term asks for an upper bound")
    free = [m for m in bound.monomials() if m not in {r.term for r in asked}]
    for m in free:
        claim = RateProblem(directions, Rate.of(m), "O", Rate.of(target))
        if decide_rates(claim).outcome != "proved":
            raise ValueError(f"{m} is not O({target}), whatever {', '.join(unknowns)} are")
    found: dict[str, Rate] = {}
    for name in reversed(unknowns):
        bounds = [Rate.of(r.bound) for r in asked if r.unknown == name]
        for other, value in found.items():
            bounds = [b.substitute(other, value, directions) for b in bounds]
        if bounds:
            found[name] = reduce(Rate.__add__, bounds)
    return found
