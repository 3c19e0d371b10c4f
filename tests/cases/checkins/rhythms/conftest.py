"""A rhythm that is another one from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.services import change_rhythm
from tests.cases.checkins.conftest import Followed
from tests.factories import AT


def changed(followed: Followed, rhythm: Rhythm, from_on: date, **said: Any) -> Rhythm:
    wanted: dict[str, Any] = {
        "kind": "HOME", "frequency": "WEEKS", "every": 1, "weekdays": [3], "caseworker": followed.alice,
    }  # fmt: skip
    version = followed.fresh(rhythm).version
    with acting(followed.alice):
        return change_rhythm(
            rhythm=rhythm, by=followed.alice, at=AT, version=version, from_on=from_on, **(wanted | said)
        )
