"""Code lists of casework."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models

from cases.prosecution.models import Offence
from cases.prosecution.services import put_offence
from cities.admin.base import SettingsAdmin

NAMES = ("name_nl", "name_fr", "name_de", "name_en")


@admin.register(Offence)
class OffenceAdmin(SettingsAdmin):
    """Articles that a referral can name. A new wording is a new entry, and the former one is ended."""

    list_display = ("code", *NAMES, "starts_on", "ends_on")
    search_fields = ("code", *NAMES)
    fields = ("code", "starts_on", "ends_on", *NAMES)
    given_once = ("code", "starts_on")
    of_the_country = is_code_list = True

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        known = {} if row is None else {"code": row.code, "starts_on": row.starts_on}
        return put_offence(by=by, at=at, **known, **values)
