"""Who works where, as what, from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Self

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.records import DateRange, Record
from cities.roles.rules import WITHOUT_CITY, Role


class PostingQuerySet(models.QuerySet["Posting"]):
    """Postings, asked for by day."""

    def in_force(self, *, at: datetime) -> Self:
        """The postings that hold at the moment `at`, by the calendar of Brussels."""
        day = timezone.localdate(at)
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)

    def held_by(self, user: User) -> Self:
        """Those of a user; of whoever signed in by a token with a scope, those within it."""
        found = self.filter(user=user)
        scope = user.acts_within
        if scope.agency_id is not None:
            found = found.filter(agency_id=scope.agency_id)
        if scope.city_id is not None:
            found = found.filter(Q(city_id=scope.city_id) | Q(city__isnull=True))
        return found


@dataclass(frozen=True)
class Scope:
    """What bounds somebody for one request: only as of this agency, only in this city. None: not bounded."""

    agency_id: int | None = None
    city_id: int | None = None


class User(AbstractUser):
    """Somebody who can sign in. What she may do and see comes from postings and grants, never from this row.

    `is_superuser` opens the administration of code lists; it opens no case.
    """

    language = models.CharField(
        _("language"), max_length=2, default="en",
        choices=[("nl", "Nederlands"), ("fr", "Français"), ("de", "Deutsch"), ("en", "English")],
    )  # fmt: skip
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    by_email = models.BooleanField(_("messages by e-mail too"), default=True)
    digest_at = models.TimeField(
        _("the day's message at"), null=True, blank=True, default=time(7, 0),
        help_text=_("One message with what is on today and what waits for you. Empty: none."),
    )  # fmt: skip
    remind_before = models.PositiveSmallIntegerField(
        _("minutes before a contact"), default=0, help_text=_("A reminder of its own before each contact. 0: none.")
    )
    #: When the clock next looks what she is to be told. A new user's lies in the past: the next tick looks.
    next_digest_at = models.DateTimeField(default=datetime(2000, 1, 1, tzinfo=UTC), editable=False)
    #: Of what is asked for in the administration and in her preferences: signing in, and the clock, make none.
    version = models.PositiveIntegerField(default=1, editable=False)
    #: Set by a token's sign-in, on this object alone; nothing of it is kept.
    acts_within = Scope()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["last_name", "first_name", "username"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="one_user_an_address",
                violation_error_message=_("Another user has this e-mail address."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["next_digest_at"], name="users_to_be_told")]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Posting(Record):
    """Somebody's place: as what, for which agency, in which city, from one day until another (half-open).

    A city-less posting serves the whole country: an analyst, a federal prosecution office.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="postings", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    agency = models.ForeignKey(
        "cities.Agency", on_delete=models.PROTECT, related_name="postings", verbose_name=_("agency")
    )
    city = models.ForeignKey(
        "cities.City", on_delete=models.PROTECT, null=True, blank=True, related_name="postings", verbose_name=_("city")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The first day it no longer holds."))
    #: When it was ended in the middle of a day, so that what could be seen that morning stays true.
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("confirmed by"),
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["user", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="posting_ends_after_it_starts",
                violation_error_message=_("A posting ends on or after the day it starts."),
            ),
            models.CheckConstraint(
                condition=Q(city__isnull=False) | Q(role__in=sorted(WITHOUT_CITY)),
                name="posting_has_a_city_where_the_role_needs_one",
                violation_error_message=_("This role is held in a city: choose which."),
            ),
            ExclusionConstraint(
                name="postings_do_not_overlap",
                expressions=[
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    (Coalesce("city_id", 0), RangeOperators.EQUAL),
                ],
                violation_error_message=_("This user holds the same posting in that period already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.agency}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences, asked for by day. One that was withdrawn never was."""

    def standing(self) -> Self:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def between(self, first: date, until: date) -> Self:
        """Those that take a day from `first` until `until` (half-open)."""
        return self.standing().filter(starts_on__lt=until, ends_on__gt=first)


class Absence(Record):
    """Somebody doesn't work, from one day until another (half-open), and who stands in for her meanwhile.

    Why is nobody's business here: leave and illness look the same.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences", verbose_name=_("who"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), help_text=_("The first day of work again."))
    deputy = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("deputy")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="absence_ends_after_it_starts",
                violation_error_message=_("An absence ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")), name="nobody_deputises_for_herself",
                violation_error_message=_("Nobody stands in for herself."),
            ),
            ExclusionConstraint(
                name="absences_do_not_overlap",
                expressions=[
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS), ("user", RangeOperators.EQUAL)
                ],
                condition=Q(withdrawn_at__isnull=True),
                violation_error_message=_("There is an absence in that time already."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["ends_on"], condition=Q(withdrawn_at__isnull=True), name="absences_to_come")]

    def __str__(self) -> str:
        return f"{self.user}: {self.starts_on}–{self.ends_on}"
