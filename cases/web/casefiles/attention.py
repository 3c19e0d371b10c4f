"""What needs attention in a case, in one box: late contacts, steps and reviews gone by, nobody in the lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from cases.casefiles.models import Casefile
from cases.casefiles.rules import Stage
from cases.checkins.models import CheckIn, MissedContact
from cases.plans.models import FollowUpPlan
from cases.web.checkins.words import lateness


@dataclass(frozen=True)
class Line:
    """One thing that needs attention, and the page where it is put right."""

    words: str
    page: str = ""
    link: str = ""
    number: int | None = None
    act: str = ""

    def address(self, reference: str) -> str:
        return reverse(self.page, args=[reference, *([] if self.number is None else [self.number])])


def attention(
    case: Casefile,
    *,
    today: date,
    late: list[CheckIn],
    missed: list[MissedContact],
    plan: FollowUpPlan | None,
    reads_plans: bool,
) -> list[Line]:
    """The lines of the box, the gravest first; none for a case that is closed."""
    if case.closed_on is not None:
        return []
    found = [
        Line(
            _("The check-in of %(day)s is %(late)s.") % {"day": _day(checkin.due_on), "late": lateness(checkin, today)},
            "cases:checkin_record", _("Record what came of it"), checkin.pk, "CHECKIN_RECORD",
        )
        for checkin in late
    ]  # fmt: skip
    found += [
        Line(
            _("The contact of %(day)s was missed, and nobody has answered that.") % {"day": _day(row.checkin.due_on)},
            "cases:checkin", _("See what is to be done"), row.checkin_id, "CHECKIN_READ",
        )
        for row in missed
    ]  # fmt: skip
    if case.lead_caseworker_id is None:
        found.append(Line(_("Nobody leads this case."), "cases:case_assign", _("Assign"), act="CASE_ASSIGN"))
    if case.next_step_on < today:
        said = _("The next step was due on %(day)s.") % {"day": _day(case.next_step_on)}
        found.append(Line(said, "cases:case_next_step", _("Change the next step"), act="CASE_CHANGE"))
    if case.review_on is not None and case.review_on <= today:
        found.append(Line(_("A review is due since %(day)s.") % {"day": _day(case.review_on)}))
    if reads_plans and plan is None and case.stage == Stage.FOLLOW_UP:
        found.append(Line(_("No plan is agreed, though the case is in follow-up.")))
    return found


def _day(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")
