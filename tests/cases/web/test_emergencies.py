"""Emergency openings on the pages and by the REST door: refused alike, shown with a banner, reviewed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.emergencies.models import EmergencyOpening
from cases.outbox.services import send_due
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.tokens.services import issue_feed
from tests.cases.web.conftest import ClientOf
from tests.coming_in import without_marks
from tests.doors import by_session, by_token, problem
from tests.factories import Cast, a_case
from tests.factories.checkins import a_checkin, an_agreed_plan
from tests.factories.emergencies import WHY, an_emergency

HERE = "/emergency/"


def told(client: Client, reference: str, reason: str = WHY) -> tuple[int, str, list[tuple[str, str]]]:
    """What came back: status, body and headers, but for what is new in every answer and what was typed."""
    answer = client.post(HERE, {"reference": reference, "reason": reason})
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    beside = ("x-request-id", "set-cookie")
    headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in beside]
    return answer.status_code, body.replace(reference, "REFERENCE"), headers


def test_open__shows_the_case_with_a_banner_until_she_is_done(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    bob, page = client_of(cast.bob), f"/cases/{case.reference}/"
    assert bob.get(page).status_code == 404
    assert bob.post(HERE, {"reference": case.reference.lower(), "reason": WHY}).url == page  # type: ignore[attr-defined]
    for address in (page, page + "timeline/", page + "person/", page + "check-ins/", page + "plan/"):
        shown = bob.get(address).content.decode()
        assert "You opened this case in an emergency, until" in shown
        assert "I am done" in shown
    assert "You opened this case in an emergency" not in client_of(cast.alice).get(page).content.decode()
    for elsewhere in ("/cases/", "/", "/calendar/"):
        assert case.reference not in bob.get(elsewhere).content.decode()
    with acting(cast.bob):
        opening = EmergencyOpening.objects.get()
    assert bob.post(f"/emergency/{opening.pk}/end/").url == HERE  # type: ignore[attr-defined]
    assert bob.get(page).status_code == 404


def test_open__answers_alike_for_what_is_elsewhere_and_what_is_not(cast: Cast, client_of: ClientOf) -> None:
    elsewhere = a_case(by=cast.carlo, at=timezone.now() - timedelta(hours=1))
    bob = client_of(cast.bob)
    hidden, missing, other = (told(bob, ref) for ref in (elsewhere.reference, "VER-2001-0999", "VIL-2001-0999"))
    assert hidden[0] == 422
    assert hidden == missing == other
    assert WHY in hidden[1]  # nothing that was typed is lost
    denied = LedgerEntry.objects.filter(actor=cast.bob, operation="DENIED", act="EMERGENCY_OPEN")
    assert {entry.case_reference for entry in denied} == {elsewhere.reference, "VER-2001-0999", "VIL-2001-0999"}


def test_open__keeps_the_reference_when_the_reason_is_too_short(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    answer = client_of(cast.bob).post(HERE, {"reference": case.reference, "reason": "urgent"})
    assert answer.status_code == 422
    assert case.reference in answer.content.decode()
    assert "4 words" in answer.content.decode()


def test_api__opens_ends_lists_and_reviews(cast: Cast, case: Casefile) -> None:
    bob, dana, here = by_session(cast.bob), by_token(cast.dana), "/api/v1/emergency-openings"
    made = bob.post(here, {"reference": case.reference, "reason": WHY}, format="json")
    assert made.status_code == 201
    one = f"{here}/{made.json()['id']}"
    assert bob.get(f"/api/v1/cases/{case.reference}").status_code == 200
    assert bob.get("/api/v1/cases").json()["results"] == []
    assert bob.get("/api/v1/people").json()["results"] == []
    assert bob.get("/api/v1/check-ins").json()["results"] == []
    assert bob.post(f"{one}/end").status_code == 200
    problem(bob.get(f"/api/v1/cases/{case.reference}"), 404)
    assert [row["id"] for row in dana.get(here, {"awaiting": "true"}).json()["results"]] == [made.json()["id"]]
    said = {"outcome": "UNJUSTIFIED", "note": "It could wait", "consequence": "We talk about it"}
    assert dana.post(f"{one}/review", said, format="json").json()["review"]["outcome"] == "UNJUSTIFIED"
    assert dana.get(here, {"awaiting": "true"}).json()["results"] == []
    assert bob.get(here).json()["results"][0]["review"]["consequence"] == "We talk about it"
    problem(by_token(cast.charlie).get(one), 404)


def test_api__a_token_opens_nothing(cast: Cast, case: Casefile) -> None:
    bob, sent = by_token(cast.bob), {"reference": case.reference, "reason": WHY}
    problem(bob.post("/api/v1/emergency-openings", sent, format="json"), 403, "person-needed")
    problem(bob.post("/api/v1/emergency-openings", {}, format="json"), 403, "person-needed")
    problem(bob.get(f"/api/v1/cases/{case.reference}"), 404)
    with acting(cast.bob):
        assert not EmergencyOpening.objects.exists()
    assert LedgerEntry.objects.filter(actor=cast.bob, operation="DENIED", outcome="no person").count() == 2
    problem(by_token(cast.mayor).post("/api/v1/emergency-openings", sent, format="json"), 403, "not-allowed")


def test_api__a_session_shows_once_more_who_she_is(cast: Cast, case: Casefile) -> None:
    bob, sent = by_session(cast.bob), {"reference": case.reference, "reason": WHY}
    without_marks(bob, "entrance_shown")  # long ago
    told = problem(bob.post("/api/v1/emergency-openings", sent, format="json"), 403, "step-up")
    on_the_page = bob.get(HERE).headers["Location"].partition("?")[0]
    assert told["where"] == f"http://testserver{on_the_page}"
    problem(bob.get(f"/api/v1/cases/{case.reference}"), 404)
    problem(by_session(cast.mayor).post("/api/v1/emergency-openings", sent, format="json"), 403, "not-allowed")
    bob.force_login(cast.bob)
    assert bob.post("/api/v1/emergency-openings", sent, format="json").status_code == 201


def test_api__answers_alike_for_what_is_elsewhere_and_what_is_not(cast: Cast) -> None:
    elsewhere = a_case(by=cast.carlo, at=timezone.now() - timedelta(hours=1))
    bob, here = by_session(cast.bob), "/api/v1/emergency-openings"
    answers = [
        bob.post(here, {"reference": reference, "reason": WHY}, format="json")
        for reference in (elsewhere.reference, "VER-2001-0999", "VIL-2001-0999")
    ]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert len({answer.content for answer in answers}) == 1
    assert LedgerEntry.objects.filter(actor=cast.bob, operation="DENIED", act="EMERGENCY_OPEN").count() == 3


def test_review__on_the_pages_of_who_answers_for_it(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    bob = client_of(cast.bob)
    bob.post(HERE, {"reference": case.reference, "reason": WHY})
    bob.get(f"/cases/{case.reference}/person/")
    with acting(cast.bob):
        opening = EmergencyOpening.objects.get()
    one = f"/emergency/reviews/{opening.pk}/"
    carla, dana = client_of(cast.carla), client_of(cast.dana)
    for client, pages in ((carla, ("/board/", "/emergency/reviews/", "/")), (dana, ("/emergency/reviews/", "/"))):
        for page in pages:
            assert one in client.get(page).content.decode(), page
    page = dana.get(one).content.decode()
    for words in (WHY, str(cast.bob), "read who a person is"):
        assert words in page
    assert "Nemo" not in page
    assert "Send" not in carla.post(one, {"outcome": "AVOIDABLE", "note": "x"}).content.decode()
    said = {"outcome": "AVOIDABLE", "note": "The rota was empty", "consequence": "A second colleague on the team"}
    assert carla.post(one, said).status_code == 302
    mine = bob.get(HERE).content.decode()
    assert "Justified, but to be avoided" in mine
    assert "A second colleague on the team" in mine
    assert one in dana.get("/emergency/reviews/").content.decode()
    assert one not in dana.get("/").content.decode()
    assert dana.post(one, said | {"outcome": "JUSTIFIED"}).status_code == 302
    assert "corrected since" in carla.get(one).content.decode()


def test_review__messages_lead_the_officer_to_it(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    at = timezone.now()
    an_emergency(case, by=cast.bob, at=at)
    send_due(by=Clock.CLOCK, at=at)
    page = client_of(cast.dana).get("/messages/").content.decode()
    assert case.reference in page
    assert "/emergency/reviews/" in page


def test_who_can_see__an_emergency_stands_there_with_its_reason(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    an_emergency(case, by=cast.bob)
    page = client_of(cast.alice).get(f"/cases/{case.reference}/who-can-see/").content.decode()
    assert str(cast.bob) in page
    assert "emergency opening" in page
    assert WHY in page


@pytest.mark.parametrize("on", ["", "today", "nonsense"])
def test_colleague__what_she_could_see_for_the_officer(
    cast: Cast, case: Casefile, client_of: ClientOf, on: str
) -> None:
    dana, here = client_of(cast.dana), f"/ledger/colleagues/{cast.alice.pk}/"
    day = str(timezone.localdate()) if on == "today" else on
    answer = dana.get(here, {"on": day})
    assert answer.status_code == (422 if on == "nonsense" else 200)
    page = answer.content.decode()
    assert case.reference in page
    assert "Nemo" not in page
    assert "every case of VIL" in dana.get(f"/ledger/colleagues/{cast.carla.pk}/").content.decode()
    assert dana.get(f"/ledger/colleagues/{cast.charlie.pk}/").status_code == 404
    assert here in dana.get(f"/cases/{case.reference}/who-can-see/").content.decode()
    assert LedgerEntry.objects.filter(actor=cast.dana, object_type="user", act="LEDGER_READ").exists()
    assert dana.get(f"/ledger/colleagues/{cast.liaison.pk}/").status_code == 200


def test_feed__what_was_opened_in_an_emergency_is_in_no_calendar(cast: Cast, case: Casefile) -> None:
    now = timezone.now()
    a_checkin(case, an_agreed_plan(case, by=cast.alice, at=now), by=cast.alice, at=now, due_on=timezone.localdate())
    feeds = [issue_feed(by=user, at=now, of_team=True)[1] for user in (cast.bob, cast.alice)]
    an_emergency(case, by=cast.bob)
    bobs, alices = (Client().get(f"/calendar/feed/{secret}.ics").content.decode() for secret in feeds)
    assert case.reference in alices
    assert case.reference not in bobs
