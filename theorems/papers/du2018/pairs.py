"""Claims that share what they measure: a printed claim and its correction, or a result that another
paper prints again. Each gives the fields of the second, `Claim(id=..., **corrected(printed))`."""

from __future__ import annotations

from typing import Any

from theorems.claim import Claim

MEASURED = ("over", "where", "hypotheses", "quantifier", "lhs", "relation", "rhs", "grid")
SAID = ("statement", "reading", "erratum")


def corrected(printed: Claim, **changes: Any) -> dict[str, Any]:
    """The printed claim's source, domain, sides and grid, with these changes."""
    fields = {name: getattr(printed, name) for name in MEASURED}
    return {"source": printed.source, "corrects": printed.id, **fields, **changes}


def restated(other: Claim, **changes: Any) -> dict[str, Any]:
    """All that the other paper's claim says and measures, with these changes."""
    fields = {name: getattr(other, name) for name in (*SAID, *MEASURED)}
    return {"restates": other.id, **fields, **changes}
