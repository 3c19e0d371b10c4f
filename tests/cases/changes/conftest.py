"""A case that Alice leads, and what PostgreSQL wrote down of what was done to it."""

from __future__ import annotations

from typing import Any

import pytest

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.changes.models import ChangeRow
from cities.staff.models import User
from tests.factories import Cast, a_case


@pytest.fixture
def case(cast: Cast) -> Casefile:
    return a_case(by=cast.carla, lead=cast.alice)


def written(table: type[ChangeRow], row: Any, *, reader: User) -> list[ChangeRow]:
    """The changes of a row, in the order in which they were made."""
    with acting(reader):
        rows: Any = table.objects
        return list(rows.filter(object_type=row._meta.model_name, object_id=row.pk).order_by("pk"))
