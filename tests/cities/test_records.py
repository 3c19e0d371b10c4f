"""How a row is kept, or refused: the next version of it too."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from cities.agencies.models import Agency
from cities.agencies.selectors import agencies
from cities.agencies.services import change_agency
from cities.ledger.rules import Clock
from cities.records import keep, keep_version, put_in, require_as_read, version_of
from cities.refusals import Refused, Stale
from tests.databases import OwnDatabase
from tests.factories import AT, an_agency


@pytest.mark.django_db
def test_keep__somebody_was_quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    there = an_agency()
    row = Agency(recorded_at=AT, name=there.name, kind="NGO")
    monkeypatch.setattr(Agency, "validate_unique", lambda self, exclude=None: None)
    with pytest.raises(Refused) as caught:
        keep(row, field="name")
    assert (caught.value.field, caught.value.code) == ("name", "exists")
    assert Agency.objects.count() == 1  # the transaction goes on


def test_put_in__names_what_is_different() -> None:
    row = Agency(name="Invented", kind="NGO")
    assert put_in(row, {"name": "Invented", "kind": "POLICE", "phone": "1"}) == ["kind", "phone"]
    assert (row.kind, row.phone) == ("POLICE", "1")


@pytest.mark.django_db
def test_require_as_read__what_stands_by_whoever_read_it() -> None:
    row = an_agency()
    require_as_read(row, 1)
    require_as_read(Agency(name="New"), None)
    for version in (0, 2):
        with pytest.raises(Stale):
            require_as_read(row, version)
    with pytest.raises(Refused) as known:
        require_as_read(row, None, field="name")
    assert (known.value.field, known.value.code) == ("name", "exists")


@pytest.mark.django_db
def test_keep_version__the_first_and_the_next() -> None:
    row = Agency(recorded_at=AT, name="Invented", kind="NGO")
    assert version_of(agencies().filter(name="Invented")) is None
    keep_version(row, ["name", "kind"])
    assert version_of(agencies().filter(name="Invented")) == 1
    row.phone, row.email = "1", "not kept"
    keep_version(row, ["phone"])
    row.refresh_from_db()
    assert (row.version, row.phone, row.email) == (2, "1", "")


def test_change__of_several_at_once_one_is_taken(own_database: OwnDatabase) -> None:
    """Each read the same version, and all send at the same moment."""
    agency, start = an_agency(), threading.Barrier(6)
    taken: list[str] = []
    stale: list[str] = []
    failures: list[BaseException] = []

    def work(phone: str) -> None:
        try:
            start.wait(timeout=60)
            change_agency(
                agency=agency, by=Clock.SETUP, at=AT, version=1, name=agency.name, kind=agency.kind, phone=phone
            )
            taken.append(phone)
        except Stale:
            stale.append(phone)
        except BaseException as error:  # noqa: BLE001 -- shown by the test, not lost in a thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert (failures, len(taken), len(stale)) == ([], 1, 5)
    agency.refresh_from_db()
    assert (agency.version, agency.phone) == (2, taken[0])
