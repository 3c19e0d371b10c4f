"""The words of check-ins. Dates and thresholds: see the functions below."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CheckInKind(models.TextChoices):
    """How the contact is held."""

    HOME = "HOME", _("home visit")
    OFFICE = "OFFICE", _("at the office")
    PHONE = "PHONE", _("by telephone")
    VIDEO = "VIDEO", _("by video")
    SCHOOL = "SCHOOL", _("with the school")
    EMPLOYER = "EMPLOYER", _("with the employer")


class Frequency(models.TextChoices):
    """The unit of a rhythm."""

    DAYS = "DAYS", _("days")
    WEEKS = "WEEKS", _("weeks")
    MONTHS = "MONTHS", _("months")


class MovePolicy(models.TextChoices):
    """What happens to an occurrence that falls on a weekend or a public holiday."""

    KEEP = "KEEP", _("keep the day")
    NEXT = "NEXT", _("the next working day")
    PREVIOUS = "PREVIOUS", _("the working day before")
    NEAREST = "NEAREST", _("the nearest working day")
    SKIP = "SKIP", _("skip it")


class MoveReason(models.TextChoices):
    """Why an occurrence isn't on the day its rhythm gives."""

    WEEKEND = "WEEKEND", _("a weekend")
    HOLIDAY = "HOLIDAY", _("a public holiday")


class RhythmState(models.TextChoices):
    """Whether a rhythm makes check-ins."""

    ACTIVE = "ACTIVE", _("active")
    ENDED = "ENDED", _("ended")


class PauseReason(models.TextChoices):
    """Why a rhythm pauses."""

    DETENTION = "DETENTION", _("detention")
    HOSPITAL = "HOSPITAL", _("hospital")
    ABROAD = "ABROAD", _("abroad")
    AGREED = "AGREED", _("agreed break")


class CheckInState(models.TextChoices):
    """Where a check-in stands."""

    PLANNED = "PLANNED", _("planned")
    RECORDED = "RECORDED", _("recorded")
    RESCHEDULED = "RESCHEDULED", _("rescheduled")
    CANCELLED = "CANCELLED", _("cancelled")


class Outcome(models.TextChoices):
    """What came of a check-in."""

    HELD = "HELD", _("held")
    PARTLY = "PARTLY", _("partly held")
    MISSED_ACCEPTABLE = "MISSED_ACCEPTABLE", _("missed, acceptable reason")
    MISSED = "MISSED", _("missed, no reason")
    CANCELLED_BY_US = "CANCELLED_BY_US", _("cancelled by us")
    NOT_NEEDED = "NOT_NEEDED", _("no longer needed")


class AskedBy(models.TextChoices):
    """Who asked for a check-in to be moved or cancelled."""

    PERSON = "PERSON", _("the person")
    US = "US", _("us")
    PARTNER = "PARTNER", _("a partner")
