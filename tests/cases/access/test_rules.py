"""Whatever somebody types: kept whole, or refused beside its field; never an error of the database."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.access.rules import LONGEST_TEXT, Refused, clean_text


@given(st.text())
@example("a\r\nb\rc")
@example("\u1100\u1161")
def test_clean_text__is_kept_composed_and_only_once(text: str) -> None:
    refused = None
    try:
        kept = clean_text(text, field="note")
    except Refused as raised:
        refused = (raised.field, raised.code)
    if refused:
        assert refused == ("note", "characters")
        return
    assert clean_text(kept, field="note") == kept
    assert unicodedata.is_normalized("NFC", kept)
    kept.encode()  # can be stored
    assert "\x00" not in kept


@pytest.mark.parametrize("bad", ["Al\x00ice", "\ud800", "a\u202eb", "\x1b[2J", "a\x7f", "\u2066x"])
def test_clean_text__refuses_what_cannot_be_stored_or_read(bad: str) -> None:
    with pytest.raises(Refused) as caught:
        clean_text(bad, field="name")
    assert (caught.value.field, caught.value.code) == ("name", "characters")


def test_clean_text__refuses_a_note_of_a_million_characters() -> None:
    with pytest.raises(Refused) as caught:
        clean_text("x" * 1_000_000, field="note")
    assert caught.value.code == "too_long"
    assert str(LONGEST_TEXT) in caught.value.message


@pytest.mark.parametrize("nothing", ["", "  \n ", "\u200b", "\u00a0\u2003"])
def test_clean_text__refuses_nothing_where_something_is_needed(nothing: str) -> None:
    assert clean_text(nothing, field="reason").strip("\u200b") == ""
    with pytest.raises(Refused) as caught:
        clean_text(nothing, field="reason", needed=True)
    assert caught.value.code == "required"


def test_clean_text__keeps_other_scripts_and_joiners() -> None:
    for name in ("Nour El‑Example", "نور المثال", "می\u200cخواهم", "Œuvre d’Exemple", "😀", "李例子"):
        assert clean_text(name, field="name", needed=True) == name


def test_clean_text__one_line_has_single_spaces() -> None:
    assert clean_text("  Testa \n\t de  Vries ", field="name", one_line=True) == "Testa de Vries"
