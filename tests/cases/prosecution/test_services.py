"""The one door between the houses: how a referral is written, approved, sent, answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.prosecution.models import Caution, ProsecutionReferral, ReferralFact, ReferralOffence
from cases.prosecution.rules import AFTER_LAST_WORD, Nature, ReferralStage
from cases.prosecution.selectors import caution_on, facts_of, offences_of, stage_changes_of
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
from cities.agencies.rules import AgencyKind
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Role
from cities.staff.models import Posting
from tests.factories import (
    A_FACT,
    AT,
    TODAY,
    Cast,
    a_case,
    a_referral,
    an_agency,
    an_offence,
    posted,
    sent_referral,
    staff,
)

LATER = AT + timedelta(days=3)


@pytest.fixture
def case(cast: Cast) -> Casefile:
    """A case led by Alice."""
    return a_case(by=cast.carla, lead=cast.alice)


def words(cast: Cast, **fields: Any) -> dict[str, Any]:
    return {
        "addressed_to": cast.office, "subject": "Nemo Invented", "ground": "DANGER", "statement": "Invented words",
        "urgency": "URGENT", "withheld": "What was said in care", "facts": [A_FACT], "offences": [], **fields,
    }  # fmt: skip


def as_it_stands(row: ProsecutionReferral, **fields: Any) -> dict[str, Any]:
    """What a form sends back when nothing is changed. Asked for within somebody's transaction."""
    stated = [replace(A_FACT, text=fact.text, source=fact.source) for fact in facts_of(row)]
    return {
        "referral": row, "version": row.version, "addressed_to": row.addressed_to, "subject": row.subject,
        "ground": row.ground, "statement": row.statement, "urgency": row.urgency, "withheld": row.withheld,
        "facts": stated, "offences": [suspected.offence for suspected in offences_of(row)], **fields,
    }  # fmt: skip


def refusal(act: Callable[..., object], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        act(**arguments)
    return caught.value.field, caught.value.code


def test_draft_referral__written_anew(cast: Cast, case: Casefile) -> None:
    offence = an_offence()
    second = replace(A_FACT, nature=Nature.ASSESSMENT, observed_on=None)
    with acting(cast.carla):
        row = draft_referral(
            case=case, by=cast.carla, at=AT, **words(cast, facts=[A_FACT, second], offences=[offence])
        )  # fmt: skip
        assert (row.number, row.stage, row.drafted_by, str(row)) == (1, "DRAFTED", cast.carla, f"{case.reference}/1")
        assert [(fact.position, fact.nature) for fact in facts_of(row)] == [(0, "FACT"), (1, "ASSESSMENT")]
        assert [suspected.offence for suspected in offences_of(row)] == [offence]
        assert draft_referral(case=case, by=cast.carla, at=AT, **words(cast)).number == 2
    entry = LedgerEntry.objects.filter(act="REFERRAL_DRAFT").order_by("id").first()
    assert entry is not None
    assert (entry.operation, entry.compartment, entry.case_reference) == ("COLLECT", "JUSTICE", case.reference)


@pytest.mark.parametrize("name", ["bob", "charlie", "carlo", "liaison", "dana", "analyst", "administrator"])
def test_draft_referral__outside_the_case_there_is_none(cast: Cast, case: Casefile, name: str) -> None:
    user = getattr(cast, name)
    with acting(user), pytest.raises(OutOfSight):
        draft_referral(case=case, by=user, at=AT, **words(cast))


@pytest.mark.parametrize("name", ["alice", "mayor"])
def test_draft_referral__a_coordinator_writes(cast: Cast, case: Casefile, name: str) -> None:
    user = getattr(cast, name)
    with acting(user), pytest.raises(NotAllowed):
        draft_referral(case=case, by=user, at=AT, **words(cast))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"subject": " "}, ("subject", "required")),
        ({"subject": "x" * 301}, ("subject", "too_long")),
        ({"statement": ""}, ("statement", "required")),
        ({"statement": "x" * 1_000_000}, ("statement", "too_long")),
        ({"ground": "SUSPICION"}, ("ground", "unknown_code")),
        ({"urgency": "YESTERDAY"}, ("urgency", "unknown_code")),
        ({"withheld": "\x00"}, ("withheld", "characters")),
        ({"facts": []}, ("facts", "required")),
        ({"facts": [replace(A_FACT, source="")]}, ("facts", "required")),
    ],
)
def test_draft_referral__refuses(cast: Cast, case: Casefile, fields: dict[str, Any], expected: tuple[str, str]) -> None:
    with acting(cast.carla):
        assert refusal(draft_referral, case=case, by=cast.carla, at=AT, **words(cast, **fields)) == expected
        assert not ProsecutionReferral.objects.exists()


