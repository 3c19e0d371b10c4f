"""Writing many rows at once, on behalf of a coordinator, through the same policies as everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeVar

from django.db import connection, models

from cities.agencies.models import Agency
from cities.places.models import City
from cities.places.rules import moment_of
from cities.roles.rules import Role
from cities.staff.models import Posting, User

RowT = TypeVar("RowT", bound=models.Model)
BATCH = 2_000


@dataclass
class Desk:
    """A city and its people, as the loading needs them."""

    city: City
    postings: list[Posting]
    agencies: dict[str, Agency]
    numbers: dict[int, int] = field(default_factory=dict)  # year -> the last case number given

    @property
    def coordinator(self) -> User:
        return self.of(Role.COORDINATOR)[0].user

    @property
    def caseworkers(self) -> list[Posting]:
        return self.of(Role.CASEWORKER)

    def of(self, role: Role) -> list[Posting]:
        return [posting for posting in self.postings if posting.role == role]


def ids(model: type[models.Model], count: int) -> list[int]:
    """So many new ids, so that rows can point at one another before any is written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def rows_of(model: type[RowT]) -> models.QuerySet[RowT]:
    """The rows that whoever acts may see."""
    return model._base_manager.all()


def put(rows: Sequence[RowT]) -> None:
    """Insert the rows, in order."""
    if rows:
        type(rows[0])._base_manager.bulk_create(rows, batch_size=BATCH)


def moment(day: date, hour: int = 16, minute: int = 0) -> datetime:
    """That day in Belgium, at an hour of the office."""
    return moment_of(day, time(hour, minute))
