"""The administration: who gets in, and by which door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.roles.permissions import Permission
from cities.staff.selectors import standing_of


class Administration(AdminSite):
    """Settings, by those who keep them. Whether somebody may is asked of her postings, never of Django's own tables."""

    site_title = _("Apparatus")
    site_header = _("Apparatus: administration")
    index_title = _("Settings")
    enable_nav_sidebar = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Only what the house registers: a library's tables have no rule of ours that keeps them."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        own = [model for model in models if model._meta.app_label in ("cities", "cases")]
        super().register(own, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """An administrator, of a city or of the country; a superuser, for the code lists."""
        user = request.user
        if not (user.is_authenticated and user.is_active):
            return False
        return user.is_superuser or standing_of(user, Permission.SETTINGS_CHANGE, at=timezone.now()) is not None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one way to sign in, for every page of the house."""
        wanted = request.GET.get("next") or resolve_url("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(wanted, resolve_url("account_login"))
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """And one way to sign out."""
        return redirect("account_logout")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """No field asks it, and it would answer with rows that no entry names."""
        raise PermissionDenied

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """And one way to change a password."""
        return redirect("account_change_password")
