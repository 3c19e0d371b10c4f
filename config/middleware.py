"""Small things that hold for every request."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.logging import request_id

Handler = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives each request a number that its log lines and its ledger rows carry, and the answer too.

    What the request says of its own number is not looked at: it would stand in the ledger, where nothing is erased, and
    could be a name, or the number of what a colleague did.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = str(uuid.uuid4())
        token = request_id.set(number)
        request.request_id = number  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response.headers["X-Request-ID"] = number
        return response


#: What no page of the house asks of a browser, nor anything that might get into one. Passkeys stay allowed.
NOT_NEEDED = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS = ", ".join(f"{feature}=()" for feature in NOT_NEEDED)


class HeadersMiddleware:
    """What Django has no setting for, on every answer, whoever gave it: no page of another site may take anything of
    ours in, and no page of ours may use what it doesn't need."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


#: Read by calendar programs, which keep what they are told: that is what they are for.
CALENDAR_FEEDS = "/calendar/feed/"


class NoStoreMiddleware:
    """No browser and no proxy keeps a page: after sign-out nothing may be left. Static files pass before this one.

    A calendar feed is kept by the program that reads it, whatever it is told. So it is asked to come back each time
    (`no-cache`) with the tag of what it has, and is told "not changed": what may not be stored can't be compared.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            is_feed = request.path.startswith(CALENDAR_FEEDS) and response.status_code in (200, 304)
            response.headers["Cache-Control"] = "private, no-cache" if is_feed else "no-store, private"
        return response
