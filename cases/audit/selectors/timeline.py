"""What happened in a case: told from what each room wrote; nothing kept twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.access.models import CaseAccess
from cases.access.rules import Ending, Ground
from cases.audit.rules import Kind
from cases.casefiles.models import Casefile, StageChange
from cases.checkins.models import CheckIn
from cases.outbox.models import Message
from cases.outbox.selectors import messages_for
from cases.plans.models import PlanStateChange
from cases.prosecution.models import ReferralStageChange
from cases.travel.models import TravelStatus
from cases.travel.selectors import statuses_of
from cities.roles.rules import Compartment
from cities.staff.models import User

#: No more than so many things are done to a case in one moment.
AT_ONCE = 20


@dataclass(frozen=True)
class Happening:
    """One line of the timeline: when, by whom, in which compartment, in words; and the row it is told from."""

    at: datetime
    kind: Kind
    who: User | None
    compartment: Compartment
    words: str
    why: str = ""
    pk: int = 0


Source = Callable[[Casefile, User, datetime, "datetime | None", int], Iterator[Happening]]


def timeline(
    case: Casefile, user: User, *, at: datetime, kind: str = "", before: datetime | None = None, limit: int = 50
) -> list[Happening]:
    """What `user` may know of what happened, the newest first, before a moment when one is given.

    What happened in the same moment as the last line comes along, so that nothing falls between two pages.
    """
    sources = [source for name, source in _SOURCES if kind in ("", name)]
    told = [happening for source in sources for happening in source(case, user, at, before, limit + AT_ONCE)]
    told.sort(key=lambda happening: (happening.at, happening.kind, happening.pk), reverse=True)
    if len(told) <= limit:
        return told
    return [happening for happening in told if happening.at >= told[limit - 1].at]


def _stages(case: Casefile, user: User, at: datetime, before: datetime | None, most: int) -> Iterator[Happening]:
    rows = StageChange.objects.visible_to(user, at=at).filter(casefile=case, **_until("changed_at", before))
    for row in rows.select_related("recorded_by").order_by("-changed_at", "-pk")[:most]:
        words = _("Stage: %(stage)s") if row.from_stage else _("The case was opened, in %(stage)s")
        yield Happening(
            row.changed_at, Kind.STAGE, row.recorded_by, Compartment.CORE,
            words % {"stage": row.get_to_stage_display()}, row.reason, row.pk,
        )  # fmt: skip


def _checkins(case: Casefile, user: User, at: datetime, before: datetime | None, most: int) -> Iterator[Happening]:
    """Outcomes when they were recorded, and moves when they were made; what was said stays on the check-in's page."""
    rows = CheckIn.objects.visible_to(user, at=at).filter(casefile=case)
    recorded = rows.filter(outcome_at__isnull=False, **_until("outcome_at", before)).select_related("outcome_by")
    for row in recorded.order_by("-outcome_at", "-pk")[:most]:
        if row.outcome_at is None:
            continue
        words = _("Check-in of %(day)s, %(how)s: %(outcome)s") % {
            "day": _day(row.due_on), "how": row.get_kind_display(), "outcome": row.get_outcome_display(),
        }  # fmt: skip
        yield Happening(row.outcome_at, Kind.CHECKIN, row.outcome_by, Compartment.CORE, words, pk=row.pk)
    moved = rows.filter(replaces__isnull=False, **_until("recorded_at", before)).select_related(
        "replaces", "recorded_by"
    )
    for row in moved.order_by("-recorded_at", "-pk")[:most]:
        words = _("Check-in moved from %(before)s to %(after)s") % {
            "before": _day(row.replaces.due_on) if row.replaces else "", "after": _day(row.due_on),
        }  # fmt: skip
        yield Happening(row.recorded_at, Kind.CHECKIN, row.recorded_by, Compartment.CORE, words, pk=row.pk)


def _plans(case: Casefile, user: User, at: datetime, before: datetime | None, most: int) -> Iterator[Happening]:
    rows = PlanStateChange.objects.visible_to(user, at=at).filter(casefile=case, **_until("changed_at", before))
    for row in rows.select_related("plan", "recorded_by").order_by("-changed_at", "-pk")[:most]:
        words = _("Plan, version %(number)s: %(state)s") % {
            "number": row.plan.number, "state": row.get_to_state_display(),
        }  # fmt: skip
        yield Happening(
            row.changed_at, Kind.PLAN, row.recorded_by, Compartment.CARE, words, row.reason, row.plan.number
        )


