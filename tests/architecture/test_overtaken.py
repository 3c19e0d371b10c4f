"""J6 on the pages: whoever sends a form after somebody else changed the record overwrites nothing, and loses nothing.

Generated: each page that shows a form with the version that was read is opened, the record is changed behind it, and
the form is sent, with words in each of its texts.
"""

from __future__ import annotations

from django.apps import apps
from django.db import transaction
from django.db.models import F
from django.test import Client

from cases.access.services import acting
from cases.web.compared import TOLD
from cities.staff.models import Absence, User
from tests.architecture.routes import CASES
from tests.architecture.scene import Scene, browser_of
from tests.factories import Cast
from tests.forms import Form, forms_of

WORDS = "Words that nobody must lose"

#: What in the scene is past what they do: refused for that, before anybody asks which version was read.
PAST = {
    "cases:checkin_correct": "nothing was recorded yet",
    "cases:checkin_reinstate": "nothing was called off",
}

#: With whom it is, where that isn't the first who is shown the form.
WITH = {"cases:missed_answer": "carla"}


def _behind(cast: Cast) -> None:
    """Somebody else changes everything."""
    with acting(cast.carla):
        for model in apps.get_models():
            if hasattr(model, "version") and (model._meta.app_label == "cases" or model is Absence):
                model._base_manager.update(version=F("version") + 1)


def _form(client: Client, address: str) -> Form | None:
    answer = client.get(address)
    if answer.status_code != 200:
        return None
    found = [form for form in forms_of(answer.content.decode()) if not form.action and form.values("version")]
    return found[0] if found else None


def _pages(scene: Scene) -> list[tuple[str, User, Form]]:
    """Each page with such a form, with the first who is shown it."""
    found = []
    for name, route in CASES.items():
        if "POST" in route.methods and "GET" in route.methods:
            for who in [WITH[name]] if name in WITH else ["alice", "carla", "mayor", "liaison"]:
                user: User = getattr(scene.cast, who)
                if form := _form(browser_of(user), scene.address(name)):
                    found.append((name, user, form))
                    break
    return found


def test_every_form__overwrites_nothing_and_loses_nothing(scene: Scene) -> None:
    pages, wrong = _pages(scene), []
    assert len(pages) > 20, [name for name, *_ in pages]
    for name, _user, form in pages:
        assert form.values("as_read"), f"{name} does not say what was read"
    _behind(scene.cast)
    for name, user, form in pages:
        client, address = browser_of(user), scene.address(name)
        sent = form.filled(WORDS)
        with transaction.atomic():
            answer = client.post(address, sent)
            page = answer.content.decode()
            if answer.status_code != 422 or ("Somebody else changed this" not in page and name not in PAST):
                errors = page.partition('role="alert"')[2][:600]
                wrong.append(f"{name}: {answer.status_code} {errors}")
            typed = sum(value == [WORDS] for value in sent.values())
            if page.count(WORDS) < typed:
                wrong.append(f"{name}: {page.count(WORDS)} of {typed} texts came back")
            if name not in PAST and 'id="compared"' not in page:
                wrong.append(f"{name}: nothing is compared")
            transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def test_every_record_with_versions__tells_what_changed() -> None:
    """The steps of a ladder are changed by the acts on the whole; settings, such as offences, in the administration:
    `test_overtaken_settings.py`."""
    versioned = {
        model._meta.model_name: model
        for model in apps.get_models()
        if hasattr(model, "version") and (model._meta.app_label == "cases" or model is Absence)
    }
    assert set(TOLD) == set(versioned) - {"missedstep", "offence"}
    for name, fields in TOLD.items():
        for field in fields:
            assert versioned[name]._meta.get_field(field).name == field
