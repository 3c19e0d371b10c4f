"""What a token is bounded by: an agency, a city and a purpose. By nothing else than its own user's rights beneath."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from cases.access.services import acting
from cities.ledger.models import LedgerEntry
from cities.records import as_set_up
from cities.refusals import Refused
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from cities.tokens.models import Token
from cities.tokens.rules import Purpose
from cities.tokens.services import issue_token
from tests.architecture.api_routes import ROUTES
from tests.doors import problem
from tests.factories import Cast, a_case, a_plan, an_agency, posted, posting_of
from tests.factories.checkins import a_checkin

pytestmark = pytest.mark.django_db


def program(user: User, posting: Posting | None, purpose: str = Purpose.CASEWORK) -> APIClient:
    _token, secret = issue_token(
        by=user, at=timezone.now(), user=user, name="a test", posting=posting, purpose=purpose
    )  # fmt: skip
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.fixture
def two_cities(cast: Cast) -> dict[str, Any]:
    """Carla coordinates both cities; a case with a check-in in each."""
    at = timezone.now() - timedelta(hours=1)
    there = posted(cast.carla, Role.COORDINATOR, cast.other_city, agency=an_agency(cast.other_city))
    here = posting_of(cast.carla, at=at)
    found: dict[str, Any] = {"here": here, "there": there}
    for name, lead, by in (("VIL", cast.alice, cast.carla), ("VER", cast.charlie, cast.carlo)):
        case = a_case(by=by, lead=lead, at=at, name=f"Nemo {name}")
        plan = a_plan(case, by=lead, at=at)
        found[name] = case
        found[f"checkin {name}"] = a_checkin(case, plan, by=lead, at=at, due_on=timezone.localdate())
    return found


def test_city__bounds_every_list_and_every_record(cast: Cast, two_cities: dict[str, Any]) -> None:
    everywhere, here = program(cast.carla, None), program(cast.carla, two_cities["here"])
    for path in ("/api/v1/cases", "/api/v1/check-ins", "/api/v1/people"):
        assert len(everywhere.get(path).json()["results"]) == 2, path
        rows = here.get(path).json()["results"]
        assert len(rows) == 1, path
        assert "VER" not in str(rows), path
    numbers = {name: two_cities[f"checkin {name}"].pk for name in ("VIL", "VER")}
    for path, name in ((f"/api/v1/check-ins/{numbers['VER']}", "checkin"), (f"/api/v1/cases/{two_cities['VER']}", "")):
        problem(here.get(path), 404)
        assert everywhere.get(path).status_code == 200, name
    person = two_cities["VER"].person
    problem(here.get(f"/api/v1/people/{person.pk}"), 404)
    found = here.post("/api/v1/people/search", {"text": "Nemo"}).json()["results"]
    assert ["VER" in str(one) for one in found] == [False]
    sent = {"outcome": "HELD"}
    problem(here.post(f"/api/v1/check-ins/{numbers['VER']}/record", sent), 404)


def test_agency__bounds_the_acts_to_what_she_is_there(cast: Cast) -> None:
    """Alice is a caseworker, and coordinator at another agency: a token of the first does not open cases."""
    posted(cast.alice, Role.COORDINATOR, cast.city, agency=cast.office)
    at = timezone.now()
    as_caseworker = next(one for one in cast.alice.postings.all() if one.role == Role.CASEWORKER)
    case = a_case(by=cast.carla, lead=cast.bob, at=at - timedelta(hours=1))
    both, one = program(cast.alice, None), program(cast.alice, as_caseworker)
    assert both.get(f"/api/v1/cases/{case.reference}").status_code == 200
    problem(one.get(f"/api/v1/cases/{case.reference}"), 404)
    assert [told["role"] for told in one.get("/api/v1/me").json()["postings"]] == ["CASEWORKER"]
    assert "CASE_OPEN" not in one.get("/api/v1/me").json()["acts"]
    both.get("/api/v1/national-picture")
    for client, agencies in ((both, {cast.agency.pk, cast.office.pk}), (one, {cast.agency.pk})):
        assert {told["agency"] for told in client.get("/api/v1/me/look-ups").json()["results"]} == agencies


def test_posting__gone_and_the_token_with_it(cast: Cast) -> None:
    client = program(cast.alice, posting_of(cast.alice))
    assert client.get("/api/v1/me").status_code == 200
    posted(cast.alice, Role.CASEWORKER, cast.other_city)
    with as_set_up():
        Posting.objects.filter(user=cast.alice, city=cast.city).update(ends_on=timezone.localdate())
    problem(client.get("/api/v1/me"), 401)


OPENS = {
    Purpose.PLANNING: {"check-ins", "missed-contacts", "absences", "me", "cities", "agencies"},
    Purpose.REFERRALS: {"referrals", "offences", "me", "cities", "agencies"},
    Purpose.FIGURES: {"national-picture", "me", "cities", "agencies"},
}


@pytest.mark.parametrize("purpose", OPENS)
def test_purpose__opens_its_own_resources_and_no_other(cast: Cast, purpose: Purpose) -> None:
    """By the table of every address of the REST door: a new one is closed to purposes that nobody gave it."""
    client = program(cast.carla, posting_of(cast.carla), purpose)
    for path in ("me", "cities", "agencies", "cases", "people", "check-ins", "missed-contacts", "absences", "referrals",
                 "offences", "national-picture"):  # fmt: skip
        status = client.get(f"/api/v1/{path}").status_code
        assert (status in (200, 422)) == (path in OPENS[purpose]), (path, status)
        assert path in OPENS[purpose] or status == 403, (path, status)
    assert len(ROUTES) > 50


def test_purpose__stands_in_the_ledger_with_whatever_the_token_did(cast: Cast, two_cities: dict[str, Any]) -> None:
    client = program(cast.carla, two_cities["here"], Purpose.PLANNING)
    token = Token.objects.get(purpose=Purpose.PLANNING)
    client.get("/api/v1/check-ins")
    client.get(f"/api/v1/check-ins/{two_cities['checkin VIL'].pk}")
    client.get("/api/v1/cases")
    with acting(cast.carla):
        made = LedgerEntry.objects.filter(actor=cast.carla, operation__in=["CONSULT", "DENIED"])
        assert {entry.purpose for entry in made} == {f"planning: api, token {token.pk}"}
        assert {entry.operation for entry in made} == {"CONSULT", "DENIED"}
    browser = APIClient()
    browser.force_login(cast.carla)
    browser.get("/api/v1/cases")
    last = LedgerEntry.objects.filter(actor=cast.carla).order_by("id").last()
    assert last is not None
    assert "token" not in last.purpose


@pytest.mark.parametrize(("changes", "field"), [({"purpose": "ANYTHING"}, "purpose"), ({"posting": "bob"}, "posting")])
def test_issue_token__refuses(cast: Cast, changes: dict[str, Any], field: str) -> None:
    if "posting" in changes:
        changes = {"posting": posting_of(cast.bob)}
    with pytest.raises(Refused) as refused:
        issue_token(by=cast.alice, at=timezone.now(), user=cast.alice, name="a script", **changes)
    assert refused.value.field == field


def test_command__asks_which_city_when_there_are_several(cast: Cast) -> None:
    posted(cast.alice, Role.CASEWORKER, cast.other_city)
    with pytest.raises(CommandError, match="several postings"):
        call_command("issue_token", cast.alice.email, name="x")
    with pytest.raises(CommandError, match="not posted in MEC"):
        call_command("issue_token", cast.alice.email, name="x", city="MEC")
    call_command("issue_token", cast.alice.email, name="x", city="VER", purpose="PLANNING")
    token = Token.objects.get()
    assert (token.city, token.purpose) == (cast.other_city, "PLANNING")
