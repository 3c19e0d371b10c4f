"""Search: one box, and why each one was found."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from cases.access.services import require
from cases.people import selectors as people
from cases.web.pages import listed
from cases.web.search.forms import SearchForm
from cities.roles.permissions import Permission
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in


@require_safe
@signed_in
def search(request: SignedIn) -> HttpResponse:
    require(request.user, Permission.PERSON_READ, at=request.at)
    form = SearchForm(request.GET)
    wanted = form.cleaned_data["q"].strip() if form.is_valid() else ""
    matches = people.search(request.user, wanted, at=request.at) if wanted else []
    if wanted:
        listed(request, [match.person for match in matches], permission=Permission.PERSON_READ)
    return page(request, "cases/search/search.html", {"wanted": wanted, "matches": matches}, form=form)
