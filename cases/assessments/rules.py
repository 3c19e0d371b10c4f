"""The twelve domains of a life. There is no score on any of them, and no sum."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LifeDomain(models.TextChoices):
    """A part of somebody's life that strengths, needs and goals lie in."""

    HOUSING = "HOUSING", _("housing")
    WORK = "WORK", _("work and income")
    EDUCATION = "EDUCATION", _("education")
    FAMILY = "FAMILY", _("family and parenting")
    PHYSICAL_HEALTH = "PHYSICAL_HEALTH", _("physical health")
    MENTAL_HEALTH = "MENTAL_HEALTH", _("mental health and trauma")
    NETWORK = "NETWORK", _("social network")
    MEANING = "MEANING", _("meaning, ideology and identity")
    LEGAL = "LEGAL", _("legal and administrative")
    FINANCES = "FINANCES", _("finances")
    LEISURE = "LEISURE", _("leisure")
    SAFETY = "SAFETY", _("safety")
