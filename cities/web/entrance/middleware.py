"""The entrance, for every page, fragment, program and the administration alike: whether a session still goes on,
whether it came in with all that it takes, and whether it must show once more who it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, cast

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cities.entrance.rules import PRESENCE_NOTED_EVERY, ending
from cities.entrance.selectors import has_second_factor, presence
from cities.entrance.services import end_session, note_presence
from cities.ledger.services import within_request
from cities.staff.models import User
from cities.web.entrance import kept, marks
from cities.web.entrance.step_up import ask_again, ways

#: Sent by a page that asks by itself: it keeps no session alive.
BACKGROUND = "X-Background"

#: What the browser is asked to forget when a session ends. Nothing of a record should be there: a second bolt.
#: Cookies stay: the language, and that this browser is known (docs/decisions/0018).
LEFT_BEHIND = '"cache", "storage"'

#: Open to whoever is on her way in or out.
AROUND = frozenset({"account_login", "account_logout", "set_language", "entrance_here", "account_inactive"})
#: What somebody without the second factor that she needs may reach, and nothing else.
SETTING_UP = AROUND | {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "entrance_again",
    "openid_connect_login", "openid_connect_callback",
}  # fmt: skip

#: Addresses of the administration on which nothing can be read.
NOTHING_THERE = frozenset({"admin:login", "admin:logout", "admin:jsi18n"})


class EntranceMiddleware:
    """One rule for all doors. Tokens come in by another way, and are asked there (`cases/api/authentication.py`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # For the doors that answer programs: whether somebody showed lately that she is there, and where she can.
        request.shown_lately = partial(marks.is_recent, request)  # type: ignore[attr-defined]  # for later
        request.shown_at = partial(_way_of, request)  # type: ignore[attr-defined]  # hung on the request, for later
        was_here = isinstance(request.user, User)
        if isinstance(request.user, User):
            with within_request(getattr(request, "request_id", "")), transaction.atomic():
                self._keep_or_end(request, request.user, at=timezone.now())
        response = self.get_response(request)
        if was_here and not request.user.is_authenticated:  # signed out, or the session has come to its end
            response.headers["Clear-Site-Data"] = LEFT_BEHIND
        return response

    def _keep_or_end(self, request: HttpRequest, user: User, *, at: datetime) -> None:
        key = request.session.session_key or ""
        here = presence(key)
        if marks.began(request) is None:
            marks.begin(request, at=here.began if here else at)
        began = marks.began(request) or at
        seen = here.seen if here else at
        why = ending(began=began, seen=seen, at=at, idle=settings.SESSION_IDLE, longest=settings.SESSION_LONGEST)
        if why is not None:
            end_session(by=user, at=at, key=key, why=why)
            request.session.flush()
            request.user = AnonymousUser()
            return
        request.session_seen = seen  # type: ignore[attr-defined]  # hung on the request, for later
        if here is None or (at - seen >= PRESENCE_NOTED_EVERY and not is_background(request)):
            request.session_seen = at  # type: ignore[attr-defined]  # hung on the request, for later
            browser = request.headers.get("User-Agent", "")
            note_presence(by=user, at=at, key=key, address=get_adapter().get_client_ip(request), browser=browser)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """After the address is known and the form's token was checked, before anything is read or done."""
        match = request.resolver_match
        assert match is not None
        name = match.view_name
        if not isinstance(request.user, User):
            is_form = request.method == "POST" and not is_of_programs(request)
            outside = name in AROUND or name.startswith(("account_", "mfa_", "socialaccount_", "openid_"))
            return kept.ended(request) if is_form and not outside else None
        if name not in AROUND and marks.lacks_second_factor(request, request.user):
            may = name in SETTING_UP and not has_second_factor(request.user)
            return None if may else to_set_up(request, request.user)
        if match.app_name == "admin" and name not in NOTHING_THERE:
            return ask_again(request)
        return None


def _way_of(request: HttpRequest) -> str:
    """The first way in which she can show who she is."""
    return request.build_absolute_uri(reverse(ways(cast(User, request.user))[0]))


def is_background(request: HttpRequest) -> bool:
    """Whether nobody did anything: a page asked by itself, or a browser fetched what somebody might want next."""
    prefetch = "prefetch" in (request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", ""))
    asks_how_long = request.method == "GET" and request.path == reverse("entrance_here")
    return prefetch or asks_how_long or request.headers.get(BACKGROUND) == "1"


def is_of_programs(request: HttpRequest) -> bool:
    """Whether the answer goes to a program."""
    return request.path.startswith("/api/")


def to_set_up(request: HttpRequest, user: User) -> HttpResponse:
    """To the page on which one is set up; who has one signs in again, with it."""
    if is_of_programs(request):
        told = {
            "type": "urn:apparatus:problem:second-factor",
            "title": _("A second factor is needed"),
            "status": 403,
            "detail": _("Sign in with a second factor, or set one up first."),
            "instance": request.path,
        }
        return JsonResponse(told, status=403, content_type="application/problem+json")
    if has_second_factor(user):
        get_adapter().logout(request)
        address = reverse("account_login")
    else:
        if request.method == "GET" and not request.headers.get("HX-Request"):
            marks.want(request, request.get_full_path())
        address = reverse("mfa_index")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def seconds_left(request: HttpRequest) -> tuple[int, bool]:
    """How long this session goes on by itself, and whether staying would make it longer."""
    at = timezone.now()
    began = marks.began(request) or at
    seen = cast(datetime, getattr(request, "session_seen", at))
    by_idleness, by_age = seen + settings.SESSION_IDLE - at, began + settings.SESSION_LONGEST - at
    return max(0, int(min(by_idleness, by_age).total_seconds())), by_idleness < by_age
