"""Templates compile; a fragment stands alone; an e-mail can't reach a name."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest
from django.template.loader import get_template

from cases.outbox.models import Message
from cases.outbox.rendering import sections

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*"))

#: All that an e-mail may say: which case, which day, what time, and where the house is.
OF_AN_EMAIL = {"reference", "day", "time", "when", "address", "site", "url"}

#: One of several things in an e-mail: it has these words, and no row of the database to go on from.
OF_ONE_THING = {"one.reference", "one.day", "one.time", "one.within_week"}


@pytest.mark.parametrize("name", ALL)
def test_template__compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", [name for name in ALL if Path(name).name.startswith("_")])
def test_fragment__extends_nothing(name: str) -> None:
    assert "{% extends" not in (TEMPLATES / name).read_text() or name == "account/_entrance.html"


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("emails/")])
def test_email__says_no_more_than_case_and_time(name: str) -> None:
    text = (TEMPLATES / name).read_text()
    named = re.findall(r"{{\s*([\w.]+)", text) + re.findall(r"\w=([\w.]+)", text)
    assert set(named) <= OF_AN_EMAIL | OF_ONE_THING | {"causes.0"}


def test_email__is_handed_plain_words() -> None:
    row = Message(kind="LATE", reference="VIL-2024-0001", about_on=date(2024, 11, 5), about_time=time(10))
    ((kind, (one,)),) = sections([row])
    assert kind == "LATE"
    assert {f"one.{name}" for name in one} == OF_ONE_THING
    assert all(isinstance(said, str | date | time | bool) for said in one.values())
