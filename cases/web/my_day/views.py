"""My day: what is to be done, by whom it is asked, and nothing else."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in


@require_safe
@signed_in
def my_day(request: SignedIn) -> HttpResponse:
    return page(request, "cases/my_day/my_day.html")
