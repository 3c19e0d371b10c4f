"""Rhythms in the browser: arranged with everything that can be said, thinned out, previewed, changed, kept off days."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.utils import formats, timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import AvoidedDays, CheckIn, Rhythm
from cases.checkins.selectors import avoided_days_of, checkin_for, checkins_for, rhythms_of
from cases.plans.models import FollowUpPlan
from cities.roles.rules import Role
from cities.staff.models import Absence
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, a_case
from tests.factories.cases import on_the_team
from tests.factories.checkins import a_checkin, a_rhythm, an_agreed_plan
from tests.factories.places import staff

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def plan(cast: Cast, case: Casefile) -> FollowUpPlan:
    return an_agreed_plan(case, by=cast.alice, starts_on=timezone.localdate() - 60 * DAY, at=timezone.now())


def monday() -> date:
    """The Monday of next week."""
    today = timezone.localdate()
    return today + timedelta(days=7 - today.weekday())


def path(case: Casefile, rest: str = "rhythms/new/") -> str:
    return f"/cases/{case.reference}/{rest}"


def typed(cast: Cast, **changed: Any) -> dict[str, Any]:
    said = {
        "kind": "HOME", "caseworker": cast.alice.pk, "duration": 45, "every": 1, "frequency": "WEEKS", "weekdays": [1],
        "policy": "NEXT", "starts_on": monday().isoformat(),
    }  # fmt: skip
    return {name: value for name, value in (said | changed).items() if value is not None}


def rhythms(cast: Cast, case: Casefile) -> list[Rhythm]:
    """Those of the case, the first first."""
    with acting(cast.alice):
        return sorted(rhythms_of(case, cast.alice, at=timezone.now()), key=lambda row: (row.starts_on, row.pk))


def contacts(cast: Cast, case: Casefile, **filters: Any) -> list[CheckIn]:
    with acting(cast.alice):
        return list(checkins_for(cast.alice, at=timezone.now()).filter(casefile=case, **filters).order_by("due_on"))


def words(page: str) -> str:
    """What is read of a page: without tags, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def in_words(day: date) -> str:
    return formats.date_format(day, "l j F Y")


# --- Arrange ---


def test_arrange__everything_that_can_be_said(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    said = typed(
        cast, every=2, within_week="on", time="10:30", place="At home", second=cast.carla.pk, who_else="The teacher",
        with_interpreter="on", is_critical="on", early_days=2, tolerance_days=3, avoids_regional="on",
        avoids_school="on", times=6, policy="NEAREST",
    )  # fmt: skip
    answer = client_of(cast.alice).post(path(case), said)
    assert answer.headers["Location"] == path(case, "check-ins/"), answer.content
    [rhythm] = rhythms(cast, case)
    assert (rhythm.every, rhythm.weekdays, rhythm.within_week, rhythm.time) == (2, [1], True, time(10, 30))
    assert (rhythm.second, rhythm.who_else, rhythm.with_interpreter) == (cast.carla, "The teacher", True)
    assert (rhythm.is_critical, rhythm.early_days, rhythm.tolerance_days, rhythm.times) == (True, 2, 3, 6)
    assert (rhythm.avoids_regional, rhythm.avoids_school, rhythm.policy) == (True, True, "NEAREST")
    page = words(client_of(cast.alice).get(path(case, "check-ins/")).content.decode())
    assert "Every two weeks, some time in the week, 6 times" in page
    assert "with an interpreter, At home" in page
    assert "The teacher. Critical." in page
    one = words(client_of(cast.alice).get(path(case, f"check-ins/{contacts(cast, case)[0].pk}/")).content.decode())
    assert "or another day that week" in one
    assert "Any day from Monday to Friday will do." in one
    assert "Can be held from" in one


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"frequency": "QUARTER", "every": 3}, "Three times a quarter"),
        ({"frequency": "MONTHS", "monthly": "DAY", "month_day": -1}, "Every month on the last day"),
        ({"frequency": "MONTHS", "monthly": "NTH", "nth": 2, "nth_weekday": 1}, "Every month on the second Tuesday"),
        ({"frequency": "DAYS", "every": 10, "month_day": 3, "nth": 1}, "Every ten days"),
        ({"early_days": "", "tolerance_days": ""}, "Every week on Tuesday"),
    ],
)
def test_arrange__each_unit_in_words(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf, changed: dict[str, Any], said: str
) -> None:
    page = client_of(cast.alice).post(path(case), typed(cast, **changed), follow=True).content.decode()
    assert said in words(page)
    assert "The rhythm is arranged" in page


