"""What was believed on a day, as known on a day, against an oracle that keeps every fact in a list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.access.rules import OutOfSight, Refused
from cases.access.services import acting
from cases.travel.models import TravelStatus
from cases.travel.selectors import status_for, status_on, statuses_of
from cases.travel.services import correct_status, record_status
from tests.factories import AT, TODAY, Cast, a_case, a_person

pytestmark = pytest.mark.django_db

FIRST = date(2014, 1, 1)
OFFSETS = st.integers(0, 400)
VALUES = st.sampled_from(["LEFT", "IN_ZONE", "IN_TRANSIT", "KILLED", "RETURNED", "IND", "FTF5"])

#: (what, true since, how long after it became known, which earlier one it corrects or None)
HISTORIES = st.lists(st.tuples(VALUES, OFFSETS, st.integers(0, 60), st.none() | st.integers(0, 5)), max_size=7)


def facts(what: str, true_since: date, known_since: date) -> dict[str, Any]:
    value, situation = ("", what) if what in ("IND", "FTF5") else (what, "")
    return {
        "value": value, "situation": situation, "confidence": "PRESUMED", "source_kind": "FAMILY", "reliability": "C",
        "source": "Her mother", "true_since": true_since, "known_since": known_since, "reason": "As far as is known",
    }  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORIES, st.lists(st.tuples(OFFSETS, OFFSETS), min_size=5, max_size=5))
def test_status_on__as_an_oracle_says(
    cast: Cast, history: list[tuple[str, int, int, int | None]], asked: list[tuple[int, int]]
) -> None:
    person = a_person(by=cast.carla)
    rows: list[TravelStatus] = []
    corrected: dict[int, TravelStatus] = {}
    with acting(cast.carla):
        for what, offset, later, wrong in history:
            true_since = FIRST + timedelta(days=offset)
            said = facts(what, true_since, true_since + timedelta(days=later))
            act: dict[str, Any] = {"by": cast.carla, "at": AT, **said}
            try:
                if wrong is not None and wrong < len(rows):
                    row = correct_status(status=rows[wrong], **act)
                    corrected[rows[wrong].pk] = row
                else:
                    row = record_status(person=person, **act)
            except Refused:
                continue
            rows.append(row)
        for on_offset, known_offset in asked:
            on, known_on = FIRST + timedelta(days=on_offset), FIRST + timedelta(days=known_offset)
            assert status_on(person, on=on, known_on=known_on) == oracle(rows, corrected, on, known_on)


def oracle(
    rows: list[TravelStatus], corrected: dict[int, TravelStatus], on: date, known_on: date
) -> TravelStatus | None:
    best: TravelStatus | None = None
    for row in rows:
        if row.known_since > known_on or row.true_since > on:
            continue
        if row.pk in corrected and corrected[row.pk].known_since <= known_on:
            continue
        if row.situation == "IND" and row.true_since + relativedelta(months=6) <= on:
            continue
        rank = (row.true_since, row.known_since, row.pk)
        if best is None or rank > (best.true_since, best.known_since, best.pk):
            best = row
    return best


def test_status_on__before_anything_is_nothing(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    with acting(cast.carla):
        assert status_on(person, on=TODAY, known_on=TODAY) is None


def test_status_on__what_lapsed_gives_way_to_what_was_before(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    with acting(cast.carla):
        act: dict[str, Any] = {"person": person, "by": cast.carla, "at": AT}
        back = record_status(**act, **facts("RETURNED", date(2014, 1, 1), date(2014, 1, 1)))
        heard = record_status(**act, **facts("IND", date(2014, 3, 1), date(2014, 3, 1)))
        assert status_on(person, on=date(2014, 8, 31), known_on=TODAY) == heard
        assert status_on(person, on=date(2014, 9, 1), known_on=TODAY) == back


def test_statuses_of__all_that_was_ever_believed_newest_first(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        act: dict[str, Any] = {"by": cast.alice, "at": AT}
        left = record_status(person=case.person, **act, **facts("LEFT", date(2014, 1, 1), date(2014, 1, 1)))
        back = record_status(person=case.person, **act, **facts("RETURNED", date(2015, 1, 1), date(2015, 1, 1)))
        zone = correct_status(status=left, **act, **facts("IN_ZONE", date(2014, 2, 1), date(2014, 6, 1)))
        rows = list(statuses_of(case.person, cast.alice, at=AT))
        assert rows == [back, zone, left]
        assert rows[2].superseded_by == zone
    for user in (cast.bob, cast.charlie, cast.dana, cast.liaison):
        with acting(user):
            assert not statuses_of(case.person, user, at=AT).exists()
            with pytest.raises(OutOfSight):
                status_for(user, left.pk, at=AT)
    with acting(cast.mayor):
        assert status_for(cast.mayor, left.pk, at=AT) == left
        with pytest.raises(OutOfSight):
            status_for(cast.mayor, 10**12, at=AT)
