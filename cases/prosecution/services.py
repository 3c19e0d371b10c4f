"""Acts on a referral. In the cell: draft, change, approve, take back, send, withdraw; in the office: answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access.rules import Refused, clean_text
from cases.access.selectors import Standing
from cases.access.services import grant_office, locked, require, write_ledger
from cases.casefiles.models import Casefile
from cases.prosecution.models import (
    Caution,
    Offence,
    ProsecutionReferral,
    ReferralFact,
    ReferralOffence,
    ReferralStageChange,
)
from cases.prosecution.rules import (
    Answer,
    FactDraft,
    ReferralGround,
    ReferralStage,
    Urgency,
    check_fact,
    may_answer,
    may_approve,
    may_move,
)
from cases.prosecution.selectors import case_of, offences_on, offices
from cities.agencies.models import Agency
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User

#: So many statements make a referral; who needs more is writing a file.
MOST_FACTS = 30


def _write(
    referral: ProsecutionReferral, *, by: User, act: Permission, standing: Standing, fields: Iterable[str], **more: Any
) -> None:
    """The act in the ledger, by the names of what it touched."""
    write_ledger(
        operation=more.pop("operation", Operation.ALTER), by=by, act=act, case=case_of(referral), record=referral,
        compartment=Compartment.JUSTICE, standing=standing, fields=fields, ground=referral.ground, **more,
    )  # fmt: skip


def _move(
    referral: ProsecutionReferral, to: str, *, by: User, at: datetime, reason: str = "", answer: str = "", **values: Any
) -> None:
    """Along an arrow, or refused; with its place in the referral's history."""
    if not may_move(referral.stage, to):
        raise Refused(_("A referral cannot go from here to that stage."), code="stage")
    before, referral.stage = referral.stage, to
    _save(referral, **values)
    _remember(referral, before, by=by, at=at, reason=reason, answer=answer)


def _save(referral: ProsecutionReferral, **values: Any) -> None:
    for name, value in values.items():
        setattr(referral, name, value)
    referral.version += 1
    referral.save(update_fields=["stage", "version", *values])


def _remember(
    referral: ProsecutionReferral, before: str, *, by: User, at: datetime, reason: str = "", answer: str = ""
) -> None:
    ReferralStageChange.objects.create(
        recorded_at=at, recorded_by=by, casefile_id=referral.casefile_id, city_id=referral.city_id, referral=referral,
        from_stage=before, to_stage=referral.stage, reason=reason, answer=answer, changed_at=at,
    )  # fmt: skip


def _words(
    *, addressed_to: Agency, subject: str, ground: str, statement: str, urgency: str, withheld: str
) -> dict[str, Any]:
    """What the referral says, read over: `Refused` names the field."""
    if not offices().filter(pk=addressed_to.pk).exists():
        raise Refused(_("A referral is addressed to a prosecution office."), field="addressed_to", code="office")
    if ground not in ReferralGround.values:
        raise Refused(_("This is not a ground for a referral."), field="ground", code="unknown_code")
    if urgency not in Urgency.values:
        raise Refused(_("This is not an urgency."), field="urgency", code="unknown_code")
    return {
        "addressed_to": addressed_to,
        "subject": clean_text(subject, field="subject", most=300, needed=True, one_line=True),
        "ground": ground,
        "statement": clean_text(statement, field="statement", needed=True),
        "urgency": urgency,
        "withheld": clean_text(withheld, field="withheld"),
    }


def _facts(referral: ProsecutionReferral, facts: Sequence[FactDraft], *, by: User, at: datetime) -> list[ReferralFact]:
    """The statements read over: at least one, each fact or assessment, with its source and how reliable that is."""
    if not facts:
        raise Refused(_("State at least one thing, with its source."), field="facts", code="required")
    if len(facts) > MOST_FACTS:
        raise Refused(
            _("A referral has at most %(most)s statements.") % {"most": MOST_FACTS}, field="facts", code="most"
        )
    today = timezone.localdate(at)
    for fact in facts:
        check_fact(fact, today=today)
    return [
        ReferralFact(
            recorded_at=at, recorded_by=by, casefile_id=referral.casefile_id, city_id=referral.city_id,
            referral=referral, position=position, nature=fact.nature, reliability=fact.reliability,
            observed_on=fact.observed_on,
            text=clean_text(fact.text, field="facts", needed=True),
            source=clean_text(fact.source, field="facts", most=300, needed=True, one_line=True),
        )
        for position, fact in enumerate(facts)
    ]  # fmt: skip


