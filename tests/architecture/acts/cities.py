"""Keeping cities, agencies, users, postings and figures: on behalf of an administrator of the whole country."""

from datetime import date, time
from decimal import Decimal
from functools import partial
from typing import Any

from cities.agencies.services import (
    add_agency,
    add_closing_days,
    change_agency,
    end_seat,
    seat_agency,
    withdraw_closing_days,
)
from cities.ledger.rules import Clock
from cities.places.services import (
    add_city,
    change_city,
    change_city_settings,
    designate,
    put_school_holiday,
    record_population,
)
from cities.roles.rules import Role
from cities.staff.models import User
from cities.staff.services import (
    appoint,
    change_absence,
    change_preferences,
    change_user,
    confirm_postings,
    create_user,
    end_posting,
    open_account,
    open_staff,
    record_absence,
    withdraw_absence,
)
from cities.statistics.services import put_figure, put_series
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, TODAY, Cast, a_user, posting_of, staff
from tests.factories.absences import an_absence

START = date(2024, 1, 1)


def _keeper() -> User:
    return staff(Role.ADMINISTRATOR, None, first_name="Keeper")


@scene_of(add_agency)
def _(cast: Cast) -> Scene:
    by = _keeper()
    return Scene(by, partial(add_agency, by=by, at=AT, name="Invented school", kind="SCHOOL", city=cast.city))


@scene_of(change_agency)
def _(cast: Cast) -> Scene:
    by = _keeper()
    act = partial(change_agency, agency=cast.agency, by=by, at=AT, version=1, name="Invented house", kind="PREVENTION")
    return Scene(by, act)


@scene_of(seat_agency)
def _(cast: Cast) -> Scene:
    by = _keeper()
    return Scene(by, partial(seat_agency, by=by, at=AT, city=cast.city, agency=cast.agency, starts_on=START))


@scene_of(end_seat)
def _(cast: Cast) -> Scene:
    seat = seat_agency(by=Clock.SETUP, at=AT, city=cast.city, agency=cast.agency, starts_on=START)
    by = _keeper()
    return Scene(by, partial(end_seat, seat=seat, by=by, at=AT, version=1, ends_on=TODAY))


NAMES: dict[str, Any] = {f"name_{language}": "Nowhere" for language in ("nl", "fr", "de", "en")}


@scene_of(add_city)
def _(cast: Cast) -> Scene:
    by = _keeper()
    act = partial(add_city, by=by, at=AT, code="NOW", nis="99999", region="FLANDERS", languages="nl", **NAMES)
    return Scene(by, act)


@scene_of(change_city)
def _(cast: Cast) -> Scene:
    by = _keeper()
    act = partial(change_city, city=cast.city, by=by, at=AT, version=1, region="FLANDERS", languages="nl", **NAMES)
    return Scene(by, act)


@scene_of(record_population)
def _(cast: Cast) -> Scene:
    by = _keeper()
    return Scene(by, partial(record_population, by=by, at=AT, city=cast.city, year=2024, inhabitants=40_000))


@scene_of(designate)
def _(cast: Cast) -> Scene:
    by = _keeper()
    return Scene(by, partial(designate, by=by, at=AT, city=cast.city, round=1, starts_on=START))


@scene_of(create_user)
def _(cast: Cast) -> Scene:
    by = _keeper()
    act = partial(create_user, by=by, at=AT, email="new@example.org", first_name="Nova", last_name="Example")
    return Scene(by, act)


@scene_of(change_user)
def _(cast: Cast) -> Scene:
    by = _keeper()
    act = partial(
        change_user, user=cast.bob, by=by, at=AT, version=1, first_name="Robert", last_name="Example", language="nl",
        phone="", is_active=True,
    )  # fmt: skip
    return Scene(by, act)


@scene_of(change_preferences)
def _(cast: Cast) -> Scene:
    by = User.objects.get(pk=cast.alice.pk)
    act = partial(
        change_preferences, by=by, at=AT, language="fr", shortcuts=False, by_email=False, digest_at=time(8),
        remind_before=30,
    )  # fmt: skip
    return Scene(by, act)


