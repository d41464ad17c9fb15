"""Certificates: what the deciders write down so that others can replay the decision.

A certificate is one JSON object. Numbers are strings (`"-3/7"`), never JSON numbers::

    {"format": "gd-theorems/certificate", "version": 1,
     "kind": "proof" | "refutation" | "rates",
     "engine": "intervals" | "polynomial" | "identity" | "rates" | ...,    # who says so
     "statement": {"relations": [[">=", expr, expr], ...],
                   "over": {"x": domain, ...}, "where": [["<", expr, expr], ...]},
     "text": the statement as one line,     "digest": SHA-256 of the statement's canonical JSON,
     "body": see below}

**Expressions** are prefix lists: `["rat", "3/7"]`, `["sym", "x"]`, `["pi"]`, `["e"]`,
`["euler_gamma"]`; `["add"|"mul"|"max"|"min", a, b, ...]`; `["pow", a, b]` (real: a rational power
that is not an integer needs a base >= 0); `[f, a]` for f in exp log sin cos tan cot sec csc asin
acos atan acot sinh cosh tanh coth asinh acosh atanh erf erfc gamma loggamma digamma abs sign floor
ceiling; `["polygamma", ["rat", "n"], a]`, n >= 1; `["piecewise", [value, condition], ...]` (first
condition that holds); `["sum"|"product", body, "k", low, high]`. **Conditions**: `["<", a, b]`,
likewise `<= > >= == !=`, `["and", ...]`, `["or", ...]`, `["not", c]`, `["true"]`, `["false"]`.

**Domains**: `["interval", low, high, left_open, right_open]` with ends constant expressions or
`"-oo"`, `"oo"`; `["integers", low, high]` (ends like `"0"`, or infinite); `["points", expr, ...]`;
`["union", domain, ...]`.

**Proof** body: `{"relations": [proof, ...]}`, one proof per relation of the statement, in order::

    proof = {"boxes": [box, ...], "lemmas": [lemma, ...]?, "shift": [[x, expr, k], ...]?}
    box   = {"box": {"x": [low, high], ...}, "why": reason, "lemmas": [lemma, ...]?}
    lemma = {"expr": e, "sign": ">" | ">=" | "<" | "<=" | "!=", "why": reason}

- A box lies in the statement's own variables. An end is a rational string, `"oo"`, `"-oo"`, or a
  constant expression (write the domain's own irrational ends verbatim, and rationals inside). A
  variable that is left out ranges over its whole domain; `{"box": {}, "why": ...}` is everything.
  Boxes are closed; the checker cuts them to the domain (open ends stay open) and checks that they
  cover it. For a variable over the integers only the integers need be covered.
- A lemma is a sign that is proved on the box (or the whole domain) before the rest, and then known
  wherever the expression `e` occurs literally: e.g. that a denominator is positive.
- `shift` replaces the symbol x by `expr + x` where the side condition `where[k]` says x > expr
  (or >=): from then on x stands for the excess, which ranges over (0, oo) (or [0, oo)), in boxes
  and reasons alike. Shifts apply in order; each adds the finite bounds that x had (the lower, then
  the upper) to the end of the list of side conditions.
- On each box the checker also sees that both sides are defined real numbers, by evaluation over
  the box (it bisects a little when that is not clear at once) and with the lemmas.

A **reason** shows g > 0 (or g >= 0) on the box, where g is `lhs - rhs` for `>` and `>=`, `rhs -
lhs` for `<` and `<=`. For `!=` the reason may carry `"side": 1 | -1` (g = ± (lhs - rhs) > 0).
For `==` g is `lhs - rhs` and the reason must end in `zero` (through rewrite, rule, resolve, cases,
split, constant, induction).

Each is checked by one module of `recheck`, which is named here (or documents its own):

- `kernel`: `{"by": "sign"}`: enclosure of g over the box, at 53 or 150 bits (where that is not
  enough, `bisection` tries halves and, with `"form": "mean_value"`, slopes).
- `normal`: `{"by": "zero"}`: g is identically 0 by the normal form of `rewrite`.
- `normal`: `{"by": "rewrite", "to": expr, "then": reason}`: g equals `expr` as a rational function
  of its maximal non-rational subterms (with `roots`: sqrt(a)**2 = a; `exponentials`: exp of sums
  split, multiple angles; `hyperbolic` functions as exponentials, `tangents` as quotients;
  `factorials`: gamma shifted by integers); `then` is about `expr`.
- `products`: `{"by": "product", "factors": [reason, ...]}`: g is a `mul`; one entry per argument:
  `{"sign": 1 | -1, "why": reason}` or `"even"` for a `pow` with even exponent (or squares of
  anything; >= 0 only).
- `where`: `{"by": "where", "where": k}`: g is a positive rational multiple of what where[k] makes
  positive.
- `split`: `{"by": "split", "var": "x", "at": c, "parts": [reason for x <= c, reason for x >= c]}`.
- `taylor`: `{"by": "monotone", "var": "x", "direction": 1 | -1, "slope": reason, "then": reason}`:
  `slope` shows direction * dg/dx >= 0 on the box (default: sign); `then` shows the claim on the
  face where x is least (direction 1) or greatest (-1). If that end is infinite or excluded, `then`
  may be `{"by": "limit"}`: the limit of g there is exactly known and >= 0 (`limits`).
- `taylor`: `{"by": "taylor", "var": "x", "at": end or exact point c, "order": m, "terms": [reason,
  ...]?, "rest": reason?, "rows": {"k": expr}?}`: tangency. With g_k = d^k g/dx^k at x = c (other
  variables free), each k < m has (x-c)^k g_k >= 0 on the box and g_m has (x-c)^m g_m >= 0 over the
  box. With c not an end but inside, or an expression in the other variables (`curves`), m is even
  and odd terms are zero. `terms` has m reasons (default: each `zero`, which is exact; else a reason
  for ±g_k >= 0, the sign that the side of c asks for), `rest` one for ±g_m (default sign). With c
  an end, `rows` gives forms of g_k, k >= 1, that are continuous at c where the literal one is not.
  With a strict claim, `rest` must be strict, and c outside the domain or g_0 > 0.
- `bernstein`: `{"by": "bernstein"}`: g is a polynomial over Q; its Bernstein coefficients on the
  box (finite ends rational; [a, oo) is brought to [0, 1) by x = a + t/(1-t)) have the sign. With a
  strict claim, for each choice of an included end of each variable (the whole side where none is)
  some coefficient of that face must be positive.
- `where`: `{"by": "outside", "where": k, "why": reason?}`: side condition k fails on the whole box.
- `apart`: `{"by": "apart", "var": "x", "at": c, "parts": [x < c, x == c, x > c]}` (null where
  empty).
- `cases`: `{"by": "cases", "on": u, "parts": [u > 0, u == 0, u < 0]}` with an expression u (null:
  the sign is impossible by evaluation).
- `resolve`: `{"by": "resolve", "of": e, "is": value, "why": reason?, "then": reason}`: e, an abs,
  sign, max, min or piecewise in g, equals `value` on the box; `why` shows the sign that this takes
  (u >= 0 or -u >= 0 for abs(u); one argument minus the others for max and min; default sign).
- `replace`: `{"by": "rule", "rule": name, "bind": {"a": expr, ...}, "needs": [reason, ...]?,
  "then": reason}`: replaces the instance of a named rewrite everywhere in g; needs default to sign.
  The rules and their conditions are the tables `RULES` in `rules` and `gammas`.
- `compare`: `{"by": "compare", "map": "log"|"exp", "left": A, "right": B, "factor": "1"?, "needs":
  [A > 0, B > 0]?, "to": expr?, "then": reason}`: g = factor (A - B), and `then` shows log A - log B
  > 0 (for exp: exp A - exp B), written as `to`: logs of products, powers, exponentials and gammas
  of what is seen to be positive are opened.
- `sums`: `{"by": "sum", "parts": [{"expr": e, "why": reason}, ...]}`: g is the sum of parts >=
  0 (the first > 0 where the claim is strict).
- `lemmas`: `{"by": "lemma", ...a lemma..., "then": reason}` shows one first.
- `turns`: `{"by": "turns", "times": n?, "real": expr?, "positive": reason?, "at": {"x": c, ...}?}`,
  for ==: n g, a sum of integer multiples of arcs, is a multiple of pi as Im Z = 0 by its normal
  form (of 2 pi with `real` = Re Z > 0), Z a positive multiple of exp(i n g); and |n g| is less than
  that (`above`, `below`: default sign), or is so at one point of a box without side conditions.
- `turns`: `{"by": "multiple", "times": a, "of": b, "then": reason}`: g = a b, and b = 0.
- `separation`: `{"by": "separation"}`: a constant g made of rationals, roots, and sines and cosines
  of rational multiples of pi is nearer to 0 than such a number can be without being 0.
- `separation`: `{"by": "logs", "times": n, "parts": [[c, a], ...], "then": reason?}`: n g = sum of
  c log a, and the product of a**c is 1, by `then` (default: separation).
- `changes`: `{"by": "change", "var": "x", "new": "t", "range": [low, high, open, open], "image":
  f(t), "inverse": t(x), "low": ..., "high": ..., "then": reason}`: x = f(t), where f(t(x)) = x and
  t(x) lies in the range of t for all x; `then` is about g in t.
- `compare`: `{"by": "powers", "left": A, "right": B, "power": "q", "need": A >= 0?, "to": expr,
  "then": reason}`: g = factor (A - B) by A**q - B**q, for q an integer >= 2 (`need` for even q).
- `multiplier`: `{"by": "multiplier", "times": m, "then": reason}`, for >= without side conditions:
  m g >= 0 with a polynomial m >= 0 that is not identically zero, and g continuous.
- `faces`: `{"by": "ends", "var": "x", "curvature": reason, "low": reason, "high": reason}`: g is
  concave in x (`curvature` shows -d2g/dx2 >= 0; default sign), so that the two faces decide.
- `minimum`: `{"by": "minimum", "at": {"x": c, ...}}`: g(c) >= 0 and its gradient is exactly 0 at an
  exact point c of the box; the Hessian is positive definite over the box (enclosures, elimination).
- `curves`: `{"by": "constant", "var": "x", "at": c, "slope": reason?, "then": reason?}`: dg/dx is
  identically 0 on the box (default: zero) and `then` (default zero) holds at x = c.
- `steps`: `{"by": "induction", "var": "n", "base": reason?, "step": reason?}` for `==` over
  integers n >= n0: g(n0) = 0 and g(n+1) - g(n) = 0 once sums and products with upper end n+1 are
  opened.
- `steps`: `{"by": "steps", "var": "n", "base": reason, "rate": e?, "why": rate > 0?, "to": expr,
  "then": reason}`: the same for >= and >: g(n0) > 0 and g(n+1) - rate g(n), which is `to`, is >= 0.
- `sturm`: `{"by": "sturm"}`: g is a polynomial in one variable over Q without a zero on the box
  (or, for a claim >=, without a zero of odd multiplicity inside), and positive at one point.

**Refutation** body: `{"point": {"x": constant expr, ...}, "relation": k, "failure": "false" |
"undefined", "prec": 200}`: the point is in the domain, and relation k is false there, or one of its
sides is not a real number there. Equality at a point is decided by the same normal form.

**Rates** body: see `recheck/rates.py`, which documents the statement too.

What only one engine can vouch for has no certificate (`None`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sympy as sp

from symbolic.problem import Problem
from symbolic.recheck.statement import (
    FORMAT,
    MAX_DEPTH,
    UNARY,
    VERSION,
    Malformed,
    digest,
    name_of,
    read_statement,
)
from symbolic.recheck.text import statement_text
from symbolic.relations import conjuncts

Json = list[Any]

CONSTANTS = {"pi": sp.pi, "e": sp.E, "euler_gamma": sp.EulerGamma}
FUNCTIONS: dict[str, Callable[..., sp.Expr]] = {
    **{name: getattr(sp, name) for name in UNARY - {"abs"}},
    "abs": sp.Abs,
    "max": sp.Max,
    "min": sp.Min,
}
_HEADS = {value: head for head, value in FUNCTIONS.items() if isinstance(value, type)}
RELATIONS = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "==": sp.Eq, "!=": sp.Ne}
_SIGNS = {
    sp.StrictLessThan: "<",
    sp.LessThan: "<=",
    sp.StrictGreaterThan: ">",
    sp.GreaterThan: ">=",
    sp.Equality: "==",
    sp.Unequality: "!=",
}
_MOST_FACTORS = 12
_ZERO: Json = ["rat", "0"]


def build(problem: Problem, engine: str, body: dict[str, Any], kind: str = "proof") -> dict:
    """The certificate that `engine` gives for `problem`; `body` is as documented above.

    Raises `Malformed` when the problem holds something that no certificate can express.
    """
    statement = encode_statement(problem)
    return {
        "format": FORMAT,
        "version": VERSION,
        "kind": kind,
        "engine": engine,
        "statement": statement,
        "text": statement_text(statement),
        "digest": digest(statement),
        "body": body,
    }


def save(certificate: dict[str, Any], path: str | Path) -> None:
    """Writes one certificate as a JSON file."""
    Path(path).write_text(json.dumps(certificate, allow_nan=False) + "\n", encoding="utf-8")


def encode_statement(problem: Problem) -> dict[str, Any]:
    """The problem as plain JSON; raises `Malformed` for what has no place in a certificate."""
    over: dict[str, Json] = {}
    for symbol in sorted(problem.over, key=lambda s: s.name):
        if symbol.name in over:
            raise Malformed(f"two symbols are named {symbol.name}")
        over[symbol.name] = encode_domain(problem.over[symbol])
    parts = conjuncts(problem.relations)
    sides = [part for relation in problem.where for part in sp.And.make_args(relation)]
    statement = {
        "relations": [_encode_relation(part) for part in parts],
        "over": over,
        "where": [_encode_relation(part) for part in sides],
    }
    for symbol in set().union(*(part.free_symbols for part in [*parts, *sides])):
        if symbol not in problem.over:
            raise Malformed(f"the symbol {symbol} ranges over no declared set")
    read_statement(statement)
    return statement


def _encode_relation(relation: sp.Basic) -> Json:
    if relation in (sp.true, sp.false):
        return ["==" if relation == sp.true else "!=", _ZERO, _ZERO]
    if type(relation) not in _SIGNS:
        raise Malformed(f"not a relation between two expressions: {str(relation)[:80]}")
    return encode_condition(relation)


def encode(expression: sp.Expr, depth: int = 0) -> Json:
    """A SymPy expression as a prefix list; raises `Malformed` for what has no such form."""
    if depth > MAX_DEPTH:
        raise Malformed(f"an expression is nested deeper than {MAX_DEPTH}")

    def inner(arg: sp.Expr) -> Json:
        return encode(arg, depth + 1)

    expr = sp.sympify(expression)
    if isinstance(expr, sp.Rational) and expr.is_finite:
        return ["rat", str(expr)]
    if isinstance(expr, sp.Symbol):
        return ["sym", name_of(expr.name)]
    for name, constant in CONSTANTS.items():
        if expr == constant:
            return [name]
    if isinstance(expr, sp.Add):
        return ["add", *map(inner, expr.args)]
    if isinstance(expr, sp.Mul):
        return ["mul", *map(inner, expr.args)]
    if isinstance(expr, sp.exp):
        return ["exp", inner(expr.exp)]
    if isinstance(expr, sp.Pow):
        return ["pow", inner(expr.base), inner(expr.exp)]
    if type(expr) in _HEADS:
        return [_HEADS[type(expr)], *map(inner, expr.args)]
    if isinstance(expr, sp.Piecewise):
        pieces = [[inner(value), encode_condition(test, depth + 1)] for value, test in expr.args]
        return ["piecewise", *pieces]
    if isinstance(expr, sp.Sum | sp.Product) and len(expr.limits) == 1:
        bound, low, high = expr.limits[0]
        head = "sum" if isinstance(expr, sp.Sum) else "product"
        return [head, inner(expr.function), name_of(str(bound)), inner(low), inner(high)]
    return _encode_other(expr, inner)


def _encode_other(expr: sp.Expr, inner: Callable[[sp.Expr], Json]) -> Json:
    """Functions that others express; each identity here is SymPy's own definition."""
    if isinstance(expr, sp.polygamma) and expr.args[0] == 0:
        return ["digamma", inner(expr.args[1])]
    if isinstance(expr, sp.polygamma) and isinstance(expr.args[0], sp.Integer):
        return ["polygamma", inner(expr.args[0]), inner(expr.args[1])]
    if isinstance(expr, sp.factorial):
        return ["gamma", ["add", inner(expr.args[0]), ["rat", "1"]]]
    if isinstance(expr, sp.binomial | sp.beta):
        return _combinatorial(expr, inner)
    if isinstance(expr, sp.sech | sp.csch):
        below = "cosh" if isinstance(expr, sp.sech) else "sinh"
        return ["pow", [below, inner(expr.args[0])], ["rat", "-1"]]
    if isinstance(expr, sp.sinc):
        arg = inner(expr.args[0])
        ratio = ["mul", ["sin", arg], ["pow", arg, ["rat", "-1"]]]
        return ["piecewise", [ratio, ["!=", arg, _ZERO]], [["rat", "1"], ["true"]]]
    if isinstance(expr, sp.Heaviside):
        arg = inner(expr.args[0])
        at_zero = inner(expr.args[1])
        return [
            "piecewise",
            [["rat", "1"], [">", arg, _ZERO]],
            [at_zero, ["==", arg, _ZERO]],
            [_ZERO, ["true"]],
        ]
    raise Malformed(f"no certificate can write {str(expr)[:80]} ({type(expr).__name__})")


