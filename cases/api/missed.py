"""Missed contacts: list, read, acknowledge, answer, take the answer back."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseDoor
from cases.api.naming import names_in
from cases.api.versions import OfAVersion
from cases.api.words import Nothing, UserName
from cases.checkins.models import MissedContact
from cases.checkins.rules import MissAnswer, MissCause, MissStep
from cases.checkins.selectors import listed_missed, missed_for, missed_with
from cases.checkins.services import acknowledge_miss, answer_miss, reopen_miss
from cities.api.base import PageQuery, Shape
from cities.api.described import described, paged
from cities.refusals import LONGEST_TEXT
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment

ANSWERS = [choice for choice in MissAnswer.choices if choice[0] != MissAnswer.RECORDED]


class StepShape(Shape):
    """One step of the ladder."""

    of_kind = "missedstep"

    step = serializers.ChoiceField(choices=MissStep.choices)
    owner = UserName(allow_null=True, help_text="Null: whoever coordinates the city.")
    since = serializers.DateTimeField()
    deadline_on = serializers.DateField(help_text="The day on which it goes up when nothing is said.")
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = UserName(allow_null=True)
    over_at = serializers.DateTimeField(allow_null=True, help_text="Null: it is on this step.")


class MissedShape(OfAVersion):
    """A check-in that was missed, or of which nobody said what came."""

    id = serializers.IntegerField()
    case = serializers.CharField(source="casefile.reference")
    city = serializers.CharField(source="city.code")
    checkin = serializers.IntegerField(source="checkin_id")
    due_on = serializers.DateField(source="checkin.due_on", help_text="The day of the check-in.")
    caseworker = UserName(source="checkin.caseworker")
    cause = serializers.ChoiceField(choices=MissCause.choices)
    in_a_row = serializers.IntegerField(help_text="How many were missed one after another, with this one.")
    opened_at = serializers.DateTimeField()
    answer = serializers.ChoiceField(choices=MissAnswer.choices, allow_blank=True, help_text="Empty: it is open.")
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = UserName(allow_null=True)
    steps = StepShape(many=True, help_text="In the order in which they were taken.")


class MissedQuery(PageQuery):
    """Which missed contacts. Those that are open, unless `answered` says otherwise."""

    city = serializers.RegexField(r"^[A-Z]{3}\Z", required=False, help_text="A city's code.")
    step = serializers.ChoiceField(choices=MissStep.choices, required=False, help_text="On which step they are.")
    mine = serializers.BooleanField(default=False, help_text="Those that are with me, or with whom I stand in for.")
    answered = serializers.BooleanField(default=False, help_text="Those that were answered.")


class AnswerMissed(Shape):
    """The answer. Arranged anew takes a day; explained and closed take a reason."""

    answer = serializers.ChoiceField(choices=ANSWERS)
    reason = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="", help_text="Care.")
    next_on = serializers.DateField(allow_null=True, default=None)
    next_time = serializers.TimeField(allow_null=True, default=None)


class MissedDoor(CaseDoor):
    """What the views of missed contacts share."""

    def missed(self, pk: int) -> MissedContact:
        return self.found(missed_for(self.by, at=self.at), pk)

    def shown(self, missed: MissedContact) -> dict[str, Any]:
        """As it stands now, opened."""
        row = self.missed(missed.pk)
        self.opened(row.casefile, Permission.MISSED_READ, Compartment.CORE, row, names_in(MissedShape))
        return dict(MissedShape(row).data)


class MissedContacts(MissedDoor):
    """The list."""

    @described(
        "missed_list", "Missed contacts, the latest first", query=MissedQuery, answers=paged(MissedShape)
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        self.allowed(Permission.MISSED_READ)
        asked = self.query(MissedQuery)
        rows = listed_missed(self.by, at=self.at).filter(answered_at__isnull=not asked["answered"])
        if "city" in asked:
            rows = rows.filter(city__code=asked["city"])
        if "step" in asked:
            rows = rows.filter(steps__step=asked["step"], steps__over_at__isnull=True)
        if asked["mine"]:
            rows = rows.filter(pk__in=missed_with(self.by, at=self.at).order_by().values("missed_id"))
        found, following = self.page(rows, asked, keys=["-pk"])
        return self.listed_and_opened(
            MissedShape, found, following,
            permission=Permission.MISSED_READ, compartment=Compartment.CORE, kind="missedcontact",
        )  # fmt: skip


class OneMissedContact(MissedDoor):
    """One of them."""

    @described("missed_read", "A missed contact with its ladder", answers=MissedShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.shown(self.missed(pk)))


class MissedAct(MissedDoor):
    """An act on one: found, allowed, shaped, done, shown."""

    def act(self, pk: int, shape: type[Shape], service: Any) -> Response:
        missed = self.missed(pk)
        self.allowed(Permission.MISSED_ANSWER, missed.casefile)
        with self.on_what_was_read(missed, self.shown) as version:
            done: MissedContact = service(missed=missed, by=self.by, at=self.at, version=version, **self.body(shape))
        return Response(self.shown(done))


class MissedAcknowledge(MissedAct):
    """I see to it."""

    @described("missed_acknowledge", "Say that one sees to a missed contact", answers=MissedShape, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Nothing, acknowledge_miss)


class MissedAnswer(MissedAct):
    """It stops climbing."""

    @described("missed_answer", "Answer a missed contact", body=AnswerMissed, answers=MissedShape, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, AnswerMissed, answer_miss)


class MissedReopen(MissedAct):
    """It goes on."""

    @described("missed_reopen", "Take back that it was explained or closed", answers=MissedShape, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Nothing, reopen_miss)
