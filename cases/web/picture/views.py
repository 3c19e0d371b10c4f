"""The national picture: numbers of a day, as known on a day, beside what others published."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access.services import require
from cases.figures.rendering import as_csv
from cases.figures.rules import COUNTS, Picture
from cases.figures.services import open_picture
from cases.travel.rules import TravelValue
from cases.web.pages import attempt
from cases.web.picture.chart import departures
from cases.web.picture.forms import DaysForm
from cities.roles.permissions import Permission
from cities.web.entrance.step_up import step_up
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

#: The names of the counts, in the words of the travel status.
LABELS = {name: TravelValue(value).label for value, name in COUNTS.items()}


def _asked(request: SignedIn) -> DaysForm:
    """The two days; both are today until somebody chooses."""
    today = timezone.localdate(request.at)
    return DaysForm(request.GET if request.GET else {"as_of": today.isoformat(), "known_on": today.isoformat()})


def _opened(request: SignedIn, form: DaysForm, *, take_away: bool) -> Picture | None:
    """The picture, opened and written down; None when the days asked for can't be."""
    if not form.is_valid():
        return None
    today = timezone.localdate(request.at)
    as_of: date = form.cleaned_data["as_of"] or today
    known_on: date = form.cleaned_data["known_on"] or today
    return attempt(
        form,
        lambda: open_picture(by=request.user, at=request.at, as_of=as_of, known_on=known_on, take_away=take_away),
    )


@require_safe
@signed_in
def picture(request: SignedIn) -> HttpResponse:
    """Stock, flow, cities, the way back, and the published figures beside ours."""
    require(request.user, Permission.PICTURE_READ, at=request.at)
    form = _asked(request)
    found = _opened(request, form, take_away=False)
    context: dict[str, Any] = {"picture": found, "today": timezone.localdate(request.at)}
    if found is not None:
        context |= {
            "chart": departures(found.flow),
            "labels": [(name, LABELS[name]) for name in found.columns],
            "lines": [
                (line, [line.cells["left"], *(line.cells[name] for name in found.columns)])
                for line in (*found.cities, *found.regions, found.country)
            ],
        }
    return page(request, "cases/figures/picture.html", context, form=form)


@require_safe
@signed_in
@step_up
def table(request: SignedIn) -> HttpResponse:
    """The same numbers as a file. That it was taken away is in the ledger."""
    require(request.user, Permission.PICTURE_READ, at=request.at)
    form = _asked(request)
    found = _opened(request, form, take_away=True)
    if found is None:
        return redirect(f"{reverse('cases:picture')}?{request.GET.urlencode()}")
    name = f"national-picture-{found.as_of}-known-{found.known_on}.csv"
    return HttpResponse(
        as_csv(found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
