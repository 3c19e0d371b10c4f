"""What every resource of the REST door stands on: reading JSON and parameters strictly, pages by cursor, the moment.

`cases/api/base.py` adds who may know. A view finds (selector), shapes (serializer), acts (one service), answers.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import Error
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import register_converter
from django.urls.converters import StringConverter
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from cities.api.problems import WrongQuery, of_status, problem_of
from cities.ledger import services as ledger
from cities.ledger.rules import REST
from cities.refusals import NotAllowed
from cities.roles.permissions import Permission
from cities.staff.models import User
from cities.staff.selectors import standing_of
from cities.tokens.models import Token
from cities.tokens.rules import Purpose

RowT = TypeVar("RowT", bound=Model)

MOST_ROWS = 200
USUAL_ROWS = 50


class RowNumber(StringConverter):
    """A row's number in an address: as many digits as a bigint surely holds."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> Any:
        return int(value)


class CityCode(StringConverter):
    """Three capitals."""

    regex = "[A-Z]{3}"


register_converter(RowNumber, "row")
register_converter(CityCode, "city_code")


class StrictJSON(JSONParser):
    """JSON as RFC 8259 has it: UTF-8, no NaN, and never so deep that reading it fails."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return json.loads(stream.read().decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("This is not valid JSON in UTF-8.")) from error


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


class Shape(serializers.Serializer[Any]):
    """The shape of a body or of parameters. What is not in the shape is refused, never silently dropped."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(name) for name in data if name not in self.fields)
            if unknown:
                told = _("There is no such field here.")
                raise serializers.ValidationError({name: [told] for name in unknown}, code="unknown")
        return super().to_internal_value(data)


class PageQuery(Shape):
    """The parameters that every list has."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MOST_ROWS, default=USUAL_ROWS, help_text="How many rows at most."
    )
    cursor = serializers.CharField(
        required=False, max_length=300, help_text="Where the page before ended: follow `next`, don't make one."
    )


class Posted(IsAuthenticated):
    """Who has a posting today that reads the public square. The archive asks more: `cases/access`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        return standing_of(cast(User, request.user), Permission.CITY_READ, at=timezone.now()) is not None


class PerUser(UserRateThrottle):
    """So many requests a minute for each user, whatever the way of signing in."""

    scope = "user"


class Door(APIView):
    """A view of the REST door. The clock is read once, here."""

    throttle_classes = [PerUser]
    permission_classes = [IsAuthenticated]
    parser_classes = [StrictJSON]
    http_method_names: ClassVar[list[str]] = ["get", "head", "post", "put", "patch"]  # type: ignore[misc]
    at: datetime

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ledger.for_purpose():
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.at = timezone.now()
        super().initial(request, *args, **kwargs)
        if isinstance(request.auth, Token):
            ledger.purpose_is(f"{request.auth.purpose.lower()}: {REST}, token {request.auth.pk}")
            if not self.serves(Purpose(request.auth.purpose)):
                raise NotAllowed(request.auth.purpose)
        else:
            ledger.purpose_is(REST)

    def serves(self, purpose: Purpose) -> bool:
        """Whether a token with this purpose opens this resource. The public square: any."""
        return True

    @property
    def by(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)

    def body(self, shape: type[serializers.Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The body, in its shape; raises the errors, each beside its field."""
        found = shape(data=self.request.data, partial=partial)
        found.is_valid(raise_exception=True)
        return dict(found.validated_data)

    def changes(self, row: Model, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body of a change: what is left out is as it stands in the row."""
        told = self.body(shape)
        names = [str(name) for name in shape().fields]
        return {name: getattr(row, name) for name in names if name not in told} | told

    def query(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The parameters of the address, in their shape."""
        found = shape(data=self.request.query_params.dict())
        try:
            found.is_valid(raise_exception=True)
        except serializers.ValidationError as error:
            raise WrongQuery(error.detail) from error
        return dict(found.validated_data)

    def page(self, rows: QuerySet[RowT], asked: Mapping[str, Any], *, keys: Sequence[str]) -> tuple[list[RowT], str]:
        """One page in the order of `keys` (unique together, never empty; "-" is downwards), and the next one's address.

        Keys, not offsets: a row added meanwhile neither repeats nor hides another. The keys stand in the address,
        so they are days and numbers, never a name.
        """
        limit = int(asked["limit"])
        rows = self.within(rows).order_by(*keys)
        if cursor := asked.get("cursor"):
            rows = rows.filter(_after(rows.model, keys, cursor))
        found = list(rows[: limit + 1])
        if len(found) <= limit:
            return found, ""
        last = found[limit - 1]
        values = [str(getattr(last, key.removeprefix("-"))) for key in keys]
        cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
        told = self.request.query_params.dict() | {"cursor": cursor}
        return found[:limit], self.request.build_absolute_uri(f"{self.request.path}?{urlencode(told)}")

    def within(self, rows: QuerySet[RowT]) -> QuerySet[RowT]:
        """Of these rows, those that the caller's token is for. What is public is the same for all."""
        return rows

    def listed(
        self, shape: type[serializers.BaseSerializer[Any]], rows: Sequence[Any], following: str = ""
    ) -> Response:
        """The answer of a list."""
        return Response({"results": shape(rows, many=True).data, "next": following or None})


def _after(model: type[Model], keys: Sequence[str], cursor: str) -> Q:
    """The rows after the cursor. What can't be a cursor of this list is a wrong parameter, nothing worse."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise ValueError("not a list of keys")
        names = [key.removeprefix("-") for key in keys]
        places = [
            model._meta.get_field(model._meta.pk.name if name == "pk" else name).to_python(value)  # type: ignore[union-attr]
            for name, value in zip(names, values, strict=True)
        ]
        if any(place is None for place in places):
            raise ValueError("an empty key")
    except (ValueError, TypeError, RecursionError, binascii.Error, ValidationError) as error:
        raise WrongQuery({"cursor": [_("This cursor does not belong to this list.")]}, code="cursor") from error
    found = Q()
    for position, key in enumerate(keys):
        step = "lt" if key.startswith("-") else "gt"
        same = {names[before]: places[before] for before in range(position)}
        found |= Q(**same, **{f"{names[position]}__{step}": places[position]})
    return found


class NoSuchAddress(APIView):
    """Every address below /api/ that leads nowhere, with any method, signed in or not."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    schema = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return of_status(404).response(request)


def failure(request: HttpRequest, error: BaseException | None = None) -> HttpResponse:
    """What went wrong outside any view, below /api/: that the database is away, or what nobody foresaw."""
    problem = problem_of(error) if isinstance(error, Error) else None
    return (problem or of_status(500)).response(request)


def unreadable(request: HttpRequest) -> HttpResponse:
    """What Django refused before any view, below /api/."""
    return of_status(400).response(request)
