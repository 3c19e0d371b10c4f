"""Travel status: two code lists, mapped explicitly and never merged; what holds on a day, as known on a day."""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils.translation import gettext_lazy as _


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
