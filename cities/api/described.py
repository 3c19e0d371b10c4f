"""How a view tells the schema what it takes and what it answers, each problem included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from cities.api.problems import MEDIA_TYPE, ProblemDocument

ViewT = TypeVar("ViewT", bound=Callable[..., Any])
Shapes = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any] | None

ALWAYS = {
    401: "Not signed in: no token, none that holds, and no session.",
    403: "The role does not have this act, or the session's CSRF token is missing.",
    404: "Nothing that the caller may know of: hidden and non-existent are alike.",
    405: "Another method is offered here.",
    406: "Something else than JSON was asked for.",
    429: "Too many requests; `Retry-After` says when to come back.",
    500: "A failure. Nothing was done.",
    503: "The database or the ledger could not answer. Nothing was done, nothing is shown.",
}
WITH_QUERY = {
    400: "A parameter is unknown or can't be read; `errors` says which.",
    422: "A rule of the field refuses what was asked; `errors` says which parameter.",
}
WITH_BODY = {
    400: "The body is not JSON, or not in its shape; `errors` says where.",
    409: "What stands now forbids this. After `stale` (somebody else changed it), `current` is what stands.",
    413: "The body is too large.",
    415: "The body is something else than JSON.",
    422: "A rule of the field refuses what was sent; `errors` says where.",
}


def described(
    operation: str,
    summary: str,
    *,
    answers: Shapes,
    status: int = 200,
    body: Any = None,
    query: type[serializers.Serializer[Any]] | None = None,
    acts: bool = False,
) -> Callable[[ViewT], ViewT]:
    """The schema of one method of a view. `acts`: it changes something, with or without a body."""
    problems = ALWAYS | (WITH_QUERY if query else {}) | (WITH_BODY if acts or body else {})
    responses: dict[Any, Any] = {status: answers if answers else OpenApiResponse(description="Done.")}
    for code, description in sorted(problems.items()):
        responses[code, MEDIA_TYPE] = OpenApiResponse(ProblemDocument, description=description)
    return extend_schema(
        operation_id=operation,
        summary=summary,
        request=body,
        parameters=[query] if query else None,
        responses=responses,
        filters=False,
    )


def paged(shape: type[serializers.BaseSerializer[Any]]) -> serializers.BaseSerializer[Any]:
    """A list: its rows, and the address of the next page."""
    following = serializers.URLField(allow_null=True, help_text="The next page; null on the last one.")
    fields = {"results": shape(many=True), "next": following}
    return inline_serializer(name=f"{shape.__name__}Page", fields=fields)
