"""Acts on emergency openings: open one, end it, review it; and what the clock does when nobody did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access.models import CaseAccess
from cases.access.rules import (
    EMERGENCY_LASTS,
    GIVEN,
    Ending,
    Ground,
    NotAllowed,
    OutOfSight,
    Refused,
    clean_text,
    read_reference,
)
from cases.access.selectors import beside, fields_of, reviewers_of
from cases.access.services import in_batches, knows_of, require, require_clock, write_ledger, write_swept
from cases.casefiles.models import Casefile
from cases.emergencies.models import EmergencyOpening, EmergencyReview
from cases.emergencies.rules import REVIEWED_WITHIN, ReviewOutcome, needs_consequence, reason_of
from cases.emergencies.selectors import meant_by, open_now, openings_for, posting_for
from cases.outbox.rules import Channel, MessageKind
from cases.outbox.services import Draft, leave_messages, leave_with_act
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, Compartment, Role, roles_with
from cities.staff.models import Posting, User
from cities.staff.selectors import Standing

BATCH = 500

#: What is written when a case is opened, and what is shown to whoever reviews it.
OPENED = ["ends_at", "opened_at", "reason", "review_by"]
SHOWN = [*fields_of(EmergencyOpening), *beside(EmergencyReview)]


@transaction.atomic
def open_in_emergency(
    *, by: User, at: datetime, reference: str, reason: str, purpose: str = ""
) -> EmergencyOpening | None:
    """Open one case, by its reference, for an hour at most, because it cannot wait; and say why.

    None: there is no such case in a city of hers. That she asked is in the ledger then, and is kept: see `not_there`.
    Asked twice, the second time is the first. Coordinator and data-protection officer are told in this very act.
    """
    found = require(by, Permission.EMERGENCY_OPEN, at=at)
    wanted = read_reference(reference)
    if wanted is None:
        raise Refused(_("This is not a case reference: it looks like VIL-2026-0042."), field="reference", code="shape")
    why = reason_of(reason)
    posting = posting_for(by, wanted, at=at)
    if posting is not None:
        Posting.objects.select_for_update().get(pk=posting.pk)  # one at a time: a double click opens once
        if not _told(posting.city_id or 0, by, at=at):
            raise Refused(_("Nobody in this city can be told of it: speak to the administrator."), code="nobody")
    case = meant_by(wanted) if posting is not None else None
    if posting is None or case is None:
        ledger.write(
            operation=Operation.DENIED, by=by, act=Permission.EMERGENCY_OPEN.name, object_type="casefile", rows=0,
            case_reference=wanted[:20], city_id=posting.city_id if posting else None, role=found.role,
            agency_id=found.agency_id, outcome="out of sight",
        )  # fmt: skip
        return None
    if (standing := open_now(by, case, at=at)) is not None:
        return standing
    if knows_of(by, case, at=at):
        raise Refused(_("You may see this case already: open it as usual."), field="reference", code="known")
    return _opened(case, posting, by=by, at=at, why=why, purpose=purpose)


def _opened(case: Casefile, posting: Posting, *, by: User, at: datetime, why: str, purpose: str) -> EmergencyOpening:
    row: EmergencyOpening = EmergencyOpening.objects.create(
        recorded_at=at, recorded_by=by, casefile_id=case.pk, city_id=case.city_id, user=by, posting=posting,
        reference=case.reference, reason=why, opened_at=at, ends_at=at + EMERGENCY_LASTS,
        review_by=at + REVIEWED_WITHIN,
    )  # fmt: skip
    parts = sorted(COMPARTMENTS[Role(posting.role)])
    for part in parts:  # PostgreSQL asks for the opening behind each
        held = CaseAccess.grants.create(
            recorded_at=at, recorded_by=by, casefile_id=case.pk, city_id=case.city_id, user=by, posting=posting,
            reference=case.reference, compartment=part, ground=Ground.EMERGENCY, reason=why, starts_at=at,
            ends_at=row.ends_at,
        )  # fmt: skip
        write_ledger(
            operation=Operation.ALTER, by=by, act="GRANT", case=case, record=held, compartment=part,
            standing=Standing(posting), ground=Ground.EMERGENCY, recipient=f"user {by.pk}", fields=[*GIVEN, "reason"],
        )  # fmt: skip
    drafts = _drafts(row, _told(case.city_id, by, at=at), MessageKind.EMERGENCY, at=at)
    leave_with_act(by=by, at=at, drafts=drafts)
    _write(
        row, by, Operation.EMERGENCY, Permission.EMERGENCY_OPEN, Standing(posting), fields=OPENED, purpose=purpose
    )  # fmt: skip
    return row


def _told(city_id: int, by: User, *, at: datetime) -> list[User]:
    return reviewers_of(city_id, at=at, roles=roles_with(Permission.EMERGENCY_REVIEW), but=by.pk)


def _drafts(row: EmergencyOpening, told: Iterable[User], kind: MessageKind, *, at: datetime) -> list[Draft]:
    """To each: case reference, day and hour of the opening; neither who, nor whom, nor why."""
    when = timezone.localtime(row.opened_at)
    return [
        Draft(
            kind=kind, cause=f"emergency opening {row.pk}", recipient_id=user.pk, casefile_id=row.casefile_id,
            city_id=row.city_id, reference=row.reference, about_on=when.date(),
            about_time=when.time().replace(second=0, microsecond=0), due_at=at,
            channel=Channel.EMAIL if user.by_email and user.email else Channel.IN_APP,
        )
        for user in told
    ]  # fmt: skip


def _seen(opening: EmergencyOpening, by: User, *, at: datetime) -> EmergencyOpening:
    row = openings_for(by, at=at).filter(pk=opening.pk).select_for_update(of=("self",)).first()
    if row is None:
        raise OutOfSight
    return row


@transaction.atomic
def end_emergency(*, opening: EmergencyOpening, by: User, at: datetime) -> EmergencyOpening:
    """She is done before the hour is over: from now on the case does not exist for her. Again, it changes nothing."""
    row = _seen(opening, by, at=at)
    found = require(by, Permission.EMERGENCY_OPEN, city_id=row.city_id, at=at)
    if row.user_id != by.pk:
        raise NotAllowed(Permission.EMERGENCY_OPEN.value)
    if row.lasts_until <= at:
        return row
    grants = CaseAccess.grants.select_for_update(of=("self",)).filter(
        user=by, casefile_id=row.casefile_id, ground=Ground.EMERGENCY, ends_at__gt=at
    )
    for grant in grants.order_by("pk"):
        grant.ends_at, grant.ended_by, grant.ended_because = max(at, grant.starts_at), by, Ending.DONE
        grant.save(update_fields=["ends_at", "ended_by", "ended_because"])
    row.ended_at = max(at, row.opened_at)
    row.save(update_fields=["ended_at"])
    _write(row, by, Operation.ALTER, Permission.EMERGENCY_OPEN, found, fields=["ended_at"])
    return row


@transaction.atomic
def review_emergency(
    *, opening: EmergencyOpening, by: User, at: datetime, outcome: str, note: str, consequence: str = ""
) -> EmergencyReview:
    """Say what is to be thought of an emergency opening, and what follows; again, when one thinks otherwise later."""
    row = _seen(opening, by, at=at)
    found = require(by, Permission.EMERGENCY_REVIEW, city_id=row.city_id, at=at)
    if row.user_id == by.pk:
        raise Refused(_("Somebody else reviews what you opened yourself."), code="oneself")
    if outcome not in ReviewOutcome.values:
        raise Refused(_("This is not one of the choices."), field="outcome", code="unknown_code")
    said = clean_text(note, field="note", most=2_000, needed=True)
    follows = clean_text(consequence, field="consequence", most=2_000, needed=needs_consequence(outcome))
    review: EmergencyReview = EmergencyReview.objects.create(
        recorded_at=at, recorded_by=by, casefile_id=row.casefile_id, city_id=row.city_id, opening=row,
        outcome=outcome, note=said, consequence=follows, reviewed_at=at,
    )  # fmt: skip
    _write(row, by, Operation.COLLECT, Permission.EMERGENCY_REVIEW, found, fields=["outcome", "note", "consequence"])
    return review


@transaction.atomic
def read_emergency(*, opening: EmergencyOpening, by: User, at: datetime, purpose: str = "") -> EmergencyOpening:
    """Read what was opened and why, in order to review it, or as whoever did it: that is written down too."""
    row = _seen(opening, by, at=at)
    act = Permission.EMERGENCY_OPEN if row.user_id == by.pk else Permission.EMERGENCY_REVIEW
    found = require(by, act, city_id=row.city_id, at=at)
    _write(row, by, Operation.CONSULT, act, found, fields=SHOWN, purpose=purpose)
    return row


def _write(
    row: EmergencyOpening, by: User, operation: Operation, act: Permission, found: Standing, *, fields: list[str],
    purpose: str = "",
) -> None:  # fmt: skip
    case = Casefile(pk=row.casefile_id, reference=row.reference, city_id=row.city_id)
    write_ledger(
        operation=operation, by=by, act=act, case=case, record=row, compartment=Compartment.CORE, standing=found,
        ground=Ground.EMERGENCY, fields=fields, purpose=purpose,
    )  # fmt: skip


def raise_unreviewed(*, by: Clock, at: datetime) -> int:
    """What nobody reviewed in time goes up to the data-protection officer; to all who may review it, where there is
    none. Returns how many."""
    require_clock(by)

    def step() -> tuple[int, int]:
        said = EmergencyReview.objects.filter(opening=OuterRef("pk")).values("pk")
        due = EmergencyOpening.objects.filter(review_by__lte=at, late_at__isnull=True).exclude(Exists(said))
        rows = list(
            due.only("pk", "casefile_id", "city_id", "user_id", "reference", "opened_at")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("pk")[:BATCH]
        )
        ids = [row.pk for row in rows]
        EmergencyOpening.objects.filter(pk__in=ids).update(late_at=at)
        leave_messages(by=by, at=at, drafts=[draft for row in rows for draft in _late(row, at=at)])
        write_swept("emergencyopening", ids, by=by, fields=["late_at"])
        return len(ids), len(ids)

    return in_batches(step, most=BATCH)


def _late(row: EmergencyOpening, *, at: datetime) -> list[Draft]:
    officers = reviewers_of(row.city_id, at=at, roles=[Role.DATA_PROTECTION_OFFICER], but=row.user_id)
    reviewers = officers or reviewers_of(
        row.city_id, at=at, roles=roles_with(Permission.EMERGENCY_REVIEW), but=row.user_id
    )
    return _drafts(row, reviewers, MessageKind.UNREVIEWED, at=at)