def test_draft_referral__to_an_office_that_is_one(cast: Cast, case: Casefile) -> None:
    shut = an_agency(None, AgencyKind.PROSECUTION, is_active=False)
    with acting(cast.carla):
        for addressee in (cast.agency, shut):
            found = refusal(draft_referral, case=case, by=cast.carla, at=AT, **words(cast, addressed_to=addressee))
            assert found == ("addressed_to", "office")


def test_draft_referral__names_articles_in_force(cast: Cast, case: Casefile) -> None:
    for code, starts_on, ends_on in (("998", date(2025, 1, 1), None), ("997", date(2010, 1, 1), TODAY)):
        offence = an_offence(code, starts_on=starts_on, ends_on=ends_on)
        with acting(cast.carla):
            found = refusal(draft_referral, case=case, by=cast.carla, at=AT, **words(cast, offences=[offence]))
        assert found == ("offences", "not_in_force")


def test_draft_referral__not_of_a_closed_case(cast: Cast) -> None:
    case = a_case(by=cast.carla, stage="CLOSED")
    with acting(cast.carla):
        assert refusal(draft_referral, case=case, by=cast.carla, at=AT, **words(cast)) == ("", "closed")


def test_change_referral__what_is_no_longer_stated_stays_with_the_cell(cast: Cast, case: Casefile) -> None:
    first, second = an_offence("901"), an_offence("902")
    row = a_referral(case, cast, offences=[first])
    other = replace(A_FACT, text="Another fact")
    with acting(cast.carla):
        wanted = as_it_stands(row, statement="Other words", facts=[other], offences=[second])
        row = change_referral(by=cast.carla, at=AT, **wanted)
        assert (row.statement, row.version) == ("Other words", 2)
        assert [fact.text for fact in facts_of(row)] == ["Another fact"]
        assert [suspected.offence for suspected in offences_of(row)] == [second]
        assert ReferralFact.objects.filter(referral=row).count() == 2
        assert ReferralOffence.objects.filter(referral=row).count() == 2
    entry = LedgerEntry.objects.order_by("id").last()
    assert entry is not None
    assert entry.fields == ["facts", "offences", "statement"]


def test_change_referral__nothing_different_writes_nothing(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast, offences=[an_offence()])
    before = LedgerEntry.objects.count()
    with acting(cast.carla):
        assert change_referral(by=cast.carla, at=AT, **as_it_stands(row)).version == row.version
    assert LedgerEntry.objects.count() == before


def test_change_referral__stale_and_only_while_drafted(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast)
    with acting(cast.carla):
        change_referral(by=cast.carla, at=AT, **as_it_stands(row, subject="In the first tab"))
        with pytest.raises(Stale):
            change_referral(by=cast.carla, at=AT, **as_it_stands(row, subject="In the second tab"))
    approved = a_referral(case, cast, stage=ReferralStage.APPROVED)
    with acting(cast.carla):
        assert refusal(change_referral, by=cast.carla, at=AT, **as_it_stands(approved)) == ("", "stage")


def act_on(row: ProsecutionReferral, by: Any, **fields: Any) -> dict[str, Any]:
    return {"referral": row, "by": by, "at": AT, "version": row.version, **fields}


