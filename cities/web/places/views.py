"""The pages of the cities: what anybody who works here may know of one, and nothing of any person followed up."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cities.agencies.selectors import agencies_of, seats_of
from cities.places.rules import Region
from cities.places.selectors import cities, city_by_code, designations, designations_on, populations
from cities.refusals import NotAllowed, OutOfSight
from cities.roles.permissions import Permission
from cities.roles.rules import Role
from cities.staff.selectors import colleagues, standing_of
from cities.statistics.selectors import figures_on
from cities.web.pages import page
from cities.web.places.words import AREAS, measure_in_words, qualifier_in_words
from cities.web.requests import SignedIn, signed_in

if TYPE_CHECKING:
    from cities.places.models import City


@require_safe
@signed_in
def city_list(request: SignedIn) -> HttpResponse:
    _require_to_read(request)
    today = timezone.localdate(request.at)
    hot_spots = {designation.city_id: designation for designation in designations_on(today)}
    every_period = {designation.city_id: designation for designation in designations().order_by("starts_on")}
    inhabitants = {population.city_id: population for population in populations().order_by("year")}
    rows = [
        {
            "city": city,
            "hot_spot": hot_spots.get(city.pk),
            "last_period": every_period.get(city.pk),
            "population": inhabitants.get(city.pk),
        }
        for city in sorted(cities(), key=attrgetter("name"))
    ]
    return page(request, "cities/places/city_list.html", {"rows": rows})


@require_safe
@signed_in
def city(request: SignedIn, code: str) -> HttpResponse:
    _require_to_read(request)
    found = city_by_code(code) if code.isalpha() else None  # letters alone: what else is typed can be no code
    if found is None:
        raise OutOfSight
    today = timezone.localdate(request.at)
    seats = list(seats_of(found, on=today))
    postings = sorted(colleagues(found, at=request.at), key=lambda posting: list(Role).index(Role(posting.role)))
    context = {
        "city": found,
        "other_names": _other_names(found),
        "today": today,
        "designations": designations().filter(city=found).order_by("starts_on"),
        "populations": populations().filter(city=found).order_by("-year"),
        "seats": seats,
        "others": agencies_of(found).exclude(pk__in=[seat.agency_id for seat in seats]),
        "staff": [(Role(role).label, list(held)) for role, held in groupby(postings, key=attrgetter("role"))],
        "figures": _published(found, request),
    }
    return page(request, "cities/places/city.html", context)


def _require_to_read(request: SignedIn) -> None:
    if standing_of(request.user, Permission.CITY_READ, at=request.at) is None:
        raise NotAllowed(Permission.CITY_READ.value)


def _other_names(city: City) -> list[tuple[str, str]]:
    """The names the city has in the other languages, each with its language, as `lang` wants it."""
    names = {"nl": city.name_nl, "fr": city.name_fr, "de": city.name_de, "en": city.name_en}
    found: list[tuple[str, str]] = []
    for language, name in names.items():
        if name != city.name and name not in (other for _language, other in found):
            found.append((language, name))
    return found


def _published(city: City, request: SignedIn) -> list[dict[str, object]]:
    """What was published of the city and of its region: the last figure of each series."""
    areas = {city.nis: city.name, AREAS[Region(city.region)]: city.get_region_display()}
    order = list(areas)
    found = figures_on(timezone.localdate(request.at)).filter(area__in=order)
    return [
        {
            "area": areas[figure.area],
            "measure": measure_in_words(figure.measure),
            "qualifier": qualifier_in_words(figure.qualifier),
            "value": figure.value.normalize(),
            "as_of": figure.as_of,
            "series": figure.series,
            "source": figure.source,
        }
        for figure in sorted(found, key=lambda row: (order.index(row.area), row.series.code, row.measure))
    ]
