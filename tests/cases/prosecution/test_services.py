"""The one door between two houses, tried by everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from cases.access.rules import NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.people.models import Person
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.rules import ReferralStage
from cases.prosecution.selectors import (
    caution_on,
    facts_of,
    offences_on,
    offices,
    referral_for,
    referral_numbered,
    referrals_of,
    referrals_to_act_on,
    stages_of,
    suspected,
)
from cases.prosecution.services import (
    acknowledge_referral,
    answer_referral,
    approve_referral,
    change_referral,
    draft_referral,
    send_referral,
    take_back_referral,
    withdraw_referral,
)
from cities.ledger.models import LedgerEntry
from tests.factories import AT, TODAY, Cast, a_case, a_cast, an_agency, staff
from tests.factories.referrals import a_fact, a_referral, an_offence, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return a_cast()


@pytest.fixture
def case(cast: Cast) -> Casefile:
    return a_case(by=cast.carla, lead=cast.alice)


def test_referral__goes_from_the_cell_to_the_office_and_back(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case, stage=ReferralStage.ANSWERED)
    assert (row.drafted_by, row.approved_by, row.sent_by) == (cast.carla, cast.mayor, cast.carla)
    assert (row.acknowledged_by, row.answered_by, row.answer) == (cast.liaison, cast.liaison, "INQUIRY")
    with acting(cast.carla):
        steps = [change.to_stage for change in stages_of(row, cast.carla, at=AT)]
    assert steps == ["DRAFTED", "APPROVED", "SENT", "ACKNOWLEDGED", "ANSWERED"]
    with acting(cast.liaison):
        seen = [change.to_stage for change in stages_of(row, cast.liaison, at=AT)]
    assert seen == ["SENT", "ACKNOWLEDGED", "ANSWERED"]
    acts = list(
        LedgerEntry.objects.filter(object_type="prosecutionreferral").order_by("at").values_list("operation", flat=True)
    )
    assert acts == ["COLLECT", "ALTER", "DISCLOSE", "ALTER", "ALTER"]


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "carlo", "dana", "analyst", "liaison"])
def test_draft__is_seen_by_the_cell_only(cast: Cast, case: Casefile, who: str) -> None:
    row = a_referral(cast, case, stage=ReferralStage.APPROVED)
    user = getattr(cast, who)
    with acting(user):
        assert not ProsecutionReferral.objects.exists()
        with pytest.raises(OutOfSight):
            referral_for(user, row.pk, at=AT)


def test_sent__office_sees_the_referral_and_nothing_else_of_the_case(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case, stage=ReferralStage.SENT)
    unsent = a_referral(cast, case)
    with acting(cast.liaison):
        assert [found.pk for found in referrals_of(case, cast.liaison, at=AT)] == [row.pk]
        assert [fact.text for fact in facts_of(row, cast.liaison, at=AT)] == ["A message was shown"]
        assert not Casefile.objects.exists()
        assert not Person.objects.exists()
        with pytest.raises(OutOfSight):
            referral_for(cast.liaison, unsent.pk, at=AT)


def test_sent__another_office_sees_nothing(cast: Cast, case: Casefile) -> None:
    a_referral(cast, case, stage=ReferralStage.SENT)
    other = staff("PROSECUTION_LIAISON", None, agency=an_agency(None, kind="PROSECUTION"))
    with acting(other):
        assert not ProsecutionReferral.objects.exists()


def test_sent__a_liaison_who_comes_later_sees_it_too(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case, stage=ReferralStage.SENT)
    later = staff("PROSECUTION_LIAISON", None, agency=cast.office)
    with acting(later):
        assert referral_numbered(later, case.reference, row.number, at=AT).pk == row.pk


@pytest.mark.parametrize("reference", ["", "nonsense", "VIL-1999-0001"])
def test_referral_numbered__hidden_and_unknown_alike(cast: Cast, case: Casefile, reference: str) -> None:
    a_referral(cast, case)
    with acting(cast.carla), pytest.raises(OutOfSight):
        referral_numbered(cast.carla, reference, 1, at=AT)


@pytest.mark.parametrize("who", ["alice", "mayor"])
def test_draft__is_the_coordinators(cast: Cast, case: Casefile, who: str) -> None:
    user = getattr(cast, who)
    with acting(user), pytest.raises(NotAllowed):
        draft_referral(case=case, by=user, at=AT, **words(cast))


@pytest.mark.parametrize("who", ["bob", "charlie", "liaison"])
def test_draft__case_unknown_to_others(cast: Cast, case: Casefile, who: str) -> None:
    user = getattr(cast, who)
    with acting(user), pytest.raises(OutOfSight):
        draft_referral(case=case, by=user, at=AT, **words(cast))


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("addressed_to", {"addressed_to": "agency"}),
    ("ground", {"ground": "BELIEF"}),
    ("urgency", {"urgency": "SOON"}),
    ("subject", {"subject": " "}),
    ("subject", {"subject": "x" * 301}),
    ("statement", {"statement": ""}),
    ("statement", {"statement": "a\0b"}),
    ("statement", {"statement": "x" * 1_000_000}),
    ("facts", {"facts": []}),
    ("facts", {"facts": [a_fact()] * 31}),
    ("facts", {"facts": [a_fact(nature="RUMOUR")]}),
    ("facts", {"facts": [a_fact(reliability="G")]}),
    ("facts", {"facts": [a_fact(observed_on=TODAY + timedelta(days=1))]}),
    ("facts", {"facts": [a_fact(text="")]}),
    ("facts", {"facts": [a_fact(source="")]}),
]


@pytest.mark.parametrize(("field", "wrong"), WRONG)
def test_draft__refused_beside_the_field(cast: Cast, case: Casefile, field: str, wrong: dict[str, Any]) -> None:
    told = words(cast, **wrong)
    if told["addressed_to"] == "agency":
        told["addressed_to"] = cast.agency
    with acting(cast.carla):
        with pytest.raises(Refused) as refusal:
            draft_referral(case=case, by=cast.carla, at=AT, **told)
        assert not ProsecutionReferral.objects.exists()
    assert refusal.value.field == field


def test_draft__not_in_a_closed_case(cast: Cast) -> None:
    closed = a_case(by=cast.carla, stage="CLOSED")
    with acting(cast.carla), pytest.raises(Refused, match="closed"):
        draft_referral(case=closed, by=cast.carla, at=AT, **words(cast))


def test_offences__chosen_again_and_in_force_only(cast: Cast, case: Casefile) -> None:
    one, two = an_offence(), an_offence(code="art. 141")
    gone = an_offence(code="art. 1", ends_on=date(2015, 1, 1))
    row = a_referral(cast, case, offences=[one, two])
    with acting(cast.carla):
        assert list(offences_on(TODAY)) == [one, two]
        changed = change_referral(referral=row, by=cast.carla, at=AT, version=1, **words(cast, offences=[two]))
        assert list(suspected(changed)) == [two]
        with pytest.raises(Refused) as refusal:
            change_referral(referral=row, by=cast.carla, at=AT, version=2, **words(cast, offences=[gone]))
    assert refusal.value.field == "offences"


def test_change__replaces_what_is_stated_and_makes_the_writer_answer_for_it(cast: Cast, case: Casefile) -> None:
    second = staff("COORDINATOR", cast.city)
    row = a_referral(cast, case)
    fact = replace(a_fact(), text="It was somebody else")
    with acting(second):
        row = change_referral(referral=row, by=second, at=AT, version=row.version, **words(cast, facts=[fact]))
        assert row.drafted_by == second
        assert [stated.text for stated in facts_of(row, second, at=AT)] == ["It was somebody else"]
        with pytest.raises(Refused, match="second person"):
            approve_referral(referral=row, by=second, at=AT, version=row.version)
    with acting(cast.carla):
        assert approve_referral(referral=row, by=cast.carla, at=AT, version=row.version).approved_by == cast.carla


def test_change__only_a_draft_and_only_as_it_was_read(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case, stage=ReferralStage.APPROVED)
    with acting(cast.carla):
        with pytest.raises(Stale):
            change_referral(referral=row, by=cast.carla, at=AT, version=1, **words(cast))
        with pytest.raises(Refused, match="Only a draft"):
            change_referral(referral=row, by=cast.carla, at=AT, version=row.version, **words(cast))


def test_approve__never_by_whoever_wrote_it(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case)
    with acting(cast.carla), pytest.raises(Refused, match="second person"):
        approve_referral(referral=row, by=cast.carla, at=AT, version=row.version)


def test_approve__a_second_click_is_refused(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case)
    with acting(cast.mayor):
        approve_referral(referral=row, by=cast.mayor, at=AT, version=row.version)
        with pytest.raises(Stale):
            approve_referral(referral=row, by=cast.mayor, at=AT, version=row.version)


def test_take_back__makes_it_a_draft_that_must_be_approved_again(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case, stage=ReferralStage.APPROVED)
    with acting(cast.mayor):
        row = take_back_referral(referral=row, by=cast.mayor, at=AT, version=row.version, reason="A date is wrong")
    assert (row.stage, row.approved_by) == ("DRAFTED", None)
    with acting(cast.carla), pytest.raises(Refused, match="cannot go"):
        send_referral(referral=row, by=cast.carla, at=AT, version=row.version)


def test_withdraw__says_why_and_nothing_follows(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case)
    with acting(cast.carla):
        with pytest.raises(Refused) as refusal:
            withdraw_referral(referral=row, by=cast.carla, at=AT, version=row.version, reason=" ")
        assert refusal.value.field == "reason"
        row = withdraw_referral(referral=row, by=cast.carla, at=AT, version=row.version, reason="Not needed")
    with acting(cast.mayor), pytest.raises(Refused, match="cannot go"):
        approve_referral(referral=row, by=cast.mayor, at=AT, version=row.version)


def test_sent__stays_sent(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case, stage=ReferralStage.SENT)
    with acting(cast.carla), pytest.raises(Refused):
        withdraw_referral(referral=row, by=cast.carla, at=AT, version=row.version, reason="Too late")


def test_acknowledge__is_the_offices(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case, stage=ReferralStage.SENT)
    with acting(cast.carla), pytest.raises(NotAllowed):
        acknowledge_referral(referral=row, by=cast.carla, at=AT, version=row.version)


def test_answer__only_once_acknowledged_and_along_the_table(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case, stage=ReferralStage.SENT)
    with acting(cast.liaison):
        with pytest.raises(Refused, match="Acknowledge"):
            answer_referral(referral=row, by=cast.liaison, at=AT, version=row.version, answer="INQUIRY")
        row = acknowledge_referral(referral=row, by=cast.liaison, at=AT, version=row.version)
        with pytest.raises(Refused) as refusal:
            answer_referral(referral=row, by=cast.liaison, at=AT, version=row.version, answer="PERHAPS")
        assert refusal.value.field == "answer"
        row = answer_referral(referral=row, by=cast.liaison, at=AT, version=row.version, answer="MORE_ASKED")
        row = answer_referral(referral=row, by=cast.liaison, at=AT, version=row.version, answer="INQUIRY")
        with pytest.raises(Refused):
            answer_referral(referral=row, by=cast.liaison, at=AT, version=row.version, answer="MORE_ASKED")


def test_inquiry__the_caseworker_is_told_to_be_careful_and_no_more(cast: Cast, case: Casefile) -> None:
    row = a_referral(cast, case, stage=ReferralStage.ANSWERED)
    with acting(cast.alice):
        assert caution_on(case, cast.alice, at=AT) is not None
        assert not ProsecutionReferral.objects.exists()
    with acting(cast.charlie):
        assert caution_on(case, cast.charlie, at=AT) is None
    with acting(cast.liaison):
        answer_referral(referral=row, by=cast.liaison, at=AT, version=row.version, answer="DISMISSED")
    with acting(cast.alice):
        assert caution_on(case, cast.alice, at=AT) is None


def test_to_act_on__each_finds_what_waits_for_her(cast: Cast, case: Casefile) -> None:
    drafted, approved = a_referral(cast, case), a_referral(cast, case, stage=ReferralStage.APPROVED)
    sent, answered = (
        a_referral(cast, case, stage=ReferralStage.SENT),
        a_referral(cast, case, stage=ReferralStage.ANSWERED),
    )
    waits = {
        cast.carla: {approved.pk},
        cast.mayor: {drafted.pk},
        cast.liaison: {sent.pk},
        cast.alice: set(),
    }
    for user, expected in waits.items():
        with acting(user):
            assert {row.pk for row in referrals_to_act_on(user, at=AT)} == expected
    assert answered.pk


def test_offices__are_prosecution_offices_in_use(cast: Cast) -> None:
    assert cast.office in offices()
    assert cast.agency not in offices()
