"""Who changed what in a record, and what stood there before. Read alone: PostgreSQL writes it."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access.selectors import beside
from cases.api.base import CaseDoor
from cases.api.words import UserName
from cases.casefiles.models import Casefile
from cases.changes.selectors import changes_of, table_of, told
from cases.checkins.selectors import checkins_for, rhythm_for
from cases.people.selectors import contacts_of, person_for, standing_with
from cases.plans.selectors import plan_for
from cases.prosecution.selectors import case_of, referral_for
from cities.api.base import PageQuery, Shape
from cities.api.described import described, paged
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment


class TurnedShape(Shape):
    """One field, as it was and as it became. Another record stands here by its number."""

    name = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class ChangeShape(Shape):
    """One change of one record."""

    id = serializers.IntegerField(source="pk")
    at = serializers.DateTimeField(source="recorded_at", help_text="By the clock of the database.")
    by = UserName(source="who", allow_null=True, help_text="Null: no person; `initiator` says what.")
    initiator = serializers.CharField(help_text="person, clock or set-up.")
    record = serializers.CharField(source="kind", help_text="The kind of record that changed.")
    record_id = serializers.IntegerField(source="object_id")
    changes = TurnedShape(source="fields", many=True)
    request = serializers.CharField(source="request_id", allow_blank=True, help_text="As in the ledger.")


CHANGES = paged(ChangeShape)


class ChangesView(CaseDoor):
    """What the lists of changes share: found as the record itself, allowed, opened, shown a page at a time."""

    def answered(self, record: Model, case: Casefile, part: Compartment = Compartment.CORE) -> Response:
        self.allowed(Permission.CHANGES_READ, case)
        rows, following = self.a_page(record)
        self.opened(case, Permission.CHANGES_READ, part, record, beside(table_of(record)))
        return self.listed(ChangeShape, rows, following)

    def a_page(self, record: Model) -> tuple[list[Any], str]:
        rows = changes_of(record, self.by, at=self.at)
        found, following = self.page(rows, self.query(PageQuery), keys=["-pk"])
        return list(told(found, self.by, at=self.at)), following


class CaseChanges(ChangesView):
    """Of a case."""

    @described("cases_changes", "What was changed in a case, the newest first", query=PageQuery, answers=CHANGES)
    def get(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        return self.answered(case, case)


class ContactChanges(ChangesView):
    """Of what somebody is to the person."""

    @described("contacts_changes", "What was changed of a contact", query=PageQuery, answers=CHANGES)
    def get(self, request: Request, reference: str, pk: int) -> Response:
        case = self.case(reference)
        row = self.found(contacts_of(case, self.by, at=self.at), pk)
        return self.answered(row, case, Compartment.CARE)


class PlanChanges(ChangesView):
    """Of a version, its goals and actions."""

    @described("plans_changes", "What was changed in a version of a plan", query=PageQuery, answers=CHANGES)
    def get(self, request: Request, reference: str, number: int) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CHANGES_READ, case)
        self.in_sight(case, Compartment.CARE)
        return self.answered(plan_for(self.by, case, number, at=self.at), case, Compartment.CARE)


class RhythmChanges(ChangesView):
    """Of a rhythm and its pauses."""

    @described("rhythms_changes", "What was changed in a rhythm", query=PageQuery, answers=CHANGES)
    def get(self, request: Request, reference: str, pk: int) -> Response:
        case = self.case(reference)
        return self.answered(rhythm_for(self.by, case, pk, at=self.at), case)


class CheckInChanges(ChangesView):
    """Of a contact, and of who saw to it when it was missed."""

    @described("checkins_changes", "What was changed in a check-in", query=PageQuery, answers=CHANGES)
    def get(self, request: Request, pk: int) -> Response:
        checkin = self.found(checkins_for(self.by, at=self.at), pk)
        return self.answered(checkin, checkin.casefile)


class ReferralChanges(ChangesView):
    """Of a referral, for the cell that wrote it."""

    @described("referrals_changes", "What was changed in a referral", query=PageQuery, answers=CHANGES)
    def get(self, request: Request, pk: int) -> Response:
        referral = referral_for(self.by, pk, at=self.at)
        return self.answered(referral, case_of(referral), Compartment.JUSTICE)


class PersonChanges(ChangesView):
    """Of who somebody is."""

    @described("people_changes", "What was changed in somebody's record", query=PageQuery, answers=CHANGES)
    def get(self, request: Request, pk: int) -> Response:
        person = person_for(self.by, pk, at=self.at)
        standing_with(self.by, Permission.CHANGES_READ, person=person, at=self.at)
        rows, following = self.a_page(person)
        self.opened_person(person, Permission.CHANGES_READ, person, beside(table_of(person)))
        return self.listed(ChangeShape, rows, following)
