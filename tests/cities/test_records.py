"""How a row is kept, or refused."""

from __future__ import annotations

import pytest

from cities.agencies.models import Agency
from cities.records import keep, put_in
from cities.refusals import Refused
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
