"""Published figures: kept with their qualifier and source, as they stood on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.refusals import NotAllowed, Refused, Stale
from cities.statistics.models import Series
from cities.statistics.selectors import figures, figures_on, series
from cities.statistics.services import put_figure, put_series
from tests.factories import AT, Cast, a_user


@pytest.fixture
def cable(db: None) -> Series:
    return put_series(by=Clock.SETUP, at=AT, code="invented", name="An invented series")


def a_figure(cable: Series, **fields: Any) -> dict[str, Any]:
    return {
        "at": AT, "series": cable, "as_of": date(2015, 11, 3), "area": "BE", "measure": "returned",
        "value": Decimal(128), "qualifier": "at least", "source": "Invented", **fields,
    }  # fmt: skip


def test_put_series__twice_is_once(cable: Series) -> None:
    same: dict[str, Any] = {"by": Clock.SETUP, "at": AT, "code": "invented", "name": "An invented series"}
    put_series(**same, version=1)
    put_series(**same, version=1, note="Counted by hand")
    assert [(row.note, row.version) for row in series()] == [("Counted by hand", 2)]
    with pytest.raises(Stale):
        put_series(**same, version=1)
    with pytest.raises(Refused, match="written already") as known:
        put_series(**same)
    assert known.value.field == "code"
    assert [entry.fields for entry in LedgerEntry.objects.order_by("id")] == [["name"], ["note"]]


def test_put_series__by_a_superuser_but_not_by_one_city(cast: Cast) -> None:
    put_series(by=a_user(is_superuser=True), at=AT, code="invented", name="An invented series")
    with pytest.raises(NotAllowed):
        put_series(by=cast.administrator, at=AT, code="invented", name="Another name")
    with pytest.raises(Refused) as caught:
        put_series(by=Clock.SETUP, at=AT, code="not a code", name="Invented")
    assert caught.value.field == "code"


def test_put_figure__keeps_the_qualifier(cable: Series) -> None:
    figure = put_figure(by=Clock.SETUP, **a_figure(cable))
    assert (figure.qualifier, str(figure)) == ("at least", "invented 2015-11-03 BE returned: at least 128")
    put_figure(by=Clock.SETUP, **a_figure(cable, version=1))
    put_figure(by=Clock.SETUP, **a_figure(cable, version=1, value=Decimal("128.50"), qualifier="about"))
    assert [(row.value, row.qualifier, row.version) for row in figures()] == [(Decimal("128.50"), "about", 2)]
    with pytest.raises(Stale):
        put_figure(by=Clock.SETUP, **a_figure(cable, version=1))
    with pytest.raises(Refused, match="written already") as known:
        put_figure(by=Clock.SETUP, **a_figure(cable))
    assert known.value.field == "measure"
    assert [entry.fields for entry in LedgerEntry.objects.filter(act="PUT_FIGURE").order_by("id")] == [
        ["qualifier", "source", "value"], ["qualifier", "value"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"source": ""}, "source"),
        ({"area": "BELGIUM"}, "area"),
        ({"measure": ""}, "measure"),
        ({"value": Decimal("1.234")}, "value"),
        ({"qualifier": "x" * 31}, "qualifier"),
    ],
)
def test_put_figure__refuses(cable: Series, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        put_figure(by=Clock.SETUP, **a_figure(cable, **fields))
    assert caught.value.field == field
    assert not figures().exists()


def test_figures_on__the_last_published_by_then(cable: Series) -> None:
    other = put_series(by=Clock.SETUP, at=AT, code="other", name="Another")
    for as_of, value in ((date(2016, 1, 28), 117), (date(2016, 7, 12), 114)):
        put_figure(by=Clock.SETUP, **a_figure(cable, as_of=as_of, value=Decimal(value)))
        put_figure(by=Clock.SETUP, **a_figure(cable, as_of=as_of, area="WAL", value=Decimal(20)))
    put_figure(by=Clock.SETUP, **a_figure(other, value=Decimal(128)))
    assert [row.value for row in figures_on(date(2015, 11, 3))] == [128]
    assert [row.value for row in figures_on(date(2016, 7, 11), cable)] == [117, 20]
    assert [row.value for row in figures_on(date(2026, 1, 1))] == [114, 20, 128]