def _suspect(referral: ProsecutionReferral, offences: Sequence[Offence], *, by: User, at: datetime) -> None:
    """The offences as chosen now; those no longer chosen are taken out. Only what is in force can be added."""
    chosen = {offence.pk for offence in offences}
    standing = {row.offence_id: row for row in referral.offences.filter(removed_at__isnull=True)}
    known = set(offences_on(timezone.localdate(at)).filter(pk__in=chosen).values_list("pk", flat=True))
    if chosen - known - set(standing):
        raise Refused(_("This offence is not in force."), field="offences", code="unknown_code")
    for gone in set(standing) - chosen:
        ReferralOffence.objects.filter(pk=standing[gone].pk).update(removed_at=at)
    for new in sorted(chosen - set(standing)):
        ReferralOffence.objects.create(
            recorded_at=at, recorded_by=by, casefile_id=referral.casefile_id, city_id=referral.city_id,
            referral=referral, offence_id=new,
        )  # fmt: skip


def _mine(
    referral: ProsecutionReferral, *, by: User, at: datetime, version: int, permission: Permission
) -> tuple[ProsecutionReferral, Standing]:
    """The referral as it stands, locked, and as what `by` acts on it."""
    found = require(by, permission, case=case_of(referral), at=at)
    return locked(referral, version=version), found


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
    """Write a referral anew, for one office. Nothing is taken over from anywhere."""
    found = require(by, Permission.REFERRAL_DRAFT, case=case, at=at)
    words = _words(
        addressed_to=addressed_to, subject=subject, ground=ground, statement=statement, urgency=urgency,
        withheld=withheld,
    )  # fmt: skip
    row = locked(case)
    if row.closed_on is not None:
        raise Refused(_("This case is closed: reopen it first."), code="closed")
    last = ProsecutionReferral.objects.filter(casefile=row).aggregate(last=Max("number"))["last"]
    referral = ProsecutionReferral.objects.create(
        recorded_at=at, recorded_by=by, casefile=row, city_id=row.city_id, reference=row.reference,
        number=(last or 0) + 1, drafted_by=by, **words,
    )  # fmt: skip
    ReferralFact.objects.bulk_create(_facts(referral, facts, by=by, at=at))
    _suspect(referral, offences, by=by, at=at)
    _remember(referral, "", by=by, at=at)
    _write(
        referral, by=by, act=Permission.REFERRAL_DRAFT, standing=found, operation=Operation.COLLECT,
        fields=[*words, "facts", "offences"],
    )  # fmt: skip
    return referral


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
    """Rewrite a draft. Whoever changes it answers for its words, so somebody else will have to approve them."""
    row, found = _mine(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_DRAFT)
    if row.stage != ReferralStage.DRAFTED:
        raise Refused(_("Only a draft can be changed: take it back first."), code="stage")
    words = _words(
        addressed_to=addressed_to, subject=subject, ground=ground, statement=statement, urgency=urgency,
        withheld=withheld,
    )  # fmt: skip
    stated = _facts(row, facts, by=by, at=at)
    row.facts.filter(removed_at__isnull=True).update(removed_at=at)
    ReferralFact.objects.bulk_create(stated)
    _suspect(row, offences, by=by, at=at)
    _save(row, **words, drafted_by=by)
    _write(
        row, by=by, act=Permission.REFERRAL_DRAFT, standing=found, fields=[*words, "facts", "offences", "drafted_by"]
    )
    return row


@transaction.atomic
def approve_referral(*, referral: ProsecutionReferral, by: User, at: datetime, version: int) -> ProsecutionReferral:
    """The second pair of eyes: somebody else than whoever answers for the words, on the words as they stand."""
    row, found = _mine(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_APPROVE)
    if not may_approve(approver=by.pk, drafted_by=row.drafted_by_id):
        raise Refused(_("You wrote this referral: a second person approves it."), code="second_person")
    _move(row, ReferralStage.APPROVED, by=by, at=at, approved_by=by, approved_at=at)
    _write(row, by=by, act=Permission.REFERRAL_APPROVE, standing=found, fields=["stage", "approved_by"])
    return row


