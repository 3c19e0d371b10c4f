"""Who keeps what is the same in all cities."""

from __future__ import annotations

import pytest

from cities.roles.rules import Role
from cities.staff.models import User
from tests.factories import staff


@pytest.fixture
def country(db: None) -> User:
    """The administrator of the whole country."""
    return staff(Role.ADMINISTRATOR, None, first_name="Cora")
