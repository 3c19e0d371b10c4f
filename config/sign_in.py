"""How people come in, read from the environment: second factor, lengths of sessions, and providers of identities."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlsplit

from config.env import Environment, WrongSetting

LOCAL = ("localhost", "127.0.0.1", "[::1]", "::1")
NAME = re.compile(r"[a-z][a-z0-9]{0,29}")
TAKEN = ("cancelled", "failed")  # pages beside those of the providers


class SignIn(NamedTuple):
    """How people come in, and for how long."""

    second_factor: str
    idle: timedelta
    longest: timedelta
    step_up_within: timedelta


def sign_in_settings(env: Environment) -> SignIn:
    """SECOND_FACTOR, the lengths of a session, and how recently somebody must have shown who she is."""
    idle = env.duration("SESSION_IDLE", timedelta(minutes=15))
    longest = env.duration("SESSION_AGE", timedelta(hours=10))
    within = env.duration("STEP_UP_WITHIN", timedelta(minutes=10))
    if idle < timedelta(minutes=3):
        raise WrongSetting("SESSION_IDLE is shorter than 3m; the warning before the end takes two minutes of it.")
    if longest < idle:
        raise WrongSetting("SESSION_AGE is shorter than SESSION_IDLE; wanted is at least as long.")
    if within < timedelta(minutes=1):
        raise WrongSetting("STEP_UP_WITHIN is shorter than 1m; nobody could finish what she was asked for.")
    return SignIn(env.choice("SECOND_FACTOR", "required", among=["required", "optional"]), idle, longest, within)


def providers(env: Environment) -> list[dict[str, Any]]:
    """The providers that OPENID_PROVIDERS names, each by its own variables; in the shape that allauth reads."""
    found = []
    names = env.list("OPENID_PROVIDERS")
    for name in names:
        if not NAME.fullmatch(name) or name in TAKEN:
            raise WrongSetting(f"OPENID_PROVIDERS names {name!r}; wanted are short names of a-z and 0-9, such as city.")
        if names.count(name) > 1:
            raise WrongSetting(f"OPENID_PROVIDERS names {name!r} twice; wanted is each once.")
        found.append(_provider(env, name))
    return found


def _provider(env: Environment, name: str) -> dict[str, Any]:
    prefix = f"OPENID_{name.upper()}_"
    issuer = env.url(f"{prefix}ISSUER", schemes=["https", "http"])
    _must_be_private(f"{prefix}ISSUER", issuer)
    claim, values = _vouching(env, f"{prefix}SECOND_FACTOR")
    return {
        "provider_id": name,
        "name": env.text(f"{prefix}NAME"),
        "client_id": env.text(f"{prefix}CLIENT_ID"),
        "secret": env.text(f"{prefix}CLIENT_SECRET"),
        "settings": {
            "server_url": issuer.rstrip("/") + "/.well-known/openid-configuration",
            "issuer": issuer,
            "oauth_pkce_enabled": True,
            "vouches": {"claim": claim, "values": values},
        },
    }


def _vouching(env: Environment, variable: str) -> tuple[str, list[str]]:
    """`amr:mfa,otp` or `acr:urn:…`: which claim of the provider counts as a second factor. Nothing: none does."""
    said = env.given(variable)
    if said is None:
        return "", []
    claim, _colon, rest = said.partition(":")
    values = [value.strip() for value in rest.split(",") if value.strip()]
    if claim not in ("amr", "acr") or not values:
        _refuse(variable, said, "amr: or acr: with the values that count, as in amr:mfa,otp")
    return claim, values


def _must_be_private(variable: str, address: str) -> None:
    parts = urlsplit(address)
    if not parts.hostname or parts.query or parts.fragment:
        _refuse(variable, address, "the address of an issuer, such as https://login.example.org")
    if parts.scheme != "https" and parts.hostname not in LOCAL:
        _refuse(variable, address, "an https: address; http: is for this machine itself")


def _refuse(variable: str, value: str, wanted: str) -> NoReturn:
    raise WrongSetting(f"{variable} is {value!r}; wanted is {wanted}.")


def origins(found: Sequence[dict[str, Any]]) -> list[str]:
    """Where the button "sign in at …" leads: a form of ours ends there, which the browser must allow."""
    parts = [urlsplit(provider["settings"]["issuer"]) for provider in found]
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts})
