"""What a block of my day is made of: rows with one button each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, QuerySet

from cases.web.pages import listed
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.requests import SignedIn

RowT = TypeVar("RowT", bound=Model)


@dataclass(frozen=True)
class Row:
    """One line: when, about whom, what, and its one button."""

    what: str
    reference: str
    address: str
    when: str = ""
    detail: str = ""
    late: str = ""
    act: str = ""
    act_address: str = ""


@dataclass(frozen=True)
class Block:
    """Some rows under a heading. `more`: how many are not shown; `empty`: what stands here when nothing is."""

    name: str
    title: str
    rows: Sequence[Row]
    more: int = 0
    empty: str = ""
    comes_first: bool = True
    only_if_any: bool = False

    @property
    def count(self) -> int:
        return len(self.rows) + self.more


def shown_of(
    request: SignedIn,
    found: QuerySet[RowT],
    most: int,
    permission: Permission,
    shows: str,
    part: Compartment = Compartment.CORE,
) -> tuple[list[RowT], int]:
    """The first rows, written down as shown, and how many there are besides."""
    rows = list(found[:most])
    more = found.count() - most if len(rows) == most else 0
    if rows:
        listed(request, rows, shows=shows, permission=permission, compartment=part)
    return rows, more
