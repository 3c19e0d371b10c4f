"""A referral is written, and changed while it is a draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cases.access.rules import NotAllowed, OutOfSight, Stale
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.prosecution.models import ProsecutionReferral, ReferralFact, ReferralOffence
from cases.prosecution.rules import Nature, ReferralStage
from cases.prosecution.selectors import facts_of, offences_of
from cases.prosecution.services import change_referral, draft_referral
from cities.agencies.rules import AgencyKind
from cities.ledger.models import LedgerEntry
from tests.cases.prosecution.conftest import as_it_stands, words
from tests.factories import A_FACT, AT, TODAY, Cast, a_case, a_referral, an_agency, an_offence
from tests.refusals import refusal


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
