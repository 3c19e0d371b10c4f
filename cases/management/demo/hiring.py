"""Writing the staff of the demo: agencies, seats, users and postings, with one ledger entry for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password

from cases.management.demo.extras import IN_FOLLOW_UP
from cases.management.demo.files import FOLLOWED
from cases.management.demo.places import PLACES
from cases.management.demo.staff import AGENCIES, COUNTRY, PASSWORD, SINCE, Colleague, staff
from cases.management.demo.writing import Desk, put
from cities.agencies.models import Agency, CellSeat
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.places.models import City
from cities.places.selectors import cities
from cities.records import as_set_up
from cities.staff.models import Posting, User


@dataclass(frozen=True)
class Hired:
    """Everybody who works here: by city, and those of no city by agency."""

    desks: dict[str, Desk]
    country: dict[str, list[Posting]]


def hire(at: datetime, extras: dict[str, int]) -> Hired:
    """Everybody who works here; more caseworkers where there are more people (`extras`)."""
    found = {city.code: city for city in cities()}
    country = {key: Agency(recorded_at=at, name=name, kind=kind) for key, (kind, name) in COUNTRY.items()}
    desks = {place.code: Desk(found[place.code], [], _agencies(found[place.code], at)) for place in PLACES}
    agencies = [*country.values(), *(agency for desk in desks.values() for agency in desk.agencies.values())]
    _write(agencies, act="ADD_AGENCY")
    _write([seat for desk in desks.values() for seat in _seats(desk, at)], act="SEAT_AGENCY")
    followed = {code: FOLLOWED.get(code, 2) + int(count * IN_FOLLOW_UP) for code, count in extras.items()}
    colleagues = staff(cases=followed)
    password = make_password(PASSWORD)  # once: it is slow, as it should be
    users = [_user(colleague, password, at) for colleague in colleagues]
    _write(users, act="CREATE_USER")
    postings = [
        _posting(colleague, user, desks.get(colleague.city), country, at)
        for colleague, user in zip(colleagues, users, strict=True)
    ]
    _write(postings, act="APPOINT")
    nowhere: dict[str, list[Posting]] = {}
    for colleague, posting in zip(colleagues, postings, strict=True):
        if colleague.city:
            desks[colleague.city].postings.append(posting)
        else:
            nowhere.setdefault(colleague.agency, []).append(posting)
    return Hired(desks, nowhere)


def _write(rows: Sequence[Agency] | Sequence[CellSeat] | Sequence[User] | Sequence[Posting], *, act: str) -> None:
    with as_set_up():
        put(rows)
    ledger.write(
        operation=Operation.ADMINISTER, by=Clock.SETUP, act=act, object_type=rows[0]._meta.model_name or "",
        object_ids=[row.pk for row in rows],
    )  # fmt: skip


def _agencies(city: City, at: datetime) -> dict[str, Agency]:
    return {
        key: Agency(
            recorded_at=at, name=name.format(city=city.name_en), kind=kind, city=city, phone=f"+32 000 {city.nis}"
        )
        for key, (kind, name, _) in AGENCIES.items()
    }


def _seats(desk: Desk, at: datetime) -> list[CellSeat]:
    return [
        CellSeat(recorded_at=at, city=desk.city, agency=desk.agencies[key], starts_on=SINCE)
        for key, (_, _, has_seat) in AGENCIES.items()
        if has_seat
    ]


def _user(colleague: Colleague, password: str, at: datetime) -> User:
    return User(
        username=colleague.email, email=colleague.email, first_name=colleague.given, last_name=colleague.surname,
        language=colleague.language, date_joined=at, password=password,
    )  # fmt: skip


def _posting(colleague: Colleague, user: User, desk: Desk | None, country: dict[str, Agency], at: datetime) -> Posting:
    return Posting(
        recorded_at=at, user=user, role=colleague.role, city=desk.city if desk else None, starts_on=SINCE,
        agency=desk.agencies[colleague.agency] if desk else country[colleague.agency],
    )  # fmt: skip
