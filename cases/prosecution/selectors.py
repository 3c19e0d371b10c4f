"""Questions about referrals: those of the cell, those addressed to an office, and what the other house is told."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from cases.access.models import offices_of
from cases.access.rules import OutOfSight, read_reference
from cases.access.selectors import acts_of
from cases.casefiles.models import Casefile
from cases.prosecution.models import Caution, Offence, ProsecutionReferral, ReferralFact, ReferralStageChange
from cases.prosecution.rules import Answer, ReferralStage
from cities.agencies.models import Agency
from cities.agencies.rules import AgencyKind
from cities.roles.permissions import Permission
from cities.staff.models import User


def referrals_for(user: User, *, at: datetime) -> QuerySet[ProsecutionReferral]:
    """The referrals that `user` may know of, the newest first."""
    visible: QuerySet[ProsecutionReferral] = ProsecutionReferral.objects.visible_to(user, at=at)  # type: ignore[attr-defined]
    return visible.select_related("addressed_to", "city", "drafted_by", "approved_by").order_by("-pk")


def referrals_of(case: Casefile, user: User, *, at: datetime) -> QuerySet[ProsecutionReferral]:
    """The referrals of one case that `user` may know of, the newest first."""
    return referrals_for(user, at=at).filter(casefile=case)


def referral_for(user: User, pk: int, *, at: datetime) -> ProsecutionReferral:
    """One referral, or `OutOfSight`."""
    return _one(referrals_for(user, at=at).filter(pk=pk))


def referral_numbered(user: User, reference: str, number: int, *, at: datetime) -> ProsecutionReferral:
    """One referral by the reference of its case and its number in the case, or `OutOfSight`."""
    wanted = read_reference(reference)
    return _one(referrals_for(user, at=at).filter(reference=wanted or "", number=number))


def _one(rows: QuerySet[ProsecutionReferral]) -> ProsecutionReferral:
    found = rows.first()
    if found is None:
        raise OutOfSight
    return found


def case_of(referral: ProsecutionReferral) -> Casefile:
    """As much of the case as the referral names. The other house can't read the case itself, and need not."""
    return Casefile(pk=referral.casefile_id, city_id=referral.city_id, reference=referral.reference)


def facts_of(referral: ProsecutionReferral, user: User, *, at: datetime) -> QuerySet[ReferralFact]:
    """What the referral states, in its order; what was taken out while drafting is left out."""
    visible: QuerySet[ReferralFact] = ReferralFact.objects.visible_to(user, at=at)  # type: ignore[attr-defined]
    return visible.filter(referral=referral, removed_at__isnull=True).order_by("position", "pk")


def suspected(referral: ProsecutionReferral) -> QuerySet[Offence]:
    """The offences the referral suspects, as the code list names them."""
    return Offence.objects.filter(
        pk__in=referral.offences.filter(removed_at__isnull=True).values("offence_id")
    ).order_by("code")


def stages_of(referral: ProsecutionReferral, user: User, *, at: datetime) -> QuerySet[ReferralStageChange]:
    """How the referral went from stage to stage, as far as `user` may know, the first step first."""
    visible: QuerySet[ReferralStageChange] = ReferralStageChange.objects.visible_to(user, at=at)  # type: ignore[attr-defined]
    return visible.filter(referral=referral).select_related("recorded_by").order_by("changed_at", "pk")


def offences_on(day: date) -> QuerySet[Offence]:
    """The offences in force on `day`, by article."""
    in_force = Offence.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)
    return in_force.order_by("code", "pk")


def offices() -> QuerySet[Agency]:
    """The prosecution offices that a referral can be addressed to."""
    return Agency.objects.filter(kind=AgencyKind.PROSECUTION, is_active=True).order_by("name", "pk")


def caution_on(case: Casefile, user: User, *, at: datetime) -> Caution | None:
    """Whether an inquiry is open in the other house; None when there is none, or `user` may not know of the case."""
    visible = Caution.objects.visible_to(user, at=at)
    return visible.filter(casefile=case, ends_on__isnull=True).order_by("starts_on", "pk").first()


def referrals_to_act_on(user: User, *, at: datetime) -> QuerySet[ProsecutionReferral]:
    """What waits for `user`: drafts of others to approve, approved ones to send; in the office, those to take up."""
    acts = acts_of(user, at=at)
    waits = Q(pk__in=[])
    if Permission.REFERRAL_APPROVE in acts:
        waits |= Q(stage=ReferralStage.DRAFTED) & ~Q(drafted_by=user)
    if Permission.REFERRAL_SEND in acts:
        waits |= Q(stage=ReferralStage.APPROVED)
    if Permission.REFERRAL_ACKNOWLEDGE in acts:
        of_my_office = Q(addressed_to__in=offices_of(user, at=at).values("agency_id"))
        to_answer = Q(stage__in=[ReferralStage.SENT, ReferralStage.ACKNOWLEDGED]) | Q(answer=Answer.MORE_ASKED)
        waits |= of_my_office & to_answer
    return referrals_for(user, at=at).filter(waits).order_by("sent_at", "pk")
