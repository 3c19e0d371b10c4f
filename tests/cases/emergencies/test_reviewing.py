"""An emergency opening is reviewed by somebody else, or the officer is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.services import acting, as_clock
from cases.casefiles.models import Casefile
from cases.emergencies.models import EmergencyOpening, EmergencyReview
from cases.emergencies.selectors import awaiting_review, openings_of
from cases.emergencies.services import raise_unreviewed, read_emergency, review_emergency
from cases.outbox.models import Message
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.records import as_set_up
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from tests.factories import Cast, posted
from tests.factories.emergencies import WHY, an_emergency

pytestmark = pytest.mark.django_db


def reviewed(by: User, opening: EmergencyOpening, **said: Any) -> EmergencyReview:
    said = {"outcome": "JUSTIFIED", "note": "She was right to"} | said
    with acting(by):
        return review_emergency(opening=opening, by=by, at=timezone.now(), **said)


def test_review__by_somebody_else_and_corrected_later(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    for who in (cast.carla, cast.dana):
        with acting(who):
            assert list(awaiting_review(who, at=timezone.now())) == [opening]
    reviewed(cast.carla, opening)
    with acting(cast.dana):
        assert not awaiting_review(cast.dana, at=timezone.now()).exists()
    second = reviewed(cast.dana, opening, outcome="AVOIDABLE", consequence="Bob joins the team of this family")
    with acting(cast.bob):
        mine = openings_of(cast.bob, at=timezone.now()).get()
        assert mine.review == second
        assert mine.reviews.count() == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"outcome": "GOOD"}, "outcome"), ({"note": " "}, "note"), ({"outcome": "UNJUSTIFIED"}, "consequence"),
        ({"outcome": "AVOIDABLE", "consequence": ""}, "consequence"),
    ],
)  # fmt: skip
def test_review__says_what_and_what_follows(cast: Cast, case: Casefile, said: dict[str, str], field: str) -> None:
    opening = an_emergency(case, by=cast.bob)
    with pytest.raises(Refused) as caught:
        reviewed(cast.dana, opening, **said)
    assert caught.value.field == field


def test_review__never_by_the_opener_whatever_else_she_is(cast: Cast, case: Casefile) -> None:
    posted(cast.bob, Role.DATA_PROTECTION_OFFICER, cast.city)
    opening = an_emergency(case, by=cast.bob)
    with pytest.raises(Refused) as caught:
        reviewed(cast.bob, opening)
    assert caught.value.code == "oneself"
    with acting(cast.bob), pytest.raises(DatabaseError), transaction.atomic():  # nor past the services
        EmergencyReview.objects.create(
            recorded_at=timezone.now(), recorded_by=cast.bob, casefile=case, city=case.city, opening=opening,
            outcome="JUSTIFIED", note="Fine", reviewed_at=timezone.now(),
        )  # fmt: skip


@pytest.mark.parametrize(("who", "error"), [("alice", NotAllowed), ("mayor", NotAllowed), ("carlo", OutOfSight)])
def test_review__is_for_who_answers_for_the_city(cast: Cast, case: Casefile, who: str, error: type[Exception]) -> None:
    opening = an_emergency(case, by=cast.bob)
    with pytest.raises(error):
        reviewed(getattr(cast, who), opening)
    with acting(getattr(cast, who)), pytest.raises(error):
        read_emergency(opening=opening, by=getattr(cast, who), at=timezone.now())


def test_read__by_the_opener_and_by_who_reviews_is_written_down(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    for who in (cast.bob, cast.dana):
        with acting(who):
            assert read_emergency(opening=opening, by=who, at=timezone.now()).reason == WHY
        assert LedgerEntry.objects.filter(actor=who, operation="CONSULT", object_type="emergencyopening").exists()


def test_raise__what_is_late_goes_to_the_officer_once(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    in_time, late = opening.review_by - timedelta(minutes=1), opening.review_by + timedelta(days=3)
    assert raise_unreviewed(by=Clock.CLOCK, at=in_time) == 0
    assert raise_unreviewed(by=Clock.CLOCK, at=late) == 1
    assert raise_unreviewed(by=Clock.CLOCK, at=late) == 0
    with as_clock():
        told = Message.objects.filter(kind="UNREVIEWED")
        assert [row.recipient_id for row in told] == [cast.dana.pk]


def test_raise__not_what_was_reviewed(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    reviewed(cast.carla, opening)
    assert raise_unreviewed(by=Clock.CLOCK, at=opening.review_by + timedelta(days=3)) == 0


def test_raise__to_the_coordinator_where_there_is_no_officer(cast: Cast, case: Casefile) -> None:
    with as_set_up():
        Posting.objects.filter(user=cast.dana).update(ends_on=timezone.localdate())
    opening = an_emergency(case, by=cast.bob)
    raise_unreviewed(by=Clock.CLOCK, at=opening.review_by)
    with as_clock():
        assert [row.recipient_id for row in Message.objects.filter(kind="UNREVIEWED")] == [cast.carla.pk]
