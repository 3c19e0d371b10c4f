"""The blocks of my day: for each, what is in it, and which act each row asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.audit.selectors import recently_opened
from cases.casefiles.selectors import next_steps_of
from cases.checkins.models import CheckIn, MissedStep
from cases.checkins.rules import monday_of
from cases.checkins.selectors import due_this_week, due_today, missed_beside_overdue, overdue, to_record
from cases.outbox.selectors import letters_for
from cases.plans.selectors import actions_due
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.rules import ReferralStage, Urgency
from cases.prosecution.selectors import referrals_for, referrals_to_act_on
from cases.web.checkins.missed import in_words
from cases.web.checkins.words import lateness
from cases.web.my_day.reviewing import emergencies, to_confirm
from cases.web.my_day.rows import Block, Row, shown_of
from cases.web.pages import WHO, listed
from cities.places.rules import working_days_between
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.requests import SignedIn

#: How many cases are remembered as recently opened.
A_FEW = 5

#: What a line about a referral says.
REFERRAL = "subject reference number sent_at stage urgency addressed_to"


def _checkins(request: SignedIn, found: QuerySet[CheckIn], most: int) -> tuple[list[Row], int]:
    """Contacts that are her own: the hour today, else the day; each is recorded from here."""
    today = timezone.localdate(request.at)
    shown, more = shown_of(
        request, found, most, Permission.CHECKIN_READ, f"due_on due_time within_week late_from kind place {WHO}"
    )
    rows = [
        Row(
            when=_when(checkin, today),
            what=str(checkin.casefile.person),
            reference=checkin.casefile.reference,
            address=reverse("cases:case", args=[checkin.casefile.reference]),
            detail=", ".join(filter(None, [checkin.get_kind_display(), checkin.place])),
            late=lateness(checkin, today),
            act=_("Record"),
            act_address=_record(checkin),
        )
        for checkin in shown
    ]
    return rows, more


def _when(checkin: CheckIn, today: date) -> str:
    if checkin.within_week and checkin.late_from > today and monday_of(checkin.due_on) == monday_of(today):
        return _("this week")
    if checkin.due_on != today:
        return formats.date_format(checkin.due_on, "D j M")
    return formats.time_format(checkin.due_time, "H:i") if checkin.due_time else _("today")


def _record(checkin: CheckIn) -> str:
    return reverse("cases:checkin_record", args=[checkin.casefile.reference, checkin.pk]) + "?from=my_day"


def todays(request: SignedIn, most: int) -> Block:
    rows, more = _checkins(request, due_today(request.user, at=request.at), most)
    return Block("today", _("Today"), rows, more, _("No contact is planned for today."))


def this_week(request: SignedIn, most: int) -> Block:
    """What may be held any day of this week."""
    rows, more = _checkins(request, due_this_week(request.user, at=request.at), most)
    return Block("week", _("Some time this week"), rows, more, only_if_any=True)


def outcomes(request: SignedIn, most: int) -> Block:
    rows, more = _checkins(request, to_record(request.user, at=request.at), most)
    return Block("outcomes", _("Outcomes to record"), rows, more, _("Every contact of the last days has its outcome."))


def late(request: SignedIn, most: int) -> Block:
    rows, more = _checkins(request, overdue(request.user, at=request.at), most)
    return Block("overdue", _("Overdue"), rows, more, _("Nothing is overdue."))


def missed(request: SignedIn, most: int) -> Block:
    """What is hers to see to before it goes up a step; also for a colleague she stands in for."""
    found = missed_beside_overdue(request.user, at=request.at)
    says = f"deadline_on acknowledged_at checkin.due_on missedcontact.cause missedcontact.in_a_row {WHO}"
    shown, more = shown_of(request, found, most, Permission.MISSED_READ, says)
    rows = [
        Row(
            when=formats.date_format(step.missed.checkin.due_on, "D j M"),
            what=str(step.casefile.person),
            reference=step.casefile.reference,
            address=reverse("cases:checkin", args=[step.casefile.reference, step.missed.checkin_id]),
            detail=_until(step),
            late=in_words(step.missed),
            act=_("Answer"),
            act_address=reverse("cases:missed_answer", args=[step.casefile.reference, step.missed_id]) + "?from=my_day",
        )
        for step in shown
    ]
    return Block("missed", _("Missed contacts with you"), rows, more, _("No missed contact waits for you."))


def _until(step: MissedStep) -> str:
    told = _("until %(day)s") % {"day": formats.date_format(step.deadline_on, "D j M")}
    return told if step.acknowledged_at is None else _("seen to, %(until)s") % {"until": told}


def steps(request: SignedIn, most: int) -> Block:
    """The next steps of cases that are hers to take in a fortnight."""
    today = timezone.localdate(request.at)
    found = next_steps_of(request.user, at=request.at)
    shown, more = shown_of(request, found, most, Permission.CASE_READ, f"next_step next_step_on {WHO}")
    rows = [
        Row(
            when=formats.date_format(case.next_step_on, "D j M"),
            what=case.next_step,
            reference=case.reference,
            address=reverse("cases:case", args=[case.reference]),
            detail=str(case.person),
            late=_days_late(case.next_step_on, today),
            act=_("Next step"),
            act_address=reverse("cases:case_next_step", args=[case.reference]),
        )
        for case in shown
    ]
    return Block("steps", _("Next steps within 14 days"), rows, more, _("No next step is due."), comes_first=False)


def actions(request: SignedIn, most: int) -> Block:
    """What she is to do from the plans in force, in a fortnight."""
    today = timezone.localdate(request.at)
    found = actions_due(request.user, at=request.at)
    shown, more = shown_of(request, found, most, Permission.PLAN_READ, f"text due_on {WHO}", Compartment.CARE)
    rows = [
        Row(
            when=formats.date_format(action.due_on, "D j M"),
            what=action.text,
            reference=action.casefile.reference,
            address=reverse("cases:plan", args=[action.casefile.reference]),
            detail=str(action.casefile.person),
            late=_days_late(action.due_on, today),
            act=_("To the plan"),
            act_address=reverse("cases:plan", args=[action.casefile.reference]),
        )
        for action in shown
    ]
    return Block("actions", _("Actions within 14 days"), rows, more, _("No action is due."), comes_first=False)


#: stage -> what is asked of whoever finds the referral on her day.
ASKED = {
    ReferralStage.DRAFTED: gettext_lazy("to be approved by a second person"),
    ReferralStage.APPROVED: gettext_lazy("approved, to be sent"),
    ReferralStage.SENT: gettext_lazy("to be acknowledged"),
    ReferralStage.ACKNOWLEDGED: gettext_lazy("to be answered"),
}


def referrals(request: SignedIn, most: int) -> Block:
    """What waits for her, in the cell or in the office it is addressed to. The office is told a subject, no case."""
    found = referrals_to_act_on(request.user, at=request.at)
    shown, more = shown_of(request, found, most, Permission.REFERRAL_READ, REFERRAL, Compartment.JUSTICE)
    rows = [
        Row(
            what=referral.subject,
            reference=str(referral),
            address=_referral(referral),
            when=formats.date_format(timezone.localdate(referral.sent_at or referral.recorded_at), "D j M"),
            detail=", ".join(
                [str(ASKED[ReferralStage(referral.stage)])]
                + ([] if referral.urgency == Urgency.ORDINARY else [referral.get_urgency_display()])
            ),
            act=_("Open"),
            act_address=_referral(referral),
        )
        for referral in shown
    ]
    return Block("referrals", _("Prosecution referrals"), rows, more, _("No referral waits for you."))


def waiting(request: SignedIn, most: int) -> Block:
    """What others have to do first: referrals under way that this user cannot move."""
    own = referrals_to_act_on(request.user, at=request.at).order_by().values("pk")
    under_way = referrals_for(request.user, at=request.at).filter(
        stage__in=[ReferralStage.DRAFTED, ReferralStage.APPROVED, ReferralStage.SENT, ReferralStage.ACKNOWLEDGED]
    )
    found = under_way.exclude(pk__in=own).order_by("recorded_at", "pk")
    shown, more = shown_of(request, found, most, Permission.REFERRAL_READ, REFERRAL, Compartment.JUSTICE)
    rows = [
        Row(
            what=referral.subject,
            reference=str(referral),
            address=_referral(referral),
            detail=f"{referral.addressed_to}, {ASKED[ReferralStage(referral.stage)]}",
        )
        for referral in shown
    ]
    return Block("waiting", _("Waiting for others"), rows, more, _("Nothing waits for others."), comes_first=False)


def _referral(referral: ProsecutionReferral) -> str:
    return reverse("cases:referral", args=[referral.reference, referral.number])


def recent(request: SignedIn, most: int) -> Block:
    """The cases she opened last."""
    cases = recently_opened(request.user, at=request.at, limit=A_FEW)
    if cases:
        listed(request, cases, shows=f"stage {WHO}", permission=Permission.CASE_READ)
    rows = [
        Row(
            what=str(case.person),
            reference=case.reference,
            address=reverse("cases:case", args=[case.reference]),
            detail=case.get_stage_display(),
        )
        for case in cases
    ]
    return Block("recent", _("Recently opened"), rows, 0, _("You opened no case lately."), comes_first=False)


def letters(request: SignedIn, most: int) -> Block:
    """Letters to the people of her contacts, to be printed and posted; no block when there is none."""
    found = letters_for(request.user, at=request.at)
    shown, more = shown_of(request, found, most, Permission.CHECKIN_READ, "about_on reference person.official_name")
    rows = [
        Row(
            when=formats.date_format(message.about_on, "D j M"),
            what=str(message.casefile.person),
            reference=message.reference,
            address=reverse("cases:checkin_letter", args=[message.reference, message.pk]),
            act=_("Print"),
            act_address=reverse("cases:checkin_letter", args=[message.reference, message.pk]),
        )
        for message in shown
    ]
    return Block("letters", _("Letters to print"), rows, more, comes_first=False, only_if_any=True)


def _days_late(day: date, today: date) -> str:
    days = working_days_between(day + timedelta(days=1), today)
    return (
        ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days} if days > 0 else ""
    )


#: name, what it takes to have the block at all, and what makes it.
BLOCKS: list[tuple[str, Permission, Callable[[SignedIn, int], Block]]] = [
    ("emergencies", Permission.EMERGENCY_REVIEW, emergencies),
    ("today", Permission.CHECKIN_RECORD, todays),
    ("week", Permission.CHECKIN_RECORD, this_week),
    ("outcomes", Permission.CHECKIN_RECORD, outcomes),
    ("overdue", Permission.CHECKIN_RECORD, late),
    ("missed", Permission.MISSED_ANSWER, missed),
    ("referrals", Permission.REFERRAL_READ, referrals),
    ("actions", Permission.PLAN_CHANGE, actions),
    ("letters", Permission.CHECKIN_RECORD, letters),
    ("steps", Permission.CASE_CHANGE, steps),
    ("waiting", Permission.REFERRAL_DRAFT, waiting),
    ("postings", Permission.POSTING_CONFIRM, to_confirm),
    ("recent", Permission.CASE_READ, recent),
]
