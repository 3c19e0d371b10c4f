"""Travel status: two code lists, mapped explicitly and never merged; what holds on a day, as known on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.access.rules import Refused, clean_text


class TravelValue(models.TextChoices):
    """The words of the cable of November 2015."""

    LEFT = "LEFT", _("left, whereabouts not known")
    IN_ZONE = "IN_ZONE", _("in the zone")
    IN_TRANSIT = "IN_TRANSIT", _("in transit")
    KILLED = "KILLED", _("killed")
    RETURNED = "RETURNED", _("returned")


class Situation(models.TextChoices):
    """The situations of the joint database on foreign terrorist fighters (royal decree of 21 July 2016, article 6)."""

    IN_ZONE = "FTF1", _("1: in the zone")
    EN_ROUTE = "FTF2", _("2: en route to the zone")
    RETURNING = "FTF3", _("3: on the way back or returned")
    PREVENTED = "FTF4", _("4: prevented from leaving")
    INTENDS = "FTF5", _("5: seriously intends to leave")
    INDICATIONS = "IND", _("indications only")


class Confidence(models.TextChoices):
    """How sure one is. Presumed is not confirmed, least of all about a death."""

    CONFIRMED = "CONFIRMED", _("confirmed")
    PRESUMED = "PRESUMED", _("presumed")
    INDICATED = "INDICATED", _("indicated")


class Reliability(models.TextChoices):
    """How reliable the source is, after the NATO admiralty code (STANAG 2511), in words."""

    A = "A", _("A: completely reliable")
    B = "B", _("B: usually reliable")
    C = "C", _("C: fairly reliable")
    D = "D", _("D: not usually reliable")
    E = "E", _("E: unreliable")
    F = "F", _("F: cannot be judged")


class SourceKind(models.TextChoices):
    """Where an assessment comes from."""

    FAMILY = "FAMILY", _("family")
    SCHOOL = "SCHOOL", _("school")
    STREET_WORK = "STREET_WORK", _("street work")
    POLICE = "POLICE", _("police")
    CARD = "CARD", _("information card")
    ABROAD = "ABROAD", _("authority abroad")
    PRISON = "PRISON", _("prison")
    PERSON = "PERSON", _("the person")
    OPEN = "OPEN", _("open source")


#: cable value -> the situations that can stand beside it. Nothing else maps one list onto the other.
SITUATIONS_BESIDE: dict[str, frozenset[str]] = {
    TravelValue.LEFT: frozenset({Situation.IN_ZONE, Situation.EN_ROUTE, Situation.RETURNING}),
    TravelValue.IN_ZONE: frozenset({Situation.IN_ZONE}),
    TravelValue.IN_TRANSIT: frozenset({Situation.EN_ROUTE, Situation.RETURNING}),
    TravelValue.KILLED: frozenset(),
    TravelValue.RETURNED: frozenset({Situation.RETURNING}),
    "": frozenset({Situation.PREVENTED, Situation.INTENDS, Situation.INDICATIONS}),
}

#: cable values, each the lot of somebody who left; together they are the stock "left".
EVER_LEFT = (TravelValue.LEFT, TravelValue.IN_ZONE, TravelValue.IN_TRANSIT, TravelValue.KILLED, TravelValue.RETURNED)

#: "Indications only" lapses after this long unless renewed with a reason.
INDICATIONS_LAPSE = relativedelta(months=6)


def situation_fits(value: str, situation: str) -> bool:
    """Whether the situation (may be empty) can stand beside the cable's value (may be empty); not both empty."""
    if not situation:
        return bool(value)
    return situation in SITUATIONS_BESIDE[value]


def indications_lapse_on(true_since: date) -> date:
    """The first day on which an assessment "indications only" no longer counts."""
    return true_since + INDICATIONS_LAPSE


#: Somebody is away. A return comes after one of these, if any is recorded.
AWAY = frozenset({TravelValue.LEFT, TravelValue.IN_ZONE, TravelValue.IN_TRANSIT})


@dataclass(frozen=True)
class Assessment:
    """What somebody asks to have recorded, before it is a row."""

    value: str
    situation: str
    confidence: str
    source_kind: str
    source: str
    reliability: str
    true_since: date
    known_since: date
    reason: str


