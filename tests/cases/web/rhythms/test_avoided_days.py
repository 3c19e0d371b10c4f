"""Rhythms in the browser: kept off the days to avoid."""

from __future__ import annotations

import pytest
from django.utils import formats, timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import AvoidedDays
from cases.checkins.selectors import avoided_days_of
from cases.plans.models import FollowUpPlan
from tests.cases.web.conftest import ClientOf, words
from tests.cases.web.rhythms.conftest import DAY, contacts, in_words, monday, path
from tests.factories import Cast
from tests.factories.checkins import a_rhythm


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
