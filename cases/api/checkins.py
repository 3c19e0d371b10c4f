"""Check-ins: list, read, arrange, record, correct, reschedule, cancel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access.selectors import compartments_open_to
from cases.access.services import open_list
from cases.api.base import PlannedDoor
from cases.api.naming import names_in
from cases.api.rhythm_shapes import ContactShape
from cases.api.versions import OfAVersion
from cases.api.words import Nothing, UserName
from cases.checkins.models import CheckIn
from cases.checkins.rules import AskedBy, CheckInKind, CheckInState, MoveReason, Outcome, working_days_late
from cases.checkins.selectors import checkin_for, checkins_for, listed_checkins, missed_of, notes_of
from cases.checkins.services import (
    arrange_checkin,
    cancel_checkin,
    change_checkin,
    correct_checkin,
    record_checkin,
    reinstate_checkin,
    reschedule_checkin,
)
from cities.api.base import PageQuery, Shape
from cities.api.described import described, paged
from cities.places.rules import day_of
from cities.refusals import LONGEST_TEXT
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment


class CheckInShape(OfAVersion):
    """One contact, as in a list."""

    id = serializers.IntegerField()
    case = serializers.CharField(source="casefile.reference")
    kind = serializers.ChoiceField(choices=CheckInKind.choices)
    state = serializers.ChoiceField(choices=CheckInState.choices)
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_blank=True)
    due_on = serializers.DateField()
    due_time = serializers.TimeField(allow_null=True)
    duration = serializers.IntegerField(help_text="Minutes.")
    place = serializers.CharField(allow_blank=True)
    with_interpreter = serializers.BooleanField()
    who_else = serializers.CharField(allow_blank=True)
    is_critical = serializers.BooleanField()
    caseworker = UserName()
    second = UserName(allow_null=True)
    stands_in_for = UserName(allow_null=True, help_text="Whose contact it was, while a deputy holds it.")
    within_week = serializers.BooleanField(help_text="Any day of that week will do, Monday to Friday.")
    early_from = serializers.DateField(allow_null=True, help_text="The first day on which it may be held.")
    by_hand = serializers.BooleanField(help_text="Changed by hand: a change of its rhythm leaves it as it is.")
    late_from = serializers.DateField(help_text="The first day on which it is late when nothing was recorded.")
    working_days_late = serializers.IntegerField(help_text="0 when it isn't late, or when something came of it.")
    rhythm = serializers.IntegerField(source="rhythm_id", allow_null=True)
    occurs_on = serializers.DateField(help_text="The day by the rhythm, before days off were stepped over.")
    moved_because = serializers.ChoiceField(choices=MoveReason.choices, allow_blank=True)
    asked_by = serializers.ChoiceField(choices=AskedBy.choices, allow_blank=True)
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)


class NoteShape(Shape):
    """What was written about a check-in: care. A correction takes the place of an earlier note, which stays."""

    id = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_blank=True)
    held_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    agreed = serializers.CharField(allow_blank=True)
    concerns = serializers.CharField(allow_blank=True)
    corrects = serializers.IntegerField(source="supersedes_id", allow_null=True)
    written_at = serializers.DateTimeField()
    written_by = UserName(source="recorded_by")


class CheckInDetail(CheckInShape):
    """One contact, opened."""

    outcome_at = serializers.DateTimeField(allow_null=True)
    outcome_by = UserName(allow_null=True)
    missed_contact = serializers.IntegerField(
        source="missed_shown", allow_null=True, help_text="The number of the missed contact that came of it."
    )
    notes = NoteShape(
        many=True, source="notes_shown", allow_null=True,
        help_text="The one that holds first; null when care is closed to you.",
    )  # fmt: skip


class CheckInsQuery(PageQuery):
    """Which check-ins."""

    case = serializers.RegexField(r"^[A-Z]{3}-[0-9]{4}-[0-9]{4,9}\Z", required=False, help_text="A case reference.")
    due_from = serializers.DateField(required=False)
    due_until = serializers.DateField(required=False, help_text="That day included.")
    state = serializers.ChoiceField(choices=CheckInState.choices, required=False)
    kind = serializers.ChoiceField(choices=CheckInKind.choices, required=False)
    mine = serializers.BooleanField(default=False, help_text="Those that I hold.")
    late = serializers.BooleanField(default=False, help_text="Those that are late today.")


class ArrangeCheckIn(ContactShape):
    """One contact outside any rhythm. It hangs on the plan in force, unless another version is named."""

    plan = serializers.IntegerField(min_value=1, required=False, help_text="The number of the plan's version.")
    due_on = serializers.DateField()
    due_time = serializers.TimeField(allow_null=True, default=None)
    tolerance_days = serializers.IntegerField(min_value=0, max_value=60, default=0)


class ChangeCheckIn(ContactShape):
    """How this one is held; its day stays."""

    due_time = serializers.TimeField(allow_null=True, default=None)


def _a_text(what: str) -> serializers.CharField:
    return serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="", help_text=what)


class CorrectCheckIn(Shape):
    """What should have been recorded."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    held_on = serializers.DateField(allow_null=True, default=None, help_text="The day it was on, when left out.")
    reason = _a_text("Needed when it was missed for an acceptable reason.")
    note = _a_text("What was said.")
    agreed = _a_text("What was agreed.")
    concerns = _a_text("Concerns.")


