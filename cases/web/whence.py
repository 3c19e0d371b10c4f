"""Why somebody opens a file: the task that led her there, the page she came from, or what she answers when asked.

What the browser says of the page before (`Referer`) is believed as a place and no more: anybody can send one. That
there is a task is asked of the rows themselves, and that the case is open already of the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from cases.access.services import require
from cases.audit.rules import AROUND, WHY_LASTS, purpose_of
from cases.audit.selectors import is_open_before, task_of
from cases.casefiles.models import Casefile
from cases.web.access.forms import WhyForm
from cases.web.purposes import PURPOSES
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.pages import page
from cities.web.requests import SignedIn

#: What was answered, in the session: number of the case -> answer, words, until when.
ANSWERS = "why"

#: The form by which a case begins.
OPENED = "cases:case_open"

#: The pages of the other house: who reads the other entries of a case may not learn that somebody was there.
OTHER_HOUSE = ("cases:referral", "cases:case_referrals")


@dataclass(frozen=True)
class Reason:
    """Why, as the ledger has it."""

    purpose: str = ""
    words: str = ""


def reason_or_question(
    request: SignedIn, case: Casefile, *, compartment: Compartment, permission: Permission | None = None
) -> Reason | HttpResponse:
    """Why the case is opened, or the page that asks. An act is never interrupted: it goes on without a reason.

    `permission`: what the page takes. Whoever may not open it is refused, and not asked.
    """
    reason = _reason(request, case, compartment)
    if reason is not None:
        return reason
    if request.method not in ("GET", "HEAD"):
        return Reason()
    if permission is not None:
        require(request.user, permission, case=case, at=request.at)
    if request.htmx:  # a part of a page can't hold the question: the whole page is asked for, and asks
        return HttpResponse(status=204, headers={"HX-Redirect": request.get_full_path()})
    return question(request, case.reference, WhyForm(initial={"next": request.get_full_path()}))


def _reason(request: SignedIn, case: Casefile, compartment: Compartment) -> Reason | None:
    came_from, is_inside = _came_from(request, case, compartment)
    said = _said(request, case)
    if is_inside and is_open_before(request.user, case, at=request.at):
        return said or Reason(came_from)
    if task := task_of(request.user, case, compartment, at=request.at):
        return Reason(purpose_of("" if is_inside else came_from, task))
    if came_from and not is_inside:
        return Reason(came_from)
    return said


def _came_from(request: SignedIn, case: Casefile, compartment: Compartment) -> tuple[str, bool]:
    """The name of the page before, with its number, and whether that was a page of this very case.

    So is the form that opened it: whoever has just done so is known to the ledger.
    """
    found = _page_before(request)
    if found is None:
        return "", False
    name = f"{found.view_name} {found.kwargs.get('pk', '')}".strip()
    of_the_other_house = found.view_name.startswith(OTHER_HOUSE) and compartment is not Compartment.JUSTICE
    if found.kwargs.get("reference") == case.reference:
        return (name if found.view_name in PURPOSES and not of_the_other_house else "cases:case"), True
    if found.view_name == OPENED:
        return OPENED, True
    is_known = found.view_name in AROUND  # so that whoever says that she comes from there is told of
    return (name if is_known and not of_the_other_house else ""), False


def _page_before(request: SignedIn) -> ResolverMatch | None:
    try:
        told, here = urlsplit(request.headers.get("Referer", "")), urlsplit(request.build_absolute_uri("/"))
        return resolve(told.path) if (told.scheme, told.netloc) == (here.scheme, here.netloc) else None
    except (ValueError, Resolver404):
        return None


def question(request: SignedIn, reference: str, form: WhyForm) -> HttpResponse:
    """The page that asks. It shows the reference, which she gave herself, and nothing else of the case."""
    shown = {
        "reference": reference, "action": reverse("cases:why", args=[reference]), "cancel": reverse("cases:my_day"),
        "hours": WHY_LASTS.seconds // 3600,
    }  # fmt: skip
    return page(request, "cases/access/why.html", shown, form=form)


def remember(request: SignedIn, case: Casefile, reason: Reason) -> None:
    """Keep an answer in the session, on the server, for this case and some hours; what has run out is forgotten."""
    kept = {number: one for number, one in _kept(request).items() if _holds(one, at=request.at)}
    until = (request.at + WHY_LASTS).timestamp()
    request.session[ANSWERS] = kept | {str(case.pk): [reason.purpose, reason.words, until]}


def _said(request: SignedIn, case: Casefile) -> Reason | None:
    one = _kept(request).get(str(case.pk))
    return Reason(one[0], one[1]) if one and _holds(one, at=request.at) else None


def _kept(request: SignedIn) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = request.session.get(ANSWERS, {})
    return found


def _holds(one: list[Any], *, at: datetime) -> bool:
    return bool(one[2] > at.timestamp())


def onward(wanted: str, case: Casefile) -> HttpResponse:
    """On to the page that was wanted, if it is one of this case; else to the case."""
    try:
        is_of_the_case = resolve(urlsplit(wanted).path).kwargs.get("reference") == case.reference
    except (ValueError, Resolver404):
        is_of_the_case = False
    safe = is_of_the_case and wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return redirect(wanted if safe else reverse("cases:case", args=[case.reference]))
