"""The public square with texts that would run something: names, sources, occasions, notes, and what a browser says of
itself. And which fields those are, with those of a case, so that each can be looked for on the pages."""

from __future__ import annotations

import html
from datetime import date, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import models
from django.utils import timezone

from cases.access.services import acting
from cities.agencies.models import CellSeat, ClosingDays
from cities.places.models import CitySettings, HotSpotDesignation, Population, SchoolHoliday
from cities.statistics.models import Figure, Series
from cities.tokens.services import issue_feed, issue_token
from tests.factories import Cast
from tests.journeys.hostile import typed_fields
from tests.journeys.payloads import MARK, PAYLOADS, Texts

#: Of the square too, each with its reason.
NOT_TYPED = {
    ("City", "code"): "three capitals", ("City", "nis"): "digits", ("City", "languages"): "codes of languages",
    ("Figure", "area"): "a code", ("Figure", "qualifier"): "chosen from a list when it is kept",
    ("Token", "start"): "made by the house", ("Token", "digest"): "made by the house",
    ("CalendarFeed", "start"): "made by the house", ("CalendarFeed", "digest"): "made by the house",
    ("User", "password"): "kept as a digest", ("User", "username"): "made of the e-mail address",
    ("User", "email"): "an address, which has no room for markup",
    ("Series", "code"): "letters and digits",
}  # fmt: skip
LEDGER = {"LedgerEntry", "Checkpoint", "Dispatch", "ReadMark", "Seal", "SealedEntry"}

#: Kept, and shown by no page, each with its reason.
SHOWN_NOWHERE: dict[tuple[str, str], str] = {}


def square_fields() -> set[tuple[str, str]]:
    """Every field of the square into which somebody types a text."""
    return {
        (model.__name__, field.name)
        for model in apps.get_app_config("cities").get_models()
        for field in model._meta.fields
        if isinstance(field, (models.CharField, models.TextField)) and not field.choices
        if model.__name__ not in LEDGER and (model.__name__, field.name) not in NOT_TYPED
    }


def a_hostile_square(cast: Cast, texts: Texts) -> None:
    """One row of everything that an administrator or whoever comes in can fill, each field with a text of its own."""
    now, today = timezone.now(), timezone.localdate()
    made: dict[str, Any] = {"recorded_at": now}
    issue_token(by=cast.carla, at=now, user=cast.carla, name="x")
    issue_feed(by=cast.carla, at=now, of_team=False)
    Population.objects.get_or_create(city=cast.city, year=2024, defaults={"inhabitants": 45000, **made})
    HotSpotDesignation.objects.get_or_create(city=cast.city, round=1, defaults={"starts_on": date(2024, 1, 1), **made})
    SchoolHoliday.objects.get_or_create(
        community="FLEMISH",
        starts_on=today + timedelta(days=40),
        defaults={"ends_on": today + timedelta(days=47), **made},
    )  # fmt: skip
    ClosingDays.objects.create(
        agency=cast.agency, starts_on=today + timedelta(days=50), ends_on=today + timedelta(days=52), **made
    )
    CitySettings.objects.get_or_create(city=cast.city, defaults=made)
    CellSeat.objects.get_or_create(agency=cast.agency, city=cast.city, defaults={"starts_on": date(2024, 1, 1), **made})
    series = Series.objects.create(code="invented", name="x", **made)
    Figure.objects.create(
        series=series, as_of=date(2015, 11, 3), area="23088", measure="left", value=500, source="x", **made
    )
    _fill(texts)
    Authenticator.objects.create(
        user=cast.carla, type="webauthn", data={"name": texts.short(100), "credential": {}, "passwordless": False}
    )
    SocialAccount.objects.create(
        user=cast.carla, provider="nowhere", uid=texts.short(150), extra_data={"name": texts.short(150)}
    )


def _fill(texts: Texts) -> None:
    """Every row, of whose fields none has one of the texts yet."""
    for one, name in sorted(square_fields()):
        model = apps.get_model("cities", one)
        field: Any = model._meta.get_field(name)
        for row in model._default_manager.all():
            if MARK not in str(getattr(row, name)):
                model._default_manager.filter(pk=row.pk).update(**{name: texts.short(field.max_length or 300)})


def devices(texts: Texts) -> None:
    """What each browser said of itself."""
    for row in UserSession.objects.all():
        UserSession.objects.filter(pk=row.pk).update(user_agent=texts.short(200))


def texts_in_fields(cast: Cast) -> dict[tuple[str, str], set[str]]:
    """The texts that stand in each field, of a case and of the square."""
    found: dict[tuple[str, str], set[str]] = {}
    for app, fields in (("cases", typed_fields()), ("cities", square_fields())):
        for one, name in fields:
            with acting(cast.dana if one == "SampleFinding" else cast.carla):
                rows = apps.get_model(app, one)._default_manager.filter(**{f"{name}__contains": MARK})
                values = list(rows.values_list(name, flat=True))
            found[one, name] = {line for value in values for line in value.splitlines() if line in PAYLOADS}
    names = Authenticator.objects.filter(type="webauthn").values_list("data__name", flat=True)
    return found | {PASSKEY: set(names) & set(PAYLOADS)}


PASSKEY = ("Authenticator", "name")


def shown_nowhere(fields: dict[tuple[str, str], set[str]], pages: list[str]) -> set[tuple[str, str]]:
    """Fields of which no text stands, as a text, on any of these pages. What is read is what a browser reads of it."""
    read = "\n".join(html.unescape(page) for page in pages)
    return {field for field, texts in fields.items() if not any(text in read for text in texts)}
