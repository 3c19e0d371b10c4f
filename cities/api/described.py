"""How a view tells the schema what it takes and what it answers, each problem included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from cities.api.problems import MEDIA_TYPE, ProblemDocument

ViewT = TypeVar("ViewT", bound=Callable[..., Any])
Shapes = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any] | None

ALWAYS = {
    401: "Not signed in: no token, none that holds, and no session.",
    403: "The role does not have this act, or it asks for somebody who is there, or the CSRF token is missing.",
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
    409: "What stands now forbids this.",
    413: "The body is too large.",
    415: "The body is something else than JSON.",
    422: "A rule of the field refuses what was sent; `errors` says where.",
}
GUARDED = {
    412: "Somebody else changed it since it was read. Nothing was done: `current` is what stands, `ETag` its tag.",
    428: "`If-Match` is missing: it isn't said what was read.",
}
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True,
    description="The `ETag` of the record as it was read, with its quotes; `*` for whatever stands.",
)  # fmt: skip


def described(
    operation: str,
    summary: str,
    *,
    answers: Shapes,
    status: int = 200,
    body: Any = None,
    query: type[serializers.Serializer[Any]] | None = None,
    acts: bool = False,
    guarded: bool = False,
) -> Callable[[ViewT], ViewT]:
    """The schema of one method of a view. `acts`: it changes something, with or without a body.

    `guarded`: it changes what others may change too, and takes in `If-Match` which version was read.
    """
    problems = ALWAYS | (WITH_QUERY if query else {}) | (WITH_BODY if acts or body or guarded else {})
    problems |= GUARDED if guarded else {}
    responses: dict[Any, Any] = {status: answers if answers else OpenApiResponse(description="Done.")}
    for code, description in sorted(problems.items()):
        responses[code, MEDIA_TYPE] = OpenApiResponse(ProblemDocument, description=description)
    return extend_schema(
        operation_id=operation,
        summary=summary,
        request=body,
        parameters=[*([query] if query else []), *([IF_MATCH] if guarded else []), *_tags(answers, status, guarded)],
        responses=responses,
        filters=False,
    )


def _tags(answers: Shapes, status: int, guarded: bool) -> list[OpenApiParameter]:
    """The header of each answer that shows one record of which there are versions."""
    shows_one = isinstance(answers, type) and "etag" in getattr(answers, "_declared_fields", ())
    shown: list[str | int] = [*([str(status)] if shows_one else []), *(["412"] if guarded else [])]
    told = "The tag of the record as it is shown: what `If-Match` takes."
    return [OpenApiParameter("ETag", str, OpenApiParameter.HEADER, description=told, response=shown)] if shown else []


def paged(shape: type[serializers.BaseSerializer[Any]]) -> serializers.BaseSerializer[Any]:
    """A list: its rows, and the address of the next page."""
    following = serializers.URLField(allow_null=True, help_text="The next page; null on the last one.")
    fields = {"results": shape(many=True), "next": following}
    return inline_serializer(name=f"{shape.__name__}Page", fields=fields)