def test_approve_referral__never_who_drafted_it(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast)
    with acting(cast.carla):
        assert refusal(approve_referral, **act_on(row, cast.carla)) == ("", "second_person")
        with pytest.raises(IntegrityError), transaction.atomic():  # and PostgreSQL says it a second time
            ProsecutionReferral.objects.filter(pk=row.pk).update(approved_by=cast.carla, stage="APPROVED")


def test_approve_referral__nor_who_changed_it_last(cast: Cast, case: Casefile) -> None:
    second = staff(Role.COORDINATOR, cast.city, first_name="Cody")
    row = a_referral(case, cast)
    with acting(second):
        row = change_referral(by=second, at=AT, **as_it_stands(row, statement="Cody's words"))
        assert row.drafted_by == second
        assert refusal(approve_referral, **act_on(row, second)) == ("", "second_person")
    with acting(cast.carla):
        assert approve_referral(**act_on(row, cast.carla)).approved_by == cast.carla


def test_approve_referral__the_words_that_were_read(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast)
    with acting(cast.carla):
        change_referral(by=cast.carla, at=AT, **as_it_stands(row, statement="Changed meanwhile"))
    with acting(cast.mayor), pytest.raises(Stale):
        approve_referral(**act_on(row, cast.mayor))


def test_approve_referral__once(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast)
    with acting(cast.mayor):
        approved = approve_referral(**act_on(row, cast.mayor))
        assert (approved.stage, approved.approved_by, approved.approved_at) == ("APPROVED", cast.mayor, AT)
        with pytest.raises(Stale):
            approve_referral(**act_on(row, cast.mayor))
        assert refusal(approve_referral, **act_on(approved, cast.mayor)) == ("", "stage")


def test_take_back_referral__the_approval_lapses(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast, stage=ReferralStage.APPROVED)
    with acting(cast.carla):
        assert refusal(take_back_referral, **act_on(row, cast.carla, reason="")) == ("reason", "required")
        row = take_back_referral(**act_on(row, cast.carla, reason="A slip of the pen"))
        assert (row.stage, row.approved_by, row.approved_at) == ("DRAFTED", None, None)
        assert refusal(send_referral, **act_on(row, cast.carla)) == ("", "stage")
        assert refusal(take_back_referral, **act_on(row, cast.carla, reason="Again")) == ("", "stage")
        changes = [(change.to_stage, change.reason) for change in stage_changes_of(row, cast.carla, at=AT)]
        assert changes == [("DRAFTED", ""), ("APPROVED", ""), ("DRAFTED", "A slip of the pen")]


def test_send_referral__is_disclosed_to_the_office(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast, stage=ReferralStage.APPROVED)
    with acting(cast.mayor), pytest.raises(NotAllowed):
        send_referral(**act_on(row, cast.mayor))
    with acting(cast.carla):
        sent = send_referral(**act_on(row, cast.carla))
        assert (sent.stage, sent.sent_by, sent.sent_at) == ("SENT", cast.carla, AT)
        (grant,) = CaseAccess.grants.filter(casefile=case, ground="REFERRAL")
        assert (grant.agency, grant.user, grant.compartment, grant.starts_at) == (cast.office, None, "JUSTICE", AT)
        with pytest.raises(Stale):
            send_referral(**act_on(row, cast.carla))
        for act, fields in ((withdraw_referral, {"reason": "So"}), (take_back_referral, {"reason": "So"})):
            assert refusal(act, **act_on(sent, cast.carla, **fields)) == ("", "stage")
    entry = LedgerEntry.objects.order_by("id").last()
    assert entry is not None
    assert (entry.operation, entry.recipient, entry.ground) == ("DISCLOSE", f"agency {cast.office.pk}", "ARTICLE_29")


def test_send_referral__the_second_to_an_office_needs_no_second_grant(cast: Cast, case: Casefile) -> None:
    sent_referral(case, cast)
    sent_referral(case, cast)
    with acting(cast.carla):
        assert CaseAccess.grants.filter(casefile=case, ground="REFERRAL").count() == 1