def _combinatorial(expr: sp.Expr, inner: Callable[[sp.Expr], Json]) -> Json:
    """beta by gammas; binomial(a, b), for integers b >= 0, as the product of (a - b + i)/i."""
    a, b = expr.args
    if isinstance(expr, sp.beta):
        below = ["pow", ["gamma", inner(a + b)], ["rat", "-1"]]
        return ["mul", ["gamma", inner(a)], ["gamma", inner(b)], below]
    if b.is_Integer and 0 <= b <= _MOST_FACTORS:
        return inner(sp.Mul(*((a - b + j) / j for j in range(1, int(b) + 1))))
    names = {s.name for s in expr.free_symbols}
    index = ["sym", next(name for k in range(99) if (name := f"i{k}") not in names)]
    above = ["add", inner(a), ["mul", ["rat", "-1"], inner(b)], index]
    ratio = ["mul", above, ["pow", index, ["rat", "-1"]]]
    return ["product", ratio, index[1], ["rat", "1"], inner(b)]


def encode_condition(condition: sp.Basic, depth: int = 0) -> Json:
    """A SymPy relation or Boolean combination of relations as a prefix list."""
    if condition == sp.true or condition == sp.false:
        return ["true" if condition == sp.true else "false"]
    if type(condition) in _SIGNS:
        return [_SIGNS[type(condition)], *(encode(side, depth + 1) for side in condition.args)]
    for kind, head in ((sp.And, "and"), (sp.Or, "or"), (sp.Not, "not")):
        if isinstance(condition, kind):
            return [head, *(encode_condition(arg, depth + 1) for arg in condition.args)]
    raise Malformed(f"no certificate can write the condition {str(condition)[:80]}")


