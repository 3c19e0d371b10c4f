"""Tokens: how another system signs in as a user. Only a digest is kept; the token itself is shown once."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cities.records import Record
from cities.staff.models import User
from cities.tokens.rules import LONGEST, Purpose


class Token(Record):
    """One token of one user, for one purpose, until a day at most 90 days away. It is revoked, never deleted.

    It opens what its user may see and do as of one agency in one city, of the resources of its purpose, and no more;
    what it is used for stands in the ledger under that user, with the purpose.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens", verbose_name=_("user"))
    name = models.CharField(_("what it is for"), max_length=80)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices, default=Purpose.CASEWORK)
    agency = models.ForeignKey(
        "cities.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency"),
        help_text=_("Only as what its user is at this agency."),
    )  # fmt: skip
    city = models.ForeignKey(
        "cities.City", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("city"),
        help_text=_("Only what lies in this city."),
    )  # fmt: skip
    start = models.CharField(_("begins with"), max_length=6, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("holds until"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("revoked by")
    )

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("recorded_at")) & Q(expires_at__lte=F("recorded_at") + LONGEST),
                name="a_token_holds_at_most_90_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"


class CalendarFeed(Record):
    """An address under which a calendar program reads somebody's contacts, her own or her team's, until it is revoked.

    It says case number and kind, nothing else. Whoever has the address can read that; so only a digest of its secret
    is kept, it is shown once, and it can be revoked at any time.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="feeds", verbose_name=_("user"))
    of_team = models.BooleanField(_("the team's contacts"), default=False)
    start = models.CharField(_("begins with"), max_length=6, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "of_team"], condition=Q(revoked_at__isnull=True), name="one_feed_of_a_kind",
                violation_error_message=_("There is such a feed already: revoke it first."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} ({self.start}…)"
