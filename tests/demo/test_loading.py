"""The demo in a database: the cable's numbers from events, what was learned since, and today's work."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.selectors import cases_for
from cases.changes.selectors import changes_of
from cases.checkins.selectors import due_today, for_the_conference, overdue, to_record, with_the_coordinator
from cases.checkins.services import tick
from cases.emergencies.selectors import openings_for
from cases.management.demo.staff import PASSWORD
from cases.people.selectors import people_for
from cases.prosecution.selectors import caution_on, referrals_for
from cases.recertification.selectors import grants_to_confirm
from cities.ledger.rules import Clock
from cities.staff.models import User
from cities.staff.selectors import users

pytestmark = pytest.mark.usefixtures("demo")


def picture(as_of: str, known_on: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("national_picture", "--as-of", as_of, "--known-on", known_on, "--format", "json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def somebody(given: str) -> User:
    return users().get(email=f"{given}@apparatus.example")


def test_cable__as_of_and_as_known_on_3_november_2015() -> None:
    found = picture("2015-11-03", "2015-11-03")
    cable = {"left": 498, "in_zone": 200, "in_transit": 100, "killed": 70, "returned": 128}
    assert {name: found[name] for name in cable} == cable
    autumn = found["flow"][-4:-1]
    assert [month["departures"] for month in autumn] == [7, 6, 8]
    assert [month["departures_year_before"] for month in autumn] == [14, 13, 15]


def test_today__other_things_are_known_of_that_day() -> None:
    today = timezone.localdate().isoformat()
    then, now = picture("2015-11-03", "2015-11-03"), picture("2015-11-03", today)
    assert now["left"] < then["left"]
    assert now["returned"] < then["returned"]
    by_year = {
        row["as_of"][:4]: row for row in picture("2016-01-28", today)["published"] if row["series"] == "departures"
    }
    assert {year: row["difference"] for year, row in by_year.items()} == {"2013": 0, "2014": 0, "2015": 0}


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        ("2016-01-28", {"in_transit": 6, "returned": 117, "prevented": 59}),
        ("2016-07-12", {"in_transit": 4, "returned": 114, "prevented": 73}),
        ("2016-08-30", {"in_transit": 4, "returned": 114, "prevented": 73, "intends": 157}),
        ("2017-04-30", {"in_transit": 1, "returned": 121, "prevented": 82, "intends": 149}),
        ("2017-10-31", {"in_transit": 0, "returned": 123, "prevented": 85, "intends": 117}),
    ],
)
def test_published__what_was_counted_in_the_years_after(day: str, counts: dict[str, int]) -> None:
    found = picture(day, day)
    assert {name: found[name] for name in counts} == counts


@pytest.mark.parametrize("day", ["2015-11-03", "2016-01-28"])
def test_cities__the_published_counts(day: str) -> None:
    left = {line["code"]: line["left"] for line in picture(day, day)["cities"]}
    assert {code: left[code] for code in ("ANT", "MOL", "VIL", "SCH", "BRU")} == {
        "ANT": 93, "MOL": 47, "VIL": 27, "SCH": 31, "BRU": 47,
    }  # fmt: skip
    assert left["MEN"] is None


def test_work__every_open_case_has_an_owner_and_a_next_step() -> None:
    at = timezone.now()
    for user in users().filter(postings__role="COORDINATOR"):
        with acting(user):
            cases = cases_for(user, at=at).filter(closed_on__isnull=True)
            assert cases.exists()
            assert not cases.filter(next_step="").exists()
            assert not cases.filter(next_step_on__lt=timezone.localdate(at)).exists()


def test_work__alice_has_something_of_each_to_do() -> None:
    at, alice = timezone.now(), somebody("alice")
    with acting(alice):
        assert len(due_today(alice, at=at)) >= 2
        assert len(to_record(alice, at=at)) >= 1
        assert len(overdue(alice, at=at)) >= 2
    carla = somebody("carla")
    with acting(carla):
        assert with_the_coordinator(carla, at=at).exists()
        assert for_the_conference(carla, at=at).exists()


def test_work__bob_knows_nothing_of_alices_cases() -> None:
    at, alice, bob = timezone.now(), somebody("alice"), somebody("bob")
    seen = []
    for user in (alice, bob):
        with acting(user):
            seen.append(set(cases_for(user, at=at).values_list("reference", flat=True)))
            assert people_for(user, at=at).exists()
    assert seen[0]
    assert seen[1]
    assert not seen[0] & seen[1]


def test_referrals__one_at_each_stage_and_one_caution() -> None:
    at, carla, alice, lior = timezone.now(), somebody("carla"), somebody("alice"), somebody("lior")
    with acting(carla):
        rows = list(referrals_for(carla, at=at))
        assert {row.stage for row in rows} == {"DRAFTED", "APPROVED", "SENT", "ACKNOWLEDGED", "ANSWERED", "WITHDRAWN"}
    with acting(lior):
        assert {row.stage for row in referrals_for(lior, at=at)} == {"SENT", "ACKNOWLEDGED", "ANSWERED"}
    with acting(alice):
        assert any(caution_on(case, alice, at=at) for case in cases_for(alice, at=at))


def test_emergencies__one_waits_for_its_review_and_one_has_it() -> None:
    at, dana, bob = timezone.now(), somebody("dana"), somebody("bob")
    with acting(dana):
        waiting, reviewed = openings_for(dana, at=at)
        assert (waiting.review, waiting.user) == (None, bob)
        assert waiting.review_by > at
        assert reviewed.review is not None
        assert reviewed.review.recorded_by == dana
    with acting(bob):  # nothing of it is still open to him
        assert not cases_for(bob, at=at).filter(reference__in=[waiting.reference, reviewed.reference]).exists()


def test_grants__some_have_to_be_confirmed() -> None:
    at, carla = timezone.now(), somebody("carla")
    with acting(carla):
        due = grants_to_confirm(carla, at=at)
        assert 2 <= len(due) <= 12
        assert all(grant.confirm_by and grant.confirm_by > timezone.localdate(at) for grant in due)


def test_changes__of_a_case_of_alices_were_made_by_several() -> None:
    at, alice = timezone.now(), somebody("alice")
    with acting(alice):
        told = [list(changes_of(case, alice, at=at)) for case in cases_for(alice, at=at)]
        most = max(told, key=len)
        assert {change.recorded_by for change in most} >= {alice, somebody("carla")}
        assert sum("next_step" in change.after for change in most) == 4


def test_clock__finds_nothing_that_should_have_been_made() -> None:
    ticked = tick(by=Clock.CLOCK, at=timezone.now())
    assert (ticked.made, ticked.late, ticked.climbed) == (0, 0, 0)


def test_load_demo__a_second_time_does_nothing_and_says_so() -> None:
    out = io.StringIO()
    before = users().count()
    call_command("load_demo", stdout=out)
    assert "nothing was done" in out.getvalue()
    assert users().count() == before


def test_sign_ins__are_printed_and_work() -> None:
    out = io.StringIO()
    call_command("demo_sign_ins", stdout=out)
    assert PASSWORD in out.getvalue()
    assert "alice@apparatus.example" in out.getvalue()
    client = Client()
    answer = client.post("/accounts/login/", {"login": "alice@apparatus.example", "password": PASSWORD})
    assert answer.status_code == 302
