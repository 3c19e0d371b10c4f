"""Prosecution referrals: for the cell that writes them, and for the office that they are addressed to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseDoor
from cases.api.naming import names_in
from cases.api.offences import OffenceShape
from cases.api.versions import OfAVersion
from cases.api.words import AgencyName, Nothing, UserName
from cases.casefiles.models import Casefile
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.rules import (
    MOST_FACTS,
    Answer,
    FactDraft,
    Nature,
    ReferralGround,
    ReferralStage,
    Urgency,
)
from cases.prosecution.selectors import (
    facts_of,
    offences_of,
    offences_on,
    offices,
    referral_for,
    referrals_for,
    referrals_to_act_on,
    stage_changes_of,
)
from cases.prosecution.services import (
    acknowledge_referral,
    answer_referral,
    approve_referral,
    change_referral,
    draft_referral,
    send_referral,
    take_back_referral,
    withdraw_referral,
)
from cases.travel.rules import Reliability
from cities.api.base import PageQuery, Shape
from cities.api.described import described, paged
from cities.refusals import LONGEST_TEXT
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment


class FactShape(Shape):
    """One statement: fact or assessment, from which source, how reliable."""

    of_kind = "referralfact"

    nature = serializers.ChoiceField(choices=Nature.choices)
    text = serializers.CharField(max_length=4_000)
    source = serializers.CharField(max_length=300)  # type: ignore[assignment]  # DRF has one of this name
    reliability = serializers.ChoiceField(choices=Reliability.choices)
    observed_on = serializers.DateField(allow_null=True, default=None)


class StageChangeShape(Shape):
    """Where it stood, where it stands."""

    of_kind = "referralstagechange"

    from_stage = serializers.ChoiceField(choices=ReferralStage.choices, allow_blank=True)
    to_stage = serializers.ChoiceField(choices=ReferralStage.choices)
    answer = serializers.ChoiceField(choices=Answer.choices, allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    changed_at = serializers.DateTimeField()
    changed_by = UserName(source="recorded_by")


class ReferralShape(OfAVersion):
    """A referral, as in a list."""

    id = serializers.IntegerField()
    reference = serializers.CharField(help_text="Of the case.")
    number = serializers.IntegerField(help_text="In the case.")
    addressed_to = AgencyName()
    stage = serializers.ChoiceField(choices=ReferralStage.choices)
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    drafted_by = UserName()
    approved_by = UserName(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.ChoiceField(choices=Answer.choices, allow_blank=True)


class ReferralDetail(ReferralShape):
    """A referral, opened."""

    subject = serializers.CharField(help_text="About whom, as the office is told.")
    ground = serializers.ChoiceField(choices=ReferralGround.choices)
    statement = serializers.CharField()
    withheld = serializers.CharField(allow_blank=True, help_text="What is withheld, and why.")
    answer_text = serializers.CharField(allow_blank=True)
    facts = FactShape(many=True, source="facts_shown")
    offences = OffenceShape(many=True, source="offences_shown")
    changes = StageChangeShape(many=True, source="changes_shown", help_text="The office sees those since the sending.")


class ReferralsQuery(PageQuery):
    """Which referrals."""

    case = serializers.RegexField(r"^[A-Z]{3}-[0-9]{4}-[0-9]{4,9}\Z", required=False, help_text="A case reference.")
    stage = serializers.ChoiceField(choices=ReferralStage.choices, required=False)
    waiting = serializers.BooleanField(default=False, help_text="Those that wait for an act of mine.")


class DraftReferral(Shape):
    """A statement written anew, for one office. Nothing is taken over from notes, plan or case."""

    addressed_to = serializers.IntegerField(min_value=1, help_text="A public prosecutor's office: an agency.")
    subject = serializers.CharField(max_length=300)
    ground = serializers.ChoiceField(choices=ReferralGround.choices)
    statement = serializers.CharField(max_length=LONGEST_TEXT)
    urgency = serializers.ChoiceField(choices=Urgency.choices, default=Urgency.ORDINARY)
    withheld = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")
    facts = serializers.ListField(child=FactShape(), max_length=MOST_FACTS)
    offences = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=50, default=list)


class WithAReason(Shape):
    """Why."""

    reason = serializers.CharField(max_length=2_000)


class AnswerReferral(Shape):
    """What the office answers."""

    answer = serializers.ChoiceField(choices=Answer.choices)
    answer_text = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")


class ReferralView(CaseDoor):
    """What the views of referrals share."""

    def case_of(self, referral: ProsecutionReferral) -> Casefile:
        """By number, city and reference: the office can't open the case, and nothing here needs more of it."""
        return Casefile(pk=referral.casefile_id, city_id=referral.city_id, reference=referral.reference)

    def shown(self, referral: ProsecutionReferral) -> dict[str, Any]:
        """The referral as it stands now, opened."""
        row: Any = referral_for(self.by, referral.pk, at=self.at)
        self.opened(self.case_of(row), Permission.REFERRAL_READ, Compartment.JUSTICE, row, names_in(ReferralDetail))
        row.facts_shown = facts_of(row)
        row.offences_shown = [suspected.offence for suspected in offences_of(row)]
        row.changes_shown = stage_changes_of(row, self.by, at=self.at)
        return dict(ReferralDetail(row).data)

    def statement(self) -> dict[str, Any]:
        """What is written, with the office and the articles it names."""
        told = self.body(DraftReferral)
        told["addressed_to"] = self.chosen(offices(), told["addressed_to"], "addressed_to")
        told["facts"] = [FactDraft(**fact) for fact in told["facts"]]
        articles = offences_on(timezone.localdate(self.at))
        told["offences"] = [self.chosen(articles, number, "offences") for number in sorted(set(told["offences"]))]
        return told


