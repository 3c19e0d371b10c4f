"""Before what weighs more, the second factor is asked again."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from cities.ledger.models import LedgerEntry
from cities.tokens.services import issue_token
from tests.cities.entrance.conftest import NOTE, at
from tests.cities.entrance.people import PASSWORD, code, set_up_app, sign_in, with_password
from tests.coming_in import without_marks
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def test_step_up__a_page_is_left_for_the_question_and_comes_back(alice: Client, cast: Cast) -> None:
    with at(11):
        answer = alice.get("/preferences/tokens/new/")
        assert answer.headers["Location"] == "/accounts/reauthenticate/?next=%2Fpreferences%2Ftokens%2Fnew%2F"
        assert alice.post(answer.headers["Location"], {"password": "wrong"}).status_code == 200
        assert alice.get("/preferences/tokens/new/").status_code == 302
        done = alice.post(answer.headers["Location"], {"password": PASSWORD})
        assert done.headers["Location"] == "/preferences/tokens/new/"
        assert alice.get("/preferences/tokens/new/").status_code == 200
    steps = LedgerEntry.objects.filter(act="STEP_UP", actor=cast.alice)
    assert {step.outcome: step.operation for step in steps} == {"failed": "DENIED", "DONE": "SIGN_IN"}


def test_step_up__a_form_is_kept_in_the_page_that_asks_and_goes_on(alice: Client, cast: Cast) -> None:
    sent = {"name": "planning <system>", "days": "7", "purpose": "PLANNING"}
    with at(11):
        page = alice.post("/preferences/tokens/new/", sent).content.decode()
        assert "planning &lt;system&gt;" in page
        assert not cast.alice.tokens.exists()
        wrong = alice.post("/preferences/tokens/new/", {**sent, "step_up_password": "wrong"})
        assert wrong.status_code == 422
        assert "planning &lt;system&gt;" in wrong.content.decode()
        assert ">wrong<" not in wrong.content.decode()
        assert alice.post("/preferences/tokens/new/", {**sent, "step_up_password": PASSWORD}).status_code == 200
    assert cast.alice.tokens.get().name == "planning <system>"
    assert NOTE not in str(Session.objects.first().get_decoded())  # type: ignore[union-attr]


def test_step_up__by_a_code_which_counts_once(alice: Client, cast: Cast) -> None:
    secret, _codes = set_up_app(alice)
    without_marks(alice, "entrance_shown")
    sent = {"name": "planning", "days": "7", "purpose": "PLANNING", "step_up_code": code(secret)}
    assert alice.post("/preferences/tokens/new/", sent).status_code == 200
    without_marks(alice, "entrance_shown")
    assert alice.post("/preferences/tokens/new/", sent).status_code == 422
    assert cast.alice.tokens.count() == 1


def test_step_up__the_administration_asks_before_it_shows_or_changes_anything(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.administrator)
    without_marks(client, "entrance_shown")
    with_password(cast.administrator)
    client = sign_in(cast.administrator)
    with at(11):
        for address in ("/admin/", "/admin/cities/agency/"):
            assert client.get(address).headers["Location"].startswith("/accounts/reauthenticate/")
        where = client.get("/admin/cities/agency/add/").headers["Location"]
        assert where == "/accounts/reauthenticate/?next=%2Fadmin%2Fcities%2Fagency%2Fadd%2F"
        sent = {"name": "Invented school", "kind": "SCHOOL", "city": cast.city.pk}
        asked = client.post("/admin/cities/agency/add/", sent)
        assert (asked.status_code, "Invented school" in asked.content.decode()) == (403, True)
        done = client.post("/admin/cities/agency/add/", {**sent, "step_up_password": PASSWORD})
        assert done.status_code == 302, done.content
        assert client.get("/admin/cities/agency/").status_code == 200


def test_step_up__a_fragment_gives_the_whole_page_to_the_question(alice: Client) -> None:
    with at(11):
        answer = alice.get("/preferences/tokens/new/", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Redirect"][:25]) == (204, "/accounts/reauthenticate/")
        answer = alice.post("/preferences/tokens/new/", {"name": "x"}, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#main")


def test_a_token__is_issued_for_who_has_the_second_factor(cast: Cast, settings: object) -> None:
    """What was issued before a posting began, or before a reset, opens nothing without it."""
    _token, secret = issue_token(by=cast.alice, at=timezone.now(), user=cast.alice, name="a test")
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/me").status_code == 200
    settings.SECOND_FACTOR = "required"  # type: ignore[attr-defined]
    assert program.get("/api/v1/me").status_code == 401
    set_up_app(sign_in(with_password(cast.alice)))
    assert program.get("/api/v1/me").status_code == 200
