"""Rhythms by the REST door."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.casefiles.models import Casefile
from tests.doors import by_token, problem, queries_of
from tests.factories import Cast, a_case
from tests.factories.checkins import an_agreed_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Casefile:
    found = a_case(by=cast.carla, lead=cast.alice)
    an_agreed_plan(found, by=cast.carla)
    return found


def next_monday() -> date:
    today = timezone.localdate()
    return today + timedelta(days=7 - today.weekday())


def weekly(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "OFFICE", "frequency": "WEEKS", "every": 2, "weekdays": [1], "starts_on": next_monday().isoformat(),
        "caseworker": cast.alice.pk,
    } | changes  # fmt: skip


def test_preview__says_which_days_and_writes_nothing(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    pattern = {"frequency": "MONTHS", "every": 1, "month_day": 25, "starts_on": "2026-12-01", "policy": "NEXT"}
    told = client.post(f"{address}/preview", pattern).json()
    assert told["in_words"] == "every month on day 25"
    assert told["days"][0] == {
        "occurs_on": "2026-12-25", "due_on": "2026-12-28", "because": "HOLIDAY", "held_by": None, "clashes_at": None,
        "clashes_of": None, "clashes_with": "",
    }  # fmt: skip
    assert client.get(address).json() == []
    told = problem(client.post(f"{address}/preview", pattern | {"frequency": "WEEKS"}), 422)
    assert told["errors"][0]["field"] == "weekdays"
    assert client.post(f"{address}/preview", pattern | {"starts_on": "9999-12-31"}).status_code == 200


def test_arrange__makes_its_check_ins_at_once(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    answer = client.post(address, weekly(cast))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["in_words"] == "every two weeks on Tuesday"
    assert told["is_set_aside"] is False
    assert client.get(address).json() == [told] == [client.get(f"{address}/{told['id']}").json()]
    made = client.get("/api/v1/check-ins").json()["results"]
    assert {row["rhythm"] for row in made} == {told["id"]}
    for changes, status, field in (
        ({"weekdays": []}, 422, "weekdays"),
        ({"weekdays": [7]}, 400, "weekdays.0"),
        ({"every": 0}, 400, "every"),
        ({"caseworker": cast.bob.pk}, 422, "caseworker"),
        ({"starts_on": "9999-12-31"}, 422, "starts_on"),
        ({"ends_on": "2020-01-01"}, 422, "ends_on"),
        ({"plan": 2**60}, 404, None),
    ):
        told = problem(client.post(address, weekly(cast, **changes)), status)
        assert field is None or told["errors"][0]["field"] == field


def test_pause_resume_and_end(case: Casefile, cast: Cast) -> None:
    client = by_token(cast.alice)
    rhythm = client.post(f"/api/v1/cases/{case.reference}/rhythms", weekly(cast, every=1)).json()
    address = f"/api/v1/cases/{case.reference}/rhythms/{rhythm['id']}"
    start, later = next_monday().isoformat(), (next_monday() + timedelta(days=14)).isoformat()
    told = client.post(f"{address}/pause", {"version": 1, "starts_on": start, "reason": "HOSPITAL"}).json()
    assert told["pauses"] == [{"starts_on": start, "ends_on": None, "reason": "HOSPITAL"}]
    problem(client.post(f"{address}/pause", {"version": 1, "starts_on": start, "reason": "HOSPITAL"}), 409, "stale")
    assert client.post(f"{address}/resume", {"version": 2, "on": later}).json()["pauses"][0]["ends_on"] == later
    problem(client.post(f"{address}/take-up", {"version": 3}), 409, "refused")
    assert client.post(f"{address}/end", {"version": 3, "ends_on": later}).json()["ends_on"] == later
    problem(client.post(f"{address}/end", {"version": 4, "ends_on": "2999-01-01"}), 422)


def test_every_act__by_role_and_sight(case: Casefile, cast: Cast) -> None:
    rhythm = by_token(cast.alice).post(f"/api/v1/cases/{case.reference}/rhythms", weekly(cast)).json()
    base = f"/api/v1/cases/{case.reference}/rhythms"
    for address in (
        base,
        f"{base}/preview",
        *(f"{base}/{rhythm['id']}/{act}" for act in ("end", "pause", "resume", "take-up")),
    ):
        problem(by_token(cast.mayor).post(address, {}), 403, "not-allowed")
        for user in (cast.bob, cast.charlie, cast.dana):
            problem(by_token(user).post(address, {}), 404, "not-found")
    assert by_token(cast.mayor).get(base).status_code == 200
    other = a_case(by=cast.carla, lead=cast.alice)
    problem(by_token(cast.alice).get(f"/api/v1/cases/{other.reference}/rhythms/{rhythm['id']}"), 404)


def test_list__in_as_many_queries_whatever_its_length(case: Casefile, cast: Cast) -> None:
    client, address, counts = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms", []
    for weekday in range(3):
        client.post(address, weekly(cast, weekdays=[weekday]))
        counts.append(queries_of(client, address))
    assert len(set(counts)) == 1


# --- Thinning out, rules of RFC 5545, changes, days to avoid ---

TAPER: dict[str, Any] = {
    "every": 1, "lasts": 8, "unit": "WEEKS",
    "then": [
        {"frequency": "WEEKS", "every": 2, "weekdays": [1], "lasts": 3, "unit": "MONTHS"},
        {"frequency": "MONTHS", "every": 1, "nth": 1, "nth_weekday": 1},
    ],
}  # fmt: skip


def test_taper__is_previewed_and_arranged_as_one(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    pattern = {name: value for name, value in weekly(cast, **TAPER).items() if name not in ("kind", "caseworker")}
    told = client.post(f"{address}/preview", pattern).json()
    assert [step["in_words"].partition(",")[0] for step in told["steps"]] == [
        "every week on Tuesday", "every two weeks on Tuesday", "every month on the first Tuesday",
    ]  # fmt: skip
    assert told["in_words"] == ", then ".join(step["in_words"] for step in told["steps"])
    assert told["rrule"] == told["steps"][0]["rrule"]
    assert [step["starts_on"] for step in told["steps"][1:]] == [step["ends_on"] for step in told["steps"][:-1]]
    assert len(told["days"]) == 10
    first = client.post(address, weekly(cast, **TAPER))
    assert first.status_code == 201, first.content
    kept = client.get(address).json()
    assert [(row["follows"] is not None, row["state"]) for row in kept].count((True, "ACTIVE")) == 2


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"then": [TAPER["then"][0]] * 1000}, 400, "then"),
        ({"then": [TAPER["then"][0]] * 6}, 400, "then"),
        ({"then": "every two weeks"}, 400, "then"),
        ({"then": [{"frequency": "YEARS"}]}, 400, "then.0.frequency"),
        ({"then": [{"frequency": "WEEKS", "every": 10**30}]}, 400, "then.0.every"),
        ({"lasts": None, "then": [TAPER["then"][1]]}, 422, "lasts"),
        ({"lasts": 501}, 400, "lasts"),
        ({"unit": "YEARS"}, 400, "unit"),
        ({"times": 3}, 422, "lasts"),
        ({"lasts": 500, "unit": "MONTHS", "then": [{**TAPER["then"][0], "lasts": 500}] * 5}, 201, ""),
        ({"place": "a\0b"}, 400, "place"),
        ({"time": "ten"}, 400, "time"),
        ({"second": 2**70}, 400, "second"),
        ({"starts_on": "0000-01-01"}, 400, "starts_on"),
    ],
)
def test_arrange__what_cannot_be(case: Casefile, cast: Cast, changes: dict[str, Any], status: int, field: str) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    body = weekly(cast, **(TAPER | changes))
    answer = client.post(address, body)
    if status == 201:
        assert answer.status_code == 201, answer.content
        return
    assert problem(answer, status)["errors"][0]["field"].startswith(field)
    for name in ("kind", "place", "second"):
        body.pop(name, None)
    assert client.post(f"{address}/preview", body | {"caseworker": cast.alice.pk}).status_code in (200, 400, 422)
    assert client.get(address).json() == []


def test_preview__of_a_taper_at_the_end_of_the_calendar(case: Casefile, cast: Cast) -> None:
    address = f"/api/v1/cases/{case.reference}/rhythms/preview"
    pattern = weekly(cast, **TAPER, starts_on="9999-12-30")
    del pattern["kind"]
    assert problem(by_token(cast.alice).post(address, pattern), 422)["errors"][0]["field"] == "lasts"
    months = pattern | {"unit": "MONTHS"}
    assert problem(by_token(cast.alice).post(address, months), 422)["errors"][0]["field"] == "lasts"


def ruled(cast: Cast, rule: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "OFFICE", "rrule": rule, "starts_on": next_monday().isoformat(), "caseworker": cast.alice.pk,
    } | changes  # fmt: skip


def test_rrule__is_read_and_written(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    for rule, said in (
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "every two weeks on Tuesday and Thursday"),
        ("RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "every month on the last Friday, 3 times"),
        ("FREQ=DAILY;INTERVAL=10", "every ten days"),
    ):
        answer = client.post(address, ruled(cast, rule))
        assert answer.status_code == 201, answer.content
        told = answer.json()
        assert told["in_words"] == said
        again = client.post(f"{address}/preview", {"rrule": told["rrule"], "starts_on": told["starts_on"]}).json()
        assert (again["in_words"], again["rrule"]) == (said, told["rrule"])
    quarter = weekly(cast, frequency="QUARTER", every=3)
    del quarter["weekdays"]
    assert client.post(address, quarter).json()["rrule"] == ""


@pytest.mark.parametrize(
    "rule",
    ["", "hello", "FREQ=YEARLY", "FREQ=WEEKLY;BYHOUR=9", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=DAILY;COUNT=0",
     "FREQ=WEEKLY;UNTIL=99999999", "FREQ=DAILY;INTERVAL=99999999999", "FREQ=DAILY;" * 40, "FREQ=WEEKLY\0"],
)  # fmt: skip
def test_rrule__that_is_none_is_refused_beside_the_field(case: Casefile, cast: Cast, rule: str) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    for sent in (client.post(address, ruled(cast, rule)), client.post(f"{address}/preview", ruled(cast, rule))):
        told = problem(sent, 400)
        assert "rrule" in {error.get("field") for error in told["errors"]} or sent.request["PATH_INFO"].endswith(
            "preview"
        )
    neither = {name: value for name, value in ruled(cast, rule).items() if name != "rrule"}
    assert problem(client.post(address, neither), 400)["errors"][0]["field"] == "frequency"
    both = client.post(address, ruled(cast, "FREQ=DAILY", frequency="DAYS"))
    assert problem(both, 400)["errors"][0]["field"] == "frequency"
    wrong = client.post(address, ruled(cast, "FREQ=DAILY", starts_on="someday"))
    assert problem(wrong, 400)["errors"][0]["field"] == "starts_on"


def test_preview__tells_clashes(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    client.post(address, weekly(cast, every=1, time="10:00"))
    pattern = {"frequency": "WEEKS", "weekdays": [1], "starts_on": next_monday().isoformat(), "time": "10:30"}
    told = client.post(f"{address}/preview", pattern).json()["days"][0]
    assert (told["clashes_at"], told["clashes_with"]) == ("10:00:00", case.reference)
    assert told["clashes_of"] == cast.alice.pk
    told = client.post(f"{address}/preview", pattern | {"time": None}).json()["days"][0]
    assert (told["clashes_at"], told["clashes_with"]) == (None, "")


def test_change__from_a_day_on(case: Casefile, cast: Cast) -> None:
    client, base = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    old = client.post(base, weekly(cast, every=1)).json()
    address, on = f"{base}/{old['id']}/change", (next_monday() + timedelta(days=7)).isoformat()
    body = weekly(cast, every=1, weekdays=[3], version=1, from_on=on)
    del body["starts_on"]
    for changes, status, field in (
        ({"from_on": "2001-01-01"}, 422, "from_on"),
        ({"from_on": "9999-12-31"}, None, ""),
        ({"weekdays": []}, 422, "weekdays"),
        ({"starts_on": on}, 400, "starts_on"),
        ({"version": 0}, 400, "version"),
    ):
        answer = client.post(address, body | changes)
        assert answer.status_code in (status or 422, 422), answer.content
        if status:
            assert problem(answer, status)["errors"][0]["field"] == field
    new = client.post(address, body)
    assert new.status_code == 201, new.content
    assert (new.json()["follows"], new.json()["starts_on"], new.json()["weekdays"]) == (old["id"], on, [3])
    assert client.get(f"{base}/{old['id']}").json()["ends_on"] == on
    stale = problem(client.post(address, body), 409, "stale")
    assert stale["current"]["version"] == 2
    ruled_now = {name: value for name, value in body.items() if name not in ("frequency", "every", "weekdays")}
    later = (next_monday() + timedelta(days=14)).isoformat()
    answer = client.post(
        f"{base}/{new.json()['id']}/change", ruled_now | {"rrule": "FREQ=WEEKLY;BYDAY=FR", "from_on": later}
    )
    assert answer.json()["in_words"] == "every week on Friday", answer.content


def test_end__is_put_off_and_taken_back(case: Casefile, cast: Cast) -> None:
    client, base = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    rhythm = client.post(base, weekly(cast, every=1)).json()
    address = f"{base}/{rhythm['id']}/end"
    for version, weeks in ((1, 1), (2, 4)):
        on = (next_monday() + timedelta(weeks=weeks)).isoformat()
        assert client.post(address, {"version": version, "ends_on": on}).json()["ends_on"] == on
    assert client.post(address, {"version": 3, "ends_on": None}).json()["ends_on"] is None
    problem(client.post(address, {"version": 4}), 400)
    assert (
        problem(client.post(address, {"version": 4, "ends_on": "9999-12-31"}), 422)["errors"][0]["field"] == "ends_on"
    )


def test_pause__of_all_of_the_case(case: Casefile, cast: Cast) -> None:
    client, base = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    first, _second = (client.post(base, weekly(cast, weekdays=[day])).json() for day in (1, 3))
    body = {"version": 1, "starts_on": next_monday().isoformat(), "reason": "DETENTION", "all_of_case": True}
    assert client.post(f"{base}/{first['id']}/pause", body).status_code == 200
    assert [len(row["pauses"]) for row in client.get(base).json()] == [1, 1]


def test_days_to_avoid__agreed_and_withdrawn_twice(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/avoided-days"
    client.post(f"/api/v1/cases/{case.reference}/rhythms", weekly(cast, every=1))
    tuesday = next_monday() + timedelta(days=1)
    body = {"starts_on": tuesday.isoformat(), "ends_on": (tuesday + timedelta(days=1)).isoformat()}
    made, again = client.post(address, body), client.post(address, body)
    assert (made.status_code, made.json()) == (201, again.json())
    assert client.get(address).json() == [made.json()]
    contacts = client.get("/api/v1/check-ins?state=PLANNED").json()["results"]
    assert min(row["due_on"] for row in contacts) > tuesday.isoformat()
    for _time in range(2):
        assert client.post(f"{address}/{made.json()['id']}/withdraw").json() == made.json()
    assert client.get(address).json() == []
    for changes, field in (
        ({"starts_on": "2001-01-01"}, "starts_on"),
        ({"ends_on": body["starts_on"]}, "ends_on"),
        ({"ends_on": (tuesday + timedelta(days=90)).isoformat()}, "ends_on"),
        ({"starts_on": "9999-12-31", "ends_on": "9999-12-31"}, "starts_on"),
    ):
        assert problem(client.post(address, body | changes), 422)["errors"][0]["field"] == field
    problem(by_token(cast.mayor).post(address, {}), 403, "not-allowed")
    for user in (cast.bob, cast.charlie, cast.dana):
        problem(by_token(user).post(address, {}), 404, "not-found")
        problem(by_token(user).get(address), 404, "not-found")
        problem(by_token(user).post(f"{address}/{made.json()['id']}/withdraw"), 404, "not-found")


def test_change__one_check_in(case: Casefile, cast: Cast) -> None:
    client = by_token(cast.alice)
    client.post(f"/api/v1/cases/{case.reference}/rhythms", weekly(cast))
    one = client.get("/api/v1/check-ins").json()["results"][0]
    address = f"/api/v1/check-ins/{one['id']}/change"
    body = {"version": 1, "kind": "VIDEO", "caseworker": cast.alice.pk, "second": cast.carla.pk, "who_else": "A coach"}
    told = client.post(address, body).json()
    assert (told["kind"], told["by_hand"], told["second"]["id"], told["due_on"]) == (
        "VIDEO", True, cast.carla.pk, one["due_on"],
    )  # fmt: skip
    problem(client.post(address, body | {"who_else": "Somebody"}), 409, "stale")
    for changes, status, field in (
        ({"second": cast.alice.pk}, 422, "second"),
        ({"second": cast.bob.pk}, 422, "second"),
        ({"duration": 10**12}, 400, "duration"),
    ):
        told = problem(client.post(address, body | {"version": 2} | changes), status)
        assert told["errors"][0]["field"] == field
