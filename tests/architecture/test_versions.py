"""J6 at the REST door: nothing that others may change too is changed by whoever doesn't say what she read, or read
something else than what stands. Generated from the table of addresses; which are guarded is read off the schema.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator

from cases.access.services import acting
from cases.api.versions import tag_of
from tests.architecture.api_routes import ROUTES, Route
from tests.doors import Program, by_token, problem
from tests.factories import Cast
from tests.factories.scene import Scene

#: What changes something without a version, and why nobody's words can be lost by it.
UNGUARDED = {
    "cases_api:cases": "opens one",
    "cases_api:case_team": "puts somebody on the team, once",
    "cases_api:case_team_leave": "takes somebody off it, once",
    "cases_api:contacts": "records somebody",
    "cases_api:contact_end": "ends a contact, once",
    "cases_api:plans": "begins a version, one at a time",
    "cases_api:plan_goals": "adds a goal",
    "cases_api:goal_actions": "adds a step",
    "cases_api:action_finish": "a step is done, once",
    "cases_api:action_reopen": "a step is to be done again, once",
    "cases_api:rhythms": "arranges one",
    "cases_api:rhythm_preview": "writes nothing",
    "cases_api:avoided_days": "adds days",
    "cases_api:avoided_days_withdraw": "takes days back, once",
    "cases_api:case_checkins": "arranges one",
    "cases_api:absences": "records one",
    "cases_api:case_referrals": "drafts one",
    "cases_api:emergencies": "opens one",
    "cases_api:emergency_end": "ends one, once",
    "cases_api:emergency_review": "adds a review; those before stay",
    "cases_api:grants_confirm": "confirms, once",
    "cases_api:grants_end": "ends, once",
    "cases_api:postings_confirm": "confirms, once",
    "cases_api:people_search": "writes nothing",
    "cases_api:person_names": "adds a name",
    "cases_api:travel_statuses": "adds one; those before stay",
    "cases_api:travel_status_correct": "corrects one, once; it stays",
}


def _guarded() -> list[Route]:
    return [route for route in ROUTES if route.method != "get" and route.name not in UNGUARDED]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return dict(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


def _everything(cast: Cast) -> dict[str, Any]:
    """Each row of each table that has versions, as the coordinator sees it."""
    with acting(cast.carla):
        return {
            model._meta.label: list(model._base_manager.order_by("pk").values())
            for model in apps.get_models()
            if model._meta.app_label in ("cases", "cities") and hasattr(model, "version")
        }


def _client(resources: Scene, route: Route) -> Program:
    """Somebody who has this act: the coordinator, or the office."""
    of_the_office = route.name in ("cases_api:referral_acknowledge", "cases_api:referral_answer")
    return by_token(resources.cast.liaison if of_the_office else resources.cast.carla)


def test_schema__tells_of_each_that_is_guarded(schema: dict[str, Any]) -> None:
    guarded = {
        told["operationId"]
        for methods in schema["paths"].values()
        for told in methods.values()
        if any(one["name"] == "If-Match" and one["required"] for one in told.get("parameters", []))
    }
    assert len(guarded) == len({(route.name, route.method) for route in _guarded()}) > 30
    bodies = {name: shape for name, shape in schema["components"]["schemas"].items() if "properties" in shape}
    sent = {
        told["requestBody"]["content"]["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
        for methods in schema["paths"].values()
        for told in methods.values()
        if "requestBody" in told
    }
    assert not [name for name in sent if name and "version" in bodies[name]["properties"]]


def test_every_guarded_act__asks_what_was_read_and_changes_nothing_else(resources: Scene) -> None:
    before, wrong = _everything(resources.cast), []
    assert all(before[label] for label in ("cases.Casefile", "cases.CheckIn", "cases.Goal", "cities.Absence"))
    for route in _guarded():
        client, address = _client(resources, route), resources.address(route.address)
        ask = getattr(client, route.method)
        problem(ask(address, {}), 428, "version-needed")
        for said in ('"1-0000000000"', f"W/{_tag_at(client, address)}", '"a", "b", W/"c"', '""'):
            answer = ask(address, {}, headers={"If-Match": said})
            told = problem(answer, 412, "stale")
            if answer.headers["ETag"] != told["current"]["etag"] or answer.headers["ETag"] == said:
                wrong.append(f"{route.name}: {said}")
        told = problem(ask(address, {}, headers={"If-Match": "1"}), 400, "invalid")
        assert told["errors"][0]["header"] == "If-Match"
    assert not wrong
    assert _everything(resources.cast) == before


def _tag_at(client: Program, address: str) -> str:
    """The tag that stands: as the refusal of a wrong one tells it."""
    ask = client.put if address.rpartition("/")[2].isdecimal() else client.post
    with transaction.atomic():
        answer: Any = ask(address, {}, headers={"If-Match": '"none"'})
        if answer.status_code == 405:
            answer = client.patch(address, {}, headers={"If-Match": '"none"'})
    return str(answer.headers["ETag"])


def test_every_guarded_act__lets_through_who_read_what_stands(resources: Scene) -> None:
    """From there on it is the body, or a rule, that is looked at."""
    wrong = []
    for route in _guarded():
        client, address = _client(resources, route), resources.address(route.address)
        tag = _tag_at(client, address)
        for said in (tag, "*", f' "x-1" , ,{tag},', f'W/{tag}, "y", {tag}'):
            with transaction.atomic():
                answer = getattr(client, route.method)(address, {}, headers={"If-Match": said})
                transaction.set_rollback(True)
            if answer.status_code not in (200, 201, 400, 409, 422):
                wrong.append(f"{route.name} {said}: {answer.status_code}")
    assert not wrong


def test_every_answer__that_shows_one_record_with_a_version_has_its_tag(resources: Scene) -> None:
    shown = 0
    for route in ROUTES:
        if route.method == "get":
            answer = by_token(resources.cast.carla).get(resources.address(route.address))
            told = answer.json() if answer.status_code == 200 else {}
            assert ("ETag" in answer.headers) == ("version" in told), route.name
            if "version" in told:
                shown += 1
                assert answer.headers["ETag"] == told["etag"]
    assert shown == 10


def test_tag__is_of_one_version_of_one_record_of_one_kind(resources: Scene) -> None:
    case = resources.case
    tags = {tag_of(case)}
    for model in ("CheckIn", "Goal", "Casefile"):
        for version in (case.version, case.version + 1):
            for pk in (case.pk, case.pk + 1):
                tags.add(tag_of(apps.get_model("cases", model)(pk=pk, version=version)))
    assert len(tags) == 12
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)
