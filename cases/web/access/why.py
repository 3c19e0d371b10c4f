"""What somebody answers who was asked why she opens a case."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from cases.audit.rules import why_of
from cases.audit.selectors import case_to_open, names_in
from cases.web.access.forms import WhyForm
from cases.web.pages import attempt
from cases.web.whence import Reason, onward, question, remember
from cities.web.requests import SignedIn, signed_in


@require_POST
@signed_in
def why(request: SignedIn, reference: str) -> HttpResponse:
    """Keep the answer and go on to the page that was wanted. What is opened then stands in the ledger with it."""
    case = case_to_open(request.user, reference, at=request.at)
    form = WhyForm(request.POST)
    if form.is_valid():
        answer, words = form.cleaned_data["why"], form.cleaned_data["words"]
        names = names_in(case, request.user, at=request.at)
        said = attempt(form, partial(why_of, answer, words, names=names))
        if said is not None:
            remember(request, case, Reason(*said))
            return onward(form.cleaned_data["next"], case)
    return question(request, case.reference, form)
