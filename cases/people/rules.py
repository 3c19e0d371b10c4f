"""Words about people, and how a name is folded so that it can be found again."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from babel.dates import get_month_names
from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.access.rules import Refused, clean_text


class BirthPrecision(models.TextChoices):
    """How much of a birth date is known."""

    DAY = "DAY", _("the day is known")
    MONTH = "MONTH", _("the month is known")
    YEAR = "YEAR", _("the year is known")
    ABOUT = "ABOUT", _("about that year")
    UNKNOWN = "UNKNOWN", _("not known")


class Sex(models.TextChoices):
    """As in the national register."""

    FEMALE = "F", _("woman")
    MALE = "M", _("man")
    UNKNOWN = "X", _("not known")


class NameKind(models.TextChoices):
    """What a name is to a person."""

    OFFICIAL = "OFFICIAL", _("official name")
    ALIAS = "ALIAS", _("alias")
    FORMER = "FORMER", _("former name")
    CALLED = "CALLED", _("is called")


class RelationshipKind(models.TextChoices):
    """What the other person is to the person followed up."""

    PARENT = "PARENT", _("parent")
    CHILD = "CHILD", _("child")
    PARTNER = "PARTNER", _("partner")
    SIBLING = "SIBLING", _("brother or sister")
    GRANDPARENT = "GRANDPARENT", _("grandparent")
    RELATIVE = "RELATIVE", _("other relative")
    FRIEND = "FRIEND", _("friend")
    GUARDIAN = "GUARDIAN", _("guardian")
    LAWYER = "LAWYER", _("lawyer")


#: The longest name, and the longest folded name: some letters fold into many.
LONGEST_NAME = 200

#: Nobody followed up is older; an earlier birth date is a typing error.
OLDEST = relativedelta(years=125)

#: "About that year" is that year, give or take so many.
ABOUT = 5

_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"})

# Cyrillic, letter by letter, as passports of the Caucasus, Central Asia, Russia and the Balkans write it more or less;
# the search goes by sound besides. Each of its letters is a Latin one or several, so a table does. Arabic script leaves
# vowels out: which ones belong there is a guess, so such a name is found as it is written, and by the alias beside it.
_CYRILLIC = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфыэіјғқөұүһҷәѕҳ", "abvgdeziklmnoprstufyeijgqouuhjash", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "є": "ye", "ң": "ng"}
    | {"ђ": "dj", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz", "ґ": "g", "ъ": "", "ь": "", "ӏ": ""}
)


def fold(name: str) -> str:
    """A name as it is compared: no accents, no capitals, no punctuation, single spaces, Cyrillic as Latin letters."""
    plain = name
    for _round in range(2):  # some letters become others with accents or capitals only when taken apart
        plain = unicodedata.normalize("NFKD", plain).casefold().translate(_SPECIAL).translate(_CYRILLIC)
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())[:LONGEST_NAME].rstrip()


#: The languages of this country, and English: in which months are called by name, whatever language the page is in.
_LANGUAGES = ("nl", "fr", "de", "en")

#: "april", "avr", "märz" as it is folded: which month that is.
_MONTHS = {
    fold(name): month
    for language in _LANGUAGES
    for width in ("wide", "abbreviated")
    for month, name in get_month_names(width, "format", language).items()
} | {"sept": 9, "mar": 3, "maerz": 3}

_DAY_FIRST = re.compile(r"\b(?P<day>[0-3]?[0-9])[./-](?P<month>[01]?[0-9])[./-](?P<year>[12][0-9]{3})\b")
_YEAR_FIRST = re.compile(r"\b(?P<year>[12][0-9]{3})[./-](?P<month>[01]?[0-9])[./-](?P<day>[0-3]?[0-9])\b")
_DAY_AND_NAME = re.compile(
    r"\b(?P<day>[0-3]?[0-9])(?:\.|er|st|nd|rd|th)?[ -]*(?:of )?(?P<month>[^\W\d_]{3,10})\.?,?[ -]*"
    r"(?P<year>[12][0-9]{3})\b",
    re.IGNORECASE,
)
_NAME_AND_DAY = re.compile(
    r"\b(?P<month>[^\W\d_]{3,10})\.? (?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?,? (?P<year>[12][0-9]{3})\b", re.IGNORECASE
)


def take_date(text: str) -> tuple[date | None, str]:
    """The birth date in what somebody typed into the search box, and the rest.

    "Nemo 3/5/1990", "1990-05-03", "3 mei 1990", "1er mai 1990", "3. Mai 1990", "May 3, 1990": the day before the
    month, but where the year comes first or the month has its name.
    """
    for pattern in (_DAY_FIRST, _YEAR_FIRST, _DAY_AND_NAME, _NAME_AND_DAY):
        if found := pattern.search(text):
            month = _MONTHS.get(fold(found["month"])) or found["month"]
            try:
                day = date(int(found["year"]), int(month), int(found["day"]))
            except ValueError:
                continue
            return day, text[: found.start()] + " " + text[found.end() :]
    return None, text


def clean_name(name: str, *, field: str) -> str:
    """A name as it is kept, or `Refused` beside `field`: it has at least one letter or digit, in any script."""
    kept = clean_text(name, field=field, most=LONGEST_NAME, needed=True, one_line=True)
    if not fold(kept):
        raise Refused(gettext("A name has at least one letter."), field=field, code="no_letter")
    return kept


def clean_birth(born_on: date | None, precision: str, *, today: date) -> BirthPrecision:
    """How much is known of a birth date, or `Refused`: nobody is born tomorrow, or 125 years ago.

    A date without a word about it is taken as known to the day.
    """
    if precision not in BirthPrecision.values:
        raise Refused(gettext("This is not a precision."), field="birth_precision", code="unknown_code")
    if born_on is None:
        if precision != BirthPrecision.UNKNOWN:
            raise Refused(gettext("Give the birth date that is known so far."), field="born_on", code="required")
        return BirthPrecision.UNKNOWN
    if born_on > today:
        raise Refused(gettext("This birth date is in the future."), field="born_on", code="future")
    if born_on < today - OLDEST:
        raise Refused(gettext("This birth date is too long ago."), field="born_on", code="too_long_ago")
    return BirthPrecision.DAY if precision == BirthPrecision.UNKNOWN else BirthPrecision(precision)


def born_at_the_earliest(born_on: date | None, precision: str) -> date | None:
    """The first day on which somebody can have been born, as far as the birth date is known."""
    if born_on is None or precision == BirthPrecision.UNKNOWN:
        return None
    if precision == BirthPrecision.ABOUT:
        return date(max(born_on.year - ABOUT, 1), 1, 1)
    if precision == BirthPrecision.YEAR:
        return born_on.replace(month=1, day=1)
    return born_on.replace(day=1) if precision == BirthPrecision.MONTH else born_on


def born_at_the_latest(born_on: date | None, precision: str) -> date | None:
    """The last day on which somebody can have been born, as far as the birth date is known: who may be a child is
    taken for one. "About" a year is taken as that year."""
    if born_on is None or precision == BirthPrecision.UNKNOWN:
        return None
    if precision in (BirthPrecision.YEAR, BirthPrecision.ABOUT):
        return born_on.replace(month=12, day=31)
    if precision == BirthPrecision.MONTH:
        return born_on + relativedelta(day=31)
    return born_on


def age_on(born_on: date | None, day: date) -> int | None:
    """Whole years on `day`, or None when no birth date is known. On 29 February's birthday: 1 March in other years."""
    if born_on is None:
        return None
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
