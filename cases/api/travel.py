"""Travel status: what is believed about where somebody is, by whom, how surely, since when. Appended, never edited."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseDoor
from cases.api.naming import names_in
from cases.api.words import UserName
from cases.people.models import Person
from cases.people.selectors import case_about, person_for, standing_with
from cases.travel.models import TravelStatus
from cases.travel.rules import Confidence, Reliability, Situation, SourceKind, TravelValue
from cases.travel.selectors import NEWEST_FIRST, status_for, status_on, statuses_of
from cases.travel.services import correct_status, record_status
from cities.api.base import PageQuery, Shape
from cities.api.described import described, paged
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment


class StatusShape(Shape):
    """One assessment."""

    id = serializers.IntegerField()
    value = serializers.ChoiceField(choices=TravelValue.choices, allow_blank=True)
    situation = serializers.ChoiceField(choices=Situation.choices, allow_blank=True)
    confidence = serializers.ChoiceField(choices=Confidence.choices)
    source_kind = serializers.ChoiceField(choices=SourceKind.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # DRF has one of this name
    reliability = serializers.ChoiceField(choices=Reliability.choices)
    true_since = serializers.DateField()
    known_since = serializers.DateField()
    reason = serializers.CharField(allow_blank=True, help_text="Why it was corrected or renewed.")
    corrects = serializers.IntegerField(source="supersedes_id", allow_null=True)
    corrected_by = serializers.IntegerField(source="superseded_by.pk", default=None, allow_null=True)
    recorded_at = serializers.DateTimeField()
    recorded_by = UserName(allow_null=True)


class StatusOn(Shape):
    """What held on a day, as known on a day; null when nothing did."""

    on = serializers.DateField()
    known_on = serializers.DateField()
    status = StatusShape(allow_null=True)


#: What is shown of it, by name, where the record that was opened is the person's.
STATUS = [f"travelstatus.{name}" for name in names_in(StatusShape)]


class DaysQuery(Shape):
    """Which day it is about, and what was known by which day. Today, when left out."""

    on = serializers.DateField(required=False)
    known_on = serializers.DateField(required=False)


class RecordStatus(Shape):
    """An assessment to be appended: a travel status, a situation beside it, or a situation alone."""

    value = serializers.ChoiceField(choices=TravelValue.choices, allow_blank=True, default="")
    situation = serializers.ChoiceField(choices=Situation.choices, allow_blank=True, default="")
    confidence = serializers.ChoiceField(choices=Confidence.choices)
    source_kind = serializers.ChoiceField(choices=SourceKind.choices)
    source = serializers.CharField(max_length=300)  # type: ignore[assignment]  # DRF has one of this name
    reliability = serializers.ChoiceField(choices=Reliability.choices)
    true_since = serializers.DateField()
    known_since = serializers.DateField(required=False, help_text="Today, when left out.")
    reason = serializers.CharField(max_length=2_000, allow_blank=True, default="")


class CorrectStatus(RecordStatus):
    """What should have been written, and why."""

    reason = serializers.CharField(max_length=2_000)


class PersonTravel(CaseDoor):
    """What the views of somebody's travel status share."""

    def shown(self, person: Person, status: TravelStatus) -> dict[str, Any]:
        self.opened_person(person, Permission.TRAVEL_READ, status, names_in(StatusShape))
        return dict(StatusShape(status_for(self.by, status.pk, at=self.at)).data)


class TravelStatuses(PersonTravel):
    """The history of one person."""

    @described(
        "travel_list", "All that was ever believed, the newest first", query=PageQuery, answers=paged(StatusShape)
    )
    def get(self, request: Request, pk: int) -> Response:
        person = person_for(self.by, pk, at=self.at)
        standing_with(self.by, Permission.TRAVEL_READ, person=person, at=self.at)
        rows = statuses_of(person, self.by, at=self.at)
        found, following = self.page(rows, self.query(PageQuery), keys=NEWEST_FIRST)
        return self.listed_and_opened(
            StatusShape, found, following, permission=Permission.TRAVEL_READ, compartment=Compartment.CORE,
            kind="travelstatus", case=case_about(person, self.by, at=self.at),
        )  # fmt: skip

    @described("travel_record", "Record what is believed now", body=RecordStatus, answers=StatusShape, status=201)
    def post(self, request: Request, pk: int) -> Response:
        person = person_for(self.by, pk, at=self.at)
        standing_with(self.by, Permission.TRAVEL_RECORD, person=person, at=self.at)
        row = record_status(person=person, by=self.by, at=self.at, **self.body(RecordStatus))
        return Response(self.shown(person, row), status=201)


class TravelStatusOn(PersonTravel):
    """What held on a day."""

    @described("travel_on", "What held on a day, as known on a day", query=DaysQuery, answers=StatusOn)
    def get(self, request: Request, pk: int) -> Response:
        person = person_for(self.by, pk, at=self.at)
        standing_with(self.by, Permission.TRAVEL_READ, person=person, at=self.at)
        today = timezone.localdate(self.at)
        asked = {"on": today, "known_on": today} | self.query(DaysQuery)
        found = status_on(person, **asked)
        if found is None:
            self.opened_person(person, Permission.TRAVEL_READ, person, STATUS)
        return Response(asked | {"status": self.shown(person, found) if found else None})


class TravelStatusCorrect(PersonTravel):
    """A correction."""

    @described(
        "travel_correct", "Append what should have been written", body=CorrectStatus, answers=StatusShape, status=201
    )
    def post(self, request: Request, pk: int) -> Response:
        wrong = status_for(self.by, pk, at=self.at)
        standing_with(self.by, Permission.TRAVEL_RECORD, person=wrong.person, at=self.at)
        row = correct_status(status=wrong, by=self.by, at=self.at, **self.body(CorrectStatus))
        return Response(self.shown(wrong.person, row), status=201)