class Referrals(ReferralView):
    """The list."""

    @described(
        "referrals_list", "Referrals of the cell, or to the office; the newest first",
        query=ReferralsQuery, answers=paged(ReferralShape),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        self.allowed(Permission.REFERRAL_READ)
        asked = self.query(ReferralsQuery)
        rows = (referrals_to_act_on if asked["waiting"] else referrals_for)(self.by, at=self.at)
        filters = {"case": "reference", "stage": "stage"}
        rows = rows.filter(**{path: asked[name] for name, path in filters.items() if name in asked})
        found, following = self.page(rows, asked, keys=["-pk"])
        return self.listed_and_opened(
            ReferralShape, found, following, permission=Permission.REFERRAL_READ, compartment=Compartment.JUSTICE,
            kind="prosecutionreferral",
        )  # fmt: skip


class CaseReferrals(ReferralView):
    """A new one."""

    @described("referrals_draft", "Draft a referral", body=DraftReferral, answers=ReferralDetail, status=201)
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.REFERRAL_DRAFT, case)
        referral = draft_referral(case=case, by=self.by, at=self.at, **self.statement())
        return Response(self.shown(referral), status=201)


class OneReferral(ReferralView):
    """One referral."""

    @described("referrals_read", "A referral", answers=ReferralDetail)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.shown(referral_for(self.by, pk, at=self.at)))

    @described("referrals_change", "Write a draft anew", body=DraftReferral, answers=ReferralDetail, guarded=True)
    def put(self, request: Request, pk: int) -> Response:
        referral = referral_for(self.by, pk, at=self.at)
        self.allowed(Permission.REFERRAL_DRAFT, self.case_of(referral))
        with self.on_what_was_read(referral, self.shown) as version:
            change_referral(referral=referral, by=self.by, at=self.at, version=version, **self.statement())
        return Response(self.shown(referral))


class ReferralAct(ReferralView):
    """An act on one referral: found, allowed, shaped, done, shown."""

    def act(self, pk: int, permission: Permission, shape: type[Shape], service: Callable[..., object]) -> Response:
        referral = referral_for(self.by, pk, at=self.at)
        self.allowed(permission, self.case_of(referral))
        with self.on_what_was_read(referral, self.shown) as version:
            service(referral=referral, by=self.by, at=self.at, version=version, **self.body(shape))
        return Response(self.shown(referral))


class ReferralApprove(ReferralAct):
    """The second pair of eyes."""

    @described("referrals_approve", "Approve, as a second person", answers=ReferralDetail, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.REFERRAL_APPROVE, Nothing, approve_referral)


class ReferralTakeBack(ReferralAct):
    """Back to draft."""

    @described(
        "referrals_take_back", "Take an approved one back to draft",
        body=WithAReason, answers=ReferralDetail, guarded=True,
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.REFERRAL_APPROVE, WithAReason, take_back_referral)


class ReferralSend(ReferralAct):
    """It leaves."""

    @described("referrals_send", "Send; there is no way back", answers=ReferralDetail, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.REFERRAL_SEND, Nothing, send_referral)


class ReferralWithdraw(ReferralAct):
    """Given up."""

    @described(
        "referrals_withdraw", "Give up one that has not left", body=WithAReason, answers=ReferralDetail, guarded=True
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.REFERRAL_DRAFT, WithAReason, withdraw_referral)


class ReferralAcknowledge(ReferralAct):
    """The office has it."""

    @described("referrals_acknowledge", "Acknowledge, at the office", answers=ReferralDetail, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.REFERRAL_ACKNOWLEDGE, Nothing, acknowledge_referral)


class ReferralAnswer(ReferralAct):
    """The answer."""

    @described("referrals_answer", "Answer, at the office", body=AnswerReferral, answers=ReferralDetail, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.REFERRAL_ANSWER, AnswerReferral, answer_referral)
