"""How the pages of a referral answer in both houses: in the cell within its case, in the office by itself.

The office can't open the case, and nothing of it is asked for on its behalf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from cases.access.rules import OutOfSight
from cases.access.selectors import acts_of, beside_in
from cases.access.services import open_file
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.prosecution.models import ProsecutionReferral, ReferralFact
from cases.prosecution.rules import ANSWERS, ReferralStage, may_approve
from cases.prosecution.selectors import case_of, facts_of, offences_of, stage_changes_of
from cases.web.pages import attempt, case_page
from cases.web.prosecution.forms import as_typed, in_words
from cases.web.shapes import Button
from cases.web.whence import reason_or_question
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.pages import page
from cities.web.requests import SignedIn

#: How a referral is opened to be read.
READ: dict[str, Any] = {"permission": Permission.REFERRAL_READ, "compartment": Compartment.JUSTICE}


#: Where a bare button stands under the words: approved by a second person, acknowledged by the office.
WITH_A_BUTTON = (ReferralStage.DRAFTED, ReferralStage.SENT)


def page_of(referral: ProsecutionReferral) -> str:
    """The address of a referral, the same for both houses."""
    return reverse("cases:referral", args=[referral.reference, referral.number])


def button(referral: ProsecutionReferral, facts: Iterable[ReferralFact], data: QueryDict | None = None) -> Button:
    """The button under a referral, with what it states one by one."""
    return Button(data, of=referral, also={"facts": in_words(as_typed(facts))})


def referral_page(
    request: SignedIn,
    referral: ProsecutionReferral,
    template: str = "cases/prosecution/referral.html",
    *,
    permission: Permission = Permission.REFERRAL_READ,
    form: forms.Form | None = None,
    **shown: Any,
) -> HttpResponse:
    """A page of one referral. The ledger has it before it is drawn."""
    opened: dict[str, Any] = {
        "permission": permission, "compartment": Compartment.JUSTICE, "record": referral,
    }  # fmt: skip
    acts = acts_of(request.user, at=request.at, city_id=referral.city_id)
    facts = list(facts_of(referral))
    everything = {
        "referral": referral,
        "facts": facts,
        "offences": offences_of(referral),
        "button": button(referral, facts) if referral.stage in WITH_A_BUTTON else None,
        "history": stage_changes_of(referral, request.user, at=request.at),
        "may_approve": Permission.REFERRAL_APPROVE in acts
        and may_approve(approver=request.user.pk, drafted_by=referral.drafted_by_id),
        "may_answer": bool(ANSWERS[referral.answer]),
        "cancel": page_of(referral),
        **shown,
    }
    also = beside_in(everything["facts"], everything["offences"], everything["history"])
    case = _case_behind(request, referral)
    if case is not None:
        return case_page(request, case, template, **opened, also=also, form=form, house="base_case.html", **everything)
    behind = case_of(referral)
    why = reason_or_question(request, behind, compartment=Compartment.JUSTICE, permission=permission)
    if isinstance(why, HttpResponse):
        return why
    open_file(
        by=request.user, at=request.at, case=behind, beside=also, purpose=why.purpose, justification=why.words, **opened
    )
    names = {act.name for act in acts}
    return page(request, template, {"house": "base.html", "acts": names, **everything}, form=form)


def _case_behind(request: SignedIn, referral: ProsecutionReferral) -> Casefile | None:
    """The case, for the house that may open it."""
    try:
        return case_for(request.user, referral.reference, at=request.at)
    except OutOfSight:
        return None


def referral_act(
    request: SignedIn,
    referral: ProsecutionReferral,
    form: forms.Form,
    act: Callable[..., ProsecutionReferral],
    *,
    said: str,
    **shown: Any,
) -> HttpResponse:
    """One act on a referral: the page again with what is wrong, or the act, a word about it, and on to the referral.

    `act` is a service that still lacks `by`, `at` and what the form has.
    """
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: act(by=request.user, at=request.at, **form.cleaned_data))
        if done is not None:
            messages.success(request, said)
            return redirect(page_of(done))
    return referral_page(request, referral, form=form, **shown)


def stages_of(found: QuerySet[ProsecutionReferral]) -> list[dict[str, Any]]:
    """The stages in which there is a referral, with how many, in the order of their life."""
    numbers = {
        stage: len(list(rows)) for stage, rows in groupby(found.order_by("stage").values_list("stage", flat=True))
    }
    return [
        {"value": stage.value, "label": stage.label, "number": numbers[stage]}
        for stage in ReferralStage
        if stage in numbers
    ]
