"""What the office does with a referral: acknowledge it, answer it. Its answer is all that comes back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access.models import CaseAccess, offices_of
from cases.access.rules import ENDED, Ending, Ground, NotAllowed, Refused, clean_text
from cases.access.services import write_ledger
from cases.prosecution.models import Caution, ProsecutionReferral
from cases.prosecution.rules import AFTER_LAST_WORD, Answer, ReferralStage, may_answer, may_move
from cases.prosecution.selectors import case_of
from cases.prosecution.services.making import found_referral, moved, write_referral_ledger
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.staff.selectors import Standing


def _at_the_office(
    referral: ProsecutionReferral, *, by: User, at: datetime, version: int, permission: Permission
) -> tuple[ProsecutionReferral, Standing]:
    """The referral, locked, when `by` is a liaison of the very office it is addressed to."""
    row, _found = found_referral(referral, by=by, at=at, version=version, permission=permission)
    here = Q(city__isnull=True) | Q(city_id=row.city_id)
    posting = offices_of(by, at=at).filter(here, agency_id=row.addressed_to_id).first()
    if posting is None:
        raise NotAllowed(permission.value)
    return row, Standing(posting)


@transaction.atomic
def acknowledge_referral(*, referral: ProsecutionReferral, by: User, at: datetime, version: int) -> ProsecutionReferral:
    """The office has it: somebody there has read it."""
    row, found = _at_the_office(
        referral, by=by, at=at, version=version, permission=Permission.REFERRAL_ACKNOWLEDGE
    )  # fmt: skip
    row.acknowledged_by, row.acknowledged_at = by, at
    moved(row, ReferralStage.ACKNOWLEDGED, by=by, at=at, fields=["acknowledged_by", "acknowledged_at"])
    write_referral_ledger(row, by=by, act=Permission.REFERRAL_ACKNOWLEDGE, standing=found, fields=["stage"])
    return row


@transaction.atomic
def answer_referral(
    *, referral: ProsecutionReferral, by: User, at: datetime, version: int, answer: str, answer_text: str = ""
) -> ProsecutionReferral:
    """The office answers, and may answer again: an inquiry that was open is closed.

    Of "an inquiry is open" the caseworker's side is told that, and no more; "no further action" takes it away.
    """
    row, found = _at_the_office(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_ANSWER)
    if not may_move(row.stage, ReferralStage.ANSWERED):
        raise Refused(_("Acknowledge it before you answer."), code="stage")
    if answer not in Answer.values:
        raise Refused(_("This is not one of the choices."), field="answer", code="unknown_code")
    if not may_answer(row.answer, answer):
        raise Refused(_("This cannot follow the answer that was given."), field="answer", code="answer")
    said = clean_text(answer_text, field="answer_text", needed=answer == Answer.MORE_ASKED)
    row.answer, row.answer_text, row.answered_by, row.answered_at = answer, said, by, at
    fields = ["answer", "answer_text", "answered_by", "answered_at"]
    moved(row, ReferralStage.ANSWERED, by=by, at=at, fields=fields, answer=answer, reason=said)
    if answer == Answer.INQUIRY:
        _open_caution(row, by=by, at=at, standing=found)
    elif answer == Answer.DISMISSED:
        _end_caution(row, by=by, at=at, standing=found)
        _end_grant(row, by=by, at=at, standing=found)
    write_referral_ledger(
        row, by=by, act=Permission.REFERRAL_ANSWER, standing=found, fields=["stage", "answer", "answer_text"]
    )  # fmt: skip
    return row


def _open_caution(row: ProsecutionReferral, *, by: User, at: datetime, standing: Standing) -> None:
    caution = Caution.objects.create(
        recorded_at=at, recorded_by=by, casefile_id=row.casefile_id, city_id=row.city_id, referral=row,
        starts_on=timezone.localdate(at),
    )  # fmt: skip
    _write_caution(caution, row, by=by, standing=standing, fields=["starts_on"])


def _end_caution(row: ProsecutionReferral, *, by: User, at: datetime, standing: Standing) -> None:
    for caution in Caution.objects.select_for_update().filter(referral=row, ends_on__isnull=True):
        caution.ends_on = timezone.localdate(at)
        caution.save(update_fields=["ends_on"])
        _write_caution(caution, row, by=by, standing=standing, fields=["ends_on"])


def _end_grant(row: ProsecutionReferral, *, by: User, at: datetime, standing: Standing) -> None:
    """When the office has said its last word on all that was sent to it, it reads on for a quarter, and no longer."""
    sent = ProsecutionReferral.objects.filter(casefile_id=row.casefile_id, addressed_to=row.addressed_to_id)
    if sent.filter(sent_at__isnull=False).exclude(answer=Answer.DISMISSED).exists():
        return
    grants = CaseAccess.grants.select_for_update(of=("self",)).filter(
        casefile_id=row.casefile_id, agency=row.addressed_to_id, ground=Ground.REFERRAL, ends_at__isnull=True
    )
    for grant in grants.order_by("pk"):
        grant.ends_at, grant.ended_by, grant.ended_because = at + AFTER_LAST_WORD, by, Ending.ANSWERED
        grant.save(update_fields=ENDED)
        write_ledger(
            operation=Operation.ALTER, by=by, act="END_GRANT", case=case_of(row), record=grant, standing=standing,
            compartment=Compartment.JUSTICE, ground=Ground.REFERRAL, recipient=f"agency {row.addressed_to_id}",
            fields=ENDED,
        )  # fmt: skip


def _write_caution(
    caution: Caution, row: ProsecutionReferral, *, by: User, standing: Standing, fields: list[str]
) -> None:
    write_ledger(
        operation=Operation.ALTER, by=by, act="CAUTION", case=case_of(row), record=caution,
        compartment=Compartment.CORE, standing=standing, fields=fields,
    )  # fmt: skip
