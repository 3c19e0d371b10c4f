"""How a page answers: the form that was refused comes back with all that was typed, and says so in its status."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, form: BaseForm | None = None
) -> HttpResponse:
    """The page, or 422 when its form holds something wrong."""
    wrong = form is not None and form.is_bound and bool(form.errors)
    return render(request, template, {**(context or {}), "form": form}, status=422 if wrong else 200)