def test_send_referral__somebody_must_be_there_to_receive_it(cast: Cast, case: Casefile) -> None:
    empty = an_agency(None, AgencyKind.PROSECUTION)
    posted(staff(Role.ANALYST, None), Role.PROSECUTION_LIAISON, cast.other_city, agency=empty)
    row = a_referral(case, cast, stage=ReferralStage.APPROVED, addressed_to=empty)
    with acting(cast.carla):
        assert refusal(send_referral, **act_on(row, cast.carla)) == ("addressed_to", "nobody_there")


def test_withdraw_referral__stays_with_its_reason(cast: Cast, case: Casefile) -> None:
    for stage in (ReferralStage.DRAFTED, ReferralStage.APPROVED):
        row = a_referral(case, cast, stage=stage)
        with acting(cast.carla):
            assert refusal(withdraw_referral, **act_on(row, cast.carla, reason=" ")) == ("reason", "required")
            gone = withdraw_referral(**act_on(row, cast.carla, reason="Not needed"))
            assert gone.stage == "WITHDRAWN"
            assert refusal(withdraw_referral, **act_on(gone, cast.carla, reason="Again")) == ("", "stage")


def test_acknowledge_referral__by_the_office_it_is_addressed_to(cast: Cast, case: Casefile) -> None:
    row = sent_referral(case, cast)
    stranger = staff(Role.PROSECUTION_LIAISON, None, agency=an_agency(None, AgencyKind.PROSECUTION))
    for user in (stranger, cast.alice, cast.charlie, cast.carlo):
        with acting(user), pytest.raises(OutOfSight):
            acknowledge_referral(**act_on(row, user))
    for user in (cast.carla, cast.mayor):
        with acting(user), pytest.raises(NotAllowed):
            acknowledge_referral(**act_on(row, user))
    with acting(cast.liaison):
        seen = acknowledge_referral(**act_on(row, cast.liaison))
        assert (seen.stage, seen.acknowledged_by) == ("ACKNOWLEDGED", cast.liaison)
        with pytest.raises(Stale):
            acknowledge_referral(**act_on(row, cast.liaison))
    entry = LedgerEntry.objects.order_by("id").last()
    assert entry is not None
    assert (entry.role, entry.agency_id, entry.city_id) == ("PROSECUTION_LIAISON", cast.office.pk, cast.city.pk)


def test_acknowledge_referral__a_coordinator_who_is_liaison_of_another_office_may_not(
    cast: Cast, case: Casefile
) -> None:
    posted(cast.carla, Role.PROSECUTION_LIAISON, None, agency=an_agency(None, AgencyKind.PROSECUTION))
    row = sent_referral(case, cast)
    with acting(cast.carla), pytest.raises(NotAllowed):
        acknowledge_referral(**act_on(row, cast.carla))


def test_answer_referral__an_inquiry_is_all_the_caseworker_is_told(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast, stage=ReferralStage.ACKNOWLEDGED)
    with acting(cast.alice):
        assert caution_on(case, cast.alice, at=AT) is None
    with acting(cast.liaison):
        row = answer_referral(**act_on(row, cast.liaison, answer="INQUIRY", answer_text="For the cell alone"))
        assert (row.stage, row.answer, row.answered_by) == ("ANSWERED", "INQUIRY", cast.liaison)
    for user in (cast.alice, cast.carla, cast.mayor):
        with acting(user):
            caution = caution_on(case, user, at=AT)
            assert caution is not None
            assert (caution.starts_on, str(caution)) == (TODAY, "an inquiry is open")
    with acting(cast.alice):
        assert not ProsecutionReferral.objects.exists()


