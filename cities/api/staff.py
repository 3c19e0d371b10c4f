"""Who one is, here: the postings that say what one may do."""

from __future__ import annotations

from django.middleware.csrf import get_token
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from cities.api.base import Door, Shape
from cities.api.described import described
from cities.roles.permissions import Permission
from cities.roles.rules import Role, allows
from cities.staff.selectors import postings_of
from cities.tokens.models import Token


class PostingShape(Shape):
    """Where somebody is posted, as what, from one day until another (half-open)."""

    id = serializers.IntegerField()
    role = serializers.ChoiceField(choices=Role.choices)
    agency = serializers.CharField(source="agency.name")
    city = serializers.CharField(source="city.code", default=None, allow_null=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class TokenShape(Shape):
    """The token that this request was sent with."""

    name = serializers.CharField()
    start = serializers.CharField(help_text="How it begins, to tell it from others.")
    expires_at = serializers.DateTimeField()


class Me(Shape):
    """Whoever asks."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="__str__")
    email = serializers.EmailField(allow_blank=True)
    language = serializers.CharField()
    postings = PostingShape(many=True)
    acts = serializers.ListField(
        child=serializers.CharField(), help_text="What a posting lets you do, given a ground to see the case at all."
    )
    token = TokenShape(allow_null=True)
    csrf_token = serializers.CharField(
        allow_null=True, help_text="With a session: send it as X-CSRFToken with every POST and PATCH."
    )


class MyView(Door):
    """Whoever asks, also without any posting."""

    @described("me", "Who am I, and what may I do", answers=Me)
    def get(self, request: Request) -> Response:
        held = list(postings_of(self.by, at=self.at))
        by_session = isinstance(request.successful_authenticator, SessionAuthentication)
        told = {
            "id": self.by.pk,
            "__str__": str(self.by),
            "email": self.by.email,
            "language": self.by.language,
            "postings": held,
            "acts": sorted(act.name for act in Permission if any(allows(posting.role, act) for posting in held)),
            "token": request.auth if isinstance(request.auth, Token) else None,
            "csrf_token": get_token(request._request) if by_session else None,
        }
        return Response(Me(told).data)
