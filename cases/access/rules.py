"""Need-to-know in words: on what ground somebody may know, and what each kind of row is."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cities.roles.rules import Compartment


class Ground(models.TextChoices):
    """Why somebody may see one case. A posting that covers a whole city is its own ground and needs no row."""

    TEAM = "TEAM", _("on the case team")
    REFERRAL = "REFERRAL", _("a prosecution referral is addressed to her office")
    EMERGENCY = "EMERGENCY", _("emergency opening")


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


@dataclass(frozen=True)
class NeedToKnow:
    """What a kind of row is to need-to-know.

    `compartment`: the part of the case it lies in. `path`: how it hangs on a case: "casefile" (a foreign key to
    the case), "self" (it is the case), "person" (it is, or belongs to, a person), "city" (to a city as a whole),
    "code" (a code list, readable by whoever signs in). `append_only`: rows are added, never changed.
    `personal`, `sensitive`, `public`: each field in one of them; the laws of the house check that none is missing.
    """

    compartment: Compartment
    path: str = "casefile"
    append_only: bool = False
    public: frozenset[str] = field(default_factory=frozenset)
    personal: frozenset[str] = field(default_factory=frozenset)
    sensitive: frozenset[str] = field(default_factory=frozenset)


def known(
    compartment: Compartment,
    *,
    path: str = "casefile",
    append_only: bool = False,
    public: str = "",
    personal: str = "",
    sensitive: str = "",
) -> NeedToKnow:
    """A `NeedToKnow` from field names in one string a class, separated by spaces."""
    return NeedToKnow(
        compartment=compartment,
        path=path,
        append_only=append_only,
        public=frozenset(public.split()),
        personal=frozenset(personal.split()),
        sensitive=frozenset(sensitive.split()),
    )
