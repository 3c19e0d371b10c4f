"""The kinds of things that happen in a case."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a line of the timeline is about."""

    STAGE = "STAGE", _("stage")
    CHECKIN = "CHECKIN", _("check-ins")
    PLAN = "PLAN", _("plan")
    TRAVEL = "TRAVEL", _("travel status")
    TEAM = "TEAM", _("team")
    REFERRAL = "REFERRAL", _("prosecution referrals")
    MESSAGE = "MESSAGE", _("messages")
