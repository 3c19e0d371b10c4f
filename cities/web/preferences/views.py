"""The pages on which somebody chooses her language, and reads what the keys do."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cities.staff.selectors import postings_of
from cities.staff.services import change_preferences
from cities.web.pages import page
from cities.web.preferences.forms import PreferencesForm
from cities.web.requests import SignedIn, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request: SignedIn) -> HttpResponse:
    user = request.user
    form = PreferencesForm(
        request.POST or None, initial={name: getattr(user, name) for name in PreferencesForm.base_fields}
    )
    if request.method == "POST" and form.is_valid():
        user = change_preferences(by=user, at=request.at, **form.chosen())
        translation.activate(user.language)
        messages.success(request, _("Your preferences are saved."))
        return redirect("cities:preferences")
    shown = {"postings": postings_of(user, at=request.at)}
    return page(request, "cities/preferences/preferences.html", shown, form=form)


@require_safe
@signed_in
def show_help(request: SignedIn) -> HttpResponse:
    return page(request, "cities/preferences/help.html")
