"""Rhythms in the browser: previewed, with what moves, who stands in and what clashes."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from cities.roles.rules import Role
from cities.staff.models import Absence
from tests.cases.web.conftest import ClientOf, words
from tests.cases.web.rhythms.conftest import DAY, HTMX, THINNING, WEEK, in_words, monday, path, rhythms, typed
from tests.factories import Cast, a_case
from tests.factories.cases import on_the_team
from tests.factories.checkins import a_checkin, a_rhythm, an_agreed_plan
from tests.factories.places import staff


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
