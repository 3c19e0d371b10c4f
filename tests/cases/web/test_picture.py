"""The national picture's page: who may see it, which days it takes, what it draws."""

from __future__ import annotations

from datetime import date

import pytest

from cases.figures.rules import Month
from cases.web.picture.chart import departures, step_for
from cities.ledger.models import LedgerEntry
from tests.cases.web.conftest import ClientOf
from tests.coming_in import without_marks
from tests.factories import Cast, a_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return a_cast()


@pytest.mark.parametrize(("who", "status"), [("analyst", 200), ("carla", 200), ("alice", 403), ("charlie", 403)])
def test_picture__is_for_who_may_read_it(cast: Cast, client_of: ClientOf, who: str, status: int) -> None:
    answer = client_of(getattr(cast, who)).get("/national-picture/?as_of=2015-11-03&known_on=2015-11-03")
    assert answer.status_code == status


@pytest.mark.parametrize(
    "days",
    ["as_of=tomorrow", "as_of=2015-11-03&known_on=2015-11-01", "as_of=2999-01-01", "as_of=%00", "as_of=0000-00-00"],
)
def test_picture__impossible_days_are_said_beside_the_field(cast: Cast, client_of: ClientOf, days: str) -> None:
    client = client_of(cast.analyst)
    assert client.get(f"/national-picture/?{days}").status_code == 422
    assert client.get(f"/national-picture/table.csv?{days}").status_code == 302


def test_picture__taken_away_is_in_the_ledger_as_an_export(cast: Cast, client_of: ClientOf) -> None:
    answer = client_of(cast.analyst).get("/national-picture/table.csv?as_of=2015-11-03&known_on=2015-11-03")
    assert answer["Content-Type"].startswith("text/csv")
    assert LedgerEntry.objects.filter(operation="EXPORT", actor=cast.analyst).count() == 1


def test_picture__is_taken_away_by_who_showed_lately_who_she_is(cast: Cast, client_of: ClientOf) -> None:
    """Read on the screen it isn't asked; as a file it is, and nothing is written down as taken."""
    client, days = client_of(cast.analyst), "as_of=2015-11-03&known_on=2015-11-03"
    without_marks(client)
    assert client.get(f"/national-picture/?{days}").status_code == 200
    answer = client.get(f"/national-picture/table.csv?{days}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/")
    assert "next=%2Fnational-picture%2Ftable.csv" in answer["Location"]
    assert b"".join(answer) == b""
    assert not LedgerEntry.objects.filter(operation="EXPORT").exists()


@pytest.mark.parametrize(("most", "step"), [(1, 1), (5, 1), (6, 2), (10, 2), (11, 5), (26, 10), (51, 20), (101, 50)])
def test_step__five_lines_at_most(most: int, step: int) -> None:
    assert step_for(most) == step


def test_chart__bars_stand_on_the_floor_and_reach_no_higher_than_the_drawing() -> None:
    months = [
        Month(date(2015, month, 1), date(2015, month, 28), False, month, 2 * month, 0, 0, 0, 0)
        for month in range(1, 13)
    ]
    chart = departures(months)
    for pair, month in zip(chart.pairs, months, strict=True):
        assert pair.now.y + pair.now.height == pytest.approx(chart.floor)
        assert pair.before.y >= 0
        assert pair.before.height == pytest.approx(2 * pair.now.height, abs=0.2), month
    assert departures([]).pairs == ()
