"""A setting that somebody else changed meanwhile: what comes back, and what the next save goes on from."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from cities.agencies.models import Agency
from cities.places.models import City
from cities.staff.models import User
from tests.cities.admin.conftest import as_, errors
from tests.factories import Cast
from tests.forms import Form, forms_of

OVERTAKEN = "Somebody else changed this since you opened it."
IS_BELOW = "What you typed is below, and can still be changed. Nothing is saved before you send it once more."
STILL_MEANT = "Nothing that this form asks for differs. Send it once more if you still mean it."


@pytest.fixture
def client(cast: Cast) -> Client:
    return as_(cast.administrator)


def _form(page: str) -> Form:
    [form] = [form for form in forms_of(page) if form.values("_save")]
    return form


def _opened(client: Client, address: str) -> Form:
    return _form(client.get(address).content.decode())


def _behind(row: Any, **values: Any) -> None:
    """Somebody else is quicker."""
    type(row).objects.filter(pk=row.pk).update(version=F("version") + 1, **values)


def test_overtaken__each_side_keeps_what_it_changed(client: Client, cast: Cast) -> None:
    address = f"/admin/cities/user/{cast.bob.pk}/change/"
    form = _opened(client, address)
    _behind(cast.bob, is_active=False, language="nl", last_name="Theirs")
    answer = client.post(address, form.sent(phone="02 555 00 00", last_name="Hers"))
    assert errors(answer) == {
        "__all__": [OVERTAKEN, IS_BELOW],
        "is_active": ["Taken over as it stands now: somebody else changed it meanwhile. Before: yes"],
        "language": ["Taken over as it stands now: somebody else changed it meanwhile. Before: English"],
        "last_name": ["What stands there now: Theirs"],
    }  # fmt: skip
    assert "Please correct" not in answer.content.decode(), "It is no mistake of hers."
    assert "Error:" not in answer.content.decode()
    again = _form(answer.content.decode()).sent()
    assert "is_active" not in again
    assert [again[name] for name in ("read", "language", "last_name", "phone")] == [
        ["2"], ["nl"], ["Hers"], ["02 555 00 00"],
    ]  # fmt: skip
    assert client.post(address, again).status_code == 302
    user = User.objects.get(pk=cast.bob.pk)
    assert (user.is_active, user.language, user.last_name, user.phone) == (False, "nl", "Hers", "02 555 00 00")
    assert user.version == 3


def test_overtaken__a_box_that_they_ticked_is_ticked(client: Client, cast: Cast) -> None:
    Agency.objects.filter(pk=cast.agency.pk).update(is_active=False)
    address = f"/admin/cities/agency/{cast.agency.pk}/change/"
    form = _opened(client, address)
    _behind(cast.agency, is_active=True)
    answer = client.post(address, form.sent(phone="02 555 00 00"))
    assert errors(answer)["is_active"][0].endswith("Before: no")
    assert _form(answer.content.decode()).sent()["is_active"] == ["on"]


def test_overtaken__twice_over_goes_on_from_the_last(client: Client, cast: Cast) -> None:
    address = f"/admin/cities/agency/{cast.agency.pk}/change/"
    form = _opened(client, address)
    _behind(cast.agency, phone="1")
    again = _form(client.post(address, form.sent(phone="2")).content.decode())
    _behind(cast.agency, phone="3")
    answer = client.post(address, again.sent())
    assert errors(answer)["phone"] == ["What stands there now: 3"]
    assert client.post(address, _form(answer.content.decode()).sent()).status_code == 302
    assert (Agency.objects.get(pk=cast.agency.pk).phone, Agency.objects.get(pk=cast.agency.pk).version) == ("2", 4)


def test_overtaken__a_mistake_in_between_loses_nothing(client: Client, cast: Cast) -> None:
    """What is out of shape is said first; that somebody was quicker, when it is in shape."""
    address = f"/admin/cities/agency/{cast.agency.pk}/change/"
    form = _opened(client, address)
    _behind(cast.agency, phone="1")
    wrong = client.post(address, form.sent(email="nothing"))
    assert errors(wrong).keys() == {"email"}
    answer = client.post(address, _form(wrong.content.decode()).sent(email="house@example.org"))
    assert errors(answer).keys() == {"__all__", "phone"}
    again = _form(answer.content.decode()).sent()
    assert (again["phone"], again["email"]) == (["1"], ["house@example.org"])


def test_overtaken__the_same_from_both_is_no_difference(client: Client, cast: Cast) -> None:
    """Nor is how a browser sends the ends of lines."""
    City.objects.filter(pk=cast.city.pk).update(note="One\nTwo")
    address = f"/admin/cities/city/{cast.city.pk}/change/"
    form = _opened(client, address)
    _behind(cast.city, name_fr="Vilvorde")
    sent = form.sent(name_fr="Vilvorde", note="One\r\nTwo")
    assert errors(client.post(address, sent)) == {"__all__": [OVERTAKEN, STILL_MEANT]}


def test_overtaken__said_in_words_and_nothing_as_a_dash(client: Client, cast: Cast) -> None:
    address = f"/admin/cities/city/{cast.city.pk}/change/"
    form = _opened(client, address)
    _behind(cast.city, region="WALLONIA", published_departures=12, published_departures_on="2016-01-28", note="Theirs")
    answer = client.post(address, form.sent(region="BRUSSELS", published_departures="3", note="Hers"))
    told = errors(answer)
    assert (told["region"], told["note"]) == (["What stands there now: Wallonia"], ["What stands there now: Theirs"])
    assert told["published_departures"] == ["What stands there now: 12"]
    assert told["published_departures_on"][0].endswith("Before: \u2013")
    assert _form(answer.content.decode()).sent()["published_departures_on"] == ["2016-01-28"]


def test_overtaken__whoever_does_not_say_what_stood_there_is_told_of_all_that_differs(
    client: Client, cast: Cast
) -> None:
    """A program that fills in the form, or a page that was opened before this was carried."""
    address = f"/admin/cities/agency/{cast.agency.pk}/change/"
    form = _opened(client, address).sent()
    bare = {name: value for name, value in form.items() if not name.startswith("initial-")}
    _behind(cast.agency, phone="1")
    assert errors(client.post(address, bare))["phone"] == ["What stands there now: 1"]
    for read in ("", "x", "99999999999999999999"):
        answer = client.post(address, {**bare, "read": read})
        assert errors(answer)
    assert Agency.objects.get(pk=cast.agency.pk).phone == "1"
