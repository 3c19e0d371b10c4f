"""Agencies: who staff work for, and what something can be addressed to."""

from __future__ import annotations

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cities.agencies.rules import AgencyKind
from cities.agencies.selectors import agencies, agencies_for
from cities.api.base import Door, PageQuery, Posted, Shape
from cities.api.described import described, paged
from cities.places.selectors import city_by_code


class AgencyShape(Shape):
    """An agency. Without a city it serves the whole country, or a region."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=AgencyKind.choices)
    city = serializers.CharField(source="city.code", default=None, allow_null=True)
    email = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    is_active = serializers.BooleanField()


class AgenciesQuery(PageQuery):
    """Which agencies."""

    city = serializers.RegexField(r"^[A-Z]{3}\Z", required=False, help_text="Those that work in this city.")
    kind = serializers.ChoiceField(choices=AgencyKind.choices, required=False)


class Agencies(Door):
    """The list."""

    permission_classes = [Posted]

    @described("agencies_list", "Agencies in use", query=AgenciesQuery, answers=paged(AgencyShape))
    def get(self, request: Request) -> Response:
        asked = self.query(AgenciesQuery)
        rows = agencies().filter(is_active=True)
        if "city" in asked:
            city = city_by_code(asked["city"])
            rows = agencies_for(city) if city else rows.none()
        if "kind" in asked:
            rows = rows.filter(kind=asked["kind"])
        return self.listed(AgencyShape, *self.page(rows, asked, keys=["pk"]))


class OneAgency(Door):
    """One agency."""

    permission_classes = [Posted]

    @described("agencies_read", "An agency", answers=AgencyShape)
    def get(self, request: Request, pk: int) -> Response:
        agency = agencies().filter(pk=pk).first()
        if agency is None:
            raise Http404
        return Response(AgencyShape(agency).data)
