"""Every page of the administration, with what it leaves in the ledger: read off what is registered, so that a kind of
record that is added there is walked too, or fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse

from cases.access.services import acting
from cases.admin.casework import CaseworkAdmin
from cities.admin.staff import StaffAdmin
from cities.roles.rules import Role
from cities.staff.models import Posting
from cities.statistics.models import Series
from tests.architecture.asked import Asked
from tests.architecture.scene import ADMIN, addresses
from tests.factories import Cast, a_user, posted
from tests.forms import Form, forms_of

#: What becomes of a request: a complete entry of what was shown or done, or of the refusal.
ENTRY, REFUSED = "an entry", "refused, and that is written down"

#: Of the pages around a kind of record, where a case is shown, and where a setting is kept. Else: why nothing is.
CASEWORK = {
    "changelist": {"GET": ENTRY, "POST": ENTRY},
    "change": {"GET": ENTRY, "POST": REFUSED},
    "add": {"GET": REFUSED, "POST": REFUSED},
    "delete": {"GET": REFUSED, "POST": REFUSED},
    "history": dict.fromkeys(["GET", "POST"], "leads back: the history of a case is its timeline, on its own page"),
}
SETTINGS = {
    "changelist": {"GET": "a list of settings: no case"},
    "change": {"GET": "a form about a setting: no case", "POST": ENTRY},
    "add": {"GET": "a form about a setting that isn't there yet: no case", "POST": ENTRY},
    "delete": {"POST": REFUSED},
    "history": {"GET": "who kept a setting here: no case"},
}

#: The same of colleagues: each look at them is written down.
STAFF: dict[str, dict[str, str]] = {
    **SETTINGS,
    "changelist": {"GET": ENTRY},
    "change": {"GET": ENTRY, "POST": ENTRY},
    "history": {"GET": ENTRY},
}

#: What belongs to no kind of record, by name or, of what has none, by its pattern; with an address of it.
AROUND = {
    "index": ("", "names kinds of settings: no case"),
    "app_list": ("cases/", "as above"),
    "login": ("login/", "leads to the one way to sign in"),
    "logout": ("logout/", "leads to the one way out"),
    "password_change": ("password_change/", "leads to where a password is changed"),
    "password_change_done": ("password_change/done/", "says so: no case"),
    "autocomplete": (
        "autocomplete/?app_label=cases&model_name=stagechange&field_name=casefile&term=VIL",
        "no field asks it: refused",
    ),
    "jsi18n": ("jsi18n/", "words for scripts"),
    "view_on_site": ("r/{kind}/{case}/", "leads to the page of a setting, or nowhere: a case has no such page"),
    "<path:object_id>/": ("cases/casefile/{case}/", "leads to the form"),
    "(?P<url>.*)$": ("cases/casefile", "leads to the address with its stroke, or nowhere"),
}

NAMES = {f"name_{language}": "Nowhere" for language in ("nl", "fr", "de", "en")}
Typed = dict[str, str]


#: What is typed by somebody who is at the same setting, of each kind: something else in the same field.
OTHERWISE: dict[str, Typed] = {
    "city": {"name_fr": "Ailleurs"},
    "population": {"inhabitants": "47000"},
    "hotspotdesignation": {"source": "Invented otherwise"},
    "citysettings": {"misses_in_a_row": "5"},
    "schoolholiday": {"ends_on": "2027-01-18"},
    "agency": {"name": "Invented otherwise"},
    "cellseat": {"ends_on": "2091-07-01"},
    "closingdays": {"withdraw": "on"},
    "user": {"last_name": "Invented otherwise"},
    "posting": {"ends_on": "2091-01-01"},
    "series": {"name": "Invented otherwise"},
    "figure": {"value": "700"},
    "offence": {"ends_on": "2027-04-08"},
}


def typed(cast: Cast) -> dict[str, tuple[Typed, Typed]]:
    """What is typed to keep a new setting of each kind, and then to change it: beside what stands in the form."""
    here, since = {"city": str(cast.city.pk)}, {"starts_on": "2024-01-01"}
    day_off = {"starts_on": "2026-12-21", "ends_on": "2027-01-04"}
    here_works = str(cast.agency.pk)
    said, name = {"source": "Invented"}, {"name": "Invented"}
    city = {"code": "NOW", "nis": "99999", "region": "FLANDERS", "languages": "nl"}
    user = {"email": "nova@example.org", "first_name": "Nova", "last_name": "Invented", "language": "nl"}
    figure = {"as_of": "2015-11-03", "area": "BE", "measure": "left", "qualifier": "about", "value": "500"}
    series = {"series": str(Series.objects.order_by("-pk").values_list("pk", flat=True).first() or "")}
    posting = {"user": str(a_user().pk), "role": "CASEWORKER", "agency": here_works}
    return {
        "city": (city | NAMES, {"name_fr": "Nulle part"}),
        "population": (here | said | {"year": "2024", "inhabitants": "45000"}, {"inhabitants": "46000"}),
        "hotspotdesignation": (here | said | since | {"round": "1"}, {"source": "Invented again"}),
        "citysettings": (here, {"misses_in_a_row": "4"}),
        "schoolholiday": (day_off | NAMES | said | {"community": "FRENCH"}, {"ends_on": "2027-01-11"}),
        "agency": (here | name | {"kind": "NGO"}, {"name": "Invented again"}),
        "cellseat": (here | since | {"agency": here_works}, {"ends_on": "2090-06-01"}),
        "closingdays": (day_off | {"agency": here_works, "occasion": "The turn"}, {"withdraw": "on"}),
        "user": (user, {"last_name": "Invented again"}),
        "posting": (here | since | posting, {"ends_on": "2090-01-01"}),
        "series": (name | {"code": "invented"}, {"name": "Invented again"}),
        "figure": (figure | series | said, {"value": "600"}),
        "offence": (NAMES | {"code": "141", "starts_on": "2004-01-08"}, {"ends_on": "2026-04-08"}),
    }


def kinds(of: type[admin.ModelAdmin[Any]] | None = None) -> list[type[Model]]:
    """What is registered: all of it, or by pages of this kind."""
    return [model for model, pages in admin.site._registry.items() if of is None or isinstance(pages, of)]


def pages_of(model: type[Model]) -> dict[str, dict[str, str]]:
    """The pages around a setting, with what becomes of a request there."""
    if model not in kinds(StaffAdmin):
        return SETTINGS
    chooses = {"add": {**SETTINGS["add"], "GET": ENTRY}} if model is Posting else {}
    return {**STAFF, **chooses}


def settings_kept() -> list[type[Model]]:
    return [model for model in kinds() if model not in kinds(CaseworkAdmin)]


def named(model: type[Model], page: str) -> str:
    return f"{ADMIN}{model._meta.app_label}_{model._meta.model_name}_{page}"


def not_walked() -> set[str]:
    """The addresses that are in none of the tables above."""
    pages = {named(model, page) for model in kinds(CaseworkAdmin) for page in CASEWORK}
    pages |= {named(model, page) for model in settings_kept() for page in SETTINGS}
    there = {name for name, _varies in addresses() if name.startswith(ADMIN)}
    return there ^ (pages | {f"{ADMIN}{name}" for name in AROUND})


def let_in(cast: Cast) -> None:
    """The coordinator keeps her city too, and so comes in and reads her cases there; and somebody keeps the country."""
    posted(cast.carla, Role.ADMINISTRATOR, cast.city)
    posted(cast.administrator, Role.ADMINISTRATOR, None)


def casework(cast: Cast) -> Iterator[tuple[Asked, str]]:
    """The pages of casework, about the newest row of each kind, by who reads it, with what is to become of each."""
    for model in kinds(CaseworkAdmin):
        with acting(cast.carla):
            number = model._default_manager.order_by("-pk")[0].pk
        for page, becomes in CASEWORK.items():
            for method, what in becomes.items():
                one = page_of(model, page, method, "carla", number)
                yield replace(one, of_a_case=what == ENTRY and page == "change"), what


def page_of(model: type[Model], page: str, method: str, who: str, number: int, **sent: Any) -> Asked:
    """One page about this row of this kind."""
    address = reverse(named(model, page), args=[] if page in ("changelist", "add") else [number])
    return Asked(named(model, page), method, address, who, sent=sent)


def in_the_form(html: str) -> Form:
    """The form in which a setting is kept."""
    [form] = [form for form in forms_of(html) if form.values("_save")]
    return form
