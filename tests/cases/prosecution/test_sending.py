"""A referral is approved by somebody else, taken back, sent, withdrawn."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, Stale
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.rules import ReferralStage
from cases.prosecution.selectors import stage_changes_of
from cases.prosecution.services import (
    approve_referral,
    change_referral,
    send_referral,
    take_back_referral,
    withdraw_referral,
)
from cities.agencies.rules import AgencyKind
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Role
from tests.cases.prosecution.conftest import act_on, as_it_stands
from tests.factories import AT, Cast, a_referral, an_agency, posted, sent_referral, staff
from tests.refusals import refusal


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
