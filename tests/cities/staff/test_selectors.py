"""Who works where, on which day."""

from __future__ import annotations

from datetime import date, timedelta

from cities.records import as_set_up
from cities.roles.permissions import Permission
from cities.roles.rules import Role
from cities.staff.selectors import (
    Standing,
    colleagues,
    first_administrator,
    postings,
    postings_of,
    settings_standing,
    standing_of,
    users,
)
from tests.factories import AT, TODAY, Cast, a_user, posted, posting_of, staff

TOMORROW = TODAY + timedelta(days=1)


def test_standing_of__the_posting_that_has_the_act(cast: Cast) -> None:
    found = standing_of(cast.alice, Permission.CHECKIN_RECORD, at=AT, city_id=cast.city.pk)
    assert found == Standing(posting_of(cast.alice))
    assert (found.role, found.agency_id) == (Role.CASEWORKER, cast.agency.pk)
    assert standing_of(cast.alice, Permission.CHECKIN_RECORD, at=AT, city_id=cast.other_city.pk) is None
    assert standing_of(cast.alice, Permission.CASE_OPEN, at=AT) is None
    assert (Standing(None).role, Standing(None).agency_id) == ("", None)


def test_standing_of__half_open(cast: Cast) -> None:
    user = a_user()
    posted(user, Role.ANALYST, None, starts_on=TODAY, ends_on=TOMORROW)
    held = [standing_of(user, Permission.PICTURE_READ, at=AT + timedelta(days=days)) is not None for days in (-1, 0, 1)]
    assert held == [False, True, False]


def test_settings_standing__one_city_is_not_the_country(cast: Cast) -> None:
    assert settings_standing(cast.administrator, at=AT, city_id=cast.city.pk) is not None
    assert settings_standing(cast.administrator, at=AT, city_id=None) is None
    assert settings_standing(cast.administrator, at=AT, city_id=cast.other_city.pk) is None


def test_postings_of__those_that_hold(cast: Cast) -> None:
    ended = posted(cast.bob, Role.COORDINATOR, cast.city, starts_on=date(2020, 1, 1), ends_on=TODAY)
    assert list(postings_of(cast.bob, at=AT)) == [posting_of(cast.bob)]
    assert ended in postings()
    assert cast.bob in users()


def test_colleagues__of_the_city_by_name(cast: Cast) -> None:
    here = {posting.user for posting in colleagues(cast.city, at=AT)}
    assert {cast.alice, cast.bob, cast.carla, cast.mayor, cast.dana} <= here
    assert not {cast.charlie, cast.carlo, cast.liaison} & here
    assert {posting.user for posting in colleagues(cast.city, at=AT, role=Role.MAYOR)} == {cast.mayor}
    cast.bob.is_active = False
    with as_set_up():
        cast.bob.save(update_fields=["is_active"])
    assert cast.bob not in {posting.user for posting in colleagues(cast.city, at=AT)}


def test_first_administrator__of_the_whole_country(cast: Cast) -> None:
    assert first_administrator(at=AT) is None
    later = staff(Role.ADMINISTRATOR, None)
    first = a_user()
    posted(first, Role.ADMINISTRATOR, None, starts_on=date(2019, 1, 1))
    assert (first_administrator(at=AT), later != first) == (first, True)
