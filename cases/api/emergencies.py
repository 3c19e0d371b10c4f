"""Emergency openings: open, which no token can, list, end, review."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access.services import require
from cases.api.base import CaseDoor
from cases.api.words import UserName
from cases.emergencies.models import EmergencyOpening
from cases.emergencies.rules import ReviewOutcome, not_there
from cases.emergencies.selectors import awaiting_review, opening_for, openings_that_concern
from cases.emergencies.services import end_emergency, open_in_emergency, read_emergency, review_emergency
from cities.api.base import PageQuery, Shape
from cities.api.described import described, paged
from cities.refusals import LONGEST_TEXT, NotAllowed
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment

EITHER = (Permission.EMERGENCY_OPEN, Permission.EMERGENCY_REVIEW)


class ReviewShape(Shape):
    """What was said of an emergency opening."""

    of_kind = "emergencyreview"

    outcome = serializers.ChoiceField(choices=ReviewOutcome.choices)
    note = serializers.CharField()
    consequence = serializers.CharField(allow_blank=True)
    reviewed_at = serializers.DateTimeField()
    reviewed_by = UserName(source="recorded_by")


class OpeningShape(Shape):
    """Somebody who had no ground opened one case, for an hour at most."""

    id = serializers.IntegerField()
    case = serializers.CharField(source="reference")
    city = serializers.CharField(source="city.code")
    opened_by = UserName(source="user")
    reason = serializers.CharField()
    opened_at = serializers.DateTimeField()
    open_until = serializers.DateTimeField(source="lasts_until", help_text="After that it is not there for her.")
    review_by = serializers.DateTimeField()
    review = ReviewShape(allow_null=True, help_text="The newest; null: nobody has said anything yet.")


class OpenInEmergency(Shape):
    """Which case, and why it cannot wait."""

    reference = serializers.CharField(max_length=30, help_text="The whole reference.")
    reason = serializers.CharField(max_length=LONGEST_TEXT, help_text="Some words that a colleague can judge.")


class ReviewEmergency(Shape):
    """What is to be thought of it. What follows is needed unless it was justified."""

    outcome = serializers.ChoiceField(choices=ReviewOutcome.choices)
    note = serializers.CharField(max_length=LONGEST_TEXT)
    consequence = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")


class OpeningsQuery(PageQuery):
    """Which openings: one's own, and those of the cities that one reviews."""

    awaiting = serializers.BooleanField(default=False, help_text="Those that I may review and nobody has.")


class OpeningDoor(CaseDoor):
    """What the views of emergency openings share."""

    def opening(self, pk: int) -> EmergencyOpening:
        return opening_for(self.by, pk, at=self.at)

    def shown(self, opening: EmergencyOpening) -> dict[str, Any]:
        """As it stands now, read and written down as read."""
        row = self.opening(opening.pk)
        read_emergency(opening=row, by=self.by, at=self.at)
        return dict(OpeningShape(row).data)


class EmergencyOpenings(OpeningDoor):
    """The list, and a new one."""

    @described(
        "emergencies_list", "Emergency openings, the newest first", query=OpeningsQuery, answers=paged(OpeningShape)
    )
    def get(self, request: Request) -> Response:
        permission = self.either()
        asked = self.query(OpeningsQuery)
        rows = (awaiting_review if asked["awaiting"] else openings_that_concern)(self.by, at=self.at)
        found, following = self.page(rows, asked, keys=["-pk"])
        return self.listed_and_opened(
            OpeningShape, found, following,
            permission=permission, compartment=Compartment.CORE, kind="emergencyopening",
        )  # fmt: skip

    def either(self) -> Permission:
        """Whoever may open sees her own; whoever may review, those of her cities."""
        for permission in EITHER:
            try:
                require(self.by, permission, at=self.at)
            except NotAllowed:
                continue
            return permission
        raise NotAllowed(Permission.EMERGENCY_REVIEW.value)

    @described(
        "emergencies_open", "Open one case in an emergency", body=OpenInEmergency, answers=OpeningShape, status=201
    )
    def post(self, request: Request) -> Response:
        self.allowed(Permission.EMERGENCY_OPEN)
        self.in_person()
        opening = open_in_emergency(by=self.by, at=self.at, **self.body(OpenInEmergency))
        if opening is None:
            raise not_there()
        return Response(self.shown(opening), status=201)


class OneEmergencyOpening(OpeningDoor):
    """One of them."""

    @described("emergencies_read", "An emergency opening with its review", answers=OpeningShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.shown(self.opening(pk)))


class EmergencyEnd(OpeningDoor):
    """Done before the hour is over."""

    @described("emergencies_end", "Say that one is done", answers=OpeningShape, acts=True)
    def post(self, request: Request, pk: int) -> Response:
        return Response(self.shown(end_emergency(opening=self.opening(pk), by=self.by, at=self.at)))


class EmergencyReviewed(OpeningDoor):
    """Reviewed; again, when one thinks otherwise later."""

    @described("emergencies_review", "Review an emergency opening", body=ReviewEmergency, answers=OpeningShape)
    def post(self, request: Request, pk: int) -> Response:
        opening = self.opening(pk)
        require(self.by, Permission.EMERGENCY_REVIEW, city_id=opening.city_id, at=self.at)
        review_emergency(opening=opening, by=self.by, at=self.at, **self.body(ReviewEmergency))
        return Response(self.shown(opening))
