"""What Django answers outside any view: a page to people, a problem document to programs."""

import sys

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.module_loading import import_string
from django.views import defaults

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was refused before any view saw it."""
    if request.path.startswith(API):
        answer: HttpResponse = import_string("cities.api.base.unreadable")(request)
        return answer
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """What nobody foresaw; or that the database is away outside any view, as when it can't keep what was done."""
    error = sys.exc_info()[1]  # Django asks while it is being handled
    if request.path.startswith(API):
        answer: HttpResponse = import_string("cities.api.base.failure")(request, error)
        return answer
    if isinstance(error, Error):
        return HttpResponse(render_to_string("503.html"), status=503)
    return defaults.server_error(request)
