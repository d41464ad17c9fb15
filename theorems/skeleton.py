"""The skeleton that `theorems new` writes: a claim that runs, to be replaced piece by piece."""

from __future__ import annotations

import keyword
import re

_TEMPLATE = '''"""What the symbols stand for: one line for each, in the letters of the paper."""

from sympy import Interval, Symbol, cos

from theorems import Claim, Closed, Grid, Source, linspace

x = Symbol("x", real=True)

{name} = Claim(
    id="{id}",
    source=Source("{paper}", section="1.1", label="Lemma 1"),
    # The statement as it is printed, constants and all.
    statement=r"$\\cos x\\le 1-x^2/4$ for $0\\le x\\le 1$",
    # The domain that a proof must cover; where=[...] adds relations between symbols.
    over={{x: Interval(0, 1)}},
    # Closed(expression), Computed(f), Sampled(f), Simulated(f), or Side(closed=..., measured=...).
    lhs=Closed(cos(x)),
    relation="<=",
    rhs=Closed(1 - x**2 / 4),
    grid=Grid(x=linspace(0, 1, 9)),
    # uses=("{paper}.another-id",) names what the paper's proof rests on.
    # erratum="..." says in one line why a printed statement is false; the corrected statement
    # is a second claim with id "{id}.corrected" and corrects="{id}".
)
'''


def skeleton(id_: str) -> str:
    """Source text of a module with one claim of that id, which runs as it is."""
    name = re.sub(r"\W", "_", id_.split(".", 1)[1])
    if not name.isidentifier() or keyword.iskeyword(name):
        name = f"claim_{name}"
    return _TEMPLATE.format(id=id_, name=name, paper=id_.split(".", 1)[0])
