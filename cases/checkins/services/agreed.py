"""Reminders that the person agreed to: agreeing, and taking it back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.access.rules import Refused
from cases.access.services import locked, require, write_ledger
from cases.casefiles.models import Casefile
from cases.checkins.models import AgreedReminder, CheckIn
from cases.checkins.reminding import AHEAD, PersonChannel, clean_number
from cases.checkins.rules import CheckInState
from cases.checkins.services.checks import file_of, open_file_of
from cases.outbox.services import drop_to_person
from cities.ledger.rules import Operation
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User


@transaction.atomic
def agree_reminder(
    *, case: Casefile, by: User, at: datetime, channel: str, number: str = "", language: str, days_before: int = 1
) -> AgreedReminder:
    """The person agreed to be reminded of each contact this way, and saw the words. One a channel."""
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = open_file_of(case)
    if channel not in PersonChannel.values:
        raise Refused(_("Choose an SMS or a letter."), field="channel", code="unknown_code")
    dialled = clean_number(number) if channel == PersonChannel.SMS else ""
    if dialled is None:
        raise Refused(_("Write the number as it is dialled, such as 0470 12 34 56."), field="number", code="number")
    if language not in dict(User._meta.get_field("language").flatchoices):
        raise Refused(_("This is not a language of the texts."), field="language", code="unknown_code")
    if not 1 <= days_before <= AHEAD.days:
        raise Refused(_("From one to seven days before."), field="days_before", code="range")
    standing = AgreedReminder.objects.filter(casefile=row, channel=channel, withdrawn_at__isnull=True)
    if standing.exists():
        said = _("A reminder of this kind is agreed already: withdraw that one first.")
        raise Refused(said, field="channel", code="exists")
    agreed = AgreedReminder.objects.create(
        recorded_at=at, recorded_by=by, casefile=row, city_id=row.city_id, channel=channel, number=dialled,
        language=language, days_before=days_before, agreed_on=day_of(at),
    )  # fmt: skip
    _contacts_of(row, at=at).update(reminded_at=None)  # the clock looks at them once more
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.CHECKIN_ARRANGE, case=row, record=agreed,
        compartment=Compartment.CORE, standing=found, fields=["channel", "number", "language", "days_before"],
    )  # fmt: skip
    return agreed


@transaction.atomic
def withdraw_reminder(*, reminder: AgreedReminder, by: User, at: datetime) -> AgreedReminder:
    """The person is not reminded this way any more. What waits to be sent to him is not sent."""
    case = file_of(reminder)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = locked(reminder)
    if row.withdrawn_at is not None:
        raise Refused(_("This reminder is withdrawn already."), code="withdrawn")
    row.withdrawn_at, row.withdrawn_by = at, by
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    # The clock holds a contact while it leaves a message about it: once we hold it, there is nothing more to come.
    list(_contacts_of(case, at=at).select_for_update().order_by("pk").values_list("pk"))
    drop_to_person(by=by, at=at, casefile_id=case.pk, channel=row.channel)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=row,
        compartment=Compartment.CORE, standing=found, fields=["withdrawn_at"],
    )  # fmt: skip
    return row


def _contacts_of(case: Casefile, *, at: datetime) -> QuerySet[CheckIn]:
    days = (day_of(at), day_of(at) + AHEAD)
    return CheckIn.objects.filter(casefile=case, state=CheckInState.PLANNED, due_on__range=days)
