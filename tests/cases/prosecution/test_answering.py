"""The office acknowledges a referral, and answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Stale
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.prosecution.models import Caution, ProsecutionReferral
from cases.prosecution.rules import AFTER_LAST_WORD, ReferralStage
from cases.prosecution.selectors import caution_on, stage_changes_of
from cases.prosecution.services import acknowledge_referral, answer_referral
from cities.agencies.rules import AgencyKind
from cities.ledger.models import LedgerEntry
from cities.records import as_set_up
from cities.roles.rules import Role
from cities.staff.models import Posting
from tests.cases.prosecution.conftest import act_on
from tests.factories import AT, TODAY, Cast, a_referral, an_agency, posted, sent_referral, staff
from tests.refusals import refusal

LATER = AT + timedelta(days=3)


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
    with as_set_up():
        Posting.objects.filter(user=cast.liaison).update(ends_on=TODAY)
    with acting(cast.liaison), pytest.raises(OutOfSight):
        answer_referral(**act_on(row, cast.liaison, answer="DISMISSED"))
