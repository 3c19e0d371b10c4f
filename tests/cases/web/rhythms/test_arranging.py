"""Rhythms in the browser: arranged with everything that can be said, thinned out."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from tests.cases.web.conftest import ClientOf, words
from tests.cases.web.rhythms.conftest import HTMX, THINNING, WEEK, contacts, monday, path, rhythms, typed
from tests.factories import Cast


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
