"""Typed readers: a right value comes through, a wrong one stops the start with a sentence that names it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.connections import database_settings, email_settings
from config.env import FALSE, MAX_DAYS, TRUE, Environment, WrongSetting, hide_password

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
Reader = Callable[[Environment], object]

READERS: list[Reader] = [
    lambda env: env.flag("X", default=False),
    lambda env: env.whole_number("X", 5, at_least=1, at_most=9),
    lambda env: env.duration("X", timedelta(hours=1)),
    lambda env: env.url("X", "http://a", schemes=["http"]),
    lambda env: env.path("X", Path("/a")),
    lambda env: env.choice("X", "a", among=["a", "b"]),
]


@given(value=texts, reader=st.sampled_from(READERS))
def test_readers__answer_or_say_which_and_what(value: str, reader: Reader) -> None:
    try:
        reader(Environment({"X": value}))
    except WrongSetting as refusal:
        said = str(refusal)
    else:
        return
    assert said.startswith("X is ")
    assert "wanted is" in said


@given(value=st.sampled_from(["", " ", "\t\n"]), reader=st.sampled_from(READERS))
def test_readers__take_a_blank_for_the_default(value: str, reader: Reader) -> None:
    assert reader(Environment({"X": value})) == reader(Environment({}))


@given(st.sampled_from(sorted(TRUE | FALSE)), st.booleans(), st.booleans())
def test_flag__reads_both_ways(word: str, capitals: bool, default: bool) -> None:
    written = word.upper() if capitals else word
    assert Environment({"X": written}).flag("X", default=default) is (word in TRUE)


@given(st.integers(-(10**12), 10**12), st.integers(-1000, 1000), st.integers(0, 1000))
def test_whole_number__keeps_to_its_bounds(value: int, least: int, span: int) -> None:
    env = Environment({"X": str(value)})
    if least <= value <= least + span:
        assert env.whole_number("X", 0, at_least=least, at_most=least + span) == value
    else:
        with pytest.raises(WrongSetting, match=f"X is '{value}'"):
            env.whole_number("X", 0, at_least=least, at_most=least + span)


@given(st.integers(0, MAX_DAYS), st.sampled_from("smhd"))
def test_duration__is_the_number_of_its_unit(count: int, unit: str) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
    assert Environment({"X": f"{count}{unit}"}).duration("X", timedelta(0)) == timedelta(seconds=count * seconds)


def test_duration__refuses_more_than_a_century() -> None:
    with pytest.raises(WrongSetting, match="at most"):
        Environment({"X": f"{MAX_DAYS + 1}d"}).duration("X", timedelta(0))


@given(st.lists(st.text("abc.-", min_size=1)))
def test_list__gives_the_parts(parts: list[str]) -> None:
    assert Environment({"X": " , ".join(parts)}).list("X") == parts


def test_text__is_required_without_a_default() -> None:
    with pytest.raises(WrongSetting, match="X is not set"):
        Environment({}).text("X")


@given(password=st.text("abcXYZ0189-_", min_size=3, max_size=20))
def test_refusals__never_show_a_password(password: str) -> None:
    secret = f"s3cret{password}"
    with pytest.raises(WrongSetting) as refusal:
        Environment({"X": f"ftp://me:{secret}@host/x"}).url("X", schemes=["redis"])
    assert secret not in str(refusal.value)
    assert secret not in hide_password(f"redis://:{secret}@host")


@pytest.mark.parametrize(
    "address", ["postgresql://web:pw@db.example:5433/app", "host=db.example port=5433 user=web password=pw dbname=app"]
)
def test_database__takes_both_forms(address: str) -> None:
    told = database_settings(Environment({"DATABASE_URL": address}))["default"]
    assert [told[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")] == [
        "db.example",
        "5433",
        "web",
        "pw",
        "app",
    ]


def test_database__refuses_another_kind() -> None:
    with pytest.raises(WrongSetting, match="DATABASE_URL is 'sqlite:///x'"):
        database_settings(Environment({"DATABASE_URL": "sqlite:///x"}))


def test_database__has_a_pool_when_asked() -> None:
    asked = {"DATABASE_URL": "postgresql://web@db/app", "DATABASE_POOL": "1", "DATABASE_POOL_SIZE": "3"}
    assert database_settings(Environment(asked))["default"]["OPTIONS"]["pool"]["max_size"] == 3


@pytest.mark.parametrize(
    ("address", "port", "tls", "ssl"),
    [
        ("smtp://mail", 25, False, False),
        ("smtp+tls://u:p%40@mail", 587, True, False),
        ("smtps://mail:2465", 2465, False, True),
    ],
)
def test_email__takes_each_kind_of_server(address: str, port: int, tls: bool, ssl: bool) -> None:
    told = email_settings(Environment({"EMAIL_URL": address}))
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"]) == ("mail", port)
    assert (told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (tls, ssl)


def test_email__refuses_a_server_without_a_name() -> None:
    with pytest.raises(WrongSetting, match="EMAIL_URL"):
        email_settings(Environment({"EMAIL_URL": "smtp://"}))


def test_places__each_is_shown_without_its_password() -> None:
    env = Environment({"X": "file:///outside, mailto:dpo@example.org\nhttps://us:secret@example.org/in"})
    assert env.places("X", schemes=["file", "mailto", "https"]) == {
        "file:///outside": "file:///outside",
        "mailto:dpo@example.org": "mailto:dpo@example.org",
        "https://us:…@example.org/in": "https://us:secret@example.org/in",
    }
    assert Environment({}).places("X", schemes=["file"]) == {}


@pytest.mark.parametrize("value", ["nonsense", "file://relative", "ftp://a", "mailto:", "file:///a,gopher:x"])
def test_places__refuses_what_is_none(value: str) -> None:
    with pytest.raises(WrongSetting, match="X is "):
        Environment({"X": value}).places("X", schemes=["file", "mailto"])


def test_key__is_32_bytes_and_never_repeated() -> None:
    right = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    assert Environment({"X": right}).key("X") == right
    assert Environment({}).key("X") == ""
    for wrong in ("hush", right[:-4], right + "A", "é"):
        with pytest.raises(WrongSetting, match="openssl rand -base64 32") as refused:
            Environment({"X": wrong}).key("X")
        assert wrong not in str(refused.value)
