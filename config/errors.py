"""What Django answers outside any view: a page to people, a problem document to programs."""

from django.http import HttpRequest, HttpResponse
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
    """What nobody foresaw."""
    if request.path.startswith(API):
        answer: HttpResponse = import_string("cities.api.base.failure")(request)
        return answer
    return defaults.server_error(request)
