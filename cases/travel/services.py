"""Acts on the history of travel status: append an assessment, correct one by another. Nothing is ever edited."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access.rules import OutOfSight, Refused
from cases.access.services import locked, write_ledger
from cases.people.models import Person
from cases.people.rules import born_at_the_earliest
from cases.people.selectors import case_about, standing_with
from cases.travel.models import TravelStatus
from cases.travel.rules import Assessment, check_history, clean_assessment, is_renewal
from cases.travel.selectors import stay_of
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User


def _append(
    asked: Assessment, *, person: Person, by: User, at: datetime, supersedes: TravelStatus | None = None
) -> TravelStatus:
    """The new row, when it can stand beside the others. The person's row is locked: two people append in turn."""
    person = locked(person)
    if supersedes is not None and TravelStatus.objects.filter(supersedes=supersedes).exists():
        raise Refused(_("This assessment was corrected already."), code="superseded")
    born = born_at_the_earliest(person.born_on, person.birth_precision)
    kept = clean_assessment(asked, today=timezone.localdate(at), born=born)
    if supersedes is not None and not kept.reason:
        raise Refused(_("Say why this is corrected."), field="reason", code="required")
    if supersedes is not None and kept.known_since < supersedes.known_since:
        raise Refused(
            _("A correction is not known before what it corrects."), field="known_since", code="before_corrected"
        )
    standing = [row for row in TravelStatus.objects.filter(person=person, superseded_by=None) if row != supersedes]
    if any(all(getattr(row, name) == value for name, value in asdict(kept).items()) for row in standing):
        raise Refused(_("This is recorded already."), code="known_already")
    row = TravelStatus(
        recorded_at=at, recorded_by=by, person=person, city_id=person.city_id, supersedes=supersedes, **asdict(kept)
    )
    others = [stay_of(other) for other in standing]
    check_history(stay_of(row), others=others, instead_of=stay_of(supersedes) if supersedes else None)
    if supersedes is None and is_renewal(stay_of(row), others=others) and not kept.reason:
        raise Refused(_("Indications are renewed with a reason."), field="reason", code="required")
    row.save(force_insert=True)
    return row


@transaction.atomic
def record_status(
    *,
    person: Person,
    by: User,
    at: datetime,
    value: str = "",
    situation: str = "",
    confidence: str,
    source_kind: str,
    source: str,
    reliability: str,
    true_since: date,
    known_since: date | None = None,
    reason: str = "",
) -> TravelStatus:
    """Append what is now believed of where somebody is. Saying "indications only" again renews it, with a reason."""
    found = standing_with(by, Permission.TRAVEL_RECORD, person=person, at=at)
    known_since = known_since or timezone.localdate(at)
    asked = Assessment(
        value, situation, confidence, source_kind, source, reliability, true_since, known_since, reason
    )  # fmt: skip
    row = _append(asked, person=person, by=by, at=at)
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.TRAVEL_RECORD, case=case_about(person, by, at=at),
        city_id=person.city_id, record=row, compartment=Compartment.CORE, standing=found, fields=asdict(asked),
    )  # fmt: skip
    return row


@transaction.atomic
def correct_status(
    *,
    status: TravelStatus,
    by: User,
    at: datetime,
    reason: str,
    value: str = "",
    situation: str = "",
    confidence: str,
    source_kind: str,
    source: str,
    reliability: str,
    true_since: date,
    known_since: date | None = None,
) -> TravelStatus:
    """Append what should have been written, and why. The old assessment stays, and says by what it was corrected."""
    if not TravelStatus.objects.visible_to(by, at=at).filter(pk=status.pk).exists():
        raise OutOfSight
    person = status.person
    found = standing_with(by, Permission.TRAVEL_RECORD, person=person, at=at)
    known_since = known_since or timezone.localdate(at)
    asked = Assessment(
        value, situation, confidence, source_kind, source, reliability, true_since, known_since, reason
    )  # fmt: skip
    row = _append(asked, person=person, by=by, at=at, supersedes=status)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.TRAVEL_RECORD, case=case_about(person, by, at=at),
        city_id=person.city_id, record=row, ids=[row.pk, status.pk], compartment=Compartment.CORE, standing=found,
        fields=asdict(asked),
    )  # fmt: skip
    return row
