"""The catalogues compile without a system package, and a broken one is named."""

import gettext
import os
from pathlib import Path

import pytest

from config import catalogues

GOOD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "check-in"\nmsgstr "opvolggesprek"\n'


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "locale/nl/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD)
    return path


def test_compile_all__makes_what_gettext_reads(tmp_path: Path, catalogue: Path) -> None:
    assert catalogues.compile_all(tmp_path) == [catalogue.with_suffix(".mo")]
    found = gettext.translation("django", tmp_path / "locale", ["nl"])
    assert found.gettext("check-in") == "opvolggesprek"


def test_compile_all__leaves_alone_what_is_new_enough(tmp_path: Path, catalogue: Path) -> None:
    catalogues.compile_all(tmp_path)
    made = catalogue.with_suffix(".mo")
    later = catalogue.stat().st_mtime + 10
    os.utime(made, (later, later))
    assert catalogues.compile_all(tmp_path) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "\nrubbish\n",
        '\n#, python-format\nmsgid "of %(day)s"\nmsgstr "van %(dag)s"\n',
    ],
)
def test_compile_all__names_a_broken_one(tmp_path: Path, catalogue: Path, wrong: str) -> None:
    catalogue.write_text(GOOD + wrong)
    with pytest.raises(catalogues.CatalogueError, match=r"django\.po"):
        catalogues.compile_all(tmp_path)
    assert list(catalogue.parent.iterdir()) == [catalogue]
