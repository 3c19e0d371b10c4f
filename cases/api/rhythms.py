"""Rhythms of check-ins: preview, arrange, change from a day on, pause, go on, end; days to avoid."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from cases.access.services import open_list
from cases.api.base import PlannedDoor
from cases.api.naming import names_in
from cases.api.rhythm_shapes import (
    ArrangeRhythm,
    AvoidedDaysShape,
    ChangeRhythm,
    EndRhythm,
    PauseRhythm,
    Preview,
    PreviewRhythm,
    ResumeRhythm,
    RhythmShape,
    steps,
)
from cases.api.words import Nothing
from cases.casefiles.models import Casefile
from cases.checkins.models import Rhythm
from cases.checkins.rules import Planned, chain_in_words, in_words_to_the_end, to_rrule
from cases.checkins.selectors import Clash, avoided_days_for, avoided_days_of, clashes, preview, rhythm_for, rhythms_of
from cases.checkins.services import (
    arrange_rhythm,
    avoid_days,
    chain_of,
    change_rhythm,
    complete,
    end_rhythm,
    pause_rhythm,
    resume_rhythm,
    take_up_rhythm,
    withdraw_avoided_days,
)
from cities.api.base import Shape
from cities.api.described import described
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment


class RhythmView(PlannedDoor):
    """What the views of rhythms share."""

    def shown(self, case: Casefile, rhythm: Rhythm) -> dict[str, Any]:
        row = rhythm_for(self.by, case, rhythm.pk, at=self.at)
        self.opened(case, Permission.CHECKIN_READ, Compartment.CORE, row, names_in(RhythmShape))
        return dict(RhythmShape(row).data)


class Rhythms(RhythmView):
    """The rhythms of a case."""

    @described("rhythms_list", "The rhythms of a case, those in force first", answers=RhythmShape(many=True))
    def get(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        rows = list(rhythms_of(case, self.by, at=self.at))
        open_list(
            by=self.by, at=self.at, permission=Permission.CHECKIN_READ, compartment=Compartment.CORE, kind="rhythm",
            rows=rows, fields=names_in(RhythmShape), case=case,
        )  # fmt: skip
        return Response(RhythmShape(rows, many=True).data)

    @described("rhythms_arrange", "Arrange a rhythm", body=ArrangeRhythm, answers=RhythmShape, status=201)
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CHECKIN_ARRANGE, case)
        told = self.body(ArrangeRhythm)
        told["plan"] = self.plan(case, told.get("plan"))
        told["then"] = steps(told)
        rhythm = arrange_rhythm(case=case, by=self.by, at=self.at, **self.with_people(case, told))
        return Response(self.shown(case, rhythm), status=201)


class RhythmPreview(RhythmView):
    """Before it is arranged."""

    @described("rhythms_preview", "What a rhythm would give; nothing is written", body=PreviewRhythm, answers=Preview)
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CHECKIN_ARRANGE, case)
        told = self.with_people(case, self.body(PreviewRhythm))
        holder, second = told.pop("caseworker", self.by), told.pop("second", None)
        hour, minutes = told.pop("time"), told.pop("duration")
        lasting = {"then": steps(told), "lasts": told.pop("lasts"), "unit": told.pop("unit")}
        chain = chain_of(complete(told), **lasting)  # type: ignore[arg-type]  # made so by the form
        days = preview(chain, case=case, caseworker=holder, at=self.at)
        there = [(one.held_by or holder.pk, one.due_on) for one in days if one.due_on]
        there += [(second.pk, day) for _who, day in there] if second else []
        busy = clashes(
            there, self.by, at=self.at,
            hour=None if told["within_week"] else hour, minutes=minutes,
        )  # fmt: skip
        kept = [
            {"in_words": in_words_to_the_end(one), "rrule": to_rrule(one), "starts_on": one.starts_on,
             "ends_on": one.ends_on}
            for one in chain
        ]  # fmt: skip
        shown = {"in_words": chain_in_words(chain), "rrule": to_rrule(chain[0]), "steps": kept}
        return Response(Preview({**shown, "days": [self._day(one, busy) for one in days]}).data)

    @staticmethod
    def _day(one: Planned, busy: dict[date, Clash]) -> dict[str, Any]:
        clash = busy.get(one.due_on) if one.due_on else None
        return {
            "occurs_on": one.occurs_on, "due_on": one.due_on, "because": one.because, "held_by": one.held_by,
            "clashes_at": clash.at if clash else None, "clashes_of": clash.holder if clash else None,
            "clashes_with": clash.reference if clash else "",
        }  # fmt: skip


class OneRhythm(RhythmView):
    """One rhythm."""

    @described("rhythms_read", "A rhythm with its pauses", answers=RhythmShape)
    def get(self, request: Request, reference: str, pk: int) -> Response:
        case = self.case(reference)
        return Response(self.shown(case, rhythm_for(self.by, case, pk, at=self.at)))


class RhythmAct(RhythmView):
    """An act on one rhythm: found, allowed, shaped, done, shown."""

    def act(self, reference: str, pk: int, shape: type[Shape], service: Any, *, status: int = 200) -> Response:
        case = self.case(reference)
        rhythm = rhythm_for(self.by, case, pk, at=self.at)
        self.allowed(Permission.CHECKIN_ARRANGE, case)
        with self.on_what_was_read(rhythm, partial(self.shown, case)) as version:
            told = self.with_people(case, self.body(shape))
            done: Rhythm = service(rhythm=rhythm, by=self.by, at=self.at, version=version, **told)
        return Response(self.shown(case, done), status=status)


class RhythmEnd(RhythmAct):
    """The end."""

    @described(
        "rhythms_end", "End a rhythm; what was planned from then on is cancelled",
        body=EndRhythm, answers=RhythmShape, guarded=True,
    )  # fmt: skip
    def post(self, request: Request, reference: str, pk: int) -> Response:
        return self.act(reference, pk, EndRhythm, end_rhythm)


class RhythmPause(RhythmAct):
    """A pause."""

    @described("rhythms_pause", "Pause a rhythm", body=PauseRhythm, answers=RhythmShape, guarded=True)
    def post(self, request: Request, reference: str, pk: int) -> Response:
        return self.act(reference, pk, PauseRhythm, pause_rhythm)


class RhythmResume(RhythmAct):
    """Going on."""

    @described("rhythms_resume", "Let a paused rhythm go on", body=ResumeRhythm, answers=RhythmShape, guarded=True)
    def post(self, request: Request, reference: str, pk: int) -> Response:
        return self.act(reference, pk, ResumeRhythm, resume_rhythm)


class RhythmTakeUp(RhythmAct):
    """The clock tries again."""

    @described("rhythms_take_up", "Let the clock try again what it had set aside", answers=RhythmShape, guarded=True)
    def post(self, request: Request, reference: str, pk: int) -> Response:
        return self.act(reference, pk, Nothing, take_up_rhythm)


class RhythmChange(RhythmAct):
    """From a day on."""

    @described(
        "rhythms_change", "Change a rhythm from a day on; the one that follows it is answered",
        body=ChangeRhythm, answers=RhythmShape, status=201, guarded=True,
    )  # fmt: skip
    def post(self, request: Request, reference: str, pk: int) -> Response:
        return self.act(reference, pk, ChangeRhythm, change_rhythm, status=201)


class AvoidedDays(RhythmView):
    """Days to avoid."""

    @described("avoided_days_list", "Days to avoid that are still to come", answers=AvoidedDaysShape(many=True))
    def get(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        rows = list(avoided_days_of(case, self.by, at=self.at))
        open_list(
            by=self.by, at=self.at, permission=Permission.CHECKIN_READ, compartment=Compartment.CORE,
            kind="avoideddays", rows=rows, fields=names_in(AvoidedDaysShape), case=case,
        )  # fmt: skip
        return Response(AvoidedDaysShape(rows, many=True).data)

    @described(
        "avoided_days_add", "Agree on days to avoid; what is planned there moves",
        body=AvoidedDaysShape, answers=AvoidedDaysShape, status=201,
    )  # fmt: skip
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CHECKIN_ARRANGE, case)
        days = avoid_days(case=case, by=self.by, at=self.at, **self.body(AvoidedDaysShape))
        return Response(AvoidedDaysShape(days).data, status=201)


class AvoidedDaysWithdraw(RhythmView):
    """Fine again."""

    @described("avoided_days_withdraw", "These days need not be avoided after all", answers=AvoidedDaysShape, acts=True)
    def post(self, request: Request, reference: str, pk: int) -> Response:
        case = self.case(reference)
        days = avoided_days_for(self.by, case, pk, at=self.at)
        self.allowed(Permission.CHECKIN_ARRANGE, case)
        return Response(AvoidedDaysShape(withdraw_avoided_days(days=days, by=self.by, at=self.at)).data)
