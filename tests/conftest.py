"""What every test may ask for."""

import os

import pytest
from hypothesis import HealthCheck, settings

from config.testing import SHARE
from tests.factories import Cast, a_cast

# How long something takes says nothing about the rule.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice, Bob, Carla and the others, in two cities. Tests with a database of their own call `a_cast()`."""
    return a_cast()


def pytest_report_header() -> str:
    """Which part of the laws' long walks this run takes (`tests/architecture/shares.py`)."""
    return f"{SHARE}={os.environ[SHARE]}"