@scene_of(appoint)
def _(cast: Cast) -> Scene:
    by, user = _keeper(), a_user()
    act = partial(
        appoint, by=by, at=AT, user=user, role=Role.CASEWORKER, agency=cast.agency, city=cast.city, starts_on=START
    )  # fmt: skip
    return Scene(by, act)


@scene_of(end_posting)
def _(cast: Cast) -> Scene:
    by = _keeper()
    return Scene(by, partial(end_posting, posting=posting_of(cast.bob), by=by, at=AT, version=1, ends_on=TODAY))


@scene_of(open_staff)
def _(cast: Cast) -> Scene:
    by = _keeper()
    return Scene(by, partial(open_staff, by=by, at=AT, kind="user", ids=[cast.bob.pk], fields=["email"]))


@scene_of(open_account)
def _(cast: Cast) -> Scene:
    by = _keeper()
    return Scene(by, partial(open_account, user=cast.bob, by=by, at=AT, fields=["email"], purpose="entrance_account"))


@scene_of(confirm_postings)
def _(cast: Cast) -> Scene:
    act = partial(confirm_postings, by=cast.dana, at=AT, postings=[posting_of(cast.carla).pk])
    return Scene(cast.dana, act)


@scene_of(put_series)
def _(cast: Cast) -> Scene:
    by = _keeper()
    return Scene(by, partial(put_series, by=by, at=AT, code="INVENTED", name="Invented figures"))


@scene_of(put_figure)
def _(cast: Cast) -> Scene:
    by = _keeper()
    series = put_series(by=Clock.SETUP, at=AT, code="INVENTED", name="Invented figures")
    act = partial(
        put_figure, by=by, at=AT, series=series, as_of=START, area="BE", measure="LEFT", value=Decimal(1), source="None"
    )  # fmt: skip
    return Scene(by, act)


CLOSED: dict[str, Any] = {"starts_on": date(2024, 12, 25), "ends_on": date(2025, 1, 2)}


@scene_of(add_closing_days)
def _(cast: Cast) -> Scene:
    by = _keeper()
    return Scene(by, partial(add_closing_days, by=by, at=AT, agency=cast.agency, **CLOSED))


@scene_of(withdraw_closing_days)
def _(cast: Cast) -> Scene:
    row = add_closing_days(by=Clock.SETUP, at=AT, agency=cast.agency, **CLOSED)
    by = _keeper()
    return Scene(by, partial(withdraw_closing_days, closing=row, by=by, at=AT, version=1))


@scene_of(change_city_settings)
def _(cast: Cast) -> Scene:
    by = _keeper()
    act = partial(
        change_city_settings, city=cast.city, by=by, at=AT, coordinator_after=1, conference_after=2, misses_in_a_row=2,
        quiet_from=time(19), quiet_until=time(8),
    )  # fmt: skip
    return Scene(by, act)


@scene_of(put_school_holiday)
def _(cast: Cast) -> Scene:
    by = _keeper()
    return Scene(by, partial(put_school_holiday, by=by, at=AT, community="FLEMISH", **CLOSED, **NAMES))


@scene_of(record_absence)
def _(cast: Cast) -> Scene:
    act = partial(
        record_absence, by=cast.alice, at=AT, user=cast.alice, starts_on=TODAY, ends_on=date(2024, 11, 12),
        deputy=cast.bob,
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(change_absence)
def _(cast: Cast) -> Scene:
    row = an_absence(cast.alice)
    act = partial(
        change_absence, absence=row, by=cast.carla, at=AT, version=1, starts_on=TODAY, ends_on=date(2024, 11, 20),
        deputy=cast.bob,
    )  # fmt: skip
    return Scene(cast.carla, act)


@scene_of(withdraw_absence)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(withdraw_absence, absence=an_absence(cast.alice), by=cast.alice, at=AT, version=1))
