"""The outermost transaction of a request, on behalf of whoever signed in."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from cases.access.services import act_as
from cities.ledger.services import within_request


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
