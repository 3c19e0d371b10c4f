"""Which cases the list shows: all of it stands in the address, so that it can be kept and sent."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.casefiles.models import Casefile
from cases.casefiles.rules import Stage
from cities.places.models import City
from cities.places.selectors import cities
from cities.web.requests import SignedIn


def _cities(request: SignedIn) -> QuerySet[City]:
    return cities()


class CaseFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter is not typed
    """Open cases, unless closed ones are asked for."""

    whose = django_filters.ChoiceFilter(
        label=_("Whose"),
        method="by_lead",
        choices=[("mine", _("I lead")), ("next", _("next step is mine")), ("nobody", _("nobody leads"))],
        empty_label=_("anybody’s"),
    )
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=Stage.choices, empty_label=_("open, any stage"))
    city = django_filters.ModelChoiceFilter(
        label=_("City"), queryset=_cities, to_field_name="code", empty_label=_("every city")
    )
    review = django_filters.ChoiceFilter(
        label=_("Review"), method="by_review", choices=[("due", _("due"))], empty_label=_("any date")
    )

    class Meta:
        model = Casefile
        fields: tuple[str, ...] = ()

    def by_lead(self, found: QuerySet[Casefile], name: str, value: str) -> QuerySet[Casefile]:
        if value == "nobody":
            return found.filter(lead_caseworker__isnull=True)
        return found.filter(**{"lead_caseworker" if value == "mine" else "owner": self.request.user})

    def by_review(self, found: QuerySet[Casefile], name: str, value: str) -> QuerySet[Casefile]:
        return found.filter(review_on__lte=timezone.localdate(self.request.at))

    def filter_queryset(self, found: QuerySet[Casefile]) -> QuerySet[Casefile]:
        if not self.form.cleaned_data.get("stage"):
            found = found.exclude(stage=Stage.CLOSED)
        narrowed: QuerySet[Casefile] = super().filter_queryset(found)
        return narrowed

    def chips(self) -> list[tuple[str, Any, Any]]:
        """What is being filtered by: name, label, and value in words."""
        return [
            (name, self.form.fields[name].label, _in_words(self.form.fields[name], value))
            for name, value in self.form.cleaned_data.items()
            if value
        ]


def _in_words(field: forms.Field, value: Any) -> Any:
    return value if isinstance(value, City) else dict(field.choices).get(value, value)  # type: ignore[attr-defined]
