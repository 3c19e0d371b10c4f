"""Shapes that several resources share: somebody, something, by number and name; the version that was read."""

from __future__ import annotations

from rest_framework import serializers

from cities.api.base import Shape


class UserName(Shape):
    """A member of staff."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="__str__")


class PersonName(Shape):
    """A person."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="official_name")


class AgencyName(Shape):
    """An agency."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class OnAVersion(Shape):
    """The version that was read: an act on an older one is refused."""

    version = serializers.IntegerField(min_value=1, help_text="Of the record, as it was read.")
