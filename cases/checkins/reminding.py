"""Who is told what about contacts, and when: tables and pure functions. Which words: see the outbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.checkins.rules import EARLY, REMINDED_AT, REMINDED_THE_EVENING_BEFORE, CheckInKind
from cases.outbox.rules import Channel, MessageKind, Quiet, before_quiet, last_day_of
from cities.places.rules import is_working_day, moment_of


class PersonChannel(models.TextChoices):
    """How the person can be reminded."""

    SMS = "SMS", _("by SMS")
    LETTER = "LETTER", _("by letter")


#: Of what is seven days ahead the person may have to be told; nothing is left for later days.
AHEAD = timedelta(days=7)

#: When an SMS goes to the person on the day agreed, and from when a letter waits to be printed.
PERSON_TOLD_AT, LETTER_AT = time(10, 0), REMINDED_AT

#: Contacts that the person comes to, or waits for; with his school or employer he is not always there.
WITH_THE_PERSON = frozenset({CheckInKind.HOME, CheckInKind.OFFICE, CheckInKind.PHONE, CheckInKind.VIDEO})

_A_DAY = timedelta(days=1)


class Contact(Protocol):
    """What is asked of a check-in that nothing has come of yet."""

    due_on: date
    due_time: time | None
    within_week: bool
    late_from: date
    kind: str


def week_of(day: date) -> date:
    """The Monday of the week that `day` lies in."""
    return day - timedelta(days=day.weekday())


def announced_at(due_on: date, due_time: time | None, hour: time) -> datetime:
    """When somebody whose day's message comes at `hour` is told of a contact: that morning, or the evening before
    when the contact is early or comes before she reads."""
    if due_time is not None and due_time < max(EARLY, hour):
        return moment_of(due_on - _A_DAY, REMINDED_THE_EVENING_BEFORE)
    return moment_of(due_on, hour)


def is_announced(contact: Contact, today: date, hour: time) -> bool:
    """Whether it belongs into the message of today: today's, this week's, and tomorrow's when that is told today."""
    if contact.within_week:
        return week_of(contact.due_on) == week_of(today) and is_working_day(today)
    if contact.due_on == today + _A_DAY:
        return announced_at(contact.due_on, contact.due_time, hour) < moment_of(contact.due_on, time.min)
    return contact.due_on == today


def section_of(contact: Contact, today: date, hour: time, *, has_step: bool = False) -> MessageKind | None:
    """Under which heading a check-in stands in the message of `today`: one at most.

    A missed contact that waits for her answer is told as that; what is late is no longer announced; an outcome is
    asked for from the next working day on.
    """
    if has_step:
        return MessageKind.STEP
    if contact.late_from <= today:
        return MessageKind.LATE
    if is_announced(contact, today, hour):
        return MessageKind.CHECKIN_REMINDER
    over = week_of(contact.due_on) + timedelta(days=7) if contact.within_week else contact.due_on + _A_DAY
    return MessageKind.TO_RECORD if over <= today and is_working_day(today) else None


def has_a_day(contact: Contact, today: date) -> bool:
    """Whether the contact is one of today: what makes a message worth while on a day that nobody works."""
    return contact.due_on == today and not contact.within_week


def person_over_at(contact: Contact) -> datetime:
    """From when on there is nothing left to remind the person of: its hour, the end of its day, or of its week."""
    if contact.within_week:
        return moment_of(last_day_of(contact.due_on), time.max)
    return moment_of(contact.due_on, contact.due_time or time.max)


def told_before(due_on: date, due_time: time, minutes: int) -> datetime:
    """So many minutes before the contact, by the clock on the wall of that day."""
    return moment_of(due_on, due_time) - timedelta(minutes=minutes)


def person_told_at(contact: Contact, channel: str, days_before: int, quiet: Quiet) -> datetime | None:
    """When the person is told of a contact; None when he isn't, because he is not expected.

    An SMS that would fall into the quiet hours is brought forward: a reminder may come sooner, never at night. Of one
    for which any day of the week will do he is told so long before its Monday, and no sooner than it is looked at.
    """
    if contact.kind not in WITH_THE_PERSON:
        return None
    day = contact.due_on - timedelta(days=days_before)
    if contact.within_week:
        day = max(week_of(contact.due_on) - timedelta(days=days_before), contact.due_on - AHEAD)
    if channel == Channel.LETTER:
        return moment_of(day, LETTER_AT)
    return before_quiet(moment_of(day, PERSON_TOLD_AT), quiet)


@dataclass(frozen=True)
class Told:
    """Who is told in the end. `in_app`: only there; `on_the_board`: that it went this far up is shown there."""

    recipients: Sequence[int]
    in_app: bool = False
    on_the_board: bool = False


def whom_to_tell(
    own: int, *, deputy: int | None, coordinators: Sequence[int], owner: int, can: Callable[[int], bool]
) -> Told:
    """Whom to tell what is `own`'s: her; else her deputy; else who coordinates the city; else the owner of the case.

    `can`: is there on the day, has an account, and may know of the case. It goes up a step instead of nowhere.
    """
    for step in ([own], [deputy] if deputy is not None else [], coordinators):
        if told := [user for user in step if can(user)]:
            return Told(told)
    return Told([owner] if can(owner) else [], in_app=True, on_the_board=True)


def clean_number(text: str) -> str | None:
    """A mobile number as it is dialled from anywhere: "0470 12 34 56" is +32470123456. None: it is no such number."""
    digits = re.sub(r"[\s./()-]", "", text)
    if re.fullmatch(r"04\d{8}", digits):
        return "+32" + digits[1:]
    digits = re.sub(r"^00", "+", digits)
    return digits if re.fullmatch(r"\+[1-9]\d{7,14}", digits) else None