@transaction.atomic
def take_back_referral(
    *, referral: ProsecutionReferral, by: User, at: datetime, version: int, reason: str
) -> ProsecutionReferral:
    """Undo an approval before anything was sent: the referral is a draft again, and says why."""
    row, found = _mine(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_APPROVE)
    why = clean_text(reason, field="reason", needed=True)
    _move(row, ReferralStage.DRAFTED, by=by, at=at, reason=why, approved_by=None, approved_at=None)
    _write(row, by=by, act=Permission.REFERRAL_APPROVE, standing=found, fields=["stage", "approved_by"])
    return row


@transaction.atomic
def send_referral(*, referral: ProsecutionReferral, by: User, at: datetime, version: int) -> ProsecutionReferral:
    """Hand it over: from now on the liaisons of the office see it, as approved. What is sent stays sent."""
    row, found = _mine(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_SEND)
    _move(row, ReferralStage.SENT, by=by, at=at, sent_by=by, sent_at=at)
    grant_office(by=by, at=at, case=case_of(row), office=row.addressed_to, permission=Permission.REFERRAL_SEND)
    _write(
        row, by=by, act=Permission.REFERRAL_SEND, standing=found, operation=Operation.DISCLOSE,
        fields=["subject", "statement", "facts", "offences", "withheld"], recipient=f"agency {row.addressed_to_id}",
    )  # fmt: skip
    return row


@transaction.atomic
def withdraw_referral(
    *, referral: ProsecutionReferral, by: User, at: datetime, version: int, reason: str
) -> ProsecutionReferral:
    """Give it up before it was sent, and say why. It stays to be read in the cell."""
    row, found = _mine(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_DRAFT)
    why = clean_text(reason, field="reason", needed=True)
    _move(row, ReferralStage.WITHDRAWN, by=by, at=at, reason=why)
    _write(row, by=by, act=Permission.REFERRAL_DRAFT, standing=found, fields=["stage"])
    return row


@transaction.atomic
def acknowledge_referral(*, referral: ProsecutionReferral, by: User, at: datetime, version: int) -> ProsecutionReferral:
    """The office says that it has it."""
    row, found = _mine(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_ACKNOWLEDGE)
    _move(row, ReferralStage.ACKNOWLEDGED, by=by, at=at, acknowledged_by=by, acknowledged_at=at)
    _write(row, by=by, act=Permission.REFERRAL_ACKNOWLEDGE, standing=found, fields=["stage", "acknowledged_by"])
    return row


@transaction.atomic
def answer_referral(
    *, referral: ProsecutionReferral, by: User, at: datetime, version: int, answer: str, answer_text: str = ""
) -> ProsecutionReferral:
    """The office answers, or answers anew. "An inquiry is open" sets the caution that the caseworker sees."""
    row, found = _mine(referral, by=by, at=at, version=version, permission=Permission.REFERRAL_ANSWER)
    if answer not in Answer.values or not may_answer(row.answer, answer):
        raise Refused(_("This answer cannot be given now."), field="answer", code="answer")
    if row.stage not in (ReferralStage.ACKNOWLEDGED, ReferralStage.ANSWERED):
        raise Refused(_("Acknowledge the referral before answering it."), code="stage")
    text = clean_text(answer_text, field="answer_text")
    before, row.stage = row.stage, str(ReferralStage.ANSWERED)
    _save(row, answer=answer, answer_text=text, answered_by=by, answered_at=at)
    _remember(row, before, by=by, at=at, reason=text, answer=answer)
    _mark_caution(row, by=by, at=at)
    _write(row, by=by, act=Permission.REFERRAL_ANSWER, standing=found, fields=["stage", "answer", "answer_text"])
    return row


def _mark_caution(referral: ProsecutionReferral, *, by: User, at: datetime) -> None:
    """All that crosses back by itself: that an inquiry is open, from one day until another."""
    today = timezone.localdate(at)
    if referral.answer == Answer.INQUIRY:
        Caution.objects.create(
            recorded_at=at, recorded_by=by, casefile_id=referral.casefile_id, city_id=referral.city_id,
            referral=referral, starts_on=today,
        )  # fmt: skip
    elif referral.answer == Answer.DISMISSED:
        Caution.objects.filter(referral=referral, ends_on__isnull=True).update(ends_on=today)
