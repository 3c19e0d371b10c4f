"""The calendar feed: a door for programs, which asks for no session but for an address that nobody could guess."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from rest_framework.throttling import SimpleRateThrottle

from cases.access.selectors import may
from cases.access.services import act_as
from cases.checkins.rules import Whose
from cases.checkins.selectors import told_in_feed
from cases.checkins.services import hand_out_feed
from cases.web.calendar.ical import Feed
from cities.roles.permissions import Permission
from cities.tokens.models import CalendarFeed
from cities.tokens.selectors import feed_by_secret
from cities.tokens.services import note_feed_use


class WrongAddresses(SimpleRateThrottle):
    """So many wrong addresses a minute from one machine, wrong tokens counted in: either is guessing."""

    scope = "failed_sign_in"

    def get_cache_key(self, request: Any, view: Any = None) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The feed of an address that holds; else the page that isn't there, whatever the reason.

    Somebody whose postings have ended is answered with an empty calendar, not with an error: a program that is told
    nothing keeps what it had, one that is told "nothing" forgets it.
    """
    at = timezone.now()
    found = feed_by_secret(secret)
    if found is None:
        throttle = WrongAddresses()
        if not throttle.allow_request(request, None):  # type: ignore[arg-type]  # it asks nothing of the view
            answer = render(request, "429.html", status=429)
            answer.headers["Retry-After"] = str(int(throttle.wait() or 60))
            return answer
        raise Http404
    user = found.user
    act_as(user)  # from here on the database answers for her, whoever may be signed in in this browser
    note_feed_use(feed=found, by=user, at=at)
    whose = Whose.TEAM if found.of_team else Whose.OWN
    told = told_in_feed(user, whose, at=at) if may(user, Permission.CHECKIN_READ, at=at) else []
    with translation.override(user.language):
        shown = Feed(_name(found), settings.SITE_URL.rstrip("/"), told)
        same = get_conditional_response(request, etag=shown.mark())
        answer = same if same is not None else HttpResponse(content_type="text/calendar; charset=utf-8")
        if same is None and request.method == "GET":
            if told:
                hand_out_feed(feed=found, told=told, by=user, at=at)
            answer.content = shown.text()
            answer.headers["Content-Disposition"] = 'inline; filename="apparatus.ics"'
        answer.headers["ETag"] = shown.mark()
        answer.headers["Content-Language"] = user.language
    return answer


def _name(found: CalendarFeed) -> str:
    return _("Apparatus: the team's contacts") if found.of_team else _("Apparatus: my contacts")
