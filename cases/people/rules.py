"""Words about people, and how a name is folded so that it can be found again."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _


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


_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"})


def fold(name: str) -> str:
    """A name as it is compared: no accents, no capitals, no punctuation, single spaces."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_SPECIAL))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w]+", " ", plain).split())


def age_on(born_on: date | None, day: date) -> int | None:
    """Whole years on `day`, or None when no birth date is known. On 29 February's birthday: 1 March in other years."""
    if born_on is None:
        return None
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
