"""Conjunctions and matrix equations as lists of scalar relations."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

_MOST_TERMS = 40
_SCALAR = (sp.Eq, sp.Ne, sp.Ge, sp.Gt, sp.Le, sp.Lt)


def scalar_relations(relations: Iterable[sp.Basic]) -> tuple[sp.Basic, ...] | None:
    """The scalar relations whose conjunction is meant, or None when one is of another kind.

    An equation between matrices is one equation per entry; matrices of different shapes, and
    anything but an equation between matrices, give None.
    """
    found: list[sp.Basic] = []
    for relation in relations:
        if isinstance(relation, sp.And):
            inner = scalar_relations(relation.args)
            if inner is None:
                return None
            found.extend(inner)
        elif relation is sp.true:
            continue
        elif relation is sp.false:
            found.append(sp.false)
        elif isinstance(relation, _SCALAR):
            entries = _entries(_written_out(relation))
            if entries is None:
                return None
            found.extend(entries)
        else:
            return None
    return tuple(found)


def conjuncts(relations: Iterable[sp.Basic]) -> list[sp.Basic]:
    """The relations apart, each equation between matrices as one equation per entry."""
    found: list[sp.Basic] = []
    for relation in relations:
        for part in sp.And.make_args(relation):
            entries = _entries(part) if isinstance(part, sp.Eq) else None
            found += [part] if entries is None else entries
    return found


def _written_out(relation: sp.Basic) -> sp.Basic:
    """With the sums and products of a given small number of terms written term by term."""
    values = {}
    for fold in relation.atoms(sp.Sum, sp.Product):
        if len(fold.limits) != 1 or fold.function.has(sp.Sum, sp.Product):
            continue
        index, first, last = fold.limits[0]
        if first.is_Integer and last.is_Integer and 0 <= last - first + 1 <= _MOST_TERMS:
            terms = [fold.function.xreplace({index: sp.Integer(k)}) for k in range(first, last + 1)]
            values[fold] = sp.Add(*terms) if isinstance(fold, sp.Sum) else sp.Mul(*terms)
    if not values:
        return relation
    return relation.func(*(side.xreplace(values) for side in relation.args), evaluate=False)


def _entries(relation: sp.Basic) -> list[sp.Basic] | None:
    sides = [_explicit(side) for side in relation.args]
    matrices = [isinstance(side, sp.MatrixBase) for side in sides]
    if not any(matrices):
        scalar = all(isinstance(side, sp.Expr) for side in sides)
        return [relation] if scalar else None
    if not all(matrices) or not isinstance(relation, sp.Eq) or sides[0].shape != sides[1].shape:
        return None
    pairs = zip(sides[0].flat(), sides[1].flat(), strict=True)
    return [sp.Eq(a, b, evaluate=False) for a, b in pairs]


def _explicit(side: sp.Basic) -> sp.Basic:
    if isinstance(side, sp.MatrixBase):
        return sp.ImmutableMatrix(side)
    if isinstance(side, sp.MatrixExpr):
        return side.doit().as_explicit() if all(d.is_Integer for d in side.shape) else side
    return side


def squared_relation(relation: sp.Basic) -> sp.Basic | None:
    """An equivalent relation between the squares, where both sides are products of values >= 0.

    None when that would gain nothing: no square root or absolute value, or a sign not evident.
    """
    if not isinstance(relation, sp.Le | sp.Lt | sp.Ge | sp.Gt):
        return None
    squares = []
    gained = False
    for side in relation.args:
        square = sp.Integer(1)
        for factor in sp.Mul.make_args(side):
            if isinstance(factor, sp.Abs):
                square, gained = square * factor.args[0] ** 2, True
            elif factor.is_Pow and factor.exp.is_Rational and factor.exp.q == 2:
                square, gained = square * factor.base ** (2 * factor.exp), True
            elif factor.is_Rational and factor >= 0:
                square = square * factor**2
            else:
                return None
        squares.append(square)
    return relation.func(*squares, evaluate=False) if gained else None
