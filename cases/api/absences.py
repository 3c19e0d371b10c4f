"""Absences: list, record, change, withdraw. What becomes of the contacts of that time is decided on the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseDoor
from cases.api.versions import OfAVersion
from cases.api.words import Nothing, UserName
from cases.checkins.services import rearrange_absence, take_back_absence
from cities.api.base import PageQuery, Shape
from cities.api.described import described, paged
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.staff.models import Absence, User
from cities.staff.selectors import absence_for, absences_for, can_be_absent, could_stand_in_for
from cities.staff.services import record_absence


class AbsenceShape(OfAVersion):
    """Days on which somebody doesn't work, and who stands in. Why is kept nowhere."""

    id = serializers.IntegerField()
    user = UserName()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day of work again.")
    deputy = UserName(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class AbsencesQuery(PageQuery):
    """Which absences, of those one may read."""

    mine = serializers.BooleanField(default=False, help_text="My own.")
    past = serializers.BooleanField(default=False, help_text="Those that are over too.")


class AbsenceDays(Shape):
    """From when until when, and who stands in."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day of work again.")
    deputy = serializers.IntegerField(min_value=1, allow_null=True, default=None, help_text="A user, or null.")


class RecordAbsence(AbsenceDays):
    """Whose it is: one's own, unless a colleague is named whose absences one arranges."""

    user = serializers.IntegerField(min_value=1, required=False)


class ChangeAbsence(AbsenceDays):
    """Other days, or another deputy."""


class AbsenceDoor(CaseDoor):
    """What the views of absences share. They are staff's, and lie in no case."""

    def deputy(self, user: User, number: int | None) -> User | None:
        rows: QuerySet[User] = could_stand_in_for(user, at=self.at)
        return None if number is None else self.chosen(rows, number, "deputy")

    def shown(self, absence: Absence) -> dict[str, Any]:
        """As it stands now."""
        return dict(AbsenceShape(absence_for(self.by, absence.pk, at=self.at)).data)


class Absences(AbsenceDoor):
    """The list."""

    @described("absences_list", "Absences that one may read, by day", query=AbsencesQuery, answers=paged(AbsenceShape))
    def get(self, request: Request) -> Response:
        self.allowed(Permission.ABSENCE_RECORD)
        asked = self.query(AbsencesQuery)
        rows = absences_for(self.by, at=self.at)
        if asked["mine"]:
            rows = rows.filter(user=self.by)
        if not asked["past"]:
            rows = rows.filter(ends_on__gt=day_of(self.at))
        found, following = self.page(rows, asked, keys=["starts_on", "pk"])
        return self.listed(AbsenceShape, found, following)

    @described("absences_record", "Record an absence", body=RecordAbsence, answers=AbsenceShape, status=201)
    def post(self, request: Request) -> Response:
        self.allowed(Permission.ABSENCE_RECORD)
        told = self.body(RecordAbsence)
        user = self.chosen(can_be_absent(self.by, at=self.at), told.pop("user", self.by.pk), "user")
        told["deputy"] = self.deputy(user, told["deputy"])
        row = record_absence(by=self.by, at=self.at, user=user, **told)
        return Response(self.shown(row), status=201)


class OneAbsence(AbsenceDoor):
    """One absence."""

    @described("absences_read", "An absence", answers=AbsenceShape)
    def get(self, request: Request, pk: int) -> Response:
        absence = absence_for(self.by, pk, at=self.at)
        self.allowed(Permission.ABSENCE_RECORD)
        return Response(self.shown(absence))

    @described(
        "absences_change", "Other days, or another deputy", body=ChangeAbsence, answers=AbsenceShape, guarded=True
    )
    def put(self, request: Request, pk: int) -> Response:
        absence = absence_for(self.by, pk, at=self.at)
        self.allowed(Permission.ABSENCE_RECORD)
        with self.on_what_was_read(absence, self.shown) as version:
            told = self.body(ChangeAbsence)
            told["deputy"] = self.deputy(absence.user, told["deputy"])
            rearrange_absence(absence=absence, by=self.by, at=self.at, version=version, **told)
        return Response(self.shown(absence))


class AbsenceWithdraw(AbsenceDoor):
    """She works after all."""

    @described("absences_withdraw", "Withdraw an absence; contacts come back", answers=AbsenceShape, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        absence = absence_for(self.by, pk, at=self.at)
        self.allowed(Permission.ABSENCE_RECORD)
        with self.on_what_was_read(absence, self.shown) as version:
            self.body(Nothing)
            take_back_absence(absence=absence, by=self.by, at=self.at, version=version)
        absence.refresh_from_db()  # from here on it is not there any more
        return Response(dict(AbsenceShape(absence).data))
