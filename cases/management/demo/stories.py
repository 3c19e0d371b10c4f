"""A few stories in Vilvoorde and Antwerp, told by the same acts as everybody's: referrals at each stage, and more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.rules import Stage
from cases.casefiles.selectors import cases_for
from cases.checkins.rules import AskedBy
from cases.checkins.selectors import checkins_for
from cases.checkins.services import reschedule_checkin
from cases.management.demo.staff import OFFICE_ELSEWHERE, OFFICE_OF
from cases.management.demo.writing import Desk
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.rules import Answer, FactDraft, Nature, ReferralGround, Urgency
from cases.prosecution.selectors import offences_on, referral_for
from cases.prosecution.services import (
    acknowledge_referral,
    answer_referral,
    approve_referral,
    draft_referral,
    send_referral,
    withdraw_referral,
)
from cities.roles.rules import Role
from cities.staff.models import Posting, User


def tell(desk: Desk, offices: dict[str, list[Posting]], at: datetime) -> None:
    """Referrals at each stage in one city: drafted, approved, sent, acknowledged, answered, withdrawn."""
    office = offices[OFFICE_OF.get(desk.city.code, OFFICE_ELSEWHERE)][0]
    with acting(desk.coordinator):
        cases = list(
            cases_for(desk.coordinator, at=at).filter(city=desk.city, stage=Stage.FOLLOW_UP).order_by("pk")[:6]
        )
    stories: tuple[Callable[[_Told], None], ...] = (_answered, _acknowledged, _sent, _approved, _drafted, _withdrawn)
    for case, story in zip(cases, stories, strict=False):
        story(_Told(desk, case, office, at))
    _move_one(desk, at)


class _Told:
    """One referral as it goes on, each act some days after the one before."""

    def __init__(self, desk: Desk, case: Casefile, office: Posting, at: datetime) -> None:
        self.desk, self.case, self.office, self.at = desk, case, office.agency, at
        self.liaison, self.mayor = office.user, desk.of(Role.MAYOR)[0].user
        self.row: ProsecutionReferral | None = None

    def draft(self, days_ago: int) -> ProsecutionReferral:
        at = self.at - timedelta(days=days_ago)
        with acting(self.desk.coordinator):
            self.row = draft_referral(
                case=self.case, by=self.desk.coordinator, at=at, addressed_to=self.office,
                subject=f"{self.case.person.official_name}, living in {self.desk.city.name_en}",
                ground=ReferralGround.ARTICLE_29, urgency=Urgency.ORDINARY,
                statement="The cell reports what it saw of a collection of money. It knows nothing of its purpose.",
                withheld="Everything that was said in care: professional secrecy",
                facts=[
                    FactDraft(Nature.FACT, "Money was collected after the football, on two Saturdays.",
                              "A trainer, in person", "B", (at - timedelta(days=9)).date()),
                    FactDraft(Nature.ASSESSMENT, "The cell thinks it was not for the club.", "The cell", "C"),
                ],
                offences=list(offences_on(at.date()).filter(code="140")[:1]),
            )  # fmt: skip
        return self.row

    def go(self, act: Callable[..., ProsecutionReferral], by: User, days_ago: int, **more: str) -> ProsecutionReferral:
        assert self.row is not None
        with acting(by):
            row = referral_for(by, self.row.pk, at=self.at)
            at = self.at - timedelta(days=days_ago)
            self.row = act(referral=row, by=by, at=at, version=row.version, **more)
        return self.row


def _drafted(told: _Told) -> None:
    told.draft(1)


def _approved(told: _Told) -> None:
    told.draft(5)
    told.go(approve_referral, told.mayor, 3)


def _sent(told: _Told) -> None:
    told.draft(8)
    told.go(approve_referral, told.mayor, 6)
    told.go(send_referral, told.desk.coordinator, 2)


def _acknowledged(told: _Told) -> None:
    told.draft(24)
    told.go(approve_referral, told.mayor, 22)
    told.go(send_referral, told.desk.coordinator, 20)
    told.go(acknowledge_referral, told.liaison, 18)


def _answered(told: _Told) -> None:
    """An inquiry is open: the caseworker's side is told that, and no more."""
    told.draft(70)
    told.go(approve_referral, told.mayor, 68)
    told.go(send_referral, told.desk.coordinator, 66)
    told.go(acknowledge_referral, told.liaison, 63)
    told.go(answer_referral, told.liaison, 40, answer=Answer.INQUIRY, answer_text="An inquiry is open since this week.")


def _withdrawn(told: _Told) -> None:
    told.draft(15)
    told.go(withdraw_referral, told.desk.coordinator, 13, reason="It was a collection for the club after all")


def _move_one(desk: Desk, at: datetime) -> None:
    """A contact of the coming days is moved, because the person asked for it."""
    day = at.date() + timedelta(days=2)
    lead = desk.caseworkers[0].user
    with acting(lead):
        checkin = checkins_for(lead, at=at).filter(due_on__gte=day, state="PLANNED", caseworker=lead).first()
        if checkin is not None:
            reschedule_checkin(
                checkin=checkin, by=lead, at=at, version=checkin.version, due_on=checkin.due_on + timedelta(days=1),
                due_time=checkin.due_time, asked_by=AskedBy.PERSON, reason="Has to be at the town hall that day",
            )  # fmt: skip
