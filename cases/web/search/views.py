"""Search: one box, and why each thing was found."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in


@require_safe
@signed_in
def search(request: SignedIn) -> HttpResponse:
    return page(request, "cases/search/search.html")
