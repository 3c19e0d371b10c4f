"""What every test may ask for."""

import pytest

from tests.factories import Cast, a_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice, Bob, Carla and the others, in two cities. Tests with a database of their own call `a_cast()`."""
    return a_cast()
