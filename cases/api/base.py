"""The REST door of the archive: who asks, what she may know, and each refusal of a room as a problem document."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import DatabaseError
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.urls import register_converter
from django.urls.converters import StringConverter
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from cases.access.models import CaseRow
from cases.access.selectors import compartments_open_to
from cases.access.services import open_file, open_list, require
from cases.api.naming import names_in
from cases.api.scopes import serves
from cases.api.versions import is_met, stands_otherwise
from cases.audit.services import write_refusal
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.people.models import Person
from cases.people.selectors import case_about
from cases.plans.models import FollowUpPlan
from cases.plans.selectors import plan_for, plan_in_force
from cities.api.base import Door
from cities.api.problems import AsProblem, Problem, of_status, one_error, problem_of
from cities.places.models import City
from cities.refusals import NotAllowed, OutOfSight, Refused, Stale
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.staff.selectors import colleagues
from cities.tokens.rules import Purpose

log = logging.getLogger("django.request")
RowT = TypeVar("RowT", bound=Model)


class CaseReference(StringConverter):
    """VIL-2026-0042, exactly as it is written."""

    regex = "[A-Z]{3}-[0-9]{4}-[0-9]{4,9}"


register_converter(CaseReference, "case_reference")


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """How the schema tells it."""

    target_class = "cases.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token of the house, at most 90 days old."}


def answer(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler: every error as a problem. None: nobody foresaw it, Django answers 500."""
    request: Request = context["request"]
    try:
        if isinstance(error, OutOfSight):
            _denied(request, "out of sight")
            return of_status(404).response(request._request)
        if isinstance(error, NotAllowed):
            _denied(request, "not allowed")
            return of_status(403).response(request._request)
    except DatabaseError as unwritten:  # that she was refused could not be written down
        error = unwritten
    if isinstance(error, Refused):
        where = "parameter" if request.method in ("GET", "HEAD") else "pointer"
        return refusal(error, where).response(request._request)
    if isinstance(error, DatabaseError):
        # As a page would: the ledger, or anything else, could not be written or read, so nothing is shown.
        log.error("%s %s: no answer from the database", request.method, request.path, exc_info=error)
    problem = problem_of(error)
    return problem.response(request._request) if problem else None


def refusal(refused: Refused, where: str = "pointer") -> Problem:
    """409 when what stands forbids the act; 422 when something that was sent must be mended first."""
    path = tuple(refused.field.split(".")) if refused.field else ()
    found = (one_error(refused.message, path=path, code=refused.code, where=where),)
    status = 422 if refused.field else 409
    return Problem(status, "refused", _("Refused by a rule of the field"), refused.message, found)


def _denied(request: Request, outcome: str) -> None:
    """That somebody asked for what she may not have stands in the ledger, whether what she asked for exists or not."""
    asked = request._request.resolver_match
    if request.user.is_authenticated:
        write_refusal(
            by=request.user,
            at=timezone.now(),
            act=asked.view_name if asked else "",
            reference=asked.kwargs.get("reference", "") if asked else "",
            outcome=outcome,
        )


