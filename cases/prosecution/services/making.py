"""What the acts on a referral stand on: which one is locked, its arrows, its statements. Used within acts only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.access.rules import OutOfSight, Refused, clean_text
from cases.access.services import locked, require, write_ledger
from cases.prosecution.models import (
    Offence,
    ProsecutionReferral,
    ReferralFact,
    ReferralOffence,
    ReferralStageChange,
)
from cases.prosecution.rules import FactDraft, ReferralGround, Urgency, may_move
from cases.prosecution.selectors import case_of, facts_of, offences_of, offences_on, offices
from cities.agencies.models import Agency
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.staff.selectors import Standing


def found_referral(
    referral: ProsecutionReferral, *, by: User, at: datetime, version: int, permission: Permission
) -> tuple[ProsecutionReferral, Standing]:
    """The referral as it stands, locked, when `by` may know of it and has the act."""
    if not ProsecutionReferral.objects.visible_to(by, at=at).filter(pk=referral.pk).exists():
        raise OutOfSight
    found = require(by, permission, case=case_of(referral), at=at)
    return locked(referral, version=version), found


def moved(
    row: ProsecutionReferral, to: str, *, by: User, at: datetime, fields: Iterable[str], answer: str = "",
    reason: str = "",
) -> ProsecutionReferral:  # fmt: skip
    """Along an arrow, saved with these fields; that it moved is written down."""
    if not may_move(row.stage, to):
        raise Refused(_("This cannot be done with the referral as it stands now."), code="stage")
    before, row.stage = row.stage, to
    row.version += 1
    row.save(update_fields=[*fields, "stage", "version"])
    write_stage(row, by=by, at=at, before=before, answer=answer, reason=reason)
    return row


def write_stage(
    row: ProsecutionReferral, *, by: User, at: datetime, before: str, answer: str = "", reason: str = ""
) -> None:
    """The history of a referral: where it stood, where it stands."""
    ReferralStageChange.objects.create(
        recorded_at=at, recorded_by=by, casefile_id=row.casefile_id, city_id=row.city_id, referral=row,
        from_stage=before, to_stage=row.stage, answer=answer, reason=reason, changed_at=at,
    )  # fmt: skip


def write_referral_ledger(
    row: ProsecutionReferral, *, by: User, act: Permission, standing: Standing, fields: Iterable[str],
    operation: Operation = Operation.ALTER, recipient: str = "",
) -> None:  # fmt: skip
    """One entry about a referral; it lies in the compartment of the other house."""
    write_ledger(
        operation=operation, by=by, act=act, case=case_of(row), record=row, compartment=Compartment.JUSTICE,
        standing=standing, fields=fields, recipient=recipient,
        ground=row.ground if operation == Operation.DISCLOSE else "",
    )  # fmt: skip


def words(
    *, addressed_to: Agency, subject: str, ground: str, statement: str, urgency: str, withheld: str
) -> dict[str, Any]:
    """What is typed, as it is kept. Raises `Refused` beside the field."""
    if not offices().filter(pk=addressed_to.pk).exists():
        raise Refused(_("Choose a public prosecutor's office."), field="addressed_to", code="office")
    if ground not in ReferralGround.values:
        raise Refused(_("This is not one of the choices."), field="ground", code="unknown_code")
    if urgency not in Urgency.values:
        raise Refused(_("This is not one of the choices."), field="urgency", code="unknown_code")
    return {
        "addressed_to": addressed_to,
        "subject": clean_text(subject, field="subject", most=300, needed=True, one_line=True),
        "ground": ground,
        "statement": clean_text(statement, field="statement", needed=True),
        "urgency": urgency,
        "withheld": clean_text(withheld, field="withheld"),
    }


def put_facts(row: ProsecutionReferral, facts: Sequence[FactDraft], *, by: User, at: datetime) -> bool:
    """Make these the statements of a draft; what is no longer stated stays with the cell as removed. Gives whether
    anything differs."""
    kept = list(facts_of(row))
    if [_as_drafted(fact) for fact in kept] == list(facts):
        return False
    ReferralFact.objects.filter(pk__in=[fact.pk for fact in kept]).update(removed_at=at)
    for position, fact in enumerate(facts):
        ReferralFact.objects.create(
            recorded_at=at, recorded_by=by, casefile_id=row.casefile_id, city_id=row.city_id, referral=row,
            position=position, nature=fact.nature, text=fact.text, source=fact.source, reliability=fact.reliability,
            observed_on=fact.observed_on,
        )  # fmt: skip
    return True


def _as_drafted(fact: ReferralFact) -> FactDraft:
    return FactDraft(fact.nature, fact.text, fact.source, fact.reliability, fact.observed_on)


def put_offences(row: ProsecutionReferral, wanted: Sequence[Offence], *, by: User, at: datetime, today: date) -> bool:
    """Make these the offences a draft suspects, each of the code list as it stands. Gives whether anything differs."""
    chosen = {offence.pk for offence in wanted}
    kept = {suspected.offence_id: suspected for suspected in offences_of(row)}
    if chosen == set(kept):
        return False
    if offences_on(today).filter(pk__in=chosen).count() < len(chosen):
        raise Refused(_("This article is not in force today."), field="offences", code="not_in_force")
    gone = [suspected.pk for offence_id, suspected in kept.items() if offence_id not in chosen]
    ReferralOffence.objects.filter(pk__in=gone).update(removed_at=at)
    for offence_id in sorted(chosen - set(kept)):
        ReferralOffence.objects.create(
            recorded_at=at, recorded_by=by, casefile_id=row.casefile_id, city_id=row.city_id, referral=row,
            offence_id=offence_id,
        )  # fmt: skip
    return True
