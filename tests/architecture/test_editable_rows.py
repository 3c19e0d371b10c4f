"""J6, of every table: what can be changed has a version, or it stands here why nobody overwrites anything in it."""

from __future__ import annotations

import pytest

from tests.architecture.versions import can_be_changed, has_version

UNVERSIONED: dict[str, str] = {}


@pytest.mark.django_db
def test_every_row_that_can_be_changed__has_a_version() -> None:
    without = {model._meta.label for model in can_be_changed() if not has_version(model)}
    print(sorted(without))
    assert without == set(UNVERSIONED)
