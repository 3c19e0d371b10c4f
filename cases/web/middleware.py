"""The outermost transaction of a request, on behalf of whoever signed in; and what a refusal looks like."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from cases.access.rules import NotAllowed, OutOfSight
from cases.access.services import act_as
from cases.audit.services import write_refusal
from cities.ledger.services import within_request

log = logging.getLogger("django.request")


class NeedToKnowMiddleware:
    """Opens the transaction, tells the database who is asking, and takes everything back when the answer is an error.

    Pages are rendered inside, so that nothing is read after the database has forgotten who asked. Refusals (4xx)
    keep what they wrote: that somebody was refused belongs in the ledger.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = getattr(request, "request_id", "")
        with within_request(request_id), transaction.atomic():
            if request.user.is_authenticated:
                act_as(request.user)
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


class RefusalMiddleware:
    """What rooms refuse, as pages: out of sight is a page that doesn't exist, not allowed is forbidden.

    Either stands in the ledger. When the database can't answer, or the ledger can't be written, nothing is shown.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        try:
            if isinstance(exception, OutOfSight):
                _denied(request, "out of sight")
                return render(request, "404.html", status=404)
            if isinstance(exception, NotAllowed | PermissionDenied):  # the latter says the administration
                _denied(request, "not allowed")
                return render(request, "403.html", status=403)
        except DatabaseError as error:  # that she was refused could not be written down
            exception = error
        if isinstance(exception, DatabaseError):
            log.error("%s %s: no answer from the database", request.method, request.path, exc_info=exception)
            return HttpResponse(render_to_string("503.html"), status=503)
        return None


def _denied(request: HttpRequest, outcome: str) -> None:
    """That somebody asked for what she may not have is written down."""
    if request.user.is_authenticated:
        asked = request.resolver_match
        write_refusal(
            by=request.user,
            at=timezone.now(),
            act=asked.view_name if asked else "",
            reference=asked.kwargs.get("reference", "") if asked else "",
            outcome=outcome,
        )
