"""How an act is refused: four ways, which every door knows how to say; and the one rule of what can be typed."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext


class OutOfSight(Exception):
    """The record doesn't exist for this user. Doors answer 404, alike for hidden and for non-existent."""


class NotAllowed(Exception):
    """The user may know of the record but her role doesn't have this act. Doors answer 403."""


class Refused(Exception):
    """An act that a rule forbids, with a sentence for the person who tried. `field` names where it belongs."""

    def __init__(self, message: str, *, field: str = "", code: str = "refused") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code


class Stale(Refused):
    """Somebody else changed the record since it was read: nothing is written, what was typed is kept."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="stale")


#: The longest text that a note or a statement may be: some ten printed pages.
LONGEST_TEXT = 20_000

# Half of a surrogate pair can't be stored; overrides of the writing direction make a text read as what it isn't.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def clean_text(
    value: str, *, field: str, most: int = LONGEST_TEXT, needed: bool = False, one_line: bool = False
) -> str:
    """A text as it is kept: composed (NFC), line ends as \\n, no blanks around it. All that is typed comes by here.

    `needed`: refused when nothing of it can be seen. `one_line`: line ends and repeated blanks become one space.
    Raises `Refused` beside `field` for NUL and other control characters, and for more than `most` characters.
    """
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if _UNWANTED.search(text):
        raise Refused(gettext("This text has characters that cannot be stored."), field=field, code="characters")
    text = " ".join(text.split()) if one_line else text.strip()
    if len(text) > most:
        longest = gettext("This text is too long: at most %(most)s characters.") % {"most": most}
        raise Refused(longest, field=field, code="too_long")
    if needed and not any(unicodedata.category(letter)[0] in "LMNPS" for letter in text):
        raise Refused(gettext("This is needed."), field=field, code="required")
    return text
