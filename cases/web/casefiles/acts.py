"""What is done with a case as a whole: opened, moved, assigned, and by whom the next step is taken."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access.rules import OutOfSight
from cases.access.selectors import team_of
from cases.access.services import require
from cases.casefiles.selectors import case_for, may_share, require_sharing
from cases.casefiles.services import add_to_team, assign_lead, leave_team, move_case, open_case, set_next_step
from cases.people.models import Person
from cases.people.selectors import person_for, search
from cases.web.casefiles.forms import (
    AssignForm,
    LeaveTeamForm,
    MoveForm,
    NextStepForm,
    OpenCaseForm,
    OpenCaseForNewPersonForm,
    TeamForm,
)
from cases.web.colleagues import who_can_join, who_can_lead, who_can_own
from cases.web.pages import FORM, act_page, attempt, number_in_the_address, typed
from cities.agencies.selectors import agencies_for
from cities.places.models import City
from cities.places.selectors import city_by_code
from cities.roles.permissions import Permission
from cities.roles.rules import allows
from cities.staff.selectors import postings_of
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in


def _city_for_a_new_case(request: SignedIn) -> City | None:
    """The city in the address, else the first in which this user opens cases."""
    if code := request.GET.get("city"):
        return city_by_code(code[:10])
    mine = (
        posting for posting in postings_of(request.user, at=request.at) if allows(posting.role, Permission.CASE_OPEN)
    )
    return next((posting.city for posting in mine if posting.city), None)


def _person_in_the_address(request: SignedIn) -> Person | None:
    number = number_in_the_address(request, "person")
    return None if number is None else person_for(request.user, number, at=request.at)


@require_http_methods(FORM)
@signed_in
def open_new(request: SignedIn) -> HttpResponse:
    """A new case. Before somebody new is recorded, whoever has such a name already is shown."""
    city = _city_for_a_new_case(request)
    require(request.user, Permission.CASE_OPEN, city_id=city.pk if city else None, at=request.at)
    if city is None:
        raise OutOfSight
    person = _person_in_the_address(request)
    rows: dict[str, QuerySet[Any]] = {
        "agency": agencies_for(city),
        "lead_caseworker": who_can_lead(city, at=request.at),
    }
    form_class = OpenCaseForm if person else OpenCaseForNewPersonForm
    form = form_class(typed(request), rows=rows)
    alike = []
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        new_person = None
        if person is None:
            new_person = {name: told.pop(name) for name in OpenCaseForNewPersonForm.new_person}
            if not told.pop("really_new"):
                alike = search(request.user, new_person["official_name"], at=request.at, limit=5)
        if not alike:
            case = attempt(
                form,
                lambda: open_case(
                    by=request.user, at=request.at, city=city, person=person, new_person=new_person, **told
                ),
            )
            if case is not None:
                messages.success(request, _("%(reference)s is open.") % {"reference": case.reference})
                return redirect("cases:case", case.reference)
    return page(request, "cases/casefiles/open.html", {"city": city, "person": person, "alike": alike}, form=form)


@require_http_methods(FORM)
@signed_in
def move(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    return act_page(
        request, case, MoveForm(typed(request), stage=case.stage, of=case),
        partial(move_case, case=case), permission=Permission.CASE_CHANGE,
        said=lambda moved: _("The case is now in %(stage)s.") % {"stage": moved.get_stage_display()},
        title=_("Change the stage"), submit=_("Change the stage"),
        lead=_("Now in %(stage)s.") % {"stage": case.get_stage_display()},
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def next_step(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    now = {name: getattr(case, name) for name in ("next_step", "next_step_on", "owner")}
    return act_page(
        request, case,
        NextStepForm(typed(request), of=case, initial=now, rows={"owner": who_can_own(case, at=request.at)}),
        partial(set_next_step, case=case), permission=Permission.CASE_CHANGE,
        said=_("The next step is set."), title=_("The next step"),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def assign(request: SignedIn, reference: str) -> HttpResponse:
    """Whoever came from the board goes back there."""
    case = case_for(request.user, reference, at=request.at)
    lead = case.lead_caseworker
    others = who_can_lead(case.city, at=request.at).exclude(user=lead)
    back = reverse("cases:board") if request.GET.get("from") == "board" else ""
    return act_page(
        request, case, AssignForm(typed(request), of=case, rows={"to": others}),
        partial(assign_lead, case=case), permission=Permission.CASE_ASSIGN,
        said=lambda done: _("%(name)s now leads the case.") % {"name": done.lead_caseworker}, to=back,
        title=_("Assign the lead caseworker"), submit=_("Assign"),
        lead=_("%(name)s leads this case now.") % {"name": lead} if lead else _("Nobody leads this case yet."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def team(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    require_sharing(request.user, case, at=request.at)
    return act_page(
        request, case, TeamForm(typed(request), rows={"to": who_can_join(case, at=request.at)}),
        partial(add_to_team, case=case), permission=Permission.CASE_CHANGE,
        said=_("Your colleague is on the team."), title=_("Add a colleague to the team"), submit=_("Add"),
        lead=_("She will see this case from now on, as far as her role allows. It stands in “Who can see this”."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def leave(request: SignedIn, reference: str) -> HttpResponse:
    """Whoever says who is on the team chooses among all of it; anybody else can only leave it herself."""
    case = case_for(request.user, reference, at=request.at)
    on_it = team_of(case, at=request.at)
    if not may_share(request.user, case, at=request.at):
        on_it = on_it.filter(pk=request.user.pk)
    form = LeaveTeamForm(typed(request), rows={"user": on_it})
    return act_page(
        request, case, form, partial(leave_team, case=case), permission=Permission.CASE_CHANGE,
        said=_("Your colleague is off the team."), title=_("Take a colleague off the team"),
        to=lambda _none: reverse("cases:case_list") if form.cleaned_data["user"] == request.user else "",
        submit=_("Take off the team"),
        lead=_("From then on the case does not exist for her. What she did stays in the ledger."),
    )  # fmt: skip
