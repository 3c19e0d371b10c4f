"""Somebody signed in: as a type, so that a page can't be written for nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone

from cities.web.entrance.kept import to_sign_in

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from cities.staff.models import User

P = ParamSpec("P")


class SignedIn(HttpRequest):
    """A request by a member of staff. `at` is when it came: the clock is read here, once."""

    user: User
    at: datetime
    htmx: HtmxDetails


def here(request: HttpRequest) -> str:
    """The name of the page that is asked for, as the ledger has it; nothing where there is none."""
    return request.resolver_match.view_name if request.resolver_match else ""


def signed_in(
    view: Callable[Concatenate[SignedIn, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page for who has signed in; others go to the sign-in page and come back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        request.at = timezone.now()  # type: ignore[attr-defined]  # hung on the request, for later
        return view(cast(SignedIn, request), *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], guarded)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """A fragment can't hold the sign-in page: then the whole page is sent there."""
    if getattr(request, "htmx", False):
        return to_sign_in(request)
    return redirect_to_login(
        request.get_full_path() if request.method == "GET" else "/", resolve_url(settings.LOGIN_URL)
    )
