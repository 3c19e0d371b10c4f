"""Shapes that several resources share: somebody, something, by number and name; and nothing."""

from __future__ import annotations

from rest_framework import serializers

from cities.api.base import Shape


class UserName(Shape):
    """A member of staff."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="__str__")


class PersonName(Shape):
    """A person."""

    of_kind = "person"

    id = serializers.IntegerField()
    name = serializers.CharField(source="official_name")


class AgencyName(Shape):
    """An agency."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class Nothing(Shape):
    """An act that takes no more than what it is on."""
