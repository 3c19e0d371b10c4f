"""Cities, agencies and staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.utils import timezone
from factory.declarations import LazyAttribute, Sequence
from factory.django import DjangoModelFactory

from cases.access.models import postings_in_force
from cases.access.services import acting
from cities.agencies.models import Agency
from cities.agencies.rules import AgencyKind
from cities.places.models import City
from cities.places.rules import Region
from cities.records import as_set_up
from cities.roles.rules import WITHOUT_CITY, Role
from cities.staff.models import Posting, User

T = TypeVar("T")

#: "Now" in tests: a Tuesday morning, no holiday. It lies in the past because PostgreSQL judges grants by its own clock:
#: what begins or ends at AT, or some days later, has begun or ended for row-level security too.
AT = datetime(2024, 11, 5, 10, 0, tzinfo=ZoneInfo("Europe/Brussels"))
TODAY = AT.date()

#: Long before: since then everybody is posted.
SINCE = date(2020, 1, 1)

#: code -> NIS code, name, region. Real places; everybody in them is invented.
CITIES = {
    "VIL": ("23088", "Vilvoorde", Region.FLANDERS),
    "VER": ("63079", "Verviers", Region.WALLONIA),
    "MEC": ("12025", "Mechelen", Region.FLANDERS),
}


class AgencyFactory(DjangoModelFactory[Agency]):
    """An agency with a name of its own."""

    class Meta:
        model = Agency

    recorded_at = AT
    name = Sequence(lambda number: f"Invented agency {number}")  # type: ignore[no-untyped-call]
    kind = AgencyKind.PREVENTION


class UserFactory(DjangoModelFactory[User]):
    """Somebody who can sign in, with an address that nobody has."""

    class Meta:
        model = User

    username = Sequence(lambda number: f"invented{number}")  # type: ignore[no-untyped-call]
    first_name = "Testa"
    last_name = Sequence(lambda number: f"Example{number}")  # type: ignore[no-untyped-call]
    password = "!"  # nobody signs in with it; `client.force_login(user)` does
    email = LazyAttribute(lambda user: f"{user.username}@example.org")  # type: ignore[no-untyped-call]


HOUR = timedelta(hours=1)


def lately(before: timedelta = HOUR) -> datetime:
    """So long ago, on this very day: soon after midnight that is its first moment."""
    first = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return max(timezone.now() - before, first)


def a_city(code: str = "VIL") -> City:
    """A city by its code; the same one when asked again."""
    nis, name, region = CITIES[code]
    names = {"name_nl": name, "name_fr": name, "name_de": name, "name_en": name}
    city, _made = City.objects.get_or_create(
        code=code, defaults={"nis": nis, "region": region, "languages": "nl", "recorded_at": AT, **names}
    )
    return city


def an_agency(city: City | None = None, kind: str = AgencyKind.PREVENTION, **fields: object) -> Agency:
    """An agency in the city, or a federal one."""
    return AgencyFactory.create(city=city, kind=kind, **fields)


def a_user(first_name: str = "Testa", **fields: object) -> User:
    """A user without any posting."""
    with as_set_up():
        return UserFactory.create(first_name=first_name, **fields)


def posted(
    user: User,
    role: Role,
    city: City | None,
    *,
    agency: Agency | None = None,
    starts_on: date = SINCE,
    ends_on: date | None = None,
) -> Posting:
    """Post a user; the agency is made when none is given."""
    with as_set_up():
        return Posting.objects.create(
            recorded_at=AT, user=user, role=role, city=city, agency=agency or an_agency(city),
            starts_on=starts_on, ends_on=ends_on,
        )  # fmt: skip


def staff(
    role: Role, city: City | None = None, *, first_name: str = "Testa", agency: Agency | None = None, **fields: object
) -> User:
    """A new user with one posting. In a city, unless the role needs none and none is given."""
    if city is None and role not in WITHOUT_CITY:
        city = a_city()
    user = a_user(first_name, **fields)
    posted(user, role, city, agency=agency)
    return user


def on_her_behalf(act: Callable[..., T]) -> Callable[..., T]:
    """The same act, done as at every door: the database is told who does it."""

    @wraps(act)
    def acted(*, by: User, **said: Any) -> T:
        with acting(by):
            return act(by=by, **said)

    return acted


def posting_of(user: User, *, at: datetime = AT) -> Posting:
    """The posting a user holds; the first when she holds several."""
    return postings_in_force(user, at=at).order_by("starts_on", "pk")[0]