@dataclass(frozen=True)
class Stay:
    """What the rules have to know of an assessment that stands: what, how surely, since when."""

    value: str
    situation: str
    confidence: str
    true_since: date

    @property
    def is_indications_only(self) -> bool:
        return not self.value and self.situation == Situation.INDICATIONS


def clean_assessment(asked: Assessment, *, today: date, born: date | None) -> Assessment:
    """The assessment as it is kept, or `Refused` beside the first field that can't be. `born`: at the earliest."""
    codes = {
        "value": ["", *TravelValue.values],
        "situation": ["", *Situation.values],
        "confidence": Confidence.values,
        "source_kind": SourceKind.values,
        "reliability": Reliability.values,
    }
    for field, known in codes.items():
        if getattr(asked, field) not in known:
            raise Refused(gettext("This code is not in the list."), field=field, code="unknown_code")
    if not asked.value and not asked.situation:
        raise Refused(gettext("Say what is believed: a travel status or a situation."), field="value", code="required")
    if not situation_fits(asked.value, asked.situation):
        raise Refused(gettext("This situation cannot stand beside this travel status."), field="situation", code="fit")
    if asked.true_since > today:
        raise Refused(gettext("This day is in the future."), field="true_since", code="future")
    if born is not None and asked.true_since < born:
        raise Refused(gettext("This day lies before the person's birth."), field="true_since", code="before_birth")
    if asked.known_since > today:
        raise Refused(gettext("This day is in the future."), field="known_since", code="future")
    if asked.known_since < asked.true_since:
        raise Refused(
            gettext("Nothing is known before it is true: see “true since”."), field="known_since", code="before_true"
        )
    return Assessment(
        value=asked.value,
        situation=asked.situation,
        confidence=asked.confidence,
        source_kind=asked.source_kind,
        source=clean_text(asked.source, field="source", most=300, needed=True, one_line=True),
        reliability=asked.reliability,
        true_since=asked.true_since,
        known_since=asked.known_since,
        reason=clean_text(asked.reason, field="reason", most=2_000),
    )


def has_lapsed(stay: Stay, day: date) -> bool:
    """Whether an assessment no longer counts on `day`: indications only, and not renewed for six months."""
    return stay.is_indications_only and indications_lapse_on(stay.true_since) <= day


def returns_too_early(stays: Iterable[Stay]) -> set[date]:
    """The days of returns before which nobody left, though a departure is recorded later."""
    known = list(stays)
    departures = [stay.true_since for stay in known if stay.value in AWAY]
    first = min(departures, default=date.min)
    return {stay.true_since for stay in known if stay.value == TravelValue.RETURNED and stay.true_since < first}


def check_history(stay: Stay, *, others: list[Stay], instead_of: Stay | None = None) -> None:
    """Raises `Refused` when the assessment can't stand beside the `others` that stand.

    `instead_of`: the one it corrects, no longer among the others. Nobody returns before leaving; nobody is anywhere
    after a confirmed death (a presumed one may prove wrong).
    """
    after = returns_too_early([*others, stay])
    if stay.value == TravelValue.RETURNED and stay.true_since in after:
        raise Refused(gettext("This return lies before the departure."), field="true_since", code="before_departure")
    if instead_of is not None and after - returns_too_early([*others, instead_of]):
        raise Refused(gettext("This departure lies after the return."), field="true_since", code="after_return")
    for one, other in [*((stay, other) for other in others), *((other, stay) for other in others)]:
        if _is_confirmed_death(one) and other.value != TravelValue.KILLED and other.true_since > one.true_since:
            raise Refused(
                gettext("A death is confirmed before this: correct that first."), field="true_since", code="after_death"
            )


def _is_confirmed_death(stay: Stay) -> bool:
    return stay.value == TravelValue.KILLED and stay.confidence == Confidence.CONFIRMED


def is_renewal(stay: Stay, *, others: Iterable[Stay]) -> bool:
    """Whether "indications only" is said again: then a reason is needed."""
    return stay.is_indications_only and any(other.is_indications_only for other in others)
