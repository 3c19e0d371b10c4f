"""Templates compile; a fragment stands alone; an e-mail can't reach a name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*"))

#: All that an e-mail may say: which case, which day, what time, and where the house is.
OF_AN_EMAIL = {"reference", "day", "time", "when", "address", "site", "url"}


@pytest.mark.parametrize("name", ALL)
def test_template__compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", [name for name in ALL if Path(name).name.startswith("_")])
def test_fragment__extends_nothing(name: str) -> None:
    assert "{% extends" not in (TEMPLATES / name).read_text() or name == "account/_entrance.html"


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("emails/")])
def test_email__says_no_more_than_case_and_time(name: str) -> None:
    text = (TEMPLATES / name).read_text()
    named = re.findall(r"{{\s*([\w.]+)", text) + re.findall(r"\bwith\s+(\w+)=", text)
    assert {variable.split(".")[0] for variable in named} <= OF_AN_EMAIL
    assert not any("." in variable for variable in named)
