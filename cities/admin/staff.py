"""Users and postings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cities.admin.base import SettingsAdmin, signed_in
from cities.ledger.rules import ADMINISTRATION
from cities.staff.models import Posting, User
from cities.staff.services import appoint, change_user, create_user, end_posting, open_staff


class StaffAdmin(SettingsAdmin):
    """Rows that are colleagues: whoever is shown some has looked at them, and it is written down before she sees it."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer = super().changelist_view(request, extra_context)
        told = getattr(answer, "context_data", None) or {}
        if "cl" in told:
            rows = [row.pk for row in told["cl"].result_list]
            self.looked(request, rows, map(str, self.list_display))
        return answer

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """A form is shown, also once more when it was refused: with whom it is about, and who can be chosen in it."""
        self._opened(request, context["original"])
        if (chosen := context["adminform"].form.fields.get("user")) is not None:
            self.looked(
                request, list(chosen.queryset.values_list("pk", flat=True)), ("first_name", "last_name"), kind="user"
            )
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return answer

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer = super().history_view(request, object_id, extra_context)
        self._opened(request, (getattr(answer, "context_data", None) or {}).get("object"))
        return answer

    def _opened(self, request: HttpRequest, row: models.Model | None) -> None:
        if row is not None:
            self.looked(request, [row.pk], map(str, self.fields or ()), city_id=self.city_of(row))

    def looked(
        self, request: HttpRequest, ids: Sequence[int], fields: Iterable[str], *, kind: str = "", **where: Any
    ) -> None:
        open_staff(
            by=signed_in(request), at=timezone.now(), kind=kind or self.opts.model_name or "", ids=ids, fields=fields,
            purpose=ADMINISTRATION, **where,
        )  # fmt: skip


@admin.register(User)
class UserAdmin(StaffAdmin):
    """Who can sign in. A password is never set here: whoever is new asks for one by “Forgotten password”.

    The address is given once: it is what one signs in with.
    """

    list_display = ("last_name", "first_name", "email", "language", "is_active")
    list_display_links = ("last_name", "first_name", "email")
    list_filter = ("is_active", "language")
    search_fields = ("last_name", "first_name", "email")
    ordering = ("last_name", "first_name", "pk")
    fields = ("email", "first_name", "last_name", "language", "phone", "is_active")
    given_once = ("email",)

    def view_on_site(self, obj: User) -> str:
        """Beside the form: how she signs in, and what can be done about it."""
        return reverse("entrance_account", args=[obj.pk])

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        return [name for name in self.fields if obj is not None or name != "is_active"]

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """An account belongs to no city. Whether this administrator may change this one, the service says."""
        return self.has_view_permission(request, obj)

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        if row is None:
            return create_user(by=by, at=at, **values)
        return change_user(user=row, by=by, at=at, **values)


@admin.register(Posting)
class PostingAdmin(StaffAdmin):
    """Who works where, as what, from one day until another. A posting is ended, not changed."""

    list_display = ("user", "role", "agency", "city", "starts_on", "ends_on")
    list_filter = ("role", "city")
    list_select_related = ("user", "agency", "city")
    search_fields = ("user__last_name", "user__first_name", "user__email", "agency__name")
    fields = ("user", "role", "agency", "city", "starts_on", "ends_on")
    given_once = ("user", "role", "agency", "city", "starts_on")

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        if row is None:
            return appoint(by=by, at=at, **values)
        return end_posting(posting=row, by=by, at=at, **values)

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None and "ends_on" in form.base_fields:
            form.base_fields["ends_on"].required = True
        return form
