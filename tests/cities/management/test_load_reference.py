"""The reference data: loaded once, twice, and from changed files."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cities.ledger.models import LedgerEntry
from cities.management.commands.load_reference import DATA
from cities.places.selectors import cities, city_by_code, designations_on, population_on, school_holidays
from cities.statistics.selectors import figures, figures_on

CODES = "ANT MOL VIL VER MEC SCH BRU MAA AND LIE GEN SGI CHA KOR MEN"
THE_DAY = date(2015, 11, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files, to be changed."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.mark.django_db
def test_load_reference__the_cities_as_they_are_known() -> None:
    call_command("load_reference", verbosity=0)
    assert {city.code for city in cities()} == set(CODES.split())
    assert {row.city.code for row in designations_on(THE_DAY)} == set(CODES.split()[:10])
    assert len(designations_on(date(2016, 1, 1))) == 15
    vilvoorde, verviers, genk = city_by_code("VIL"), city_by_code("VER"), city_by_code("GEN")
    assert vilvoorde and verviers and genk  # noqa: PT018
    population = population_on(vilvoorde, THE_DAY)
    assert population is not None
    assert (population.inhabitants, population.is_approximate) == (42_000, True)
    assert "Statbel" in population.source  # words for the page of a city, not the name of a file
    assert ".csv" not in population.source
    assert population_on(verviers, THE_DAY) is None
    assert population_on(genk, date(2026, 1, 1)) is None
    assert (vilvoorde.published_departures, vilvoorde.published_departures_on) == (27, date(2016, 1, 28))


@pytest.mark.django_db
def test_load_reference__the_figures_with_their_words() -> None:
    call_command("load_reference", verbosity=0)
    cable = {row.measure: row for row in figures_on(THE_DAY) if row.series.code == "cable"}
    said = {measure: f"{row.qualifier} {row.value.normalize():f}".strip() for measure, row in cable.items()}
    assert said["left"] == "about 500"
    assert said["in_zone"] == "or so 200"
    assert said["returned"] == "at least 128"
    assert said["departures_ratio_to_year_before"] == "about half 0.5"
    assert said["hot_spot_cities"] == "10"
    assert {row.source for row in cable.values()} == {cable["left"].source}
    assert "same" not in set(figures().values_list("source", flat=True))
    assert figures().count() == 62


@pytest.mark.django_db
def test_load_reference__twice_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_reference")
    before = LedgerEntry.objects.count()
    call_command("load_reference")
    assert LedgerEntry.objects.count() == before
    assert capsys.readouterr().out.splitlines()[-1].startswith("15 cities, 62 figures and ")


@pytest.mark.django_db
def test_load_reference__a_changed_file_changes_the_rows(folder: Path) -> None:
    call_command("load_reference", verbosity=0)
    before = LedgerEntry.objects.count()
    for name, old, new in (
        ("published_figures.csv", "BE,returned,128,at least", "BE,returned,130,at least"),
        ("hot_spot_cities.csv", ",Vilvorde,", ",Vilvorde (FR),"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    call_command("load_reference", folder=folder, verbosity=0)
    assert figures().get(series__code="cable", measure="returned").value == Decimal(130)
    assert [entry.fields for entry in LedgerEntry.objects.order_by("id")[before:]] == [["name_fr"], ["value"]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("hot_spot_cities.csv", "513570", "many"),
        ("hot_spot_cities.csv", ",flanders,", ",moon,"),
        ("published_figures.csv", "2015-11-03", "in November"),
        ("published_figures.csv", "BE,left,500", "BE,left,five hundred"),
        ("series.csv", "cable,", "telegram,"),
    ],
)
def test_load_reference__a_broken_file_loads_nothing(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("load_reference", folder=folder)
    assert not cities().exists()
    assert not LedgerEntry.objects.exists()


@pytest.mark.django_db
def test_load_reference__school_holidays_where_there_is_such_a_file(folder: Path) -> None:
    head = "community,name_nl,name_fr,name_de,name_en,starts_on,ends_on,source"
    row = "flemish,Herfst,Automne,Herbst,Autumn,2026-11-02,{},Invented"
    path = folder / "school_holidays.csv"
    for ends_on in ("2026-11-08", "2026-11-08", "2026-11-09"):
        path.write_text(f"{head}\n{row.format(ends_on)}\n", encoding="utf-8")
        call_command("load_reference", folder=folder, verbosity=0)
    (found,) = school_holidays()
    assert (found.community, found.name_fr, found.ends_on) == ("FLEMISH", "Automne", date(2026, 11, 9))
    path.unlink()
    call_command("load_reference", folder=folder, verbosity=0)
    assert school_holidays().count() == 1
