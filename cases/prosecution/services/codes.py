"""Keeping the code list of offences that a referral can name."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access.rules import Refused, clean_text
from cases.prosecution.models import Offence
from cities.records import keep_version, put_in, require_as_read
from cities.staff.models import User
from cities.staff.services import require_settings, write_settings


@transaction.atomic
def put_offence(
    *, by: User, at: datetime, code: str, starts_on: date, ends_on: date | None = None, name_nl: str, name_fr: str,
    name_de: str, name_en: str, version: int | None = None,
) -> Offence:  # fmt: skip
    """An article, known by its number and the day it came into force: made, or the one that was read, by its
    `version`, put right. Nothing different: nothing is written. A new wording is a new entry, the former is ended."""
    found = require_settings(by, at=at, city_id=None, code_list=True)
    article = clean_text(code, field="code", most=40, needed=True, one_line=True)
    if ends_on is not None and ends_on <= starts_on:
        raise Refused(_("A period ends after it starts."), field="ends_on", code="period")
    row = Offence.objects.select_for_update().filter(code=article, starts_on=starts_on).first()
    row = row or Offence(recorded_at=at, recorded_by=by, code=article, starts_on=starts_on)
    require_as_read(row, version, field="code")
    names = {"name_nl": name_nl, "name_fr": name_fr, "name_de": name_de, "name_en": name_en}
    values = {
        "ends_on": ends_on,
        **{key: clean_text(name, field=key, most=200, needed=True, one_line=True) for key, name in names.items()},
    }
    if changed := put_in(row, values):
        keep_version(row, changed, field="code")
        write_settings(by=by, act="PUT_OFFENCE", row=row, fields=changed, standing=found)
    return row
