"""Before what weighs more, the second factor is asked again."""

from __future__ import annotations

import pytest
from allauth.account.adapter import get_adapter
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cities.entrance.rules import CODES, PASSKEY, RECOVERY
from cities.ledger.models import LedgerEntry
from cities.tokens.services import issue_token
from cities.web.entrance.step_up import CODE, CREDENTIAL, StepUpForm, ways
from cities.web.entrance.step_up import PASSWORD as PASSWORD_FIELD
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


def test_step_up__the_password_alone_is_no_answer_of_who_has_a_second_factor(alice: Client, cast: Cast) -> None:
    """Somebody has her session and her password: that gets no token."""
    secret, codes = set_up_app(alice)
    without_marks(alice, "entrance_shown")
    sent = {"name": "planning", "days": "7", "purpose": "PLANNING"}
    page = alice.post("/preferences/tokens/new/", {**sent, "step_up_password": PASSWORD})
    assert (page.status_code, "step_up_code" in page.content.decode()) == (422, True)
    assert 'name="step_up_password"' not in page.content.decode()
    where = alice.get("/preferences/tokens/new/").headers["Location"]
    assert where == "/accounts/reauthenticate/code/?next=%2Fpreferences%2Ftokens%2Fnew%2F"
    past = alice.post("/accounts/reauthenticate/?next=/preferences/tokens/new/", {"password": PASSWORD})
    assert past.headers["Location"].startswith("/accounts/reauthenticate/code/")
    assert alice.get("/preferences/tokens/new/").status_code == 302
    assert "password" not in alice.get(where).content.decode().split("<form")[1]
    assert not cast.alice.tokens.exists()
    assert alice.post("/preferences/tokens/new/", {**sent, "step_up_code": codes[0]}).status_code == 200
    without_marks(alice, "entrance_shown")
    assert alice.post(where, {"code": code(secret)}).headers["Location"] == "/preferences/tokens/new/"
    assert alice.get("/preferences/tokens/new/").status_code == 200


@pytest.mark.parametrize(
    ("kinds", "password", "expected"),
    [
        ([], True, ["account_reauthenticate"]),
        ([], False, ["entrance_again"]),
        ([RECOVERY], True, ["account_reauthenticate"]),  # recovery codes alone are no second factor
        ([CODES, RECOVERY], True, ["mfa_reauthenticate"]),
        ([PASSKEY, RECOVERY], True, ["mfa_reauthenticate_webauthn", "mfa_reauthenticate"]),
        ([PASSKEY], True, ["mfa_reauthenticate_webauthn"]),
        ([CODES, PASSKEY, RECOVERY], False, ["mfa_reauthenticate", "mfa_reauthenticate_webauthn"]),
    ],
)
def test_ways__are_the_same_for_the_house_and_for_allauth(
    cast: Cast, kinds: list[str], password: bool, expected: list[str]
) -> None:
    user = with_password(cast.alice)
    if not password:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    for kind in kinds:
        user.authenticator_set.create(type=kind, data={})  # type: ignore[attr-defined]
    assert ways(user) == expected
    methods = [one["url"] for one in get_adapter().get_reauthentication_methods(user)]
    assert methods == [reverse(name) for name in expected if name != "entrance_again"]
    fields = set(StepUpForm(user=user).fields)
    by_field = {"account_reauthenticate": PASSWORD_FIELD, "mfa_reauthenticate": CODE,
                "mfa_reauthenticate_webauthn": CREDENTIAL}  # fmt: skip
    assert fields == {by_field[name] for name in expected if name in by_field}
