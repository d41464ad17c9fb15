"""What claims say of each other: ids that do not exist, and circles of what rests on what."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from theorems.claim import Claim
from theorems.validate import Defect, defect


def defects_between(claims: Mapping[str, Claim], known: Collection[str]) -> list[Defect]:
    """What is wrong between claims: ids they refer to that do not exist among `known`."""
    found = []
    for claim in claims.values():
        references = [("uses", id_) for id_ in claim.uses]
        if claim.corrects is not None:
            references.append(("corrects", claim.corrects))
        if claim.restates is not None:
            references.append(("restates", claim.restates))
        for field, id_ in references:
            if id_ == claim.id:
                message = f"{field} names itself; name what it rests on"
                found.append(defect(claim.location, claim.id, message))
            elif id_ not in known:
                close = difflib.get_close_matches(id_, known, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                message = f"{field} names {id_!r}, which does not exist{hint}"
                found.append(defect(claim.location, claim.id, message))
    return found


def circles(claims: Mapping[str, Claim]) -> list[str]:
    """One line for each circle among what claims rest on. No defect: in a proof by induction two
    statements may well rest on each other; anywhere else the proof is circular."""
    graph = {id_: [u for u in claim.uses if u in claims] for id_, claim in claims.items()}
    found = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = error.args[1][::-1][:-1]
            first = min(range(len(circle)), key=lambda index: list(claims).index(circle[index]))
            around = [*circle[first:], *circle[: first + 1]]
            where = claims[around[0]].location
            found.append(
                f"{where}: uses leads back to itself: {' -> '.join(around)}"
                " (sound in an induction alone)"
            )
            graph[around[0]] = []
        else:
            return found