class CaseDoor(Door):
    """A view about a case. What is shown stands in the ledger first."""

    def serves(self, purpose: Purpose) -> bool:
        return serves(type(self).__module__, purpose)

    def allowed(self, permission: Permission, case: Casefile | None = None) -> None:
        """Raises before anything is read of the body: an act one doesn't have isn't discussed."""
        require(self.by, permission, case=case, at=self.at)

    def in_person(self) -> None:
        """What the pages ask for once more is for somebody who is there: never for a token, and in a session only when
        she showed lately who she is. Raises before anything is read of the body."""
        asked = self.request._request
        if self.request.auth is not None:
            _denied(self.request, "no person")
            raise AsProblem(
                Problem(
                    403, "person-needed", _("Somebody has to do this herself"),
                    _("A token has nobody in front of it. Sign in, and do it on the page."),
                )
            )  # fmt: skip
        if not asked.shown_lately():  # type: ignore[attr-defined]  # the entrance hangs it on each request
            told = _("Show once more that it is you, at “where”, and send it again.")
            where = {"where": asked.shown_at()}  # type: ignore[attr-defined]  # the same
            raise AsProblem(Problem(403, "step-up", _("Please show that it is you"), told, more=where))

    def within(self, rows: QuerySet[RowT]) -> QuerySet[RowT]:
        """A second net under `visible_to`: what lies in a case of another city than the token's is left out."""
        city_id = self.by.acts_within.city_id
        return rows.filter(city_id=city_id) if city_id is not None and issubclass(rows.model, CaseRow) else rows

    def case(self, reference: str) -> Casefile:
        case = case_for(self.by, reference, at=self.at)
        if self.by.acts_within.city_id not in (None, case.city_id):
            raise OutOfSight
        return case

    def found(self, rows: QuerySet[RowT], pk: int) -> RowT:
        """One of the rows that `by` may know of."""
        row = self.within(rows).filter(pk=pk).first()
        if row is None:
            raise OutOfSight
        return row

    def chosen(self, rows: QuerySet[RowT], number: int | str, field: str, *, by: str = "pk") -> RowT:
        """The row that a number in the body means, among those that can be meant."""
        row = rows.filter(**{by: number}).first()
        if row is None:
            raise ValidationError({field: [_("This is not one of those that can be chosen.")]}, code="unknown")
        return row

    def a_user(self, city: City, pk: int, field: str) -> User:
        """A member of staff who works in the city."""
        return self.chosen(colleagues(city, at=self.at), pk, field, by="user").user

    def opened(
        self, case: Casefile, permission: Permission, compartment: Compartment, record: Model, shows: Iterable[str]
    ) -> None:
        """The record was opened: written before it is shown, with the names of what is shown."""
        open_file(
            by=self.by, at=self.at, case=case, permission=permission, compartment=compartment, record=record,
            fields=shows,
        )  # fmt: skip

    def opened_person(self, person: Person, permission: Permission, record: Model, shows: Iterable[str]) -> None:
        """Somebody's record was opened: in the case by which one knows her, or, without any, in her city."""
        if case := case_about(person, self.by, at=self.at):
            return self.opened(case, permission, Compartment.CORE, record, shows)
        return open_list(
            by=self.by, at=self.at, permission=permission, compartment=Compartment.CORE,
            kind=record._meta.model_name or "", rows=[record], fields=shows,
        )  # fmt: skip

    def in_sight(self, case: Casefile, compartment: Compartment) -> None:
        """Raises when this part of a case, of which one knows otherwise, is closed to the caller."""
        if compartment not in compartments_open_to(self.by, case, at=self.at):
            raise NotAllowed(compartment.value)

    def listed_and_opened(
        self,
        shape: type[BaseSerializer[Any]],
        rows: Sequence[Model],
        following: str = "",
        *,
        permission: Permission,
        compartment: Compartment,
        kind: str,
        case: Casefile | None = None,
    ) -> Response:
        """A list was shown: an entry in the ledger with the ids on this page, for each city in it."""
        open_list(
            by=self.by, at=self.at, permission=permission, compartment=compartment, kind=kind,
            rows=rows, fields=names_in(shape), case=case,
        )  # fmt: skip
        return self.listed(shape, rows, following)

    @contextmanager
    def on_what_was_read(self, row: RowT, shown: Callable[[RowT], Mapping[str, Any]]) -> Iterator[int]:
        """An act on the version of a record that `If-Match` says was read, which it gives to the service.

        Raises before the body is looked at when none is said, or when another one stands: then, as when somebody is
        quicker between here and the service, the refusal carries the record as `shown` shows it now.
        """
        if not is_met(self.request.headers.get("If-Match"), row):
            raise stands_otherwise(shown(row))
        try:
            yield row.version  # type: ignore[attr-defined]  # what is edited has one: test_editable_rows.py
        except Stale as stale:
            raise stands_otherwise(shown(row)) from stale

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """What shows one record of which there are versions has its tag."""
        told = getattr(response, "data", None)
        if isinstance(told, Mapping) and "etag" in told:
            response["ETag"] = told["etag"]
        return super().finalize_response(request, response, *args, **kwargs)


class PlannedDoor(CaseDoor):
    """What hangs on a plan."""

    def plan(self, case: Casefile, number: int | None) -> FollowUpPlan:
        """The version that is named, else the one in force."""
        if number is not None:
            return plan_for(self.by, case, number, at=self.at)
        plan = plan_in_force(case, self.by, at=self.at)
        if plan is None:
            raise Refused(_("There is no plan in force in this case."), field="plan", code="plan")
        return plan

    def with_people(self, case: Casefile, told: dict[str, Any]) -> dict[str, Any]:
        """Whoever was named by number, as a colleague in the city of the case."""
        named = [name for name in ("caseworker", "second") if told.get(name) is not None]
        return {**told, **{name: self.a_user(case.city, told[name], name) for name in named}}
