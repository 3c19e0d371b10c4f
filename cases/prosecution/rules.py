"""The prosecution referral: its stages, the arrows between them, and who may draw each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.access.rules import Refused, clean_text
from cases.travel.rules import Reliability

#: How articles are called that were put in after another, in their order.
INSERTED = ("bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "novies", "decies")


class ReferralStage(models.TextChoices):
    """Where a referral stands."""

    DRAFTED = "DRAFTED", _("drafted")
    APPROVED = "APPROVED", _("approved")
    SENT = "SENT", _("sent")
    ACKNOWLEDGED = "ACKNOWLEDGED", _("acknowledged")
    ANSWERED = "ANSWERED", _("answered")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


#: from -> where a referral may go. An approved one goes back to draft before it is changed; sent ones stay sent. An
#: answer may be followed by another: an inquiry that was open is closed.
ARROWS: dict[str, frozenset[str]] = {
    ReferralStage.DRAFTED: frozenset({ReferralStage.APPROVED, ReferralStage.WITHDRAWN}),
    ReferralStage.APPROVED: frozenset({ReferralStage.SENT, ReferralStage.DRAFTED, ReferralStage.WITHDRAWN}),
    ReferralStage.SENT: frozenset({ReferralStage.ACKNOWLEDGED}),
    ReferralStage.ACKNOWLEDGED: frozenset({ReferralStage.ANSWERED}),
    ReferralStage.ANSWERED: frozenset({ReferralStage.ANSWERED}),
    ReferralStage.WITHDRAWN: frozenset(),
}

#: What of a referral's life the office it is addressed to may know: from the sending on.
SINCE_SENT = (ReferralStage.SENT, ReferralStage.ACKNOWLEDGED, ReferralStage.ANSWERED)


class ReferralGround(models.TextChoices):
    """Why the cell may write to the prosecutor at all."""

    ARTICLE_29 = "ARTICLE_29", _("duty to report an offence (Code of Criminal Procedure, article 29)")
    DANGER = "DANGER", _("serious and immediate danger (Penal Code, article 422bis)")
    CONSULTATION = "CONSULTATION", _("case consultation (Penal Code, article 458ter)")
    CONSENT = "CONSENT", _("consent of the person")


class Urgency(models.TextChoices):
    """How soon the office is asked to look."""

    ORDINARY = "ORDINARY", _("ordinary")
    URGENT = "URGENT", _("within two working days")
    IMMEDIATE = "IMMEDIATE", _("immediate")


class Nature(models.TextChoices):
    """Each statement is either something that was observed, or somebody's judgement of it."""

    FACT = "FACT", _("fact")
    ASSESSMENT = "ASSESSMENT", _("assessment")


class Answer(models.TextChoices):
    """What the office answers."""

    INQUIRY = "INQUIRY", _("an inquiry is open")
    DISMISSED = "DISMISSED", _("no further action")
    MORE_ASKED = "MORE_ASKED", _("more information is asked for")


#: the answer that stands -> the answers that may follow it. "No further action" is the last word on this referral.
ANSWERS: dict[str, frozenset[str]] = {
    "": frozenset({Answer.INQUIRY, Answer.DISMISSED, Answer.MORE_ASKED}),
    Answer.MORE_ASKED: frozenset({Answer.INQUIRY, Answer.DISMISSED}),
    Answer.INQUIRY: frozenset({Answer.DISMISSED}),
    Answer.DISMISSED: frozenset(),
}


@dataclass(frozen=True)
class FactDraft:
    """One statement as it is drafted: fact or assessment, what, from which source, how reliable, seen when."""

    nature: str
    text: str
    source: str
    reliability: str
    observed_on: date | None = None


def may_move(stage: str, to: str) -> bool:
    """Whether a referral in `stage` may go to the stage `to`."""
    return to in ARROWS[stage]


def may_answer(standing: str, answer: str) -> bool:
    """Whether the office may give this answer after the one that stands ("" when there is none)."""
    return answer in ANSWERS[standing]


def may_approve(*, approver: int, drafted_by: int) -> bool:
    """A second person approves: never the one who answers for the words, whatever her role."""
    return approver != drafted_by


#: So long after "no further action" the office still reads what was sent to it.
AFTER_LAST_WORD = timedelta(days=92)

#: A referral is read by a person: so many statements, no more.
MOST_FACTS = 30


def check_facts(facts: Sequence[FactDraft], *, today: date) -> list[FactDraft]:
    """The statements as they are kept. Raises `Refused` when there is none, or one of them lacks what the other house
    needs to weigh it: whether it is fact or assessment, the source, and how reliable that is."""
    if not facts:
        raise Refused(gettext("State at least one fact."), field="facts", code="required")
    if len(facts) > MOST_FACTS:
        raise Refused(gettext("These are too many statements for one referral."), field="facts", code="too_many")
    for fact in facts:
        if fact.nature not in Nature.values or fact.reliability not in Reliability.values:
            raise Refused(gettext("This is not one of the choices."), field="facts", code="unknown_code")
        if fact.observed_on is not None and fact.observed_on > today:
            raise Refused(gettext("This day is in the future."), field="facts", code="future")
    return [
        FactDraft(
            nature=fact.nature,
            text=clean_text(fact.text, field="facts", most=4_000, needed=True),
            source=clean_text(fact.source, field="facts", most=300, needed=True, one_line=True),
            reliability=fact.reliability,
            observed_on=fact.observed_on,
        )
        for fact in facts
    ]
