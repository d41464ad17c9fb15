"""Extension: roots of higher order. The rule `root-q`: a**(1/q) = b where a = b**q and b >= 0.

It is the rule `square-root` of `rules` for q = 3, ..., 12, with the same names a and b.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.recheck.terms import power, sub, symbol

ORDERS = range(3, 13)
_a, _b = symbol("a"), symbol("b")
ROOTS = {
    f"root-{q}": (power(_a, Fraction(1, q)), _b, ((sub(_a, power(_b, q)), None), (_b, False)))
    for q in ORDERS
}
KNOWN = {("rule", name): found for name, found in ROOTS.items()}
