"""Who still has to see what: grants and postings to be confirmed each quarter."""

from __future__ import annotations

from collections.abc import Callable

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access.rules import Ground
from cases.api.base import CaseDoor
from cases.api.words import AgencyName, UserName
from cases.recertification.selectors import grants_to_confirm
from cases.recertification.services import confirm_grants, end_unneeded
from cities.api.base import MOST_ROWS, PageQuery, Shape
from cities.api.described import described, paged
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment, Role
from cities.staff.selectors import postings_to_confirm
from cities.staff.services import confirm_postings


class GrantShape(Shape):
    """What a colleague, or an office, holds of one case on one ground."""

    id = serializers.IntegerField()
    case = serializers.CharField(source="reference")
    city = serializers.CharField(source="city.code")
    user = UserName(allow_null=True, help_text="Null: it is an office that holds it.")
    office = AgencyName(source="agency", allow_null=True)
    ground = serializers.ChoiceField(choices=Ground.choices)
    starts_at = serializers.DateTimeField()
    confirm_by = serializers.DateField(help_text="The last day on which it can be confirmed.")


class CoveringShape(Shape):
    """A posting that covers a whole city."""

    id = serializers.IntegerField()
    user = UserName()
    role = serializers.ChoiceField(choices=Role.choices)
    agency = AgencyName()
    city = serializers.CharField(source="city.code")
    starts_on = serializers.DateField()
    confirmed_on = serializers.DateField(allow_null=True)
    confirm_by = serializers.DateField(source="due_on")


class Numbers(Shape):
    """Which ones, by number."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=MOST_ROWS
    )


class Done(Shape):
    """How many it was."""

    number = serializers.IntegerField()


class GrantsToConfirm(CaseDoor):
    """The queue."""

    @described(
        "grants_to_confirm", "Grants to be confirmed, the first due first", query=PageQuery, answers=paged(GrantShape)
    )
    def get(self, request: Request) -> Response:
        self.allowed(Permission.GRANT_CONFIRM)
        rows = grants_to_confirm(self.by, at=self.at)
        found, following = self.page(rows, self.query(PageQuery), keys=["confirm_by", "pk"])
        return self.listed_and_opened(
            GrantShape, found, following,
            permission=Permission.GRANT_CONFIRM, compartment=Compartment.CORE, kind="caseaccess",
        )  # fmt: skip


class GrantsAct(CaseDoor):
    """Something done with several of them, all or none."""

    def act(self, service: Callable[..., int]) -> Response:
        self.allowed(Permission.GRANT_CONFIRM)
        done = service(by=self.by, at=self.at, grants=self.body(Numbers)["ids"])
        return Response(Done({"number": done}).data)


class GrantsConfirm(GrantsAct):
    """Still needed."""

    @described("grants_confirm", "Confirm grants for another quarter", body=Numbers, answers=Done)
    def post(self, request: Request) -> Response:
        return self.act(confirm_grants)


class GrantsEnd(GrantsAct):
    """No longer needed."""

    @described("grants_end", "End grants that are no longer needed", body=Numbers, answers=Done)
    def post(self, request: Request) -> Response:
        return self.act(end_unneeded)


class PostingsToConfirm(CaseDoor):
    """Postings that cover a whole city."""

    @described(
        "postings_to_confirm", "Postings to be confirmed, the first due first", query=PageQuery,
        answers=paged(CoveringShape),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        self.allowed(Permission.POSTING_CONFIRM)
        rows = postings_to_confirm(self.by, at=self.at)
        found, following = self.page(rows, self.query(PageQuery), keys=["due_on", "pk"])
        return self.listed(CoveringShape, found, following)


class PostingsConfirm(CaseDoor):
    """They still should."""

    @described("postings_confirm", "Confirm postings for another quarter", body=Numbers, answers=Done)
    def post(self, request: Request) -> Response:
        self.allowed(Permission.POSTING_CONFIRM)
        done = confirm_postings(by=self.by, at=self.at, postings=self.body(Numbers)["ids"])
        return Response(Done({"number": done}).data)
