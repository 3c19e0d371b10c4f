"""Who may do what, for everybody to read."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, IN_WORDS, PERMISSIONS, POSTED_TO_EVERY_CASE, Role
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in


@require_safe
@signed_in
def roles(request: SignedIn) -> HttpResponse:
    described = [
        {
            "name": role.label,
            "words": IN_WORDS[role],
            "acts": [_(act.value) for act in Permission if act in PERMISSIONS[role]],
            "compartments": [part.label for part in sorted(COMPARTMENTS[role])],
            "whole_city": role in POSTED_TO_EVERY_CASE,
        }
        for role in Role
    ]
    return page(request, "cities/roles/roles.html", {"roles": described})
