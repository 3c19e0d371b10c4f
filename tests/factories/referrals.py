"""Prosecution referrals and the code list of offences, made through the services of the house."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.prosecution.models import Offence, ProsecutionReferral
from cases.prosecution.rules import FactDraft, Nature, ReferralGround, ReferralStage
from cases.prosecution.selectors import offences
from cases.prosecution.services import (
    acknowledge_referral,
    answer_referral,
    approve_referral,
    draft_referral,
    put_offence,
    send_referral,
    withdraw_referral,
)
from cases.travel.rules import Reliability
from cities.records import version_of
from cities.roles.rules import Role
from tests.factories.cast import Cast
from tests.factories.places import AT, staff

A_FACT = FactDraft(Nature.FACT, "An invented fact", "An invented witness", Reliability.B, date(2024, 11, 1))

#: Which acts bring a referral to a stage, in order.
_ORDER = [
    ReferralStage.DRAFTED, ReferralStage.APPROVED, ReferralStage.SENT, ReferralStage.ACKNOWLEDGED,
    ReferralStage.ANSWERED,
]  # fmt: skip


def a_referral(
    case: Casefile,
    cast: Cast,
    *,
    stage: str = ReferralStage.DRAFTED,
    at: datetime = AT,
    answer: str = "INQUIRY",
    **fields: Any,
) -> ProsecutionReferral:
    """A referral that Carla drafts, the mayor approves, and the liaison of the office receives, brought to `stage`."""
    written = {
        "addressed_to": cast.office, "subject": "Nemo Invented, born in 1990", "ground": ReferralGround.ARTICLE_29,
        "statement": "An invented statement", "facts": [A_FACT], **fields,
    }  # fmt: skip
    with acting(cast.carla):
        row = draft_referral(case=case, by=cast.carla, at=at, **written)
        if stage == ReferralStage.WITHDRAWN:
            return withdraw_referral(referral=row, by=cast.carla, at=at, version=row.version, reason="Not needed")
    reached = _ORDER.index(ReferralStage(stage))
    if reached >= 1:
        with acting(cast.mayor):
            row = approve_referral(referral=row, by=cast.mayor, at=at, version=row.version)
    if reached >= 2:
        with acting(cast.carla):
            row = send_referral(referral=row, by=cast.carla, at=at, version=row.version)
    if reached >= 3:
        with acting(cast.liaison):
            row = acknowledge_referral(referral=row, by=cast.liaison, at=at, version=row.version)
            if reached >= 4:
                row = answer_referral(
                    referral=row, by=cast.liaison, at=at, version=row.version, answer=answer, answer_text="An answer"
                )  # fmt: skip
    return row


def sent_referral(case: Casefile, cast: Cast, **fields: Any) -> ProsecutionReferral:
    """A referral that left."""
    return a_referral(case, cast, stage=ReferralStage.SENT, **fields)


def an_offence(code: str = "999", *, starts_on: date = date(2015, 1, 1), ends_on: date | None = None) -> Offence:
    """An article that exists in no code."""
    keeper = staff(Role.ADMINISTRATOR, None, first_name="Keeper")
    names: dict[str, Any] = {f"name_{word}": f"Invented offence ({word})" for word in ("nl", "fr", "de", "en")}
    with acting(keeper):
        version = version_of(offences().filter(code=code, starts_on=starts_on))
        return put_offence(
            by=keeper, at=AT, version=version, code=code, starts_on=starts_on, ends_on=ends_on, **names
        )  # fmt: skip