def _travels(case: Casefile, user: User, at: datetime, before: datetime | None, most: int) -> Iterator[Happening]:
    rows = statuses_of(case.person, user, at=at).filter(**_until("recorded_at", before))
    for row in rows.order_by("-recorded_at", "-pk")[:most]:
        words = _("Travel status corrected: %(status)s, true since %(day)s") if row.supersedes_id else _(
            "Travel status: %(status)s, true since %(day)s"
        )  # fmt: skip
        told = words % {"status": str(row), "day": _day(row.true_since)}
        yield Happening(row.recorded_at, Kind.TRAVEL, row.recorded_by, Compartment.CORE, told, row.reason, row.pk)


def _team(case: Casefile, user: User, at: datetime, before: datetime | None, most: int) -> Iterator[Happening]:
    """Who came onto the team and who left it; a grant in two compartments is one coming."""
    rows = CaseAccess.objects.visible_to(user, at=at).filter(casefile=case, ground=Ground.TEAM, compartment="CORE")
    came = rows.filter(starts_at__lte=at, **_until("starts_at", before)).select_related("user", "recorded_by")
    for row in came.order_by("-starts_at", "-pk")[:most]:
        words = _("%(name)s came onto the team") % {"name": row.user}
        yield Happening(row.starts_at, Kind.TEAM, row.recorded_by, Compartment.CORE, words, row.reason, row.pk)
    left = rows.filter(ends_at__lte=at, **_until("ends_at", before)).select_related("user", "ended_by")
    for row in left.order_by("-ends_at", "-pk")[:most]:
        if row.ends_at is not None:
            words = _("%(name)s left the team") % {"name": row.user}
            why = row.get_ended_because_display() if row.ended_because not in ("", Ending.LEFT) else ""
            yield Happening(row.ends_at, Kind.TEAM, row.ended_by, Compartment.CORE, words, why, row.pk)


def _referrals(case: Casefile, user: User, at: datetime, before: datetime | None, most: int) -> Iterator[Happening]:
    rows: QuerySet[Any] = ReferralStageChange.objects.visible_to(user, at=at).filter(casefile=case)
    for row in (
        rows.filter(**_until("changed_at", before))
        .select_related("referral", "recorded_by")
        .order_by("-changed_at", "-pk")[:most]
    ):
        words = _("Prosecution referral %(number)s: %(stage)s") % {
            "number": row.referral.number, "stage": row.get_to_stage_display(),
        }  # fmt: skip
        yield Happening(
            row.changed_at, Kind.REFERRAL, row.recorded_by, Compartment.JUSTICE, words, row.reason, row.referral.number
        )


def _messages(case: Casefile, user: User, at: datetime, before: datetime | None, most: int) -> Iterator[Happening]:
    """From cause to delivery: of what, to whom, how, when it left, and what became of it."""
    rows = messages_for(user, at=at).filter(casefile=case, due_at__lte=at, **_until("due_at", before))
    for row in rows.order_by("-due_at", "-pk")[:most]:
        about = _day(row.about_on) + (f", {row.about_time:%H:%M}" if row.about_time else "")
        words = _("%(kind)s, %(day)s, to %(whom)s, %(how)s: %(state)s") % {
            "kind": capfirst(row.get_kind_display()), "day": about, "how": row.get_channel_display(),
            "whom": row.recipient or _("the person"), "state": _what_became_of(row),
        }  # fmt: skip
        yield Happening(
            row.due_at, Kind.MESSAGE, None, Compartment.CORE, words, row.last_error, row.checkin_id or 0
        )  # fmt: skip


def _what_became_of(row: Message) -> str:
    said = [str(row.get_state_display())]
    if row.sent_at:
        said = [_("sent %(when)s") % {"when": _moment(row.sent_at)}]
    elif row.attempts:
        said.append(ngettext("%(number)s attempt", "%(number)s attempts", row.attempts) % {"number": row.attempts})
    if row.read_at:
        said.append(_("read %(when)s") % {"when": _moment(row.read_at)})
    return ", ".join(said)


def _moment(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


_SOURCES: tuple[tuple[Kind, Source], ...] = (
    (Kind.STAGE, _stages),
    (Kind.CHECKIN, _checkins),
    (Kind.PLAN, _plans),
    (Kind.TRAVEL, _travels),
    (Kind.TEAM, _team),
    (Kind.REFERRAL, _referrals),
    (Kind.MESSAGE, _messages),
)


#: kind of a line -> the record from which it is told.
TOLD_FROM: dict[Kind, type[Model]] = {
    Kind.STAGE: StageChange, Kind.CHECKIN: CheckIn, Kind.PLAN: PlanStateChange, Kind.TRAVEL: TravelStatus,
    Kind.TEAM: CaseAccess, Kind.REFERRAL: ReferralStageChange, Kind.MESSAGE: Message,
}  # fmt: skip


def _until(field: str, before: datetime | None) -> dict[str, Any]:
    return {f"{field}__lt": before} if before else {}


def _day(value: date) -> str:
    return formats.date_format(value, "DATE_FORMAT")