class RecordCheckIn(CorrectCheckIn):
    """What came of it, once; and perhaps one further contact."""

    next_on = serializers.DateField(allow_null=True, default=None)
    next_time = serializers.TimeField(allow_null=True, default=None)


class CancelCheckIn(Shape):
    """Who asked, and why."""

    asked_by = serializers.ChoiceField(choices=AskedBy.choices)
    reason = serializers.CharField(max_length=LONGEST_TEXT)


class RescheduleCheckIn(CancelCheckIn):
    """To which day and time."""

    due_on = serializers.DateField()
    due_time = serializers.TimeField(allow_null=True, default=None)


class CheckInView(PlannedDoor):
    """What the views of check-ins share."""

    def checkin(self, pk: int) -> CheckIn:
        return self.found(checkins_for(self.by, at=self.at), pk)

    def counted(self, rows: Iterable[CheckIn]) -> list[CheckIn]:
        """With how late each is today."""
        found = list(rows)
        for row in found:
            late = working_days_late(row.late_from, day_of(self.at)) if row.state == CheckInState.PLANNED else 0
            row.working_days_late = late  # type: ignore[attr-defined]  # for its shape alone
        return found

    def shown(self, checkin: CheckIn) -> dict[str, Any]:
        """The check-in as it stands now, opened; with its notes, for who may read care."""
        row = checkin_for(self.by, checkin.casefile, checkin.pk, at=self.at)
        names = [*names_in(CheckInShape), "outcome_at", "outcome_by"]
        self.opened(row.casefile, Permission.CHECKIN_READ, Compartment.CORE, row, names)
        told: Any = self.counted([row])[0]
        missed = missed_of(row, self.by, at=self.at)
        told.notes_shown, told.missed_shown = None, missed.pk if missed else None
        if Compartment.CARE in compartments_open_to(self.by, row.casefile, at=self.at):
            notes = list(notes_of(row, self.by, at=self.at))
            open_list(
                by=self.by, at=self.at, permission=Permission.CHECKIN_READ, compartment=Compartment.CARE,
                kind="checkinnote", rows=notes, fields=names_in(NoteShape), case=row.casefile,
            )  # fmt: skip
            told.notes_shown = notes
        return dict(CheckInDetail(told).data)


