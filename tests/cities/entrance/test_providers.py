"""Signing in at a provider: two real ones, each a process with its own keys. What they say is believed when it is
whole, for identities that their owners linked, and for a second factor only where the administrator lets it count."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from cities.entrance.selectors import identities_of
from cities.entrance.services import link_identity, unlink_identity
from cities.ledger.models import LedgerEntry
from cities.records import as_set_up
from cities.refusals import NotAllowed, Refused
from cities.staff.models import User
from tests.cities.entrance.conftest import Configure
from tests.cities.entrance.people import code, is_in, set_up_app, sign_in, with_password
from tests.coming_in import without_marks
from tests.factories import AT, Cast
from tests.provider.running import Provider

pytestmark = pytest.mark.django_db

Both = tuple[Provider, Provider]


@pytest.fixture(autouse=True)
def _required(settings: Settings, configure: Configure) -> None:
    settings.SECOND_FACTOR = "required"


def to_provider(client: Client, name: str, more: str = "") -> str:
    answer = client.post(f"/accounts/openid/{name}/{more}")
    assert answer.status_code == 302, answer.content
    return answer.headers["Location"]


def back(client: Client, address: str) -> HttpResponse:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value]


def through(client: Client, provider: Provider, more: str = "", *, who: str = "alice") -> HttpResponse:
    """The whole way there and back."""
    return back(client, provider.sign_in(to_provider(client, provider.name, more), who=who))


def linked(user: User, *to: Provider, who: str = "alice") -> tuple[Client, str]:
    """Somebody who set up an app and linked identities. Gives her session, and the key of the app."""
    client = sign_in(with_password(user))
    secret, _codes = set_up_app(client)
    for provider in to:
        assert through(client, provider, "?process=connect", who=who).status_code == 302
    assert identities_of(user).count() == len(to)
    return client, secret


def test_the_way_there__has_a_proof_key_a_state_and_a_nonce_and_nothing_of_the_address(both: Both) -> None:
    asked = parse_qs(urlsplit(to_provider(Client(), "city", "?auth_params=nonce%3Dx&scope=admin")).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16
    assert len(asked["nonce"][0]) == 64
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}


def test_linked__by_herself_and_signed_in_at_either(cast: Cast, both: Both) -> None:
    city, federal = both
    _client, secret = linked(cast.alice, city, federal)
    for provider, steps in ((city, 0), (federal, 1)):
        client = Client()
        answer = through(client, provider)
        assert answer.headers["Location"] == "/accounts/second-factor/sign-in/"
        assert not is_in(client)
        client.post("/accounts/second-factor/sign-in/", {"code": code(secret, steps=steps)})
        assert is_in(client)
    assert LedgerEntry.objects.filter(act="PROVIDER_LINKED", actor=cast.alice).count() == 2
    kept = " ".join(f"{row.uid} {row.extra_data}" for row in identities_of(cast.alice))
    assert "@" not in kept  # her name there, by which she knows it; no address, no token


def test_an_unknown_identity__makes_no_account_and_signs_nobody_in(cast: Cast, both: Both) -> None:
    with as_set_up():
        User.objects.filter(pk=cast.alice.pk).update(email="alice@example.org")  # as the provider says
    before = User.objects.count()
    client = Client()
    answer = through(client, both[0])
    assert answer.status_code == 403
    assert "Not known here" in answer.content.decode()
    assert not is_in(client)
    assert User.objects.count() == before
    assert not identities_of(cast.alice).exists()
    assert client.get("/accounts/signup/").status_code == 200
    assert LedgerEntry.objects.get(act="SIGN_IN_FAILED").object_ids == []


def test_the_same_name_at_another_provider__is_somebody_else(cast: Cast, both: Both) -> None:
    linked(cast.alice, both[0])
    assert through(Client(), both[1]).status_code == 403


def test_an_identity__signs_in_one_account_only(cast: Cast, both: Both) -> None:
    linked(cast.alice, both[0])
    client = sign_in(with_password(cast.bob))
    set_up_app(client)
    answer = through(client, both[0], "?process=connect")
    assert "belongs to another account" in client.get(answer.headers["Location"]).content.decode()
    assert not identities_of(cast.bob).exists()


def test_linking__takes_the_second_factor_first(cast: Cast, both: Both) -> None:
    """Who knows only a password can't link an identity of her own, and come in by that."""
    client = sign_in(with_password(cast.alice))
    through(client, both[0], "?process=connect")
    assert not identities_of(cast.alice).exists()


