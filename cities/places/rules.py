"""Regions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Region(models.TextChoices):
    """The three regions of Belgium, each with its own prevention policy."""

    FLANDERS = "FLANDERS", _("Flanders")
    WALLONIA = "WALLONIA", _("Wallonia")
    BRUSSELS = "BRUSSELS", _("Brussels-Capital")
