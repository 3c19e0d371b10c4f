"""Referrals, written and brought to a stage through the services, each act on behalf of whoever does it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.prosecution.models import Offence, ProsecutionReferral
from cases.prosecution.rules import FactDraft, ReferralStage
from cases.prosecution.services import (
    acknowledge_referral,
    answer_referral,
    approve_referral,
    draft_referral,
    send_referral,
    withdraw_referral,
)
from cities.roles.rules import Role
from tests.factories.cast import Cast
from tests.factories.places import AT, staff


def a_fact(**fields: Any) -> FactDraft:
    """One statement of a referral."""
    told: dict[str, Any] = {
        "nature": "FACT", "text": "A message was shown", "source": "The neighbour", "reliability": "C",
        "observed_on": date(2024, 1, 5), **fields,
    }  # fmt: skip
    return FactDraft(**told)


def words(cast: Cast, **fields: Any) -> dict[str, Any]:
    """What a referral says."""
    return {
        "addressed_to": cast.office, "subject": "Nemo Invented, born in 1990", "ground": "ARTICLE_29",
        "statement": "The cell reports the following.", "facts": [a_fact()], **fields,
    }  # fmt: skip


def an_offence(*, code: str = "art. 140", **fields: Any) -> Offence:
    """An entry of the code list, made by somebody who keeps the country's lists."""
    by = staff(Role.ADMINISTRATOR, None)
    names = {f"name_{language}": "An offence" for language in ("nl", "fr", "de", "en")}
    with acting(by):
        return Offence.objects.create(
            recorded_at=AT, recorded_by=by, code=code, **names, **{"starts_on": date(2010, 1, 1), **fields}
        )


def a_referral(
    cast: Cast, case: Casefile, *, stage: str = ReferralStage.DRAFTED, at: datetime = AT, **fields: Any
) -> ProsecutionReferral:
    """A referral by the coordinator, approved by the mayor, taken up and answered by the liaison, up to `stage`."""
    with acting(cast.carla):
        row = draft_referral(case=case, by=cast.carla, at=at, **words(cast, **fields))
        if stage == ReferralStage.WITHDRAWN:
            return withdraw_referral(referral=row, by=cast.carla, at=at, version=row.version, reason="Not needed")
    if stage == ReferralStage.DRAFTED:
        return row
    with acting(cast.mayor):
        row = approve_referral(referral=row, by=cast.mayor, at=at, version=row.version)
    if stage == ReferralStage.APPROVED:
        return row
    with acting(cast.carla):
        row = send_referral(referral=row, by=cast.carla, at=at, version=row.version)
    if stage == ReferralStage.SENT:
        return row
    with acting(cast.liaison):
        row = acknowledge_referral(referral=row, by=cast.liaison, at=at, version=row.version)
        if stage == ReferralStage.ANSWERED:
            row = answer_referral(referral=row, by=cast.liaison, at=at, version=row.version, answer="INQUIRY")
    return row
