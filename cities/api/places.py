"""Cities: their names, regions, populations, and when they were hot spots."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cities.api.base import Door, PageQuery, Posted, Shape
from cities.api.described import described, paged
from cities.places.models import City
from cities.places.rules import Region
from cities.places.selectors import cities, city_by_code, designation_on


class CityShape(Shape):
    """A city, as in a list."""

    code = serializers.CharField(help_text="Three capitals that begin every case reference of this city.")
    nis = serializers.CharField(help_text="The five digits by which Statbel knows the municipality.")
    name_nl = serializers.CharField()
    name_fr = serializers.CharField()
    name_de = serializers.CharField()
    name_en = serializers.CharField()
    region = serializers.ChoiceField(choices=Region.choices)
    languages = serializers.CharField(help_text="Of the administration, such as “fr nl”.")
    published_departures = serializers.IntegerField(allow_null=True)
    published_departures_on = serializers.DateField(allow_null=True)


class PopulationShape(Shape):
    """Inhabitants on 1 January of a year."""

    year = serializers.IntegerField()
    inhabitants = serializers.IntegerField()
    is_approximate = serializers.BooleanField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # DRF has one of this name


class DesignationShape(Shape):
    """A period as a hot spot, half-open, and the grant that came with it."""

    round = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    grant_eur = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # DRF has one of this name


class CityDetail(CityShape):
    """A city."""

    note = serializers.CharField(allow_blank=True)
    is_hot_spot = serializers.BooleanField(help_text="Today.")
    populations = PopulationShape(many=True)
    designations = DesignationShape(many=True)


class CitiesQuery(PageQuery):
    """Which cities."""

    region = serializers.ChoiceField(choices=Region.choices, required=False)


class Cities(Door):
    """The list."""

    permission_classes = [Posted]

    @described("cities_list", "Cities, by code", query=CitiesQuery, answers=paged(CityShape))
    def get(self, request: Request) -> Response:
        asked = self.query(CitiesQuery)
        rows = cities()
        if "region" in asked:
            rows = rows.filter(region=asked["region"])
        return self.listed(CityShape, *self.page(rows, asked, keys=["code"]))


class OneCity(Door):
    """One city."""

    permission_classes = [Posted]

    @described("cities_read", "A city", answers=CityDetail)
    def get(self, request: Request, code: str) -> Response:
        city = city_by_code(code)
        if city is None:
            raise Http404
        return Response(CityDetail(self.shown(city)).data)

    def shown(self, city: City) -> dict[str, Any]:
        names = [str(name) for name in CityDetail().fields]
        told = {name: getattr(city, name) for name in names if hasattr(city, name)}
        told["populations"] = city.populations.order_by("-year")
        told["designations"] = city.designations.order_by("starts_on")
        told["is_hot_spot"] = designation_on(city, timezone.localdate(self.at)) is not None
        return told
