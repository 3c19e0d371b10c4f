"""Users and postings: who can sign in, and who works where, as what, from when to when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, TypedDict, Unpack

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.records import keep, keep_version, put_in, require_as_read
from cities.refusals import NotAllowed, Refused, clean_text
from cities.roles.permissions import Permission
from cities.roles.rules import BOUND_TO_KIND, WITHOUT_CITY, Role
from cities.staff.models import Posting, User
from cities.staff.selectors import Standing, settings_standing, standing_of
from cities.staff.services.sessions import end_sessions, revoke_keys

if TYPE_CHECKING:
    from cities.agencies.models import Agency
    from cities.places.models import City

#: A reminder before a contact comes at most a day before it, in minutes.
LONGEST_BEFORE = 24 * 60


def require_settings(by: User | Clock, *, at: datetime, city_id: int | None, code_list: bool = False) -> Standing:
    """The first line of every service of settings: may `by` change those of this city, or of the country (None)?

    A set-up command may. A superuser may change code lists, and nothing else. Raises `NotAllowed`.
    """
    if isinstance(by, Clock):
        if by is not Clock.SETUP:
            raise NotAllowed(Permission.SETTINGS_CHANGE.value)
        return Standing(None)
    found = settings_standing(by, at=at, city_id=city_id)
    if found is None and not (code_list and by.is_superuser):
        raise NotAllowed(Permission.SETTINGS_CHANGE.value)
    return found or Standing(None)


def write_settings(
    *,
    by: User | Clock,
    act: str,
    row: models.Model,
    fields: Iterable[str],
    standing: Standing,
    city_id: int | None = None,
) -> None:
    """One ledger entry about a change of settings, in the transaction of the change: field names, no values."""
    ledger.write(
        operation=Operation.ADMINISTER, by=by, act=act, object_type=row._meta.model_name or "", object_ids=[row.pk],
        fields=sorted(fields), city_id=city_id, role=standing.role, agency_id=standing.agency_id,
    )  # fmt: skip


@transaction.atomic
def create_user(
    *,
    by: User | Clock,
    at: datetime,
    email: str,
    first_name: str,
    last_name: str,
    language: str = "en",
    phone: str = "",
    password: str | None = None,
) -> User:
    """Somebody who will be able to sign in, by e-mail address. Without a password she asks for one by e-mail.

    Any administrator may do this, of whichever city: an account sees nothing until it has a posting.
    """
    found = any_administrator(by, at=at)
    address = clean_text(email, field="email", most=150, needed=True, one_line=True).lower()
    user = User(
        username=re.sub(r"[^\w.@+-]", "_", address), email=address, language=language, date_joined=at,
        first_name=clean_text(first_name, field="first_name", most=150, needed=True, one_line=True),
        last_name=clean_text(last_name, field="last_name", most=150, needed=True, one_line=True),
        phone=clean_text(phone, field="phone", most=40, one_line=True),
    )  # fmt: skip
    user.set_password(password)
    if User.objects.filter(Q(username=user.username) | Q(email__iexact=address)).exists():
        raise Refused(_("Another user has this e-mail address."), field="email", code="exists")
    keep(user, field="email")
    fields = ("email", "first_name", "last_name", "language", "phone")
    write_settings(by=by, act="CREATE_USER", row=user, fields=fields, standing=found)
    return user


@transaction.atomic
def change_user(
    *, user: User, by: User | Clock, at: datetime, version: int, first_name: str, last_name: str, language: str,
    phone: str, is_active: bool,
) -> User:  # fmt: skip
    """How somebody is called and reached, and whether she can sign in. The e-mail address stays what it was:
    it is what she signs in with, and whoever could change it could sign in as her. An administrator of one city
    changes nothing about somebody who is posted elsewhere too. Closing an account ends its sessions, tokens, feeds and
    postings from that moment on, and with them all that was granted by them: opened again, it begins with nothing."""
    found = require_over(user, by=by, at=at)
    user = User.objects.select_for_update().get(pk=user.pk)
    require_as_read(user, version)
    if user == by and not is_active:
        raise Refused(_("Nobody closes her own account."), field="is_active", code="oneself")
    values = {
        "first_name": clean_text(first_name, field="first_name", most=150, needed=True, one_line=True),
        "last_name": clean_text(last_name, field="last_name", most=150, needed=True, one_line=True),
        "phone": clean_text(phone, field="phone", most=40, one_line=True),
        "language": language,
        "is_active": is_active,
    }
    if changed := put_in(user, values):
        keep_version(user, changed)
        write_settings(by=by, act="CHANGE_USER", row=user, fields=changed, standing=found)
        if not user.is_active:
            end_sessions(user)
            revoke_keys(user, by=by, at=at, standing=found)
            _end_postings(user, by=by, at=at, standing=found)
    return user


def _end_postings(user: User, *, by: User | Clock, at: datetime, standing: Standing) -> None:
    """At once, those to come too."""
    today = timezone.localdate(at)
    for posting in _postings_left(user, at=at).select_for_update().order_by("pk"):
        posting.ends_on, posting.ended_at = max(today, posting.starts_on), at if posting.starts_on <= today else None
        keep_version(posting, ["ends_on", "ended_at"], field="is_active")
        write_settings(
            by=by, act="END_POSTING", row=posting, fields=["ends_on"], standing=standing, city_id=posting.city_id
        )  # fmt: skip


def _postings_left(user: User, *, at: datetime) -> QuerySet[Posting]:
    """Those of today that go on, and those to come."""
    left = Q(ends_on__isnull=True) | Q(ends_on__gt=timezone.localdate(at))
    return Posting.objects.filter(left, user=user)


class Preferences(TypedDict, total=False):
    """What somebody chooses for herself: language and keys, and how and when she is told what waits for her."""

    language: str
    shortcuts: bool
    by_email: bool
    digest_at: time | None
    remind_before: int


@transaction.atomic
def change_preferences(*, by: User, at: datetime, **chosen: Unpack[Preferences]) -> User:
    """She chose these for herself; what isn't among them stays as it stands.

    She is the only one who chooses here, so it isn't asked which version she read (docs/decisions/0035); it becomes a
    version further, because an administrator may be at the same account. The clock looks again at once when that
    changes, so that it holds for what is on today.
    """
    if not 0 <= chosen.get("remind_before", 0) <= LONGEST_BEFORE:
        raise Refused(_("From 0 minutes to a day."), field="remind_before", code="range")
    row = User.objects.select_for_update().get(pk=by.pk)
    if changed := put_in(row, chosen):
        if {"digest_at", "remind_before"} & set(changed):
            row.next_digest_at = at
        keep_version(row, [*changed, "next_digest_at"])
        standing = standing_of(by, Permission.CITY_READ, at=at) or Standing(None)
        ledger.write(
            operation=Operation.ALTER, by=by, act="PREFERENCES", object_type="user", object_ids=[by.pk],
            fields=sorted(changed), role=standing.role, agency_id=standing.agency_id,
        )  # fmt: skip
    return row


@transaction.atomic
def appoint(
    *,
    by: User | Clock,
    at: datetime,
    user: User,
    role: str,
    agency: Agency,
    city: City | None = None,
    starts_on: date,
    ends_on: date | None = None,
) -> Posting:
    """Post somebody: as what, for which agency, where, from when until when.

    Nobody appoints herself. An administrator of one city posts people there, at an agency of that city; what serves
    more than one city is posted by an administrator of the whole country.
    """
    found = require_settings(by, at=at, city_id=city.pk if city else None)
    if agency.city_id is None:
        found = require_settings(by, at=at, city_id=None)
    user = User.objects.select_for_update().get(pk=user.pk)  # one at a time, so that two can't overlap
    if user == by:
        raise Refused(_("Nobody appoints herself: ask another administrator."), field="user", code="oneself")
    if not user.is_active:
        raise Refused(_("This account is closed."), field="user", code="closed")
    if not agency.is_active:
        raise Refused(_("This agency is no longer in use."), field="agency", code="closed")
    if city is not None and agency.city_id not in (None, city.pk):
        raise Refused(_("This agency belongs to another city."), field="agency", code="other_city")
    if city is None and role not in WITHOUT_CITY:
        raise Refused(_("This role is held in a city: choose which."), field="city", code="required")
    if role in BOUND_TO_KIND and agency.kind != BOUND_TO_KIND[Role(role)]:
        raise Refused(_("This role is not held at an agency of this kind."), field="agency", code="kind")
    posting = Posting(
        recorded_at=at, recorded_by=None if isinstance(by, Clock) else by, user=user, role=role, agency=agency,
        city=city, starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("A posting ends on or after the day it starts."), field="ends_on", code="period")
    keep(posting, field="starts_on")
    write_settings(
        by=by, act="APPOINT", row=posting, standing=found, city_id=posting.city_id,
        fields=("user", "role", "agency", "city", "starts_on", "ends_on"),
    )  # fmt: skip
    return posting


@transaction.atomic
def end_posting(*, posting: Posting, by: User | Clock, at: datetime, version: int, ends_on: date) -> Posting:
    """From `ends_on` the posting no longer holds, nor what was granted by it. A day gone by can't be taken back:
    who could see what on that day must stay true."""
    city_id = posting.city_id
    found = require_settings(by, at=at, city_id=city_id)
    posting = Posting.objects.select_for_update().get(pk=posting.pk)
    require_as_read(posting, version)
    today = timezone.localdate(at)
    if posting.ends_on is not None and posting.ends_on <= today:
        raise Refused(_("This posting has ended already."), field="ends_on", code="ended")
    if ends_on < today:
        raise Refused(_("A posting ends today or later."), field="ends_on", code="past")
    if ends_on < posting.starts_on:
        raise Refused(_("A posting ends on or after the day it starts."), field="ends_on", code="period")
    posting.ended_at = at if ends_on == today else None
    if changed := put_in(posting, {"ends_on": ends_on}):
        keep_version(posting, [*changed, "ended_at"], field="ends_on")
        write_settings(
            by=by, act="END_POSTING", row=posting, fields=changed, standing=found, city_id=city_id
        )  # fmt: skip
    return posting


def require_over(user: User, *, by: User | Clock, at: datetime) -> Standing:
    """May `by` change something about this account? An administrator of one city nothing about somebody who is posted
    elsewhere too, or is to be; nor about who left, unless it was for this city that she worked last. A superuser's
    takes an administrator of the country. One that never had a posting is anybody's who administers, as it was to
    make. Raises `NotAllowed`. See `docs/decisions/0037`."""
    found = any_administrator(by, at=at)
    for city_id in _kept_in(user, at=at):
        require_settings(by, at=at, city_id=city_id)
    return found


def _kept_in(user: User, *, at: datetime) -> Sequence[int | None]:
    """The cities whose administrator, each of them, it takes; None: the country's."""
    if user.is_superuser:
        return [None]
    left = list(_postings_left(user, at=at).values_list("city_id", flat=True))
    last = Posting.objects.filter(user=user).order_by("-ends_on", "-pk").values_list("city_id", flat=True)
    return left or list(last[:1])


def any_administrator(by: User | Clock, *, at: datetime) -> Standing:
    """Accounts belong to no city: an administrator of any city may make one, or close one."""
    if isinstance(by, Clock):
        return require_settings(by, at=at, city_id=None)
    found = standing_of(by, Permission.SETTINGS_CHANGE, at=at)
    if found is None:
        raise NotAllowed(Permission.SETTINGS_CHANGE.value)
    return found
