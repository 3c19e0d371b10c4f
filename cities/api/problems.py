"""Every error of the REST door is a problem document (RFC 9457), told here and nowhere else.

`type` is stable and tells a program what happened; `title` and `detail` tell a person, in her language; `errors`
says which part of the body or the address is meant. `instance` is the address that was asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One problem, before it is written down."""

    status: int
    name: str
    title: str
    detail: str = ""
    errors: tuple[dict[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def document(self, instance: str) -> dict[str, Any]:
        """The members of the document, in the order of the standard."""
        told: dict[str, Any] = {"type": f"urn:apparatus:problem:{self.name}", "title": self.title}
        told |= {"status": self.status, "detail": self.detail or self.title, "instance": instance}
        if self.errors:
            told["errors"] = list(self.errors)
        return told | dict(self.more)

    def response(self, request: HttpRequest) -> HttpResponse:
        """The answer, always JSON, whatever the view would have rendered."""
        text = json.dumps(self.document(request.path))  # in ASCII: half a character that was sent can be told of too
        return HttpResponse(text, status=self.status, headers=dict(self.headers), content_type=MEDIA_TYPE)


def of_status(status: int) -> Problem:
    """The problem that a status alone tells."""
    told: dict[int, tuple[str, str, str]] = {
        400: ("bad-request", _("The request could not be read"), ""),
        401: ("not-signed-in", _("Not signed in"), _("Send a token, or sign in.")),
        403: ("not-allowed", _("Not allowed"), _("Your role does not have this act here.")),
        404: ("not-found", _("Not found"), _("There is nothing at this address that you may know of.")),
        405: ("wrong-method", _("This method is not offered here"), ""),
        406: ("not-acceptable", _("Only JSON can be answered"), _("Accept application/json.")),
        412: (
            "stale", _("Changed by somebody else since"),
            _("What was read is not what stands now. Nothing was done: see “current” for what stands."),
        ),
        413: ("too-large", _("The request is too large"), ""),
        415: ("wrong-media-type", _("Only JSON can be read"), _("Send application/json.")),
        428: (
            "version-needed", _("Say what was read"),
            _("Others may change this too: send the ETag of what you read in If-Match."),
        ),
        429: ("too-many-requests", _("Too many requests"), ""),
        503: ("unavailable", _("Not available at the moment"), _("Nothing was done. Try again.")),
    }  # fmt: skip
    name, title, detail = told.get(status, ("failure", _("Something went wrong"), _("Nothing was done.")))
    return Problem(status, name, title, detail)


class AsProblem(Exception):
    """The answer to a request, found by its door: this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


class WrongQuery(exceptions.ValidationError):
    """A parameter of the address that is unknown or can't be read."""


def problem_of(error: Exception) -> Problem | None:
    """What went wrong, as a problem; None for what nobody foresaw, which Django logs and answers with 500."""
    if isinstance(error, AsProblem):
        return error.problem
    if isinstance(error, Http404):
        return of_status(404)
    if isinstance(error, PermissionDenied):
        return of_status(403)
    if isinstance(error, RequestDataTooBig):
        return of_status(413)
    if isinstance(error, UnreadablePostError):
        return of_status(400)
    if isinstance(error, Error):
        # The database cannot answer, or will not keep what was to be written: nothing is done, nothing is shown.
        return replace(of_status(503), headers={"Retry-After": "2"})
    if isinstance(error, exceptions.ValidationError):
        where = "parameter" if isinstance(error, WrongQuery) else "pointer"
        found = tuple(_errors(error.detail, where))
        return Problem(400, "invalid", _("The request is not valid"), _("See “errors” for what and where."), found)
    if isinstance(error, exceptions.APIException):
        problem = of_status(error.status_code)
        detail = str(error.detail) if isinstance(error, exceptions.ParseError | exceptions.Throttled) else ""
        return replace(problem, detail=detail or problem.detail, headers=_headers(error))
    return None


def _headers(error: exceptions.APIException) -> dict[str, str]:
    told = {}
    if challenge := getattr(error, "auth_header", None):
        told["WWW-Authenticate"] = str(challenge)
    if (wait := getattr(error, "wait", None)) is not None:
        told["Retry-After"] = str(int(wait) + 1)
    return told


def _errors(detail: Any, where: str, path: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """A tree of errors as a list, each with the place it is about: a JSON pointer (RFC 6901), or a parameter."""
    if isinstance(detail, Mapping):
        for key, below in detail.items():
            yield from _errors(below, where, path if key == "non_field_errors" else (*path, str(key)))
    elif isinstance(detail, list | tuple):
        for position, below in enumerate(detail):
            is_leaf = isinstance(below, str)
            yield from _errors(below, where, path if is_leaf else (*path, str(position)))
    else:
        yield one_error(str(detail), path=path, code=str(getattr(detail, "code", "invalid")), where=where)


def one_error(detail: str, *, path: tuple[str, ...], code: str, where: str = "pointer") -> dict[str, str]:
    """One entry of `errors`."""
    told = {"detail": detail, "code": code}
    if where == "parameter":
        return told | {"parameter": path[0] if path else ""}
    if where == "header":
        return told | {"header": path[0]}
    escaped = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
    return told | {"pointer": f"#{escaped}", "field": ".".join(path)}


class ProblemError(serializers.Serializer[dict[str, str]]):
    """One thing that is wrong, and where."""

    detail = serializers.CharField(help_text="In words, in the language of Accept-Language.")
    code = serializers.CharField(help_text="Stable, for programs.")
    pointer = serializers.CharField(required=False, help_text="Where in the body, such as #/due_on (RFC 6901).")
    field = serializers.CharField(required=False, help_text="The same place as a name, such as due_on.")
    parameter = serializers.CharField(required=False, help_text="Which parameter of the address.")
    header = serializers.CharField(required=False, help_text="Which header.")


class ProblemDocument(serializers.Serializer[dict[str, Any]]):
    """A problem document (RFC 9457)."""

    type = serializers.CharField(help_text="Such as urn:apparatus:problem:not-found. Stable, for programs.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The address that was asked.")  # type: ignore[assignment]
    errors = ProblemError(many=True, required=False)  # type: ignore[assignment]
    where = serializers.URLField(required=False, help_text="With `step-up`: the page that asks who she is.")
    current = serializers.JSONField(required=False, help_text="With `stale`: the record as it stands now.")
