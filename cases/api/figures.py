"""The national picture: numbers only, small ones protected, beside the published figures."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseDoor
from cases.figures.rendering import as_data
from cases.figures.services import open_picture
from cities.api.base import Shape
from cities.api.described import described
from cities.places.rules import Region
from cities.roles.permissions import Permission
from cities.statistics.rules import Mark


class PictureQuery(Shape):
    """Which day, and what was known by which day. Today, when left out."""

    as_of = serializers.DateField(required=False)
    known_on = serializers.DateField(required=False)


class MonthShape(Shape):
    """What happened in a month, beside the same days a year before."""

    starts_on = serializers.DateField()
    until = serializers.DateField(help_text="The last day counted.")
    is_part = serializers.BooleanField(help_text="The month wasn't over.")
    departures = serializers.IntegerField()
    departures_year_before = serializers.IntegerField()
    returns = serializers.IntegerField()
    returns_year_before = serializers.IntegerField()
    deaths = serializers.IntegerField()
    deaths_year_before = serializers.IntegerField()


class FunnelShape(Shape):
    """What became of those who returned."""

    returned = serializers.IntegerField()
    open_case = serializers.IntegerField()
    in_follow_up = serializers.IntegerField()
    closed = serializers.IntegerField()
    without_case = serializers.IntegerField()


def _a_number(**more: Any) -> serializers.IntegerField:
    return serializers.IntegerField(allow_null=True, **more)


class LineShape(Shape):
    """A city, a region, or the country. Null where a number is protected: `marks` says how."""

    code = serializers.CharField(allow_blank=True)
    nis = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    region = serializers.ChoiceField(choices=Region.choices, allow_blank=True)
    left = _a_number()
    in_zone = _a_number(required=False)
    in_transit = _a_number(required=False)
    killed = _a_number(required=False)
    returned = _a_number(required=False)
    whereabouts_unknown = _a_number(required=False)
    prevented = _a_number(required=False)
    intends = _a_number(required=False)
    indications = _a_number(required=False)
    departures = _a_number(help_text="In the months shown.")
    marks = serializers.DictField(child=serializers.ChoiceField(choices=Mark.choices))
    inhabitants = _a_number()
    inhabitants_in = _a_number(help_text="The year of that count.")
    per_100_000 = serializers.FloatField(allow_null=True)
    published = _a_number()
    published_on = serializers.DateField(allow_null=True)
    difference = _a_number()


class ComparisonShape(Shape):
    """A published figure beside ours, and why they may differ."""

    series = serializers.CharField()
    series_name = serializers.CharField()
    as_of = serializers.DateField()
    area = serializers.CharField()
    measure = serializers.CharField()
    published = serializers.FloatField()
    qualifier = serializers.CharField(allow_blank=True, help_text="As it was published: about, at least, presumed.")
    source = serializers.CharField()  # type: ignore[assignment]  # DRF has one of this name
    ours = serializers.FloatField(allow_null=True)
    mark = serializers.CharField(allow_blank=True)
    difference = serializers.FloatField(allow_null=True)
    why = serializers.CharField(allow_blank=True)


class PictureShape(Shape):
    """How many were where on a day, as known on a day."""

    as_of = serializers.DateField()
    known_on = serializers.DateField()
    left = serializers.IntegerField(help_text="Everybody who ever left.")
    in_zone = serializers.IntegerField()
    in_transit = serializers.IntegerField()
    killed = serializers.IntegerField()
    returned = serializers.IntegerField()
    whereabouts_unknown = serializers.IntegerField()
    killed_confirmed = serializers.IntegerField()
    killed_presumed = serializers.IntegerField()
    prevented = serializers.IntegerField()
    intends = serializers.IntegerField()
    indications = serializers.IntegerField()
    flow = MonthShape(many=True)
    funnel = FunnelShape()
    country = LineShape()
    regions = LineShape(many=True)
    cities = LineShape(many=True)
    published = ComparisonShape(many=True)


class NationalPicture(CaseDoor):
    """The picture."""

    @described("national_picture", "The national picture", query=PictureQuery, answers=PictureShape)
    def get(self, request: Request) -> Response:
        self.allowed(Permission.PICTURE_READ)
        today = timezone.localdate(self.at)
        asked = self.query(PictureQuery)
        as_of = asked.get("as_of", today)
        known_on = asked.get("known_on", today)
        return Response(as_data(open_picture(by=self.by, at=self.at, as_of=as_of, known_on=known_on)))
