"""Everything a person reads can be read in Dutch, French and German, and asks for nothing the original doesn't give."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import override

from config.catalogue_sources import LANGUAGES, gather

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def written() -> Catalog:
    """What the code and the templates say, in English."""
    return gather(ROOT)


def _catalogue(language: str) -> Catalog:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as stream:
        return read_po(stream, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue__has_every_message(written: Catalog, language: str) -> None:
    catalogue = _catalogue(language)
    missing = []
    for message in written:
        name = message.id[0] if isinstance(message.id, tuple) else message.id
        found = catalogue.get(name, message.context)
        texts = (found.string if isinstance(found.string, tuple) else (found.string,)) if found else ()
        if name and not (texts and all(texts)):
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue__says_nothing_that_is_no_longer_written(written: Catalog, language: str) -> None:
    gone = [message.id for message in _catalogue(language) if message.id and _of(written, message) is None]
    assert gone == []


def _of(written: Catalog, message: object) -> object:
    name = message.id[0] if isinstance(message.id, tuple) else message.id  # type: ignore[attr-defined]
    return written.get(name, message.context)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue__keeps_the_places_for_numbers_and_names(language: str) -> None:
    wrong = [(message.id, str(errors[0])) for message, errors in _catalogue(language).check()]
    assert wrong == []


def test_catalogue__leaves_the_months_and_days_to_django(written: Catalog) -> None:
    """“May” as a verb was once put in the place of the month, on every page."""
    with override("en"):
        theirs = {str(name) for names in (MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR) for name in names.values()}
    assert [name for name in theirs if written.get(name) is not None] == []
