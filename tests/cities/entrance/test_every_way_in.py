"""The law of the entrance (S1): every way to come in, for every role: no session without a second factor where one is
needed. A way that is not in the table, and an address of sign-in that leads past it, fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from cities.entrance.selectors import code_factor
from cities.ledger.models import LedgerEntry
from cities.roles.rules import SECOND_FACTOR, WITHOUT_CITY, Role
from cities.staff.models import User
from cities.tokens.services import issue_token
from cities.web.entrance.urls import urlpatterns
from tests.cities.entrance.conftest import Configure
from tests.cities.entrance.passkeys import Passkey, asked
from tests.cities.entrance.people import PASSWORD, code, set_up_app, sign_in, with_password
from tests.cities.entrance.test_providers import through
from tests.factories import a_city, staff
from tests.provider.running import Provider

pytestmark = pytest.mark.django_db

#: What only they reach who are in: a page, a fragment, the administration, the REST door, and how one signs in.
INSIDE = ["/roles/", "/", "/preferences/", "/admin/", "/api/v1/me", "/accounts/sessions/", "/accounts/identities/"]
APP, SIGN_IN = "/accounts/second-factor/app/new/", "/accounts/second-factor/sign-in/"


@dataclass
class Somebody:
    """Who tries to come in, and what she has."""

    user: User
    secret: str = ""
    codes: list[str] = field(default_factory=list)
    passkey: Passkey | None = None
    both: tuple[Provider, Provider] | None = None
    configure: Configure | None = None
    steps: int = 0
    spent: str = ""
    #: What she is called at the providers.
    there: str = "alice"

    def code(self) -> str:
        self.steps += 1
        return code(self.secret, steps=self.steps - 1)


Way = Callable[[Somebody], Client]
WITHOUT: dict[str, Way] = {}
WITH: dict[str, Way] = {}


def way(table: dict[str, Way]) -> Callable[[Way], Way]:
    def enter(one: Way) -> Way:
        table[one.__name__] = one
        return one

    return enter


@way(WITHOUT)
def password(who: Somebody) -> Client:
    return sign_in(who.user)


@way(WITHOUT)
def password_by_name(who: Somebody) -> Client:
    client = Client()
    client.post("/accounts/login/?next=/roles/", {"login": who.user.username, "password": PASSWORD})
    return client


@way(WITHOUT)
def by_the_administration(who: Somebody) -> Client:
    client = Client()
    client.post("/admin/login/?next=/admin/", {"username": who.user.username, "password": PASSWORD})
    client.post("/accounts/login/?next=/admin/", {"login": who.user.email, "password": PASSWORD})
    return client


@way(WITHOUT)
def by_the_programs_door(who: Somebody) -> Client:
    client = sign_in(who.user)
    client.defaults["HTTP_ACCEPT"] = "application/json"
    return client


@way(WITHOUT)
def wrong_code(who: Somebody) -> Client:
    client = sign_in(who.user)
    client.post(SIGN_IN, {"code": "000000"})
    return client


@way(WITHOUT)
def spent_code(who: Somebody) -> Client:
    client = sign_in(who.user)
    if who.secret:
        client.post(SIGN_IN, {"code": who.spent})  # it set the app up
    return client


@way(WITHOUT)
def passkey_for_another_house(who: Somebody) -> Client:
    client = sign_in(who.user)
    if who.passkey:
        options = asked(client.get(SIGN_IN).content.decode())
        client.post(SIGN_IN, {"credential": who.passkey.get(options, origin="https://testserver.evil.example")})
    return client


@way(WITHOUT)
def passkey_of_nobody(who: Somebody) -> Client:
    client = sign_in(who.user)
    if who.passkey:
        stranger = Passkey()
        stranger.identifier = who.passkey.identifier
        client.post(SIGN_IN, {"credential": stranger.get(asked(client.get(SIGN_IN).content.decode()))})
        for nonsense in ("{}", "[]", "7", '{"id": 1}', "no JSON", '{"response": {"clientDataJSON": "x"}}'):
            assert client.post(SIGN_IN, {"credential": nonsense}).status_code == 200, nonsense
    return client


@way(WITHOUT)
def reset_password(who: Somebody) -> Client:
    client = Client()
    client.post("/accounts/password/reset/", {"email": who.user.email})
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)
    page = client.get(link.replace("http://testserver", ""), follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    return sign_in(who.user, client=client)


@way(WITHOUT)
def provider(who: Somebody) -> Client:
    assert who.both is not None
    client = Client()
    who.both[0].says(amr=["mfa", "hwk"], acr="high")  # it says so; nobody asked it
    through(client, who.both[0], who=who.there)
    return client


@way(WITHOUT)
def other_provider(who: Somebody) -> Client:
    assert who.both is not None
    assert who.configure is not None
    client = Client()
    who.configure(SECOND_FACTOR="amr:mfa")  # the first one's word counts, not this one's
    who.both[1].says(amr=["mfa"])
    through(client, who.both[1], who=who.there)
    return client


@way(WITH)
def code_of_the_app(who: Somebody) -> Client:
    client = sign_in(who.user)
    client.post(SIGN_IN, {"code": who.code()})
    return client


@way(WITH)
def recovery_code(who: Somebody) -> Client:
    client = sign_in(who.user)
    client.post(SIGN_IN, {"code": who.codes.pop()})
    return client


@way(WITH)
def passkey(who: Somebody) -> Client:
    assert who.passkey is not None
    client = sign_in(who.user)
    client.post(SIGN_IN, {"credential": who.passkey.get(asked(client.get(SIGN_IN).content.decode()))})
    return client


@way(WITH)
def provider_and_code(who: Somebody) -> Client:
    client = provider(who)
    client.post(SIGN_IN, {"code": who.code()})
    return client


@way(WITH)
def provider_that_counts(who: Somebody) -> Client:
    assert who.both is not None
    assert who.configure is not None
    client = Client()
    who.configure(SECOND_FACTOR="amr:mfa")
    who.both[0].says(amr=["pwd", "mfa"])
    through(client, who.both[0], who=who.there)
    return client


def somebody(role: Role, both: tuple[Provider, Provider], configure: Configure, *, equipped: bool) -> Somebody:
    """A user in this role, with identities at both providers; `equipped`: with an app, codes and a passkey too."""
    user = with_password(staff(role, None if role in WITHOUT_CITY else a_city("VIL")))
    who = Somebody(user, both=both, configure=configure, there="alice" if equipped else "mallory")
    client = sign_in(user)
    who.secret, who.codes = set_up_app(client)
    factor = code_factor(user)
    assert factor is not None
    who.spent = format_hotp_value(hotp_value(who.secret, factor.data["last_counter"]))
    who.passkey = Passkey()
    options = asked(client.get("/accounts/second-factor/passkeys/new/").content.decode())
    new = {"name": "a key", "credential": who.passkey.create(options)}
    assert client.post("/accounts/second-factor/passkeys/new/", new).status_code == 302
    for one in both:
        through(client, one, "?process=connect", who=who.there)
    if not equipped:
        user.authenticator_set.all().delete()  # type: ignore[attr-defined]
        who.secret, who.codes, who.passkey = "", [], None
    who.steps = 0
    return who


def inside(client: Client) -> list[str]:
    """Which of what lies inside is reached."""
    return [path for path in INSIDE if client.get(path).status_code in (200, 403) and not _told_why(client, path)]


def _told_why(client: Client, path: str) -> bool:
    """A program is told that a second factor is needed: that is not being in."""
    return path.startswith("/api/") and client.get(path).json().get("type") == "urn:apparatus:problem:second-factor"


@pytest.fixture(autouse=True)
def _required(settings: Settings, configure: Configure) -> None:
    settings.SECOND_FACTOR = "required"


#: A role of each kind; that a role is one of those who need a second factor is said in one place for all ways.
ROLES = (Role.CASEWORKER, Role.PROSECUTION_LIAISON, Role.ADMINISTRATOR, Role.ANALYST, Role.PARTNER)


@pytest.mark.parametrize("role", ROLES)
def test_every_way_in__takes_a_second_factor_where_one_is_needed(
    role: Role, both: tuple[Provider, Provider], configure: Configure
) -> None:
    needed, wrong = role in SECOND_FACTOR, []
    for equipped in (True, False):
        who = somebody(role, both, configure, equipped=equipped)
        for name, come in WITHOUT.items():
            configure()
            reached = inside(come(who))
            if reached if needed or equipped else not reached:
                wrong.append((name, equipped, reached))
        if equipped:
            for name, come in WITH.items():
                configure()
                reached = inside(come(who))
                if not {"/roles/", "/api/v1/me"} <= set(reached):
                    wrong.append((name, equipped, reached))
        _token, secret = issue_token(by=who.user, at=timezone.now(), user=who.user, name="a test")
        lets_in = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me").status_code == 200
        if lets_in != (equipped or not needed):
            wrong.append(("token", equipped, []))
    assert not wrong, wrong


def test_every_sign_in__stands_in_the_ledger(both: tuple[Provider, Provider], configure: Configure) -> None:
    who = somebody(Role.CASEWORKER, both, configure, equipped=True)
    before = LedgerEntry.objects.filter(act="SIGN_IN", actor=who.user).count()
    for come in WITH.values():
        configure()
        come(who)
    assert LedgerEntry.objects.filter(act="SIGN_IN", actor=who.user).count() == before + len(WITH)


def test_every_address_of_sign_in__is_one_that_the_law_knows() -> None:
    """A new address by which somebody could come in belongs into the tables above."""
    signs = ("login", "authenticate", "callback")
    comes_in = {"account_login", "mfa_authenticate", "openid_connect_login", "openid_connect_callback"}
    around = {name for name in (one.name or "" for one in urlpatterns) if any(sign in name for sign in signs)}
    assert around - {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"} == comes_in | {
        "socialaccount_login_cancelled", "socialaccount_login_error",
    }  # fmt: skip
