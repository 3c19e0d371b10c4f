"""Samples: each week some openings drawn by chance, for whoever reads the ledger to look at; and what she found."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cases.access.rules import Refused, Stale, clean_text
from cases.access.services import require, require_clock, write_ledger
from cases.audit.models import LookSample, SampleFinding
from cases.audit.rules import A_WEEK, Finding
from cases.audit.selectors.looks import LOOKS
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock, Operation
from cities.places.models import City
from cities.places.rules import day_of, moment_of
from cities.roles.permissions import Permission
from cities.staff.models import User


@transaction.atomic
def draw_samples(*, by: Clock, at: datetime) -> int:
    """Draw some openings of the week that is over, of each city, once. Returns how many."""
    require_clock(by)
    today = day_of(at)
    monday = today - timedelta(days=today.weekday())
    week_on = monday - timedelta(days=7)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('look samples', 0))")
    drawn = set(LookSample.objects.filter(week_on=week_on).values_list("city_id", flat=True))
    made: list[LookSample] = []
    for city in City.objects.exclude(pk__in=drawn):
        opened = LedgerEntry.objects.filter(
            operation__in=LOOKS, actor__isnull=False, case_id__isnull=False, city_id=city.pk,
            at__gte=moment_of(week_on, time.min), at__lt=moment_of(monday, time.min),
        )  # fmt: skip
        made += [
            LookSample(recorded_at=at, city=city, week_on=week_on, entry_id=entry)
            for entry in opened.order_by("?").values_list("pk", flat=True)[:A_WEEK]
        ]
    LookSample.objects.bulk_create(made)
    if made:
        numbers = LookSample.objects.filter(entry_id__in=[row.entry_id for row in made]).order_by("pk")
        write_ledger(
            operation=Operation.COLLECT, by=by, act=Permission.CLOCK_TICK, record=made[0],
            ids=list(numbers.values_list("pk", flat=True)), fields=["entry_id", "week_on"],
        )  # fmt: skip
    return len(made)


@transaction.atomic
def record_finding(
    *, sample: LookSample, by: User, at: datetime, outcome: str, note: str = "", after: int | None = None
) -> SampleFinding:
    """Say what was found of a sampled opening. `after`: the finding that was read, when there was one.

    Saying it anew takes the earlier one back, which stays. Raises `Stale` when somebody else found something since,
    and `Refused` when an opening that isn't in order has no word about it.
    """
    found = require(by, Permission.LEDGER_READ, city_id=sample.city_id, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('look sample', %s))", [sample.pk])
    last = SampleFinding.objects.filter(sample=sample).order_by("-pk").first()
    if (last.pk if last else None) != after:
        raise Stale(_("Somebody else changed this since you opened it."))
    if outcome not in Finding.values:
        raise Refused(_("Choose what you found."), field="outcome", code="required")
    said = clean_text(note, field="note", most=2000, needed=outcome != Finding.IN_ORDER)
    row = SampleFinding.objects.create(
        recorded_at=at, recorded_by=by, sample=sample, city_id=sample.city_id, outcome=outcome, note=said
    )
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.LEDGER_READ, record=row, city_id=sample.city_id,
        standing=found, fields=["note", "outcome"],
    )  # fmt: skip
    return row
