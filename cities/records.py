"""The abstract row that all the house writes down is made of, its periods and versions, how it is kept, as whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Func
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cities.refusals import Refused, Stale

#: As what a set-up command writes that nobody could allow: the first posting of a house, and those of a demo.
SETUP = "apparatus_setup"


class DateRange(Func):
    """PostgreSQL's `daterange(starts_on, ends_on)`: half-open, an empty end means for ever."""

    function = "daterange"
    output_field = DateRangeField()


class Record(models.Model):
    """A row someone wrote: when it was recorded, and by whom (empty: the clock, or a set-up command)."""

    id = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("recorded by"),
    )

    class Meta:
        abstract = True


def put_in(row: models.Model, values: Mapping[str, Any]) -> list[str]:
    """Put the values into the row, not yet kept; gives the names of the fields that are now different."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def require_as_read(row: models.Model, version: int | None, *, field: str = "") -> None:
    """A row that stands is changed by whoever read it as it stands now: the one rule of it, for every room.

    `version`: the one that was read; None: she knew of none, and made it anew. Raises `Stale` when another one stands,
    and `Refused` beside `field` when there is one after all. The row is locked, or somebody could still come between.
    """
    if row._state.adding:
        return
    if version is None:
        raise Refused(gettext("This was written already."), field=field, code="exists")
    if version != row.version:  # type: ignore[attr-defined]  # whoever asks for a version has one
        raise Stale(gettext("Somebody else changed this since you opened it."))


def keep_version(row: models.Model, changed: list[str], *, field: str = "") -> None:
    """Keep what is new, or the next version of what stands: `changed` names the fields that are now different."""
    if row._state.adding:
        keep(row, field=field)
    else:
        row.version += 1  # type: ignore[attr-defined]  # what is kept so has one: test_editable_rows.py
        keep(row, field=field, fields=[*changed, "version"])


def version_of(rows: models.QuerySet[Any]) -> int | None:
    """The version of the one row that these are, for whoever goes on to put it right. None: there is no such row."""
    found: int | None = rows.values_list("version", flat=True).first()
    return found


def keep(row: models.Model, *, field: str = "", fields: list[str] | None = None) -> None:
    """Write a row that its own fields and constraints allow, or raise `Refused` beside the field that they name.

    `field`: where a constraint that names none belongs. `fields`: what to write, for a row that stands already.
    """
    untouched = [name.name for name in row._meta.fields if fields is not None and name.name not in fields]
    try:
        row.clean_fields(exclude=untouched)
        row.validate_unique()
        row.validate_constraints()
        with transaction.atomic():
            row.save(force_insert=fields is None, update_fields=fields)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Refused(messages[0], field=field if name == NON_FIELD_ERRORS else name, code="invalid") from error
    except IntegrityError as error:  # somebody else wrote the same between the question and the answer
        raise Refused(gettext("This was written already."), field=field, code="exists") from error


@contextmanager
def in_role(role: str) -> Iterator[None]:
    """A transaction in which the database allows what this role of its own may do, and no more."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('role'), set_config('role', %s, true)", [role])
            before, _now = cursor.fetchone()
        yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [before])


@contextmanager
def as_set_up() -> Iterator[None]:
    """A transaction of a set-up command, on nobody's behalf: it may post people, as otherwise only administrators."""
    with in_role(SETUP):
        yield