def test_linking__takes_a_recent_look(cast: Cast, both: Both) -> None:
    client = sign_in(with_password(cast.alice))
    set_up_app(client)
    without_marks(client, "entrance_shown")
    assert client.get("/accounts/identities/").headers["Location"].startswith("/accounts/reauthenticate/")
    through(client, both[0], "?process=connect")
    assert not identities_of(cast.alice).exists()


def test_unlinked__it_signs_in_no_more(cast: Cast, both: Both) -> None:
    client, _secret = linked(cast.alice, both[0])
    number = identities_of(cast.alice).get().pk
    assert client.post("/accounts/identities/", {"account": number}).status_code == 302
    assert through(Client(), both[0]).status_code == 403


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "0" * 64}, {"nonce": None}, {"iss": "http://127.0.0.1:1/o"}, {"aud": "another party"},
        {"aud": ["apparatus", "another party"]}, {"exp": 1_000_000_000}, {"iat": int(time.time()) + 90_000},
        {"sub": None}, {"forged": True},
    ],
    ids=["nonce", "no nonce", "issuer", "audience", "two audiences", "expired", "to come", "nobody", "forged"],
)  # fmt: skip
def test_a_token_that_does_not_hold__signs_nobody_in(cast: Cast, both: Both, lie: dict[str, Any]) -> None:
    linked(cast.alice, both[0])
    client = Client()
    both[0].says(amr=["mfa"], **lie)
    answer = through(client, both[0])
    assert answer.status_code == 401
    assert "could not be trusted" in answer.content.decode()
    assert not is_in(client)
    assert client.get("/accounts/second-factor/sign-in/").status_code == 302
    assert LedgerEntry.objects.filter(act="SIGN_IN_FAILED", ground="city").exists()


def test_an_answer_to_another_browser__signs_nobody_in(cast: Cast, both: Both) -> None:
    """State: what was begun in one browser does not end in another; nor twice; nor with another provider's answer."""
    linked(cast.alice, both[0])
    begun, other = Client(), Client()
    answer = both[0].sign_in(to_provider(begun, "city"))
    assert back(other, answer).status_code == 401
    assert back(begun, answer.replace("state=", "state=x")).status_code == 401
    assert back(begun, answer.replace("/openid/city/", "/openid/federal/")).status_code == 401
    assert back(begun, answer).status_code == 302
    assert back(begun, answer).status_code == 401


def test_a_provider_that_is_another_one__is_not_gone_to(both: Both, configure: Configure) -> None:
    """Its own word of who it is must be the issuer that the administrator named."""
    configure(ISSUER=both[0].issuer.replace("127.0.0.1", "localhost"))
    assert Client().post("/accounts/openid/city/").status_code in (401, 400)


def test_a_provider_that_is_away__is_said_on_a_page(configure: Configure) -> None:
    configure(ISSUER="http://127.0.0.1:1/o")
    answer = Client().post("/accounts/openid/city/")
    assert answer.status_code == 401
    assert "That did not work" in answer.content.decode()


