"""A case moves along the arrows, and its next step is set."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.rules import NotAllowed, Stale
from cases.access.services import acting
from cases.casefiles.services import move_case, set_next_step
from cities.records import as_set_up
from tests.cases.conftest import last_entry
from tests.factories import AT, TODAY, Cast, a_case, a_person, posting_of
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


def test_move_case__along_the_arrows(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, stage="INTAKE")
    with acting(cast.alice):
        row = move_case(case=case, by=cast.alice, at=AT, version=1, to="ASSESSMENT", reason="")
        assert (row.stage, row.version) == ("ASSESSMENT", 2)
        with pytest.raises(Stale):
            move_case(case=case, by=cast.alice, at=AT, version=1, to="FOLLOW_UP", reason="")
        act: dict[str, Any] = {"case": case, "by": cast.alice, "at": AT, "version": 2}
        assert refusal(move_case, **act, to="AFTERCARE", reason="") == ("to", "stage")
        assert refusal(move_case, **act, to="DONE", reason="") == ("to", "stage")
        assert refusal(move_case, **act, to="INTAKE", reason=" ") == ("reason", "required")
        assert refusal(move_case, **act, to="INTAKE", reason="x" * 2001) == ("reason", "too_long")
        assert move_case(**act, to="INTAKE", reason="Begin again").stage == "INTAKE"
    assert last_entry().fields == ["stage"]


def test_move_case__closing_and_reopening_say_why_and_are_the_coordinators(cast: Cast) -> None:
    now = timezone.now()
    case = a_case(by=cast.carla, lead=cast.alice, at=now - timedelta(days=250))
    with acting(cast.alice), pytest.raises(NotAllowed):
        move_case(case=case, by=cast.alice, at=now, version=case.version, to="CLOSED", reason="Done")
    with acting(cast.carla):
        act: dict[str, Any] = {"case": case, "by": cast.carla, "at": now, "version": case.version}
        assert refusal(move_case, **act, to="CLOSED", reason="") == ("reason", "required")
        closed = move_case(**act, to="CLOSED", reason="All went well")
        assert (closed.closed_on, closed.stage) == (timezone.localdate(now), "CLOSED")
    with acting(cast.alice), pytest.raises(NotAllowed):  # what she read may be older: the row decides
        move_case(case=case, by=cast.alice, at=now, version=closed.version, to="INTAKE", reason="Back")
    with acting(cast.carla):
        later = now + timedelta(days=2)
        again: dict[str, Any] = {"case": case, "by": cast.carla, "at": later, "version": closed.version}
        assert refusal(move_case, **again, to="INTAKE", reason="") == ("reason", "required")
        row = move_case(**again, to="INTAKE", reason="Back in town")
        assert (row.closed_on, row.next_step_on, row.owner) == (None, timezone.localdate(later), cast.carla)
        assert row.review_on is not None
        assert row.review_on > timezone.localdate(later)


def test_move_case__whoever_reopens_it_owns_it_when_the_owner_is_gone(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, stage="CLOSED")
    posting = posting_of(cast.alice)
    posting.ends_on = TODAY
    with as_set_up():
        posting.save(update_fields=["ends_on"])
    with acting(cast.carla):
        row = move_case(case=case, by=cast.carla, at=AT, version=case.version, to="FOLLOW_UP", reason="Back")
        assert row.owner == cast.carla


def test_move_case__does_not_reopen_beside_an_open_one(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    old = a_case(by=cast.carla, person=person, stage="CLOSED")
    a_case(by=cast.carla, person=person)
    with acting(cast.carla):
        act: dict[str, Any] = {"case": old, "by": cast.carla, "at": AT, "version": old.version, "reason": "Back"}
        assert refusal(move_case, **act, to="INTAKE") == ("person", "open_case")


def test_set_next_step(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        act: dict[str, Any] = {"case": case, "by": cast.alice, "at": AT, "version": case.version, "next_step_on": TODAY}
        for values, expected in (
            ({"owner": cast.bob, "next_step": "Call"}, ("owner", "owner")),
            ({"owner": cast.mayor, "next_step": "Call"}, ("owner", "owner")),
            ({"owner": cast.alice, "next_step": "\u200b"}, ("next_step", "required")),
            (
                {"owner": cast.alice, "next_step": "Call", "next_step_on": TODAY - timedelta(1)},
                ("next_step_on", "past"),
            ),
        ):
            assert refusal(set_next_step, **{**act, **values}) == expected
        row = set_next_step(**act, owner=cast.carla, next_step="Call the school")
        assert (row.owner, row.next_step, row.version) == (cast.carla, "Call the school", case.version + 1)
        with pytest.raises(Stale):
            set_next_step(**act, owner=cast.alice, next_step="Call")
