"""The scenes that the laws walk through. Each is made once for many tests; each test leaves it as it found it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.architecture.scene import Scene as Pages
from tests.architecture.scene import a_scene as a_scene_of_pages
from tests.databases import current_name, point_at, point_at_furnished
from tests.factories import Cast, a_cast
from tests.factories.scene import Scene as Resources
from tests.factories.scene import a_scene as a_scene_of_resources


def _pages() -> Pages:
    return a_scene_of_pages(a_cast())


def _resources() -> Resources:
    return a_scene_of_resources(a_cast())


#: The name of a fixture -> what is made for it.
SCENES: dict[str, Callable[[], Any]] = {"scene": _pages, "resources": _resources}


@pytest.fixture(autouse=True)
def _made(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Before all else of a test: the database with the scene that it asks for. None when it asks for none."""
    wanted = [make for name, make in SCENES.items() if name in request.fixturenames]
    if not wanted:
        yield None
        return
    request.getfixturevalue("django_db_setup")
    blocker = request.getfixturevalue("django_db_blocker")
    before = current_name()
    with blocker.unblock():
        made = point_at_furnished(*wanted)
    yield made
    with blocker.unblock():
        point_at(before)


@pytest.fixture
def scene(_made: Pages, db: None) -> Pages:
    """One case with one of everything, so that every page leads somewhere."""
    return _made


@pytest.fixture
def resources(_made: Resources, db: None) -> Resources:
    """The same for the REST door."""
    return _made


@pytest.fixture
def cast(request: pytest.FixtureRequest, _made: Any, db: None) -> Cast:
    """The people of the scene, if the test asks for one."""
    return a_cast() if _made is None else _made.cast