def test_its_second_factor__counts_where_the_administrator_lets_it(
    cast: Cast, both: Both, configure: Configure
) -> None:
    linked(cast.alice, *both)
    for provider in both:
        provider.says(amr=["pwd", "mfa"])
    assert not is_in(_after(both[0]))  # it says so, but nobody asked it
    configure(SECOND_FACTOR="amr:mfa,hwk")
    assert is_in(_after(both[0]))
    assert not is_in(_after(both[1]))  # the other says it too, and is not believed
    for said in (["pwd"], "mfa and more", [], 7):
        both[0].says(amr=said)
        assert not is_in(_after(both[0])), said
    configure(SECOND_FACTOR="acr:high")
    both[0].says(acr="high")
    assert is_in(_after(both[0]))


def _after(provider: Provider) -> Client:
    client = Client()
    through(client, provider)
    return client


def test_a_closed_account__comes_in_at_no_provider(cast: Cast, both: Both) -> None:
    linked(cast.alice, both[0])
    with as_set_up():
        User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    client = Client()
    assert through(client, both[0]).headers["Location"] == "/accounts/inactive/"
    assert not is_in(client)


def test_again__at_her_provider_when_she_has_nothing_else(cast: Cast, both: Both, configure: Configure) -> None:
    """Without a password and a second factor of the house she steps up where she signs in, and it must be new."""
    linked(cast.alice, both[0])
    cast.alice.authenticator_set.all().delete()  # type: ignore[attr-defined]
    cast.alice.set_unusable_password()
    cast.alice.save()
    configure(SECOND_FACTOR="amr:mfa")
    both[0].says(amr=["mfa"])
    client, browser = Client(), requests.Session()
    back(client, both[0].sign_in(to_provider(client, "city"), browser=browser))
    assert is_in(client)
    without_marks(client, "entrance_shown")
    answer = client.get("/preferences/tokens/new/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/provider/?next=")
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Continue at The city service" in page
    both[0].says(amr=["mfa"], auth_time=int(time.time()) - 3600)
    back(client, both[0].sign_in(to_provider(client, "city", "?next=/preferences/tokens/new/")))
    assert client.get("/preferences/tokens/new/").status_code == 302
    both[0].says(amr=["mfa"])
    returned = back(client, both[0].sign_in(to_provider(client, "city", "?next=/preferences/tokens/new/")))
    assert returned.headers["Location"] == "/preferences/tokens/new/"
    assert client.get("/preferences/tokens/new/").status_code == 200


def test_again__at_a_provider_counts_for_no_second_factor_that_it_does_not_ask(
    cast: Cast, both: Both, configure: Configure
) -> None:
    """Who has one here shows it here, unless the administrator lets the provider's stand for it."""
    client, _secret = linked(cast.alice, both[0])
    there = "?next=/preferences/tokens/new/"
    for counts, reached in (("", 302), ("amr:mfa", 200)):
        configure(**({"SECOND_FACTOR": counts} if counts else {}))
        both[0].says(amr=["mfa"])
        without_marks(client, "entrance_shown")
        back(client, both[0].sign_in(to_provider(client, "city", there)))
        assert client.get("/preferences/tokens/new/").status_code == reached
    steps = LedgerEntry.objects.filter(act="STEP_UP", actor=cast.alice, ground="provider", outcome="DONE")
    assert steps.count() == 1


def test_link_identity__once_and_only_its_owner_takes_it_away_while_she_has_another_way_in(cast: Cast) -> None:
    for _ in range(2):
        link_identity(by=cast.alice, at=AT, provider="idp", uid="7", label="At work")
    (held,) = identities_of(cast.alice)
    with pytest.raises(NotAllowed):
        unlink_identity(by=cast.bob, at=AT, pk=held.pk)
    assert LedgerEntry.objects.filter(act="PROVIDER_LINKED").count() == 1
    with pytest.raises(Refused, match="only way in"):  # she has no password
        unlink_identity(by=cast.alice, at=AT, pk=held.pk)
    cast.alice.set_password("a password of hers")
    unlink_identity(by=cast.alice, at=AT, pk=held.pk)
    assert not identities_of(cast.alice).exists()
