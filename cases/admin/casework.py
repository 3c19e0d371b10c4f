"""Casework in the administration: to read, never to change, and only what one may know of anywhere else.

An administrator who is nothing else sees no case here, nor that there are any; a superuser doesn't either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from cases.access.selectors import may
from cases.access.services import open_file, open_list
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import listed_cases
from cases.checkins.models import CheckIn
from cases.checkins.selectors import listed_checkins
from cases.plans.models import FollowUpPlan
from cases.plans.selectors import listed_plans
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.selectors import case_of, referrals_for
from cities.admin.base import once, signed_in
from cities.ledger.rules import ADMINISTRATION
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment


class CaseworkAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no argument when it runs
    """Rows of cases: those of `rows_for`, each list and each opening in the ledger before it is shown.

    Nobody is asked why here: no task leads here, so each opening counts as one without a task (`cases/audit/rules.py`).
    """

    actions = None
    show_full_result_count = False
    permission: ClassVar[Permission]
    compartment: ClassVar[Compartment] = Compartment.CORE
    #: The room's own question.
    rows_for: ClassVar[Callable[..., QuerySet[Any]]]

    def named(self, columns: Any) -> list[str]:
        """What columns show, as the ledger names it: of another record, what that one is called by."""
        called = {"casefile": "casefile.reference", "person": "person.official_name"}
        return [called.get(name, name) for name in columns]

    def case_of(self, row: Any) -> Casefile:
        """The case that a row belongs to."""
        case: Casefile = row.casefile
        return case

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.rows_for(request.user, at=timezone.now())

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        user = request.user
        return user.is_authenticated and once(
            request, self.permission, lambda: may(user, self.permission, at=timezone.now())
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer = super().changelist_view(request, extra_context)
        shown = getattr(answer, "context_data", None) or {}
        if "cl" in shown:
            open_list(
                by=signed_in(request), at=timezone.now(), permission=self.permission, compartment=self.compartment,
                kind=self.opts.model_name or "", rows=list(shown["cl"].result_list),
                fields=self.named(self.list_display), purpose=ADMINISTRATION,
            )  # fmt: skip
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        is_shown = request.method != "POST" and self.has_view_permission(request)  # what is sent is refused
        row = self.get_object(request, unquote(object_id)) if is_shown else None
        if row is not None:
            open_file(
                by=signed_in(request), at=timezone.now(), case=self.case_of(row), permission=self.permission,
                compartment=self.compartment, record=row, fields=self.named(self.fields), purpose=ADMINISTRATION,
            )  # fmt: skip
        return super().change_view(request, object_id, form_url, extra_context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history of a case is its timeline, on its own page."""
        return redirect("admin:index")


@admin.register(Casefile)
class CasefileAdmin(CaseworkAdmin):
    """Cases."""

    permission = Permission.CASE_READ
    rows_for = staticmethod(listed_cases)
    list_display = ("reference", "person", "stage", "owner", "next_step", "next_step_on")
    list_filter = ("stage",)
    search_fields = ("reference",)
    fields = (
        "reference", "person", "city", "stage", "ground", "agency", "opened_on", "closed_on", "owner",
        "lead_caseworker", "next_step", "next_step_on", "review_on",
    )  # fmt: skip

    def case_of(self, row: Any) -> Casefile:
        case: Casefile = row
        return case


@admin.register(FollowUpPlan)
class PlanAdmin(CaseworkAdmin):
    """Versions of follow-up plans."""

    permission = Permission.PLAN_READ
    rows_for = staticmethod(listed_plans)
    compartment = Compartment.CARE
    list_display = ("casefile", "number", "state", "starts_on", "agreed_on", "review_on")
    list_filter = ("state",)
    search_fields = ("casefile__reference",)
    fields = ("casefile", "number", "state", "starts_on", "agreed_on", "review_on", "ended_on", "summary")


@admin.register(CheckIn)
class CheckInAdmin(CaseworkAdmin):
    """Check-ins, without their notes."""

    permission = Permission.CHECKIN_READ
    rows_for = staticmethod(listed_checkins)
    list_display = ("casefile", "due_on", "due_time", "kind", "caseworker", "state", "outcome")
    list_filter = ("state", "kind")
    search_fields = ("casefile__reference",)
    fields = (
        "casefile", "kind", "caseworker", "occurs_on", "due_on", "due_time", "place", "state", "outcome", "late_from",
    )  # fmt: skip


@admin.register(ProsecutionReferral)
class ReferralAdmin(CaseworkAdmin):
    """Prosecution referrals, as far as they stand."""

    permission = Permission.REFERRAL_READ
    rows_for = staticmethod(referrals_for)
    compartment = Compartment.JUSTICE
    list_display = ("reference", "number", "addressed_to", "stage", "sent_at", "answer")
    list_filter = ("stage",)
    search_fields = ("reference",)
    fields = (
        "reference", "number", "addressed_to", "stage", "drafted_by", "approved_by", "sent_at", "acknowledged_at",
        "answer",
    )  # fmt: skip

    def case_of(self, row: Any) -> Casefile:
        return case_of(row)
