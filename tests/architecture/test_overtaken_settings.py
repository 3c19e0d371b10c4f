"""J6 in the administration: two administrators at one setting overwrite nothing of each other's, and lose nothing.

Read off what is registered: each kind of setting is made, opened by two, changed by one, and sent by the other.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from cities.ledger.rules import Clock
from cities.statistics.services import put_series
from tests.architecture.administration import OTHERWISE, in_the_form, let_in, named, settings_kept, typed
from tests.architecture.scene import browser_of
from tests.factories import AT, Cast
from tests.forms import Form

#: Of these nothing is typed: the first who withdraws them has, and the other is told so.
ONCE = {"closingdays": "These days were withdrawn already."}
#: What is changed by saying when it ends: a form without that is refused before anybody asks which version was read.
ENDS = {name: {"ends_on": "2092-01-01"} for name in ("cellseat", "posting")}
SETTINGS = {str(model._meta.model_name): model for model in settings_kept()}


def _made(cast: Cast, model: type[Model], **said: str) -> tuple[Client, str, Model]:
    """A setting of this kind, by whoever keeps the country, with the address of its form."""
    let_in(cast)
    put_series(by=Clock.SETUP, at=AT, code="counted", name="Counted")
    client, address = browser_of(cast.administrator), reverse(named(model, "add"))
    added, _changed = typed(cast)[str(model._meta.model_name)]
    before = list(model._default_manager.values_list("pk", flat=True))
    answer = client.post(address, _form(client.get(address)).sent(**added, **said))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    [row] = model._default_manager.exclude(pk__in=before)
    return client, reverse(named(model, "change"), args=[row.pk]), row


def _form(answer: Any) -> Form:
    return in_the_form(answer.content.decode())


def _values(row: Model) -> dict[str, Any]:
    return dict(type(row)._default_manager.filter(pk=row.pk).values().get())


def test_every_setting__is_tried_here() -> None:
    assert set(OTHERWISE) == set(SETTINGS)
    assert all(any(field.name == "version" for field in model._meta.fields) for model in SETTINGS.values())


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_setting__that_somebody_else_changed_is_not_overwritten(name: str, cast: Cast) -> None:
    client, address, row = _made(cast, SETTINGS[name])
    hers = _form(client.get(address))
    theirs = _form(client.get(address)).sent(**typed(cast)[name][1])
    assert client.post(address, theirs).status_code == 302
    stands = _values(row)
    assert stands["version"] == 2
    answer = client.post(address, hers.sent(**OTHERWISE[name]))
    page = answer.content.decode()
    assert answer.status_code == 200, "It was taken, and what the other kept is gone."
    assert _values(row) == stands
    if name in ONCE:
        assert ONCE[name] in page
        return
    again = _form(answer)
    assert "Somebody else changed this since you opened it." in page
    assert "What stands there now:" in page
    assert {field: again.sent()[field] for field in OTHERWISE[name]} == {f: [v] for f, v in OTHERWISE[name].items()}
    assert client.post(address, again.sent()).status_code == 302  # she has seen it, and means it
    now = _values(row)
    assert now["version"] == 3
    assert {field for field in now if now[field] != stands[field]} - {"ended_at"} == {*OTHERWISE[name], "version"}


@pytest.mark.parametrize("name", sorted(set(SETTINGS) - {"closingdays"}))
def test_setting__what_she_left_as_it_was_follows_what_stands(name: str, cast: Cast) -> None:
    """Sent once more it takes nothing back of what the other did."""
    client, address, row = _made(cast, SETTINGS[name], **ENDS.get(name, {}))
    hers = _form(client.get(address))
    assert client.post(address, _form(client.get(address)).sent(**typed(cast)[name][1])).status_code == 302
    stands = _values(row)
    answer = client.post(address, hers.sent())
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Taken over as it stands now" in page
    assert client.post(address, _form(answer).sent()).status_code == 302
    assert _values(row) == stands


@pytest.mark.parametrize("name", sorted(set(SETTINGS) - {"closingdays"}))
def test_setting__that_was_made_meanwhile_is_not_overwritten(name: str, cast: Cast) -> None:
    """Two add the same: what the first wrote stands, whether the second is refused, for its key, or makes another."""
    client, _address, row = _made(cast, SETTINGS[name])
    stands, count = _values(row), type(row)._default_manager.count()
    add = reverse(named(SETTINGS[name], "add"))
    added, changed = typed(cast)[name]
    client.post(add, _form(client.get(add)).sent(**(added | changed)))
    assert _values(row) == stands
    assert type(row)._default_manager.count() in (count, count + 1)
