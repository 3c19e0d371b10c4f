"""The code list of offences: who keeps it, and how it is loaded."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import translation

from cases.access.rules import NotAllowed, Refused, Stale
from cases.access.services import acting
from cases.prosecution.models import Offence
from cases.prosecution.selectors import offences, offences_on
from cases.prosecution.services import put_offence
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Role
from cities.staff.models import User
from tests.factories import AT, Cast, a_user, an_offence, staff

NAMES = {f"name_{language}": f"Invented in {language}" for language in ("nl", "fr", "de", "en")}


@pytest.fixture
def keeper(db: None) -> User:
    """The administrator of the whole country."""
    return staff(Role.ADMINISTRATOR, None, first_name="Keeper")


def article(**fields: Any) -> dict[str, Any]:
    return {"at": AT, "code": "999", "starts_on": date(2015, 1, 1), **NAMES, **fields}


def test_put_offence__twice_is_once(keeper: User) -> None:
    with acting(keeper):
        for version, name in ((None, "One"), (1, "One"), (1, "Two")):
            put_offence(by=keeper, **article(name_en=name, version=version))
        (row,) = offences()
        with pytest.raises(Stale):
            put_offence(by=keeper, **article(version=1))
        with pytest.raises(Refused, match="written already") as known:
            put_offence(by=keeper, **article())
        assert (row.version, known.value.field) == (2, "code")
        with translation.override("fr"):
            assert str(row) == "999: Invented in fr"
        assert row.name_en == "Two"
    assert [entry.fields for entry in LedgerEntry.objects.filter(act="PUT_OFFENCE").order_by("id")][1:] == [["name_en"]]


def test_put_offence__by_who_keeps_code_lists(cast: Cast, keeper: User) -> None:
    root = a_user(is_superuser=True)
    with acting(root):
        put_offence(by=root, **article())
    for user in (cast.administrator, cast.carla, cast.alice, cast.liaison):
        with acting(user):
            with pytest.raises(NotAllowed):
                put_offence(by=user, **article())
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                Offence.objects.create(recorded_at=AT, code="998", starts_on=date(2015, 1, 1), **NAMES)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"code": ""}, "code"), ({"name_de": " "}, "name_de"), ({"ends_on": date(2015, 1, 1)}, "ends_on")],
)
def test_put_offence__refuses(keeper: User, fields: dict[str, Any], field: str) -> None:
    with acting(keeper), pytest.raises(Refused) as caught:
        put_offence(by=keeper, **article(**fields))
    assert caught.value.field == field


def test_offences_on__as_they_stand_that_day(cast: Cast) -> None:
    an_offence("1", starts_on=date(2015, 1, 1), ends_on=date(2020, 1, 1))
    an_offence("2", starts_on=date(2020, 1, 1))
    with acting(cast.alice):
        days = (date(2014, 12, 31), date(2019, 12, 31), date(2020, 1, 1))
        assert [[row.code for row in offences_on(day)] for day in days] == [[], ["1"], ["2"]]


def test_load_offences__twice_changes_nothing(keeper: User) -> None:
    for _ in range(2):
        call_command("load_offences", verbosity=0)
    assert LedgerEntry.objects.filter(act="PUT_OFFENCE", actor=keeper).count() == 11
    with acting(keeper):
        codes = set(offences_on(date(2026, 11, 24)).values_list("code", flat=True))
    latin = ("", "bis", "ter", "quater", "quinquies", "sexies", "septies")
    assert codes == {"137", "138", "139", "141", *(f"140{suffix}" for suffix in latin)}


def test_load_offences__on_behalf_of_somebody_who_may(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such administrator"):
        call_command("load_offences")
    with pytest.raises(CommandError, match="may not"):
        call_command("load_offences", by=cast.carla.email)
    root = a_user(is_superuser=True)
    call_command("load_offences", by=root.email)
    for text, said in (
        ("code\n140\n", "can't be read"),
        ("code,starts_on,ends_on,name_nl,name_fr,name_de,name_en\n,2015-01-01,,a,b,c,d\n", "code"),
    ):
        (tmp_path / "offences.csv").write_text(text)
        with pytest.raises(CommandError, match=said):
            call_command("load_offences", by=root.email, file=tmp_path / "offences.csv")


def test_offences__stand_as_in_the_code(keeper: User) -> None:
    codes = ["99", "140", "140bis", "140ter", "140quater", "140sexies", "140septies", "141", "Customs Act", "9" * 40]
    for code in reversed(codes):
        an_offence(code)
    with acting(keeper):
        assert [row.code for row in offences()] == [*codes[:-2], "9" * 40, "Customs Act"]