def encode_domain(domain: sp.Set) -> Json:
    """A set of reals as a prefix list; raises `Malformed` for other sets."""
    if isinstance(domain, sp.Union):
        return ["union", *(encode_domain(part) for part in domain.args)]
    if isinstance(domain, sp.FiniteSet) and domain:
        return ["points", *map(encode, domain)]
    if (isinstance(domain, sp.Range) and domain.size == sp.oo) or domain in _WHOLE:
        low, high = domain.inf, domain.sup
        if isinstance(domain, sp.Range) and abs(domain.step) != 1:
            raise Malformed(f"an infinite range with a step: {domain}")
        return ["integers", _end(low)[-1], _end(high)[-1]]
    if isinstance(domain, sp.Range) and domain.size:
        if abs(domain.step) == 1:
            return ["integers", str(domain.inf), str(domain.sup)]
        if domain.size <= 1000:
            return ["points", *map(encode, domain)]
    if isinstance(domain, sp.Interval):
        flags = [bool(domain.left_open), bool(domain.right_open)]
        low, high = _end(domain.start), _end(domain.end)
        return ["interval", low[0], high[0], *flags]
    raise Malformed(f"no certificate can write the domain {str(domain)[:80]}")


_WHOLE = (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers)


def _end(end: sp.Expr) -> Json:
    """One-entry list: the infinite end by name, else the expression; integers end as text."""
    if end in (sp.oo, -sp.oo):
        return ["oo" if end == sp.oo else "-oo"]
    code = encode(end)
    return [code, code[1]] if code[0] == "rat" else [code]
