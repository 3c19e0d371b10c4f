"""How names are compared, how old somebody is, and which birth dates can be."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from typing import Any

import pytest
from babel.dates import format_date
from dateutil.relativedelta import relativedelta
from hypothesis import example, given
from hypothesis import strategies as st

from cases.people.rules import (
    LONGEST_NAME,
    BirthPrecision,
    age_on,
    born_at_the_earliest,
    born_at_the_latest,
    clean_birth,
    clean_name,
    fold,
    take_date,
)
from cities.refusals import Refused

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
PLAIN_WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8), min_size=1, max_size=4)
ACCENTS = ["\u0300", "\u0301", "\u0302", "\u0303", "\u0308", "\u0327", "\u030c"]


@given(PLAIN_WORDS, st.data())
def test_fold__undoes_whatever_was_put_on_a_plain_name(words: list[str], data: st.DataObject) -> None:
    """The oracle knows the plain name first and dresses it: capitals, accents, punctuation, blanks."""
    dressed = ""
    for word in words:
        for letter in word:
            dressed += letter.upper() if data.draw(st.booleans()) else letter
            dressed += data.draw(st.sampled_from(["", "", *ACCENTS]))
        dressed += data.draw(st.sampled_from([" ", "  ", "-", "’", ", ", "\t", "_", ". "]))
    form: Any = data.draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
    assert fold(unicodedata.normalize(form, dressed)) == " ".join(words)


@given(st.text(max_size=300))
@example("™")
@example("İstanbul")
@example("ﷺ" * 200)
@example("ẞß")
def test_fold__is_folded_once_and_for_all(name: str) -> None:
    folded = fold(name)
    assert fold(folded) == folded
    assert len(folded) <= LONGEST_NAME
    assert folded == folded.strip()


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Zoë D’Exemple-Łuk", "zoe d exemple luk"),
        ("STRASSE straße", "strasse strasse"),
        ("Œuvre Æsir Ørsted Þór", "oeuvre aesir orsted thor"),
        ("İrem Işık", "irem isik"),
        ("نُور", "نور"),
        ("Николай Щукин", "nikolai shchukin"),
        ("МАГОМЕД Ӏелитов", "magomed elitov"),
        ("Ольга Ёжикова", "olga ezhikova"),
        ("Қайрат Әлі", "qairat ali"),
        ("Љубица Ђорђевић", "ljubitsa djordjevic"),
        ("O'Neil,  Jr.", "o neil jr"),
        ("", ""),
    ],
)
def test_fold__examples(name: str, folded: str) -> None:
    assert fold(name) == folded


@given(DAYS, DAYS)
@example(date(2000, 2, 29), date(2018, 2, 28))
@example(date(2000, 2, 29), date(2018, 3, 1))
def test_age_on__counts_birthdays(born: date, day: date) -> None:
    """The oracle walks from birthday to birthday, by the calendar."""
    if day < born:
        return
    birthdays = 0
    while _birthday(born, born.year + birthdays + 1) <= day:
        birthdays += 1
    assert age_on(born, day) == birthdays


def _birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def test_age_on__is_not_known_without_a_birth_date() -> None:
    assert age_on(None, date(2024, 1, 1)) is None


@given(DAYS, st.sampled_from(BirthPrecision.values), DAYS)
def test_clean_birth__keeps_what_can_be(born: date, precision: str, today: date) -> None:
    possible = today - relativedelta(years=125) <= born <= today
    try:
        kept = clean_birth(born, precision, today=today)
    except Refused as refused:
        assert not possible
        field = refused.field
    else:
        assert possible
        assert kept == ("DAY" if precision == "UNKNOWN" else precision)
        field = "born_on"
    assert field == "born_on"


def test_clean_birth__nothing_known() -> None:
    assert clean_birth(None, "UNKNOWN", today=date(2024, 1, 1)) == "UNKNOWN"


@pytest.mark.parametrize(
    ("born_on", "precision", "field", "code"),
    [
        (None, "YEAR", "born_on", "required"),
        (date(2000, 1, 1), "HOUR", "birth_precision", "unknown_code"),
        (date(2024, 1, 2), "DAY", "born_on", "future"),
        (date(1898, 12, 31), "DAY", "born_on", "too_long_ago"),
    ],
)
def test_clean_birth__refuses(born_on: date | None, precision: str, field: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        clean_birth(born_on, precision, today=date(2024, 1, 1))
    assert (caught.value.field, caught.value.code) == (field, code)


@pytest.mark.parametrize(
    ("precision", "earliest"),
    [
        ("DAY", date(1990, 5, 17)),
        ("MONTH", date(1990, 5, 1)),
        ("YEAR", date(1990, 1, 1)),
        ("ABOUT", date(1985, 1, 1)),
        ("UNKNOWN", None),
    ],
)
def test_born_at_the_earliest(precision: str, earliest: date | None) -> None:
    assert born_at_the_earliest(date(1990, 5, 17), precision) == earliest
    assert born_at_the_earliest(None, precision) is None


@pytest.mark.parametrize(
    ("precision", "latest"),
    [
        ("DAY", date(1990, 2, 17)),
        ("MONTH", date(1990, 2, 28)),
        ("YEAR", date(1990, 12, 31)),
        ("ABOUT", date(1990, 12, 31)),
        ("UNKNOWN", None),
    ],
)
def test_born_at_the_latest(precision: str, latest: date | None) -> None:
    assert born_at_the_latest(date(1990, 2, 17), precision) == latest
    assert born_at_the_latest(None, precision) is None


@pytest.mark.parametrize("name", ["", " ", "-", "…", "!!!", "\u200d", "a\x00b", "x" * 201])
def test_clean_name__refuses(name: str) -> None:
    with pytest.raises(Refused) as caught:
        clean_name(name, field="name")
    assert caught.value.field == "name"


@given(DAYS, st.sampled_from(["{d}/{m}/{y}", "{d:02}.{m:02}.{y}", "{y}-{m:02}-{d:02}", "{d}-{m}-{y}", "{y}/{m}/{d}"]))
def test_take_date__finds_the_day_and_leaves_the_rest(day: date, form: str) -> None:
    typed = form.format(d=day.day, m=day.month, y=day.year)
    found, rest = take_date(f"Nemo {typed} Invented")
    assert found == day
    assert rest.split() == ["Nemo", "Invented"]


@pytest.mark.parametrize(
    "typed",
    [
        "4 April 1983", "4 april 1983", "4 avril 1983", "4. April 1983", "4 avr. 1983", "4 apr 1983", "04-apr-1983",
        "4th of April 1983", "4th April, 1983", "April 4, 1983", "apr 4 1983", "4 APRIL 1983", "4/4/1983", "1983-04-04",
    ],
)  # fmt: skip
def test_take_date__by_the_name_of_the_month_in_any_language_of_the_country(typed: str) -> None:
    found, rest = take_date(f"Nemo {typed} Invented")
    assert found == date(1983, 4, 4)
    assert rest.split() == ["Nemo", "Invented"]


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize("form", ["LLLL", "MMMM", "MMM"])
def test_take_date__each_month_as_its_language_calls_it(language: str, form: str) -> None:
    for month in range(1, 13):
        day = date(1983, month, 1)
        assert take_date(format_date(day, f"d {form} yyyy", locale=language)) == (day, " "), (language, month)


def test_take_date__the_first_of_a_month_in_french_and_umlauts_written_out() -> None:
    assert take_date("1er août 1983")[0] == take_date("1er aout 1983")[0] == date(1983, 8, 1)
    assert take_date("3. Maerz 1983")[0] == take_date("3. März 1983")[0] == date(1983, 3, 3)


@pytest.mark.parametrize(
    "text",
    ["", "Nemo", "31/2/1990", "1990-13-01", "1/1/90", "12345-6-7890", "31 April 1983", "4 Nemo 1983", "4 avr 83"],
)
def test_take_date__leaves_alone_what_is_no_day(text: str) -> None:
    assert take_date(text) == (None, text)


def test_take_date__tomorrow_and_today_differ() -> None:
    day = date(2024, 2, 28)
    assert take_date(str(day + timedelta(days=1)))[0] == date(2024, 2, 29)
