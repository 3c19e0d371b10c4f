"""What others published, in words: what they counted, and how sure they said they were."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cities.places.rules import Region

#: The codes under which the published figures name a region.
AREAS = {Region.FLANDERS: "VLG", Region.WALLONIA: "WAL", Region.BRUSSELS: "BRU"}

#: What was counted.
MEASURES = {
    "left": _("left"),
    "in_zone": _("in the zone"),
    "in_transit": _("in transit"),
    "killed": _("killed"),
    "returned": _("returned"),
    "prevented": _("prevented from leaving"),
    "intends": _("seriously intend to leave"),
    "total": _("known in all"),
    "departures_in_year": _("departures in the year"),
    "departures_per_month_low": _("departures a month, at the least"),
    "departures_per_month_high": _("departures a month, at the most"),
    "departures_ratio_to_year_before": _("departures, as a share of the year before"),
    "hot_spot_cities": _("hot-spot cities"),
    "per_million": _("left, per million inhabitants"),
    "terrorism_convictions_in_year": _("convictions for terrorism in the year"),
}

#: The publishers' own words for how sure they were.
QUALIFIERS = {
    "about": _("about"),
    "about half": _("about half"),
    "at least": _("at least"),
    "or so": _("or so"),
    "presumed": _("presumed"),
    "known": _("known"),
    "up to": _("up to"),
}


def measure_in_words(measure: str) -> str:
    """What was counted; a measure without words is shown by its code."""
    return str(MEASURES.get(measure, measure.replace("_", " ")))


def qualifier_in_words(qualifier: str) -> str:
    """How sure they were, in the reader's language; what is not known here stays in the publisher's own words."""
    return str(QUALIFIERS.get(qualifier, qualifier))
