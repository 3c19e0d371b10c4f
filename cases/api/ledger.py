"""The ledger: of one's cities, for whoever reads it; and what one opened oneself."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseDoor
from cases.api.words import UserName
from cases.audit.selectors import Asked, asked_for, cities_with_ledgers_for, ledger_for, looks_of
from cases.audit.services import open_ledger, open_own_looks
from cities.api.base import PageQuery, Shape
from cities.api.described import described, paged
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission


class EntryShape(Shape):
    """One entry. Names of fields, never what stood in them."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField(help_text="By the clock of the database.")
    operation = serializers.ChoiceField(choices=Operation.choices)
    actor = UserName(allow_null=True, help_text="Null: the clock, or a set-up command; `initiator` says which.")
    initiator = serializers.CharField()
    role = serializers.CharField(allow_blank=True)
    agency = serializers.IntegerField(source="agency_id", allow_null=True)
    city = serializers.IntegerField(source="city_id", allow_null=True)
    case = serializers.CharField(source="case_reference", allow_blank=True)
    compartment = serializers.CharField(allow_blank=True)
    object_type = serializers.CharField(allow_blank=True)
    object_ids = serializers.ListField(child=serializers.IntegerField())
    fields_named = serializers.ListField(source="fields", child=serializers.CharField())
    rows = serializers.IntegerField()
    act = serializers.CharField(allow_blank=True)
    purpose = serializers.CharField(allow_blank=True)
    justification = serializers.CharField(allow_blank=True)
    ground = serializers.CharField(allow_blank=True)
    recipient = serializers.CharField(allow_blank=True)
    request = serializers.CharField(source="request_id", allow_blank=True, help_text="All of one request have it.")
    outcome = serializers.CharField()


ENTRIES = paged(EntryShape)


class LedgerQuery(PageQuery):
    """Which entries; the newest first."""

    case = serializers.CharField(required=False, max_length=30)
    who = serializers.CharField(required=False, max_length=100, help_text="Words of a name.")
    operation = serializers.ChoiceField(choices=Operation.choices, required=False)
    city = serializers.RegexField(r"^[A-Z]{3}\Z", required=False, help_text="A city's code.")
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False, help_text="The last day.")
    purpose = serializers.CharField(required=False, max_length=100, help_text="Words in the purpose.")
    request = serializers.CharField(required=False, max_length=64)
    without_purpose = serializers.BooleanField(default=False, help_text="Openings of a case without a purpose.")
    without_task = serializers.BooleanField(
        default=False, help_text="Openings of a case by somebody who had no task in it."
    )


class Ledger(CaseDoor):
    """The list."""

    @described("ledger_list", "The ledger of one's cities", query=LedgerQuery, answers=ENTRIES)
    def get(self, request: Request) -> Response:
        self.allowed(Permission.LEDGER_READ)
        told = self.query(LedgerQuery)
        wanted: dict[str, Any] = {name: told[name] for name in vars(Asked()) if told.get(name)}
        city = None
        if code := told.get("city"):
            city = {city.code: city.pk for city in cities_with_ledgers_for(self.by, at=self.at)}.get(code, 0)
        rows = asked_for(ledger_for(self.by, at=self.at, city=city), Asked(**wanted))
        found, following = self.page(rows, told, keys=["-at", "-pk"])
        open_ledger(by=self.by, at=self.at, entries=found, asked=[*wanted, *(["city"] if code else [])])
        return self.listed(EntryShape, found, following)


class OwnLooks(CaseDoor):
    """The list."""

    @described("own_looks_list", "What one opened oneself", query=PageQuery, answers=ENTRIES)
    def get(self, request: Request) -> Response:
        told = self.query(PageQuery)
        found, following = self.page(looks_of(self.by), told, keys=["-at", "-pk"])
        open_own_looks(by=self.by, at=self.at, entries=found)
        return self.listed(EntryShape, found, following)
