"""Questions about referrals: for the cell that writes them, and for the office they are addressed to.

No question here joins the case: the office cannot open it, and a join would hide the referral with it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, Case, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from cases.access.models import cities_with, offices_acted_for
from cases.access.rules import OutOfSight, read_reference
from cases.casefiles.models import Casefile
from cases.prosecution.models import (
    Caution,
    Offence,
    ProsecutionReferral,
    ReferralFact,
    ReferralOffence,
    ReferralStageChange,
)
from cases.prosecution.rules import INSERTED, ReferralStage
from cities.agencies.models import Agency
from cities.agencies.rules import AgencyKind
from cities.agencies.selectors import agencies
from cities.roles.permissions import Permission
from cities.staff.models import User

ABOUT = ("city", "addressed_to", "drafted_by", "approved_by", "sent_by", "acknowledged_by", "answered_by")


def referrals_for(user: User, *, at: datetime) -> QuerySet[ProsecutionReferral]:
    """The referrals that `user` may know of: those of her cell, or those sent to her office. The newest first."""
    return ProsecutionReferral.objects.visible_to(user, at=at).select_related(*ABOUT).order_by("-pk")


def referrals_of(case: Casefile, user: User, *, at: datetime) -> QuerySet[ProsecutionReferral]:
    """The referrals of a case that `user` may know of, the newest first."""
    return referrals_for(user, at=at).filter(casefile_id=case.pk).order_by("-number")


def referral_for(user: User, pk: int, *, at: datetime) -> ProsecutionReferral:
    """One referral, or `OutOfSight`."""
    return _found(referrals_for(user, at=at).filter(pk=pk).first())


def referral_numbered(user: User, reference: str, number: int, *, at: datetime) -> ProsecutionReferral:
    """One referral by the reference of its case and its number, or `OutOfSight`."""
    return _found(referrals_for(user, at=at).filter(reference=read_reference(reference) or "", number=number).first())


def case_of(referral: ProsecutionReferral) -> Casefile:
    """The case of a referral by number, city and reference: the office can't open it, and no act needs more of it."""
    return Casefile(pk=referral.casefile_id, city_id=referral.city_id, reference=referral.reference)


def referrals_to_act_on(user: User, *, at: datetime) -> QuerySet[ProsecutionReferral]:
    """What waits for `user`: to be approved by a second person, to be sent, to be acknowledged or answered.

    The longest waiting first.
    """
    approves = cities_with(user, Permission.REFERRAL_APPROVE, at=at)
    sends = cities_with(user, Permission.REFERRAL_SEND, at=at)
    offices = offices_acted_for(user, at=at)
    waiting = (
        (Q(stage=ReferralStage.DRAFTED, city__in=approves) & ~Q(drafted_by=user))
        | Q(stage=ReferralStage.APPROVED, city__in=sends)
        | Q(stage__in=[ReferralStage.SENT, ReferralStage.ACKNOWLEDGED], addressed_to__in=offices)
    )
    return referrals_for(user, at=at).filter(waiting).order_by("pk")


def facts_of(referral: ProsecutionReferral) -> QuerySet[ReferralFact]:
    """What a referral that was found for somebody states, in its order."""
    return ReferralFact.objects.filter(referral=referral, removed_at__isnull=True).order_by("position", "pk")


def offences_of(referral: ProsecutionReferral) -> QuerySet[ReferralOffence]:
    """The offences that a referral which was found for somebody suspects."""
    kept = ReferralOffence.objects.filter(referral=referral, removed_at__isnull=True)
    return kept.select_related("offence").order_by(*_as_in_the_code("offence__code"))


def stage_changes_of(referral: ProsecutionReferral, user: User, *, at: datetime) -> QuerySet[ReferralStageChange]:
    """How the referral went from stage to stage; the office is told from the sending on. The first change first."""
    rows = ReferralStageChange.objects.visible_to(user, at=at).filter(referral=referral)
    return rows.select_related("recorded_by").order_by("changed_at", "pk")


def _as_in_the_code(field: str) -> list[Any]:
    """Articles in the order in which a code has them: 140, 140bis, 140ter, 140quater; what is no number comes last."""
    number = Cast(Func(F(field), Value("^[0-9]{1,9}"), function="substring"), BigIntegerField())
    inserted = Case(  # from the last: "quater" ends in "ter"
        *(
            When(**{f"{field}__endswith": word}, then=Value(place))
            for place, word in reversed([*enumerate(INSERTED, 1)])
        ),
        default=Value(0),
    )
    return [number.asc(nulls_last=True), inserted, field]


def offences() -> QuerySet[Offence]:
    """The whole code list, former wordings too."""
    return Offence.objects.order_by(*_as_in_the_code("code"), "starts_on")


def offences_on(day: date) -> QuerySet[Offence]:
    """The code list as it stands on a day."""
    return offences().filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


def offices() -> QuerySet[Agency]:
    """The prosecution offices that a referral can be addressed to."""
    return agencies().filter(kind=AgencyKind.PROSECUTION, is_active=True).order_by("name")


def caution_on(case: Casefile, user: User, *, at: datetime) -> Caution | None:
    """Whether an inquiry is open, which is all that the cell's side is told; the one that has been open longest."""
    today = timezone.localdate(at)
    rows = Caution.objects.visible_to(user, at=at).filter(casefile_id=case.pk, starts_on__lte=today)
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today)).order_by("starts_on", "pk").first()


def _found(row: ProsecutionReferral | None) -> ProsecutionReferral:
    if row is None:
        raise OutOfSight
    return row
