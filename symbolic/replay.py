"""Trying a certificate out on the independent checker before it is handed on."""

from __future__ import annotations

from typing import Any

from symbolic import clock
from symbolic.recheck import Verdict, recheck
from symbolic.watchdog import Expired, expires_at

_accepted: list[dict[str, Any]] = []  # the last one that was: several engines may ask about it


def replayed(certificate: dict[str, Any], seconds: float) -> Verdict:
    """What the checker says of the certificate within so many seconds of work."""
    if _accepted and _accepted[-1] is certificate:
        return Verdict(True, "accepted before")
    try:
        with expires_at(clock.now() + seconds):
            verdict = recheck(certificate, clock.wall_for(seconds))
    except Expired:
        return Verdict(False, "rejected: ran out of time")
    if verdict.ok:
        _accepted[:] = [certificate]
    return verdict
