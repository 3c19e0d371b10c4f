"""The code list of offences that a referral can name."""

from __future__ import annotations

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseDoor
from cases.prosecution.selectors import offences_on
from cities.api.base import Shape
from cities.api.described import described
from cities.roles.permissions import Permission


class OffenceShape(Shape):
    """An article of the code list."""

    of_kind = "offence"

    id = serializers.IntegerField()
    code = serializers.CharField()
    name_nl = serializers.CharField()
    name_fr = serializers.CharField()
    name_de = serializers.CharField()
    name_en = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class OffencesQuery(Shape):
    """Which day; today, when left out."""

    on = serializers.DateField(required=False)


class Offences(CaseDoor):
    """The code list."""

    @described("offences_list", "The articles in force on a day", query=OffencesQuery, answers=OffenceShape(many=True))
    def get(self, request: Request) -> Response:
        self.allowed(Permission.REFERRAL_READ)
        day = self.query(OffencesQuery).get("on", timezone.localdate(self.at))
        return Response(OffenceShape(offences_on(day), many=True).data)
