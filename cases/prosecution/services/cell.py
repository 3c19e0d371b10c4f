"""What the cell does with a referral: draft, change, approve by a second person, take back, send, withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access.rules import Refused, clean_text
from cases.access.selectors import liaisons_at
from cases.access.services import grant_office, locked, require
from cases.casefiles.models import Casefile
from cases.prosecution.models import Offence, ProsecutionReferral
from cases.prosecution.rules import FactDraft, ReferralStage, Urgency, check_facts, may_approve
from cases.prosecution.selectors import case_of
from cases.prosecution.services.making import (
    found_referral,
    moved,
    put_facts,
    put_offences,
    words,
    write_referral_ledger,
    write_stage,
)
from cities.agencies.models import Agency
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.staff.models import User

FIELDS = ["addressed_to", "subject", "ground", "statement", "urgency", "withheld", "facts", "offences"]


@transaction.atomic
def draft_referral(
    *,
    case: Casefile,
    by: User,
    at: datetime,
    addressed_to: Agency,
    subject: str,
    ground: str,
    statement: str,
    urgency: str = Urgency.ORDINARY,
    withheld: str = "",
    facts: Sequence[FactDraft] = (),
    offences: Sequence[Offence] = (),
) -> ProsecutionReferral:
    """Write a statement to one prosecution office. It begins empty: nothing is taken over from notes, plan or case."""
    found = require(by, Permission.REFERRAL_DRAFT, case=case, at=at)
    case = locked(case)
    if case.closed_on is not None:
        raise Refused(_("This case is closed: reopen it first."), code="closed")
    today = timezone.localdate(at)
    said = words(
        addressed_to=addressed_to, subject=subject, ground=ground, statement=statement, urgency=urgency,
        withheld=withheld,
    )  # fmt: skip
    stated = check_facts(facts, today=today)
    last = ProsecutionReferral.objects.filter(casefile=case).aggregate(last=Max("number"))["last"]
    row = ProsecutionReferral.objects.create(
        recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, reference=case.reference,
        number=(last or 0) + 1, drafted_by=by, **said,
    )  # fmt: skip
    put_facts(row, stated, by=by, at=at)
    put_offences(row, offences, by=by, at=at, today=today)
    write_stage(row, by=by, at=at, before="")
    write_referral_ledger(
        row, by=by, act=Permission.REFERRAL_DRAFT, standing=found, fields=FIELDS, operation=Operation.COLLECT
    )  # fmt: skip
    return row


@transaction.atomic
def change_referral(
    *,
    referral: ProsecutionReferral,
    by: User,
    at: datetime,
    version: int,
    addressed_to: Agency,
    subject: str,
    ground: str,
    statement: str,
    urgency: str = Urgency.ORDINARY,
    withheld: str = "",
    facts: Sequence[FactDraft] = (),
    offences: Sequence[Offence] = (),
) -> ProsecutionReferral:
    """Change a draft. Who changes it answers for its words from then on, so somebody else approves it."""
    row, found = found_referral(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_DRAFT)
    if row.stage != ReferralStage.DRAFTED:
        raise Refused(_("Take it back to draft before you change it."), code="stage")
    today = timezone.localdate(at)
    said = words(
        addressed_to=addressed_to, subject=subject, ground=ground, statement=statement, urgency=urgency,
        withheld=withheld,
    )  # fmt: skip
    changed = [name for name, value in said.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, said[name])
    in_table = list(changed)
    if put_facts(row, check_facts(facts, today=today), by=by, at=at):
        changed.append("facts")
    if put_offences(row, offences, by=by, at=at, today=today):
        changed.append("offences")
    if changed:
        row.drafted_by = by
        row.version += 1
        row.save(update_fields=[*in_table, "drafted_by", "version"])
        write_referral_ledger(row, by=by, act=Permission.REFERRAL_DRAFT, standing=found, fields=changed)
    return row


@transaction.atomic
def approve_referral(*, referral: ProsecutionReferral, by: User, at: datetime, version: int) -> ProsecutionReferral:
    """The second pair of eyes: somebody other than who answers for the words, on exactly the words that were read."""
    row, found = found_referral(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_APPROVE)
    if not may_approve(approver=by.pk, drafted_by=row.drafted_by_id):
        raise Refused(_("Somebody other than its drafter approves a referral."), code="second_person")
    row.approved_by, row.approved_at = by, at
    moved(row, ReferralStage.APPROVED, by=by, at=at, fields=["approved_by", "approved_at"])
    write_referral_ledger(row, by=by, act=Permission.REFERRAL_APPROVE, standing=found, fields=["stage"])
    return row


@transaction.atomic
def take_back_referral(
    *, referral: ProsecutionReferral, by: User, at: datetime, version: int, reason: str
) -> ProsecutionReferral:
    """Take an approved referral back to draft before it leaves. The approval was of those words, and lapses."""
    row, found = found_referral(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_APPROVE)
    why = clean_text(reason, field="reason", most=2_000, needed=True)
    row.approved_by, row.approved_at = None, None
    moved(row, ReferralStage.DRAFTED, by=by, at=at, fields=["approved_by", "approved_at"], reason=why)
    write_referral_ledger(row, by=by, act=Permission.REFERRAL_APPROVE, standing=found, fields=["stage"])
    return row


@transaction.atomic
def send_referral(*, referral: ProsecutionReferral, by: User, at: datetime, version: int) -> ProsecutionReferral:
    """It leaves: from now on the office sees this referral, and nothing else of the case. There is no way back."""
    row, found = found_referral(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_SEND)
    if not liaisons_at(row.addressed_to, city_id=row.city_id, at=at).exists():
        raise Refused(_("Nobody is posted at this office to receive it."), field="addressed_to", code="nobody_there")
    row.sent_by, row.sent_at = by, at
    moved(row, ReferralStage.SENT, by=by, at=at, fields=["sent_by", "sent_at"])
    grant_office(by=by, at=at, case=case_of(row), office=row.addressed_to, permission=Permission.REFERRAL_SEND)
    write_referral_ledger(
        row, by=by, act=Permission.REFERRAL_SEND, standing=found, fields=FIELDS, operation=Operation.DISCLOSE,
        recipient=f"agency {row.addressed_to_id}",
    )  # fmt: skip
    return row


@transaction.atomic
def withdraw_referral(
    *, referral: ProsecutionReferral, by: User, at: datetime, version: int, reason: str
) -> ProsecutionReferral:
    """Give up a referral that has not left. It stays with the cell, withdrawn, with the reason."""
    row, found = found_referral(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_DRAFT)
    why = clean_text(reason, field="reason", most=2_000, needed=True)
    moved(row, ReferralStage.WITHDRAWN, by=by, at=at, fields=[], reason=why)
    write_referral_ledger(row, by=by, act=Permission.REFERRAL_DRAFT, standing=found, fields=["stage"])
    return row
