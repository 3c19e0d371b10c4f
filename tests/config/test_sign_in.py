"""How people come in, as the environment says it; a wrong value stops the start with a sentence that names it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.env import Environment, WrongSetting
from config.sign_in import origins, providers, sign_in_settings

CITY = {
    "OPENID_PROVIDERS": "city",
    "OPENID_CITY_NAME": "City of Vilvoorde",
    "OPENID_CITY_ISSUER": "https://login.example.org/realm",
    "OPENID_CITY_CLIENT_ID": "apparatus",
    "OPENID_CITY_CLIENT_SECRET": "secret",
}


def test_settings__have_the_defaults_that_are_safe() -> None:
    assert sign_in_settings(Environment({})) == (
        "required", timedelta(minutes=15), timedelta(hours=10), timedelta(minutes=10),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECOND_FACTOR", "off"), ("SESSION_IDLE", "2m"), ("SESSION_IDLE", "15"), ("SESSION_AGE", "10m"),
        ("STEP_UP_WITHIN", "30s"),
    ],
)  # fmt: skip
def test_settings__refuse(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=name):
        sign_in_settings(Environment({name: value}))


def test_providers__as_allauth_reads_them() -> None:
    (found,) = providers(Environment(CITY | {"OPENID_CITY_SECOND_FACTOR": "amr: mfa, hwk"}))
    assert found["provider_id"] == "city"
    assert found["settings"]["server_url"] == "https://login.example.org/realm/.well-known/openid-configuration"
    assert found["settings"]["vouches"] == {"claim": "amr", "values": ["mfa", "hwk"]}
    assert origins([found]) == ["https://login.example.org"]
    assert providers(Environment({})) == []
    assert providers(Environment(CITY))[0]["settings"]["vouches"] == {"claim": "", "values": []}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"OPENID_PROVIDERS": "City"}, "OPENID_PROVIDERS"), ({"OPENID_PROVIDERS": "city,city"}, "OPENID_PROVIDERS"),
        ({"OPENID_PROVIDERS": "failed"}, "OPENID_PROVIDERS"), ({"OPENID_CITY_NAME": ""}, "OPENID_CITY_NAME"),
        ({"OPENID_CITY_CLIENT_SECRET": " "}, "OPENID_CITY_CLIENT_SECRET"),
        ({"OPENID_CITY_ISSUER": "http://login.example.org"}, "OPENID_CITY_ISSUER"),
        ({"OPENID_CITY_ISSUER": "https://"}, "OPENID_CITY_ISSUER"),
        ({"OPENID_CITY_ISSUER": "https://a.example/?x=1"}, "OPENID_CITY_ISSUER"),
        ({"OPENID_CITY_ISSUER": "login.example.org"}, "OPENID_CITY_ISSUER"),
        ({"OPENID_CITY_SECOND_FACTOR": "yes"}, "OPENID_CITY_SECOND_FACTOR"),
        ({"OPENID_CITY_SECOND_FACTOR": "amr:"}, "OPENID_CITY_SECOND_FACTOR"),
    ],
)  # fmt: skip
def test_providers__refuse(changes: dict[str, str], named: str) -> None:
    with pytest.raises(WrongSetting, match=named):
        providers(Environment(CITY | changes))


def test_http__is_for_this_machine_alone() -> None:
    assert providers(Environment(CITY | {"OPENID_CITY_ISSUER": "http://127.0.0.1:9000/o"}))