class CheckIns(CheckInView):
    """The list."""

    @described(
        "checkins_list", "Check-ins in the order of their days", query=CheckInsQuery, answers=paged(CheckInShape)
    )
    def get(self, request: Request) -> Response:
        self.allowed(Permission.CHECKIN_READ)
        asked = self.query(CheckInsQuery)
        filters = {
            "case": "casefile__reference", "due_from": "due_on__gte", "due_until": "due_on__lte", "state": "state",
            "kind": "kind",
        }  # fmt: skip
        rows = listed_checkins(self.by, at=self.at)
        rows = rows.filter(**{path: asked[name] for name, path in filters.items() if name in asked})
        if asked["mine"]:
            rows = rows.filter(caseworker=self.by)
        if asked["late"]:
            rows = rows.filter(state=CheckInState.PLANNED, late_from__lte=day_of(self.at))
        found, following = self.page(rows, asked, keys=["due_on", "pk"])
        return self.listed_and_opened(
            CheckInShape, self.counted(found), following,
            permission=Permission.CHECKIN_READ, compartment=Compartment.CORE, kind="checkin",
        )  # fmt: skip


class CaseCheckIns(CheckInView):
    """A single contact."""

    @described("checkins_arrange", "Arrange one contact", body=ArrangeCheckIn, answers=CheckInDetail, status=201)
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CHECKIN_ARRANGE, case)
        told = self.body(ArrangeCheckIn)
        told["plan"] = self.plan(case, told.get("plan"))
        row = arrange_checkin(case=case, by=self.by, at=self.at, **self.with_people(case, told))
        return Response(self.shown(row), status=201)


class OneCheckIn(CheckInView):
    """One check-in."""

    @described("checkins_read", "A check-in with its notes", answers=CheckInDetail)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.shown(self.checkin(pk)))


class CheckInAct(CheckInView):
    """An act on one check-in: found, allowed, shaped, done, shown."""

    def act(self, pk: int, permission: Permission, shape: type[Shape], service: Any, *, status: int = 200) -> Response:
        checkin = self.checkin(pk)
        self.allowed(permission, checkin.casefile)
        with self.on_what_was_read(checkin, self.shown) as version:
            told = self.with_people(checkin.casefile, self.body(shape))
            done: CheckIn = service(checkin=checkin, by=self.by, at=self.at, version=version, **told)
        return Response(self.shown(done), status=status)


class CheckInRecord(CheckInAct):
    """What came of it."""

    @described("checkins_record", "Record what came, once", body=RecordCheckIn, answers=CheckInDetail, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.CHECKIN_RECORD, RecordCheckIn, record_checkin)


class CheckInCorrect(CheckInAct):
    """A correction."""

    @described("checkins_correct", "Correct what came", body=CorrectCheckIn, answers=CheckInDetail, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.CHECKIN_RECORD, CorrectCheckIn, correct_checkin)


class CheckInChange(CheckInAct):
    """This one."""

    @described("checkins_change", "Change how one is held", body=ChangeCheckIn, answers=CheckInDetail, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.CHECKIN_RESCHEDULE, ChangeCheckIn, change_checkin)


class CheckInReschedule(CheckInAct):
    """Another day."""

    @described(
        "checkins_reschedule", "Move a check-in; the one that takes its place is answered",
        body=RescheduleCheckIn, answers=CheckInDetail, status=201, guarded=True,
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.CHECKIN_RESCHEDULE, RescheduleCheckIn, reschedule_checkin, status=201)


class CheckInCancel(CheckInAct):
    """Called off."""

    @described("checkins_cancel", "Call a check-in off", body=CancelCheckIn, answers=CheckInDetail, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.CHECKIN_RESCHEDULE, CancelCheckIn, cancel_checkin)


class CheckInReinstate(CheckInAct):
    """On again."""

    @described("checkins_reinstate", "Take back a cancellation", answers=CheckInDetail, guarded=True)
    def post(self, request: Request, pk: int) -> Response:
        return self.act(pk, Permission.CHECKIN_RESCHEDULE, Nothing, reinstate_checkin)
