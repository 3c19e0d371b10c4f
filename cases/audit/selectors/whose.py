"""Whose ledger an entry belongs to: that of its city; and where it has none, that of the people it is about.

Who comes in, which token she has and how she wants to be told lies in no city. Such an entry is read where the people
work whom it names: who did it, and whose account, token or feed it was. See `docs/decisions/0033`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Max, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from cities.ledger.models import LedgerEntry
from cities.places.rules import moment_of
from cities.staff.models import Posting

#: How an entry names the user whose token or feed it was: `user 12`.
USER = "user "


def entries_of(cities: Collection[int]) -> QuerySet[LedgerEntry]:
    """The entries that are read by whoever reads the ledger of these cities."""
    if not cities:
        return LedgerEntry.objects.none()
    of_no_city = Q(city_id__isnull=True) & (_of_people_in(cities) | _of_nobody_in_a_city())
    return LedgerEntry.objects.filter(Q(city_id__in=cities) | of_no_city)


def _of_people_in(cities: Collection[int]) -> Q:
    """What somebody did who is or was posted in these cities, and what was done to her account.

    From before she came too: how her account was made belongs to it. Of who left for another city nothing since; of who
    left for none everything, for else nobody read what is tried on an account that should be closed.
    """
    still: list[int] = []
    found = Q()
    for user_id, until in _worked_until(cities).items():
        if until == date.max:
            still.append(user_id)
        else:
            found |= _about([user_id]) & Q(at__lt=moment_of(until, time.min))
    return found | _about(still)


def _worked_until(cities: Collection[int]) -> dict[int, date]:
    """Whoever is or was posted in one of these cities -> until when what is of no city is read there."""
    ends = Coalesce("ends_on", Value(date.max))
    there = Posting.objects.filter(city__in=cities)
    rows = Posting.objects.filter(city__isnull=False, user__in=there.values("user")).order_by().values_list("user")
    found = rows.annotate(here=Max(ends, filter=Q(city__in=cities)), anywhere=Max(ends))
    return {user: date.max if here >= anywhere else here for user, here, anywhere in found}


def _about(users: Collection[int]) -> Q:
    """What one of these users did, or what was done to an account, a token or a feed of theirs."""
    theirs = Q(object_type="user", object_ids__overlap=list(users)) | Q(recipient__in=[f"{USER}{pk}" for pk in users])
    return Q(actor__in=users) | theirs


def _of_nobody_in_a_city() -> Q:
    """What no known person did, or somebody who was never posted in a city, to nobody who was: every city reads it."""
    placed = Posting.objects.filter(city__isnull=False).order_by()
    named = placed.values_list(Concat(Value(USER), Cast("user", CharField()), output_field=CharField()))
    by_nobody = Q(actor__isnull=True) | ~Q(actor__in=placed.values("user"))
    to_nobody = ~Q(object_type="user") | ~Q(object_ids__overlap=ArraySubquery(placed.values("user")))
    return by_nobody & to_nobody & ~Q(recipient__in=named)
