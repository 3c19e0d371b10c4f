"""Two versions of a plan side by side: what differs is marked, word by word, and no more is said about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from cases.assessments.rules import LifeDomain
from cases.plans.models import Goal


@dataclass(frozen=True)
class Piece:
    """Some words of a text, and whether the other version has them too."""

    words: str
    differs: bool
    space: str = ""  # between it and what follows: it belongs to neither


def _piece(words: list[str], *, differs: bool) -> Piece:
    text = "".join(words)
    bare = text.rstrip()
    return Piece(bare, differs, text[len(bare) :])


def side_by_side(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, with what is only in one of them marked."""
    left, right = (re.findall(r"\S+\s*", text) for text in (before, after))
    old: list[Piece] = []
    new: list[Piece] = []
    bare = [[word.strip() for word in words] for words in (left, right)]
    for kind, a, b, c, d in SequenceMatcher(a=bare[0], b=bare[1]).get_opcodes():
        if a < b:
            old.append(_piece(left[a:b], differs=kind != "equal"))
        if c < d:
            new.append(_piece(right[c:d], differs=kind != "equal"))
    return old, new


@dataclass(frozen=True)
class Pair:
    """A goal as it stands in both versions, or in one of them only."""

    before: Goal | None
    after: Goal | None
    texts: tuple[list[Piece], list[Piece]]


@dataclass
class Domain:
    """The goals of one domain of life."""

    label: str
    pairs: list[Pair] = field(default_factory=list)


def goals_by_domain(before: Sequence[Goal], after: Sequence[Goal], origins: Mapping[int, int | None]) -> list[Domain]:
    """Goals of two versions, paired where the later goes on from the earlier, under the domain it lies in now.

    `origins`: each goal's number -> the goal of the version before that it continues.
    """
    open_pairs = {goal.pk: goal for goal in before}
    pairs: list[Pair] = []
    for goal in after:
        origin = origins.get(goal.pk)
        while origin is not None and origin not in open_pairs:
            origin = origins.get(origin)
        was = open_pairs.pop(origin) if origin is not None else None
        pairs.append(_pair(was, goal))
    pairs += [_pair(goal, None) for goal in open_pairs.values()]
    domains = [Domain(label=str(domain.label)) for domain in LifeDomain]
    for pair in pairs:
        goal_now = pair.after or pair.before
        assert goal_now is not None
        domains[list(LifeDomain).index(LifeDomain(goal_now.domain))].pairs.append(pair)
    return [domain for domain in domains if domain.pairs]


def _pair(before: Goal | None, after: Goal | None) -> Pair:
    return Pair(before, after, side_by_side(before.text if before else "", after.text if after else ""))
