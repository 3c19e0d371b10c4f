"""What the pages of settings have in common: they ask the rooms, and the rooms decide."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cities.admin.overtaken import AsRead
from cities.refusals import NotAllowed, Refused, Stale
from cities.roles.permissions import Permission
from cities.staff.models import User
from cities.staff.selectors import settings_standing, standing_of


def signed_in(request: HttpRequest) -> User:
    """Who asks. Nobody else gets past the site."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def once(request: HttpRequest, question: Hashable, ask: Callable[[], bool]) -> bool:
    """The answer to a question that the site asks again for each kind of record on a page: the rows are asked once."""
    answers: dict[Hashable, bool] = request.__dict__.setdefault("answers", {})
    if question not in answers:
        answers[question] = ask()
    return answers[question]


class SettingsForm(AsRead):
    """The shape of a setting. What a room refused is said beside the field it named."""

    def clean(self) -> dict[str, Any] | None:
        """A period that ends before it starts is no period to PostgreSQL, which could not be asked what overlaps it."""
        cleaned = super().clean()
        starts_on, ends_on = (self.cleaned_data.get(name) for name in ("starts_on", "ends_on"))
        if starts_on is not None and ends_on is not None and ends_on < starts_on:
            self.add_error("ends_on", _("A period ends after it starts."))
        if self.refused is not None:
            self.add_error(self.refused.field if self.refused.field in self.fields else None, self.refused.message)
            self.tell_what_differs()
        return cleaned


class SettingsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no argument when it runs
    """A kind of setting. It is kept by a service of its room (`keep`), never saved here, and never deleted."""

    form = SettingsForm
    actions = None
    show_full_result_count = False

    #: Fields that are given once, when the row is made.
    given_once: tuple[str, ...] = ()
    #: Kept by an administrator of the whole country only; a code list by a superuser too.
    of_the_country = False
    is_code_list = False

    def keep(self, values: dict[str, Any], row: models.Model | None, *, by: Any, at: datetime) -> models.Model:
        """Make the row, or change it, by a service. Gives the row as it stands now.

        Of a row that is changed, `values` has the `version` that was read.
        """
        raise NotImplementedError

    def city_of(self, row: models.Model) -> int | None:
        """The city whose administrator keeps this row; None: the whole country's."""
        return getattr(row, "city_id", None)

    # --- who may: answered from postings --------------------------------------------------------------------------

    def _may(self, request: HttpRequest, city_id: int | None) -> bool:
        user, at = request.user, timezone.now()
        if not user.is_authenticated:
            return False
        return (self.is_code_list and user.is_superuser) or once(
            request, ("keeps", city_id), lambda: settings_standing(user, at=at, city_id=city_id) is not None
        )

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        user = request.user
        if not user.is_authenticated:
            return False
        act = Permission.SETTINGS_CHANGE
        found = once(request, act, lambda: standing_of(user, act, at=timezone.now()) is not None)
        return found or (self.is_code_list and user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, None) if self.of_the_country else self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        if obj is None:
            return self.has_view_permission(request)
        return self._may(request, None if self.of_the_country else self.city_of(obj))

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    # --- keeping --------------------------------------------------------------------------------------------------

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        return self.given_once if obj is not None else ()

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """As Django's; a form about a row that stands carries the version that was read."""
        (name, told), *others = super().get_fieldsets(request, obj)
        carries = obj is not None and self.has_change_permission(request, obj)
        return [(name, {**told, "fields": [*told["fields"], "read"]}), *others] if carries else [(name, told), *others]

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        form: type[forms.ModelForm[Any]] = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"refused": getattr(request, "refused", None)})

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """The service's act, in the ledger as such. What it gives back is what the page goes on with."""
        values = dict(form.cleaned_data)
        if change:
            values["version"] = values.pop("read")
        row = self.keep(values, form.instance if change else None, by=request.user, at=timezone.now())
        obj.pk = row.pk
        obj._state.adding = False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As Django's; what the room refuses is shown in the form, with all that was typed."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except NotAllowed as refused:
            raise PermissionDenied from refused
        except Refused as refused:
            request.refused = refused  # type: ignore[attr-defined]  # hung on the request, for later
            shown = dict(extra_context or {})
            if isinstance(refused, Stale):
                shown["errors"] = None  # nothing is to be corrected: `admin/change_form.html` says what happened
            return super().changeform_view(request, object_id, form_url, shown)
