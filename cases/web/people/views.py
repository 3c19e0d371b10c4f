"""The pages about the person of a case."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.access.rules import OutOfSight
from cases.access.selectors import beside_in
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.people.selectors import contacts_of, names_of
from cases.people.services import add_contact, add_name, change_person, end_contact
from cases.travel.selectors import statuses_of
from cases.travel.services import correct_status, record_status
from cases.web.pages import FORM, act_page, case_page, typed
from cases.web.people.forms import (
    AddContactForm,
    AddNameForm,
    ChangePersonForm,
    CorrectStatusForm,
    EndContactForm,
    PersonFields,
    StatusForm,
)
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.requests import SignedIn, signed_in


def _back(case: Casefile) -> str:
    return reverse("cases:person", args=[case.reference])


@require_safe
@signed_in
def person(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    names, contacts = names_of(case.person), contacts_of(case, request.user, at=request.at)
    statuses = statuses_of(case.person, request.user, at=request.at)
    return case_page(
        request, case, "cases/people/person.html", permission=Permission.PERSON_READ, record=case.person,
        also=beside_in(names, contacts, statuses), names=names, contacts=contacts, statuses=statuses,
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def change(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    somebody = case.person
    now = {name: getattr(somebody, name) for name in PersonFields.base_fields}
    return act_page(
        request, case, ChangePersonForm(typed(request), of=somebody, initial=now),
        partial(change_person, person=somebody), permission=Permission.PERSON_CHANGE, record=somebody,
        said=_("The record of the person is changed."), to=_back(case), cancel=_back(case),
        title=_("Change who the person is"),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def new_name(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    return act_page(
        request, case, AddNameForm(typed(request)), partial(add_name, person=case.person),
        permission=Permission.PERSON_CHANGE, record=case.person, said=_("The name is recorded."),
        to=_back(case), cancel=_back(case), title=_("Record another name"),
        lead=_("A name that no longer holds as the official one is kept by itself when you change that."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def new_contact(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    return act_page(
        request, case, AddContactForm(typed(request)), partial(add_contact, case=case),
        permission=Permission.PERSON_CHANGE, compartment=Compartment.CARE, said=_("The contact is recorded."),
        to=_back(case), cancel=_back(case), title=_("Record somebody around the person"),
        lead=_("Family and friends are contacts, never cases. What is written here is under professional secrecy."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def end_a_contact(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    tie = contacts_of(case, request.user, at=request.at).filter(pk=pk).first()
    if tie is None:
        raise OutOfSight
    return act_page(
        request, case, EndContactForm(typed(request)), partial(end_contact, relationship=tie),
        permission=Permission.PERSON_CHANGE, compartment=Compartment.CARE, record=tie,
        said=_("The contact has ended; the record stays."), to=_back(case), cancel=_back(case),
        title=_("No longer around the person"), submit=_("End the contact"),
        lead=f"{tie.other}, {tie.get_kind_display()}",
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def new_status(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    return act_page(
        request, case, StatusForm(typed(request)), partial(record_status, person=case.person),
        permission=Permission.TRAVEL_RECORD, record=case.person, said=_("The travel status is recorded."),
        to=_back(case), cancel=_back(case), title=_("Record a travel status"), submit=_("Record"),
        lead=_("An assessment, not a fact: say how sure you are, and who says so. Earlier assessments stay."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def correct(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    wrong = statuses_of(case.person, request.user, at=request.at).filter(pk=pk).first()
    if wrong is None:
        raise OutOfSight
    now = {name: getattr(wrong, name) for name in StatusForm.base_fields if name not in ("known_since", "reason")}
    return act_page(
        request, case, CorrectStatusForm(typed(request), initial=now), partial(correct_status, status=wrong),
        permission=Permission.TRAVEL_RECORD, record=wrong, said=_("The travel status is corrected."),
        to=_back(case), cancel=_back(case), title=_("Correct a travel status"), submit=_("Correct"),
        lead=_("Write what should have stood there. What was written stays, marked as corrected."),
    )  # fmt: skip
