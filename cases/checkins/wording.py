"""How a rhythm is said in the reader's language: "every two weeks on Tuesday"."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.checkins.recurrence import LAST, ONE_DAY, Frequency, Recurring


def in_words(pattern: Recurring) -> str:
    """How often, and on which day: "every two weeks on Tuesday". When any day of the week will do, that too."""
    if not pattern.within_week:
        return _how_often(pattern)
    if pattern.frequency == Frequency.WEEKS and len(set(pattern.weekdays)) == 1:
        said = ngettext(
            "every week, some time in the week", "every %(number)s weeks, some time in the week", pattern.every
        )
        return said % {"number": _number(pattern.every)}
    return _("%(rhythm)s, some time in that week") % {"rhythm": _how_often(pattern)}


def in_words_to_the_end(pattern: Recurring) -> str:
    """The same with how many times, or until when: "every week on Tuesday, 8 times". The day that is said is the last
    on which there may be one."""
    told = {"rhythm": in_words(pattern)}
    if (times := pattern.times) is not None:
        said = ngettext("%(rhythm)s, once", "%(rhythm)s, %(number)s times", times)
        return said % {**told, "number": times}
    if pattern.ends_on is None:
        return told["rhythm"]
    last = formats.date_format(pattern.ends_on - ONE_DAY, "DATE_FORMAT")
    return _("%(rhythm)s, until %(day)s") % {**told, "day": last}


def chain_in_words(patterns: Sequence[Recurring]) -> str:
    """A taper: "every week on Tuesday, until 25 January 2027, then every month on the first Tuesday"."""
    words = in_words_to_the_end(patterns[0])
    for following in patterns[1:]:
        words = _("%(before)s, then %(after)s") % {"before": words, "after": in_words_to_the_end(following)}
    return words


def _how_often(pattern: Recurring) -> str:
    every, number = pattern.every, _number(pattern.every)
    match pattern.frequency:
        case Frequency.DAYS:
            return ngettext("every day", "every %(number)s days", every) % {"number": number}
        case Frequency.WEEKS:
            days = _listed([str(WEEKDAYS[day]) for day in sorted(set(pattern.weekdays))])
            said = ngettext("every week on %(days)s", "every %(number)s weeks on %(days)s", every)
            return said % {"number": number, "days": days}
        case Frequency.QUARTER if every == 2:
            return _("twice a quarter")
        case Frequency.QUARTER:
            return ngettext("once a quarter", "%(number)s times a quarter", every) % {"number": number}
    said = ngettext("every month %(on)s", "every %(number)s months %(on)s", every)
    return said % {"number": number, "on": _on(pattern)}


def _on(pattern: Recurring) -> str:
    """On which day of the month, in words."""
    if pattern.month_day == LAST:
        return pgettext("of the month", "on the last day")
    if pattern.month_day is not None:
        said = pgettext("of the month", "on day %(day)s")
        if pattern.month_day > 28:
            said = pgettext("of the month", "on day %(day)s, or on the last day of a shorter month")
        return said % {"day": pattern.month_day}
    said = {
        1: pgettext("of the month", "on the first %(weekday)s"),
        2: pgettext("of the month", "on the second %(weekday)s"),
        3: pgettext("of the month", "on the third %(weekday)s"),
        4: pgettext("of the month", "on the fourth %(weekday)s"),
        LAST: pgettext("of the month", "on the last %(weekday)s"),
    }[int(pattern.nth or 1)]
    return said % {"weekday": WEEKDAYS[int(pattern.nth_weekday or 0)]}


def _number(number: int) -> str:
    """A small number as people write it, a large one in digits."""
    words = {
        2: pgettext("a number", "two"), 3: pgettext("a number", "three"), 4: pgettext("a number", "four"),
        5: pgettext("a number", "five"), 6: pgettext("a number", "six"), 7: pgettext("a number", "seven"),
        8: pgettext("a number", "eight"), 9: pgettext("a number", "nine"), 10: pgettext("a number", "ten"),
        11: pgettext("a number", "eleven"), 12: pgettext("a number", "twelve"),
    }  # fmt: skip
    return words.get(number, str(number))


def _listed(words: list[str]) -> str:
    """Words one after another: "Monday, Tuesday and Friday"."""
    if len(words) == 1:
        return words[0]
    return _("%(several)s and %(last)s") % {"several": ", ".join(words[:-1]), "last": words[-1]}