THINNING = {
    "lasts": 8, "unit": "WEEKS", "then_every": 2, "then_frequency": "WEEKS", "then_lasts": 3, "then_unit": "MONTHS",
    "last_every": 1, "last_frequency": "MONTHS",
}  # fmt: skip


def test_thin_out__is_one_story(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    assert alice.post(path(case), typed(cast, **THINNING)).status_code == 302
    first, second, third = rhythms(cast, case)
    assert (first.ends_on, second.starts_on, third.starts_on) == (monday() + 8 * WEEK, first.ends_on, second.ends_on)
    assert (second.every, second.weekdays, third.frequency, third.nth, third.nth_weekday) == (2, [1], "MONTHS", 1, 1)
    page = alice.get(path(case, "check-ins/")).content.decode()
    assert page.count('class="story"') == 1
    assert "then every two weeks on Tuesday" in words(page).replace("Change: ", "").replace("  ", " ")
    assert path(case, f"rhythms/{second.pk}/change/") in page  # a step to come is changed from its own day on
    form = alice.get(path(case, f"rhythms/{first.pk}/change/")).content.decode()
    assert "After it comes what was agreed: every two weeks on Tuesday" in words(form)
    assert 'name="ends_on"' not in form
    other = alice.post(path(case, f"rhythms/{first.pk}/end/"), {"version": 1, "ends_on": str(monday() + 2 * WEEK)})
    assert other.status_code == 302
    assert [row.state for row in rhythms(cast, case)] == ["ACTIVE", "ENDED", "ENDED"]
    assert "2 rhythms that have ended" in alice.get(path(case, "check-ins/")).content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"then_every": 2}, "lasts"),
        ({"lasts": 8, "then_every": 2, "last_every": 1}, "then_lasts"),
        ({"lasts": 8, "last_every": 1}, "then_every"),
        ({"lasts": 8, "ends_on": "2030-01-01"}, "lasts"),
        ({"lasts": 8, "times": 4}, "lasts"),
        ({"lasts": 0}, "lasts"),
        ({"lasts": 8, "then_every": 2, "then_frequency": "YEARS"}, "then_frequency"),
        ({"lasts": 8, "then_every": "many"}, "then_every"),
        ({"lasts": "9" * 40}, "lasts"),
        ({"times": 3, "ends_on": "2030-01-01"}, "times"),
        ({"every": 14, "frequency": "QUARTER"}, "every"),
        ({"second": "999999"}, "second"),
        ({"place": "a\x00b"}, "place"),
        ({"who_else": "x" * 300}, "who_else"),
        ({"time": "25:00"}, "time"),
        ({"early_days": 61}, "early_days"),
        ({"starts_on": "9999-12-31"}, "starts_on"),
        ({"starts_on": "0000-00-00"}, "starts_on"),
        ({"ends_on": "0001-01-01"}, "ends_on"),
        ({"times": "501"}, "times"),
        ({"every": "two"}, "every"),
    ],
)
def test_arrange__says_beside_the_field_what_is_wrong_and_keeps_the_rest(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf, changed: dict[str, Any], field: str
) -> None:
    said = typed(cast, **({"place": "Kept in mind"} | changed))
    answer = client_of(cast.alice).post(path(case), said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert "place" in changed or 'value="Kept in mind"' in page
    assert rhythms(cast, case) == []
    preview = client_of(cast.alice).post(path(case), said | {"preview": "1"}, headers=HTMX)
    assert preview.status_code == 200


def test_arrange__clicked_twice_is_once(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    assert alice.post(path(case), typed(cast, **THINNING)).status_code == 302
    again = alice.post(path(case), typed(cast, **THINNING))
    assert again.status_code == 422
    assert "This very rhythm is arranged already." in again.content.decode()
    assert len(rhythms(cast, case)) == 3
    assert alice.post(path(case), typed(cast, time="15:00")).status_code == 302


def test_arrange__a_second_who_is_not_on_the_case_or_the_same(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    for second in (cast.bob, cast.alice):
        answer = client_of(cast.alice).post(path(case), typed(cast, second=second.pk))
        assert answer.status_code == 422
        assert 'id="id_second_error"' in answer.content.decode()


# --- Preview ---


def test_preview__the_whole_page_or_its_part(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice = client_of(cast.alice)
    said = typed(cast, **THINNING, place="Typed already") | {"preview": "1"}
    whole, part = alice.post(path(case), said), alice.post(path(case), said, headers=HTMX)
    assert (whole.status_code, part.status_code) == (200, 200)
    assert 'value="Typed already"' in whole.content.decode()
    assert "<form" not in part.content.decode()
    for page in (whole, part):
        told = words(page.content.decode())
        assert "Every week on Tuesday, until" in told
        assert "then every month on the first Tuesday" in told
        assert "RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=TU;UNTIL=" in told
        assert in_words(monday() + DAY) in told
    assert rhythms(cast, case) == []
    nothing = alice.post(path(case), {"preview": "1"}, headers=HTMX).content.decode()
    assert "They are shown here once it is clear" in nothing


def test_preview__what_moves_and_why(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    said = typed(cast, frequency="MONTHS", monthly="DAY", month_day=25, starts_on="2026-12-01", preview="1")
    alice = client_of(cast.alice)
    told = words(alice.post(path(case), said, headers=HTMX).content.decode())
    assert "Monday 28 December 2026 moved from Friday 25 December 2026: a public holiday" in told
    told = words(alice.post(path(case), said | {"policy": "SKIP"}, headers=HTMX).content.decode())
    assert "Friday 25 December 2026 left out: a public holiday" in told


def test_preview__who_stands_in_and_what_clashes(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    tuesday, now = monday() + DAY, timezone.now()
    on_the_team(case, cast.carla, by=cast.carla, at=now)
    Absence.objects.create(
        recorded_at=now, user=cast.alice, starts_on=tuesday, ends_on=tuesday + WEEK, deputy=cast.carla
    )
    other = a_case(by=cast.carla, lead=cast.alice, at=now - timedelta(hours=1))
    its_plan = an_agreed_plan(other, by=cast.alice, starts_on=timezone.localdate(), at=now)
    for week in (1, 2):
        a_checkin(other, its_plan, by=cast.alice, due_on=tuesday + week * WEEK, due_time=time(10, 30), at=now)
    said = typed(cast, time="10:00", preview="1")
    told = words(client_of(cast.alice).post(path(case), said, headers=HTMX).content.decode())
    assert f"{in_words(tuesday)} held by the deputy" in told
    assert told.count(f"clashes with {other.reference} at 10:30") == 2
    told = words(client_of(cast.alice).post(path(case), said | {"time": "11:15"}, headers=HTMX).content.decode())
    assert "clashes" not in told
    assert client_of(cast.alice).post(path(case), typed(cast, time="10:00")).status_code == 302  # it blocks nothing


def test_preview__a_case_one_may_not_know_of_is_not_named(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    now = timezone.now()
    colleague = staff(Role.CASEWORKER, cast.city, first_name="Dora", agency=cast.agency)
    on_the_team(case, colleague, by=cast.carla, at=now)
    hers = a_case(by=cast.carla, lead=colleague, at=now - timedelta(hours=1))
    its_plan = an_agreed_plan(hers, by=colleague, starts_on=timezone.localdate(), at=now)
    a_checkin(hers, its_plan, by=colleague, due_on=monday() + DAY, due_time=time(10), at=now)
    said = typed(cast, caseworker=colleague.pk, time="10:00", preview="1")
    told = client_of(cast.alice).post(path(case), said, headers=HTMX).content.decode()
    assert "clashes with another contact at 10:00" in told
    assert hers.reference not in told


def test_preview__asks_as_much_however_many_dates_clash(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    a_rhythm(case, plan, by=cast.alice, starts_on=monday(), time=time(10), at=timezone.now())
    alice = client_of(cast.alice)
    with django_assert_max_num_queries(40):
        told = alice.post(path(case), typed(cast, time="10:00", preview="1"), headers=HTMX).content.decode()
    assert told.count("clashes with") >= 7


# --- Change from a day on ---


def test_change__is_filled_in_and_goes_on_from_that_day(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice = client_of(cast.alice)
    alice.post(path(case), typed(cast, place="At the library", who_else="The coach", time="09:15", tolerance_days=2))
    [rhythm] = rhythms(cast, case)
    here = path(case, f"rhythms/{rhythm.pk}/change/")
    form = alice.get(here).content.decode()
    for value in ("At the library", "The coach", "09:15", monday().isoformat()):
        assert f'value="{value}"' in form
    assert re.search(r'name="weekdays" value="1"[^>]* checked', form)
    by_hand = contacts(cast, case)[2]
    moved = {"version": by_hand.version, "due_on": str(by_hand.due_on + DAY), "asked_by": "PERSON", "reason": "Exam"}
    alice.post(path(case, f"check-ins/{by_hand.pk}/reschedule/"), moved)
    on = monday() + WEEK
    said = typed(cast, weekdays=[3], starts_on=None, from_on=str(on), version=rhythm.version)
    answer = alice.post(here, said, follow=True)
    assert "What was moved or changed by hand stays as it was." in answer.content.decode()
    days = [row.due_on for row in contacts(cast, case, state="PLANNED")]
    assert days[:3] == [monday() + DAY, on + 3 * DAY, by_hand.due_on + DAY]
    page = words(answer.content.decode())
    assert "then every week on Thursday" in page.replace("Change: ", "").replace("  ", " ")


def test_change__of_a_stale_version_keeps_what_was_typed(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice = client_of(cast.alice)
    rhythm = a_rhythm(case, plan, by=cast.alice, starts_on=monday(), at=timezone.now())
    here = path(case, f"rhythms/{rhythm.pk}/change/")
    pause = {"version": 1, "reason": "HOSPITAL", "starts_on": str(monday() + 3 * WEEK)}
    alice.post(path(case, f"rhythms/{rhythm.pk}/pause/"), pause)
    said = typed(cast, starts_on=None, from_on=str(monday()), version=1, place="Typed by Alice")
    stale = alice.post(here, said)
    assert stale.status_code == 422
    assert 'value="Typed by Alice"' in stale.content.decode()
    assert 'name="version" value="2"' in stale.content.decode()
    assert alice.post(here, said | {"version": 2}).status_code == 302


@pytest.mark.parametrize("from_on", ["", "0", "2001-01-01", "9999-12-31", "31/31/2026"])
def test_change__from_a_day_that_cannot_be(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf, from_on: str
) -> None:
    rhythm = a_rhythm(
        case, plan, by=cast.alice, starts_on=monday(), ends_on=monday() + 20 * WEEK, at=timezone.now()
    )  # fmt: skip
    said = typed(cast, starts_on=None, from_on=from_on, version=1)
    answer = client_of(cast.alice).post(path(case, f"rhythms/{rhythm.pk}/change/"), said)
    assert answer.status_code == 422
    assert 'id="id_from_on_error"' in answer.content.decode()


def test_change__its_preview_leaves_out_what_is_paused(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice = client_of(cast.alice)
    rhythm = a_rhythm(case, plan, by=cast.alice, starts_on=monday(), at=timezone.now())
    pause = {"version": 1, "reason": "ABROAD", "starts_on": str(monday()), "ends_on": str(monday() + 2 * WEEK)}
    alice.post(path(case, f"rhythms/{rhythm.pk}/pause/"), pause)
    said = typed(cast, starts_on=None, from_on=str(monday()), version=2, preview="1")
    told = alice.post(path(case, f"rhythms/{rhythm.pk}/change/"), said, headers=HTMX).content.decode()
    assert in_words(monday() + DAY) not in told
    assert in_words(monday() + 2 * WEEK + DAY) in told


# --- Pause, end, days to avoid ---


def test_pause__of_all_rhythms_and_resume(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice, today, now = client_of(cast.alice), timezone.localdate(), timezone.now()
    first = a_rhythm(case, plan, by=cast.alice, starts_on=today, at=now)
    second = a_rhythm(case, plan, by=cast.alice, starts_on=today, weekdays=[3], at=now)
    here = path(case, f"rhythms/{first.pk}/")
    assert 'name="all_of_case" id="id_all_of_case" checked' in alice.get(here + "pause/").content.decode()
    said = {"version": 1, "reason": "DETENTION", "starts_on": str(today), "all_of_case": "on"}
    assert alice.post(here + "pause/", said).status_code == 302
    assert alice.post(here + "pause/", said).status_code == 422  # the second click
    assert contacts(cast, case, state="PLANNED") == []
    page = words(alice.get(path(case, "check-ins/")).content.decode())
    assert page.count("Paused since") == page.count("(detention)") == page.count("Resume") == 2
    on = today + 2 * WEEK
    assert alice.post(here + "resume/", {"version": 2, "on": str(on)}).status_code == 302
    assert {row.rhythm_id for row in contacts(cast, case, state="PLANNED")} == {first.pk}
    assert alice.post(path(case, f"rhythms/{second.pk}/resume/"), {"version": 2, "on": "nonsense"}).status_code == 422


def test_end__is_put_off_and_taken_back(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    rhythm = a_rhythm(case, plan, by=cast.alice, starts_on=monday(), at=timezone.now())
    here = path(case, f"rhythms/{rhythm.pk}/end/")

    def ended(version: int, on: str) -> int:
        page = alice.post(here, {"version": version, "ends_on": on}, follow=True)
        assert page.status_code == 200, words(page.content.decode())
        return len(contacts(cast, case, state="PLANNED"))

    assert ended(1, str(monday() + WEEK)) == 1
    assert f'value="{monday() + WEEK}"' in alice.get(here).content.decode()
    assert ended(2, str(monday() + 3 * WEEK)) == 3
    assert ended(3, "") >= 7
    assert "The rhythm goes on." in alice.post(here, {"version": 4, "ends_on": ""}, follow=True).content.decode()
    stale = alice.post(here, {"version": 4, "ends_on": "2030-01-01"})
    assert (stale.status_code, 'value="2030-01-01"' in stale.content.decode()) == (422, True)


def avoided(cast: Cast, case: Casefile) -> list[AvoidedDays]:
    with acting(cast.alice):
        return list(avoided_days_of(case, cast.alice, at=timezone.now()))


def test_days_to_avoid__agreed_withdrawn_and_clicked_twice(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice = client_of(cast.alice)
    a_rhythm(case, plan, by=cast.alice, starts_on=monday(), at=timezone.now())
    tuesday = monday() + DAY
    said = {"starts_on": str(tuesday), "ends_on": str(tuesday + DAY)}
    for _click in range(2):
        assert alice.post(path(case, "rhythms/avoid/"), said).status_code == 302
    [days] = avoided(cast, case)
    page = words(alice.get(path(case, "check-ins/")).content.decode())
    assert in_words(tuesday) in page  # one day is said as one
    assert "a day to avoid, as agreed" in page
    assert contacts(cast, case, state="PLANNED")[0].due_on > tuesday
    away = path(case, f"rhythms/avoid/{days.pk}/withdraw/")
    assert alice.get(away).status_code == 405
    for _click in range(2):
        assert "These days are fine again." in alice.post(away, follow=True).content.decode()
    assert avoided(cast, case) == []
    assert contacts(cast, case, state="PLANNED")[0].due_on == tuesday
    longer = {"starts_on": str(monday()), "ends_on": str(monday() + 3 * DAY)}
    shown = alice.post(path(case, "rhythms/avoid/"), longer, follow=True).content.decode()
    last = monday() + 2 * DAY
    assert f"to {formats.date_format(last, 'DATE_FORMAT')}" in words(shown)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"starts_on": "2001-01-01", "ends_on": "2001-01-02"}, "starts_on"),
        ({"starts_on": "9999-12-30", "ends_on": "9999-12-31"}, "starts_on"),
        ({"starts_on": "", "ends_on": "x"}, "ends_on"),
    ],
)
def test_days_to_avoid__that_cannot_be(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf, said: dict[str, str], field: str
) -> None:
    answer = client_of(cast.alice).post(path(case, "rhythms/avoid/"), said)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert avoided(cast, case) == []


# --- One contact ---


def as_it_stands(cast: Cast, case: Casefile, pk: int) -> CheckIn:
    with acting(cast.alice):
        return checkin_for(cast.alice, case, pk, at=timezone.now())


def test_change__one_contact(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    a_rhythm(case, plan, by=cast.alice, starts_on=monday(), time=time(10), at=timezone.now())
    one = contacts(cast, case)[0]
    here = path(case, f"check-ins/{one.pk}/change/")
    assert 'value="10:00"' in alice.get(here).content.decode()
    said = {
        "version": 1, "kind": "VIDEO", "caseworker": cast.alice.pk, "duration": 20, "due_time": "11:00",
        "second": cast.carla.pk, "who_else": "His sister", "with_interpreter": "on", "is_critical": "on",
    }  # fmt: skip
    for wrong in ({"duration": 1}, {"second": cast.alice.pk}, {"due_time": "noon"}, {"who_else": "a\x00"}):
        assert alice.post(here, said | wrong).status_code == 422
    page = words(alice.post(here, said, follow=True).content.decode())
    assert "This one is changed" in page
    assert "His sister" in page
    changed = as_it_stands(cast, case, one.pk)
    assert (changed.kind, changed.by_hand, changed.due_on) == ("VIDEO", True, one.due_on)
    stale = alice.post(here, said | {"who_else": "His brother"})
    assert (stale.status_code, "His brother" in stale.content.decode()) == (422, True)


def test_single_contact__what_stands_in_its_way_is_said(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice, now = client_of(cast.alice), timezone.now()
    saturday = monday() + 5 * DAY
    a_checkin(case, plan, by=cast.alice, due_on=saturday, due_time=time(10), at=now)
    said = {"kind": "HOME", "caseworker": cast.alice.pk, "duration": 30, "due_on": str(saturday), "due_time": "10:10"}
    page = words(alice.post(path(case, "check-ins/new/"), said, follow=True).content.decode())
    assert "The check-in is arranged." in page
    assert "is a day off: a weekend." in page
    assert f"clashes with {case.reference} at 10:00" in page
    quiet = words(
        alice.post(path(case, "check-ins/new/"), said | {"due_on": str(monday())}, follow=True).content.decode()
    )
    assert "clashes" not in quiet
    one = contacts(cast, case, due_on=monday())[0]
    moved = {
        "version": 1, "due_on": str(saturday), "due_time": "10:30", "asked_by": "US", "reason": "Training",
    }  # fmt: skip
    page = words(alice.post(path(case, f"check-ins/{one.pk}/reschedule/"), moved, follow=True).content.decode())
    assert "clashes with" in page


def test_record__sooner_when_it_may_be(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice, today = client_of(cast.alice), timezone.localdate()
    rhythm = a_rhythm(
        case, plan, by=cast.alice, starts_on=today + DAY, frequency="DAYS", every=30, weekdays=[], early_days=10,
        policy="KEEP", at=timezone.now(),
    )  # fmt: skip
    soon, later = contacts(cast, case, rhythm=rhythm)[:2]
    button = "Record what came of it"
    assert button in alice.get(path(case, f"check-ins/{soon.pk}/")).content.decode()
    assert button not in alice.get(path(case, f"check-ins/{later.pk}/")).content.decode()
    page = alice.get(path(case, "check-ins/")).content.decode()
    assert path(case, f"check-ins/{soon.pk}/record/") in page
    assert path(case, f"check-ins/{later.pk}/record/") not in page
    recorded = alice.post(
        path(case, f"check-ins/{soon.pk}/record/"), {"version": 1, "outcome": "HELD", "held_on": str(today)}
    )
    assert recorded.status_code == 302


# --- Who may ---


def test_every_page__is_not_there_for_others(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    rhythm = a_rhythm(case, plan, by=cast.alice, starts_on=timezone.localdate(), at=timezone.now())
    one = contacts(cast, case)[0]
    acts = [f"rhythms/{rhythm.pk}/{act}/" for act in ("change", "end", "pause", "resume", "take-up")]
    pages = ["rhythms/new/", "rhythms/avoid/", f"check-ins/{one.pk}/change/", *acts]
    for rest in pages:
        for who in (cast.bob, cast.charlie, cast.dana):
            for answer in (client_of(who).get(path(case, rest)), client_of(who).post(path(case, rest), {})):
                assert answer.status_code == 404
        assert client_of(cast.mayor).post(path(case, rest), {"preview": "1"}).status_code == 403
        assert client_of(cast.mayor).post(path(case, rest), {"preview": "1"}, headers=HTMX).status_code == 403


def test_my_day__any_day_of_this_week(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    today = timezone.localdate()
    for number in range(6):
        a_rhythm(
            case, plan, by=cast.alice, starts_on=today - today.weekday() * DAY, weekdays=[4], within_week=True,
            policy="KEEP", place=f"Room {number}", at=timezone.now(),
        )  # fmt: skip
    page = client_of(cast.alice).get("/").content.decode()
    if today.weekday() > 4:  # the week is over at the weekend
        assert "block-week" not in page
        return
    assert "Some time this week" in page
    assert words(page).count("this week") == 12  # the heading, five rows, each again for who listens, and one more
    assert 'href="?show=week"' in page
