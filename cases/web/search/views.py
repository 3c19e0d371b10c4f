"""Search: one box, and why each person was found."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cases.access.services import require
from cases.people.selectors import search as people_like
from cases.web.pages import FORM, listed, typed
from cases.web.search.forms import SearchForm
from cities.roles.permissions import Permission
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

#: Where the session keeps what was searched for last.
LAST = "searched_for"

MOST = 20

#: What is said of each, and by which of his names he was found.
SAYS = "official_name born_on birth_precision city personname.name casefile.reference casefile.stage"


@require_http_methods(FORM)
@signed_in
def search(request: SignedIn) -> HttpResponse:
    """What is typed is the name of a person: it is kept in the session, on the server, and never in an address, which
    browsers remember and people pass on. So a search leads back to this page, and "back" comes back to what was found.
    """
    require(request.user, Permission.PERSON_READ, at=request.at)
    form = SearchForm(typed(request))
    if form.is_valid():
        request.session[LAST] = form.cleaned_data["q"]
        if not request.htmx:
            return redirect("cases:search")
    sought = request.session.get(LAST, "")
    if not form.is_bound:
        form = SearchForm(initial={"q": sought})
    wrong = form.is_bound and not form.is_valid()
    found = people_like(request.user, sought, at=request.at, limit=MOST) if sought and not wrong else []
    listed(request, [match.person for match in found], shows=SAYS, permission=Permission.PERSON_READ)
    template = "cases/search/_found.html" if request.htmx else "cases/search/search.html"
    return page(request, template, {"sought": "" if wrong else sought, "found": found, "most": MOST}, form=form)