def test_answer_referral__no_further_action_takes_the_caution_away(cast: Cast, case: Casefile) -> None:
    sent_referral(case, cast)  # another, still to be answered: the office goes on reading
    row = a_referral(case, cast, stage=ReferralStage.ANSWERED, answer="INQUIRY")
    with acting(cast.liaison):
        row = answer_referral(**{**act_on(row, cast.liaison, answer="DISMISSED"), "at": LATER})
        assert refusal(answer_referral, **act_on(row, cast.liaison, answer="INQUIRY")) == ("answer", "answer")
    with acting(cast.alice):
        assert caution_on(case, cast.alice, at=LATER) is None
        (caution,) = Caution.objects.all()
        assert (caution.starts_on, caution.ends_on) == (TODAY, LATER.date())
    with acting(cast.carla):
        answers = [(row.answer, row.reason) for row in stage_changes_of(row, cast.carla, at=LATER) if row.answer]
        assert answers == [("INQUIRY", "An answer"), ("DISMISSED", "")]


def test_answer_referral__the_last_word_on_all_that_was_sent_ends_the_grant_a_quarter_later(
    cast: Cast, case: Casefile
) -> None:
    first, second = sent_referral(case, cast), sent_referral(case, cast)

    def ends() -> list[object]:
        with acting(cast.carla):
            return list(CaseAccess.grants.filter(agency=cast.office).values_list("ends_at", "ended_because"))

    for row, expected in ((first, [(None, "")]), (second, [(LATER + AFTER_LAST_WORD, "ANSWERED")])):
        with acting(cast.liaison):
            row = acknowledge_referral(**act_on(row, cast.liaison))
            answer_referral(**{**act_on(row, cast.liaison, answer="DISMISSED"), "at": LATER})
        assert ends() == expected


def test_answer_referral__one_office_cannot_close_what_another_opened(cast: Cast, case: Casefile) -> None:
    second_office = an_agency(None, AgencyKind.PROSECUTION)
    second = staff(Role.PROSECUTION_LIAISON, None, first_name="Lina", agency=second_office)
    a_referral(case, cast, stage=ReferralStage.ANSWERED, answer="INQUIRY")
    row = sent_referral(case, cast, addressed_to=second_office)
    with acting(second):
        row = acknowledge_referral(**act_on(row, second))
        answer_referral(**act_on(row, second, answer="DISMISSED"))
        assert not Caution.objects.exists()
    with acting(cast.alice):
        assert caution_on(case, cast.alice, at=AT) is not None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"answer": "PERHAPS"}, ("answer", "unknown_code")),
        ({"answer": "MORE_ASKED"}, ("answer_text", "required")),
        ({"answer": "DISMISSED", "answer_text": "x" * 20_001}, ("answer_text", "too_long")),
    ],
)
def test_answer_referral__refuses(
    cast: Cast, case: Casefile, fields: dict[str, Any], expected: tuple[str, str]
) -> None:
    row = a_referral(case, cast, stage=ReferralStage.ACKNOWLEDGED)
    with acting(cast.liaison):
        assert refusal(answer_referral, **act_on(row, cast.liaison, **fields)) == expected


def test_answer_referral__acknowledged_first_more_asked_then_answered(cast: Cast, case: Casefile) -> None:
    row = sent_referral(case, cast)
    with acting(cast.liaison):
        assert refusal(answer_referral, **act_on(row, cast.liaison, answer="INQUIRY")) == ("", "stage")
        row = acknowledge_referral(**act_on(row, cast.liaison))
        row = answer_referral(**act_on(row, cast.liaison, answer="MORE_ASKED", answer_text="Since when?"))
        assert (
            refusal(answer_referral, **act_on(row, cast.liaison, answer="MORE_ASKED", answer_text="?"))[1] == "answer"
        )
        row = answer_referral(**act_on(row, cast.liaison, answer="INQUIRY"))
    assert row.answer == "INQUIRY"


def test_answer_referral__not_any_more_once_the_posting_ended(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast, stage=ReferralStage.ACKNOWLEDGED)
    Posting.objects.filter(user=cast.liaison).update(ends_on=TODAY)
    with acting(cast.liaison), pytest.raises(OutOfSight):
        answer_referral(**act_on(row, cast.liaison, answer="DISMISSED"))
