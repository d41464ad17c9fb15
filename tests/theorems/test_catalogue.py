"""The catalogue as a whole: everything loads, and modules that only serve others are no defect."""

from __future__ import annotations

from theorems.ledger import LEDGER, coverage
from theorems.profiles import CATALOGUE_SIZE
from theorems.registry import catalogue
from theorems.selection import select, written_in


def test_every_module_loads_and_every_claim_is_well_formed() -> None:
    assert catalogue().defects == ()


def test_the_false_alarm_rate_is_shared_among_enough_claims() -> None:
    assert len(catalogue().claims) <= CATALOGUE_SIZE


def test_a_module_of_symbols_has_no_claims_and_no_defects() -> None:
    module = LEDGER.parent / "du2019" / "ch5_symbols.py"
    found = written_in(module, catalogue())
    assert found is not None
    assert (len(found.claims), found.defects) == (0, ())
    assert select([str(module)]).defects == ()


def test_chapters_five_and_seven_are_complete() -> None:
    missing = [
        row.id
        for row in coverage(catalogue().claims).missing
        if row.paper == "du2019" and row.chapter in ("5", "7")
    ]
    assert missing == []
