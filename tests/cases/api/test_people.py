"""People by the REST door."""

from __future__ import annotations

import pytest

from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from tests.doors import by_token, problem, queries_of
from tests.factories import TODAY, Cast, a_case, a_person

pytestmark = pytest.mark.django_db


def last_opening(user: User) -> LedgerEntry:
    return LedgerEntry.objects.filter(operation="CONSULT", actor=user).order_by("id").reverse()[0]


def test_list__is_whom_one_may_know(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    without_case = a_person(by=cast.carla)
    for user, people in ((cast.alice, [case.person]), (cast.carla, [case.person, without_case]), (cast.bob, [])):
        told = by_token(user).get("/api/v1/people").json()
        assert [row["id"] for row in told["results"]] == [person.pk for person in people]
        assert last_opening(user).object_ids == [person.pk for person in people]
    for user in (cast.dana, cast.analyst, cast.liaison):
        problem(by_token(user).get("/api/v1/people"), 403, "not-allowed")


def test_list__in_as_many_queries_whatever_its_length(cast: Cast) -> None:
    client, counts = by_token(cast.carla), []
    for _ in range(2):
        a_person(by=cast.carla)
        counts.append(queries_of(client, "/api/v1/people"))
    assert counts[0] == counts[1]


def test_next_page__has_no_name_in_its_address(cast: Cast) -> None:
    for name in ("Canary One", "Canary Two"):
        a_person(by=cast.carla, official_name=name)
    following = by_token(cast.carla).get("/api/v1/people?limit=1").json()["next"]
    assert "anary" not in following
    assert [row["official_name"] for row in by_token(cast.carla).get(following).json()["results"]] == ["Canary Two"]


def test_read__opens_the_case_by_which_one_knows_her(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Invented")
    address = f"/api/v1/people/{case.person_id}"
    told = by_token(cast.alice).get(address).json()
    assert told["cases"] == [case.reference]
    assert told["names"][0]["kind"] == "OFFICIAL"
    entry = last_opening(cast.alice)
    assert (entry.object_type, entry.object_ids, entry.case_reference) == ("person", [case.person_id], case.reference)
    assert "api, token " in entry.purpose
    for user in (cast.bob, cast.charlie, cast.dana, cast.liaison):
        problem(by_token(user).get(address), 404, "not-found")
    nobody = a_person(by=cast.carla)
    assert by_token(cast.carla).get(f"/api/v1/people/{nobody.pk}").status_code == 200
    assert last_opening(cast.carla).object_ids == [nobody.pk]


def test_change__what_is_left_out_stays(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Invented")
    client, address = by_token(cast.alice), f"/api/v1/people/{case.person_id}"
    told = client.patch(address, {"born_on": "1990-05-01", "language": "nl"}, read=1).json()
    assert (told["born_on"], told["birth_precision"], told["official_name"]) == ("1990-05-01", "DAY", "Nemo Invented")
    stale = problem(client.patch(address, {"language": "fr"}, read=1), 412, "stale")
    assert stale["current"]["language"] == "nl"
    told = problem(client.patch(address, {"born_on": "2999-01-01"}, read=2), 422, "refused")
    assert told["errors"][0]["pointer"] == "#/born_on"
    problem(client.patch(address, {"language": "fr"}), 428, "version-needed")
    problem(by_token(cast.mayor).patch(address, {}), 403, "not-allowed")
    problem(by_token(cast.bob).patch(address, {}), 404, "not-found")


def test_names__are_added_once(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    client, address = by_token(cast.alice), f"/api/v1/people/{case.person_id}/names"
    told = client.post(address, {"kind": "ALIAS", "name": "Captain"}).json()
    assert [name["name"] for name in told["names"]][1:] == ["Captain"]
    problem(client.post(address, {"kind": "ALIAS", "name": "captain"}), 422, "refused")
    problem(client.post(address, {"kind": "OFFICIAL", "name": "Captain"}), 422, "refused")
    problem(by_token(cast.mayor).post(address, {}), 403)


def test_search__finds_whom_one_may_know(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, name="Mohamed Exemple")
    for user, found in ((cast.alice, [case.person_id]), (cast.bob, []), (cast.carlo, [])):
        told = by_token(user).post("/api/v1/people/search", {"text": "muhammad"}).json()
        assert [match["person"]["id"] for match in told["results"]] == found
        assert last_opening(user).object_ids == found
    told = by_token(cast.alice).post("/api/v1/people/search", {"text": case.reference, "limit": 1}).json()
    assert told["results"][0]["case"] == case.reference
    assert told["results"][0]["reason"]
    assert by_token(cast.alice).post("/api/v1/people/search", {"text": "?!"}).json() == {"results": []}
    problem(by_token(cast.alice).post("/api/v1/people/search", {"text": "\0"}), 400)
    problem(by_token(cast.dana).post("/api/v1/people/search", {"text": "x"}), 403)


def test_contacts__are_care(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/contacts"
    body = {"official_name": "Mother Invented", "kind": "PARENT", "is_contact": True, "note": "Rings on Sundays"}
    answer = client.post(address, body)
    assert answer.status_code == 201
    assert client.get(address).json() == [answer.json()]
    entry = last_opening(cast.alice)
    assert (entry.compartment, entry.case_reference) == ("CARE", case.reference)
    problem(by_token(cast.mayor).get(address), 403, "not-allowed")
    problem(by_token(cast.mayor).post(address, body), 403, "not-allowed")
    problem(by_token(cast.bob).get(address), 404)
    ending = f"{address}/{answer.json()['id']}/end"
    problem(client.post(ending, {"ends_on": "2999-01-01"}), 422)
    assert client.post(ending, {"ends_on": TODAY.isoformat()}).json()["ends_on"] == TODAY.isoformat()
    assert client.get(address).json() == []
    problem(client.post(ending, {"ends_on": TODAY.isoformat()}), 404)
