"""When somebody is absent, and who stands in for her. What becomes of her contacts: `cases/checkins`."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cities.ledger import services as ledger
from cities.ledger.rules import Operation
from cities.records import keep, keep_version, put_in, require_as_read
from cities.refusals import NotAllowed, Refused
from cities.roles.permissions import Permission
from cities.staff.models import Absence, User
from cities.staff.selectors import Standing, could_stand_in_for, postings_of, standing_of

#: Nobody is absent for longer: a later year is a slip of the keyboard.
LONGEST = timedelta(days=731)


def _standing_over(user: User, by: User, *, at: datetime) -> tuple[Standing, int | None]:
    """As what `by` may say that `user` is absent, and in which city: for herself, or where she arranges absences."""
    if by.pk == user.pk:
        found = standing_of(by, Permission.ABSENCE_RECORD, at=at)
        if found is not None:
            return found, found.posting.city_id if found.posting else None
        raise NotAllowed(Permission.ABSENCE_RECORD.value)
    for posting in postings_of(user, at=at).filter(city__isnull=False):
        found = standing_of(by, Permission.ABSENCE_ARRANGE, at=at, city_id=posting.city_id)
        if found is not None:
            return found, posting.city_id
    raise NotAllowed(Permission.ABSENCE_ARRANGE.value)


def _clean(user: User, *, at: datetime, starts_on: date, ends_on: date, deputy: User | None) -> None:
    today = timezone.localdate(at)
    if ends_on <= starts_on:
        raise Refused(_("An absence ends after it starts."), field="ends_on", code="period")
    if ends_on <= today:
        raise Refused(_("This absence is over already."), field="ends_on", code="past")
    if ends_on > max(starts_on, today) + LONGEST:
        raise Refused(_("This is longer than two years."), field="ends_on", code="too_far")
    if deputy is None:
        return
    if deputy.pk == user.pk:
        raise Refused(_("Nobody stands in for herself."), field="deputy", code="oneself")
    if not could_stand_in_for(user, at=at).filter(pk=deputy.pk).exists():
        said = _("Whoever stands in works as caseworker or coordinator in the same city.")
        raise Refused(said, field="deputy", code="deputy")
    if Absence.objects.between(max(starts_on, today), ends_on).filter(user=deputy).exists():
        raise Refused(_("This colleague is absent in that time herself."), field="deputy", code="deputy_absent")


def _write(absence: Absence, *, by: User, act: str, found: Standing, city_id: int | None, fields: list[str]) -> None:
    ledger.write(
        operation=Operation.ALTER, by=by, act=act, object_type="absence", object_ids=[absence.pk],
        fields=sorted(fields), city_id=city_id, role=found.role, agency_id=found.agency_id,
        recipient=f"user {absence.user_id}",
    )  # fmt: skip


@transaction.atomic
def record_absence(
    *, by: User, at: datetime, user: User, starts_on: date, ends_on: date, deputy: User | None = None
) -> Absence:
    """Somebody doesn't work until `ends_on`, the first day she works again; perhaps a colleague stands in.

    Oneself, or who coordinates a city in which she works. No reason is asked. Her contacts stay as they are until
    somebody has confirmed what becomes of each (`hand_over_absence`).
    """
    found, city_id = _standing_over(user, by, at=at)
    user = User.objects.select_for_update().get(pk=user.pk)  # one at a time, so that two can't overlap
    _clean(user, at=at, starts_on=starts_on, ends_on=ends_on, deputy=deputy)
    absence = Absence(recorded_at=at, recorded_by=by, user=user, starts_on=starts_on, ends_on=ends_on, deputy=deputy)
    keep(absence, field="starts_on")
    fields = ["user", "starts_on", "ends_on", "deputy"]
    _write(absence, by=by, act="RECORD_ABSENCE", found=found, city_id=city_id, fields=fields)
    return absence


def _standing(absence: Absence, *, version: int) -> Absence:
    row = Absence.objects.select_for_update().get(pk=absence.pk)
    if row.withdrawn_at is not None:
        raise Refused(_("This absence was withdrawn."), code="withdrawn")
    require_as_read(row, version)
    return row


@transaction.atomic
def change_absence(
    *, absence: Absence, by: User, at: datetime, version: int, starts_on: date, ends_on: date, deputy: User | None
) -> Absence:
    """Other days, or another deputy. What was handed over by then is put right in the room of contacts."""
    found, city_id = _standing_over(absence.user, by, at=at)
    row = _standing(absence, version=version)
    _clean(row.user, at=at, starts_on=starts_on, ends_on=ends_on, deputy=deputy)
    if changed := put_in(row, {"starts_on": starts_on, "ends_on": ends_on, "deputy": deputy}):
        keep_version(row, changed, field="starts_on")
        _write(row, by=by, act="CHANGE_ABSENCE", found=found, city_id=city_id, fields=changed)
    return row


@transaction.atomic
def withdraw_absence(*, absence: Absence, by: User, at: datetime, version: int) -> Absence:
    """She works after all: as if the absence had never been recorded."""
    found, city_id = _standing_over(absence.user, by, at=at)
    row = _standing(absence, version=version)
    row.withdrawn_at = at
    keep_version(row, ["withdrawn_at"])
    _write(row, by=by, act="WITHDRAW_ABSENCE", found=found, city_id=city_id, fields=["withdrawn_at"])
    return row
