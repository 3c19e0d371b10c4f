"""The national picture by the REST door."""

from __future__ import annotations

import pytest

from cities.ledger.models import LedgerEntry
from tests.coming_in import without_marks
from tests.doors import by_session, by_token, problem
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def test_picture__is_numbers_as_of_a_day_as_known_on_a_day(cast: Cast) -> None:
    told = by_token(cast.analyst).get("/api/v1/national-picture?as_of=2015-11-03&known_on=2016-02-01").json()
    assert (told["as_of"], told["known_on"], told["left"]) == ("2015-11-03", "2016-02-01", 0)
    assert {line["code"] for line in told["cities"]} == {"VIL", "VER"}
    assert LedgerEntry.objects.get(object_type="picture").actor == cast.analyst


def test_picture__refuses_days_to_come(cast: Cast) -> None:
    client = by_token(cast.analyst)
    for query, parameter, status in (
        ("as_of=2999-01-01&known_on=2999-01-01", "as_of", 422),
        ("as_of=2015-11-03&known_on=2015-11-02", "known_on", 422),
        ("as_of=soon", "as_of", 400),
    ):
        told = problem(client.get(f"/api/v1/national-picture?{query}"), status)
        assert told["errors"][0]["parameter"] == parameter


def test_picture__by_role(cast: Cast) -> None:
    for user in (cast.carla, cast.mayor, cast.dana, cast.analyst):
        assert by_token(user).get("/api/v1/national-picture").status_code == 200
    for user in (cast.alice, cast.liaison, cast.administrator):
        problem(by_token(user).get("/api/v1/national-picture"), 403, "not-allowed")


def test_picture__is_read_here_and_taken_away_on_the_page_only(cast: Cast) -> None:
    """With a session it is the reading of the screen, and stands in the ledger as that: nobody is asked again who she
    is. A file is what the page gives, to who showed it lately."""
    client = by_session(cast.analyst)
    without_marks(client)
    assert client.get("/api/v1/national-picture?as_of=2015-11-03&known_on=2015-11-03").status_code == 200
    assert {entry.operation for entry in LedgerEntry.objects.filter(object_type="picture")} == {"CONSULT"}
