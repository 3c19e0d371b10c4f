"""Two people, one record, on the pages: what differs is shown field by field, nothing typed is lost, and what is to
stand is said before it is saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.selectors import checkins_for
from cases.checkins.services import change_checkin
from cases.people.models import Person
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.selectors import facts_of
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, a_plan, a_referral
from tests.factories.checkins import a_checkin, an_agreed_plan
from tests.forms import Form, form_with, forms_of

pytestmark = pytest.mark.django_db


def opened(client: Client, address: str) -> Form:
    """The form of a page with the version that was read."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return form_with(answer.content.decode(), "version")


def sent_again(client: Client, address: str, told: dict[str, list[str]]) -> tuple[str, Form]:
    """The page that comes back, and its form."""
    answer = client.post(address, told)
    assert answer.status_code == 422, answer.headers
    page = answer.content.decode()
    return page, form_with(page, "version")


def person_of(case: Casefile, cast: Cast) -> Person:
    with acting(cast.carla):
        return Person.objects.get(pk=case.person_id)


def differs(page: str, name: str) -> str:
    """What the page says of one thing that differs; empty when it says nothing."""
    return (
        page.partition(f'aria-labelledby="differs-{name}"')[2].partition('role="group"')[0].partition("</section>")[0]
    )


def test_person__what_only_one_changed_is_joined_and_what_both_changed_is_asked(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    alice, carla, address = client_of(cast.alice), client_of(cast.carla), f"/cases/{case.reference}/person/change/"
    hers, theirs = opened(alice, address), opened(carla, address)
    assert (
        carla.post(
            address, theirs.sent(address="Market 1\nVilvoorde", language="Arabic", interpreter_needed="on")
        ).status_code
        == 302
    )
    page, again = sent_again(alice, address, hers.sent(phone="02 123 45 67", language="French"))
    assert "taken over" in differs(page, "address")
    assert "Market 1" in differs(page, "address")
    assert "taken over" in differs(page, "interpreter_needed")
    assert "Only you changed it" in differs(page, "phone")
    assert "Arabic" in differs(page, "language")
    assert "French" in differs(page, "language")
    assert not differs(page, "official_name")
    assert again.values("compared") == ["language"]
    told = again.sent()
    assert (told["phone"], told["language"], told["interpreter_needed"]) == (["02 123 45 67"], ["French"], ["on"])
    page, again = sent_again(alice, address, told)  # without saying which
    assert "Say which is to stand" in page
    assert person_of(case, cast).language == "Arabic"
    wrong = again.sent(keep_language="THEIRS", official_name="")
    page, again = sent_again(alice, address, wrong)  # something else is wrong: what she typed and said is still there
    assert again.sent()["language"] == ["French"]
    assert again.sent()["keep_language"] == ["THEIRS"]
    assert alice.post(address, again.sent(official_name="Nemo Invented")).status_code == 302
    somebody = person_of(case, cast)
    assert (somebody.phone, somebody.language, somebody.interpreter_needed) == ("02 123 45 67", "Arabic", True)
    assert somebody.address == "Market 1\nVilvoorde"


def test_person__mine_on_top_is_a_decision(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    alice, carla, address = client_of(cast.alice), client_of(cast.carla), f"/cases/{case.reference}/person/change/"
    hers, theirs = opened(alice, address), opened(carla, address)
    assert carla.post(address, theirs.sent(language="Arabic")).status_code == 302
    _page, again = sent_again(alice, address, hers.sent(language="French"))
    third = opened(carla, address)
    assert carla.post(address, third.sent(language="Dutch")).status_code == 302
    page, again = sent_again(alice, address, again.sent(keep_language="MINE"))  # of what stood then
    assert "Dutch" in differs(page, "language")
    assert "keep_language" not in again.sent()
    assert person_of(case, cast).language == "Dutch"
    assert alice.post(address, again.sent(keep_language="MINE")).status_code == 302
    assert person_of(case, cast).language == "French"


@pytest.mark.parametrize(
    "read",
    [
        *["", "[]", "null", "{", '{"fields": 3}', '{"fields": {"language": {"a": 1}}, "facts": [1]}', "[" * 5000],
        '{"fields": {"language": null, "sex": ["x", 2], "born_on": "\\u0000"}, "facts": {"stage": 3}}',
        '{"fields": {"sex": "<script>", "born_on": "9999999-01-01", "birth_precision": ["a"]}}',
    ],
)
def test_what_was_read__may_be_nonsense(cast: Cast, case: Casefile, client_of: ClientOf, read: str) -> None:
    """Then it is not known, and whatever differs is asked."""
    alice, carla, address = client_of(cast.alice), client_of(cast.carla), f"/cases/{case.reference}/person/change/"
    hers = opened(alice, address)
    assert carla.post(address, opened(carla, address).sent(language="Arabic")).status_code == 302
    page, again = sent_again(alice, address, hers.sent(language="French", as_read=read))
    assert again.values("compared") == ["language"]
    assert "<script>" not in page.partition('id="compared"')[2].partition("</section>")[0]
    assert alice.post(address, again.sent(keep_language="MINE")).status_code == 302


def test_plan__long_texts_beside_one_another(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    plan = a_plan(case, by=cast.alice, state="DRAFT", at=timezone.now())
    address = f"/cases/{case.reference}/plan/{plan.number}/change/"
    alice, carla = client_of(cast.alice), client_of(cast.carla)
    hers, theirs = opened(alice, address), opened(carla, address)
    assert carla.post(address, theirs.sent(person_view="“First line\r\nsecond line”")).status_code == 302
    page, again = sent_again(alice, address, hers.sent(summary="To live\r\nalone"))
    assert "taken over" in differs(page, "person_view")
    assert "Only you" in differs(page, "summary")
    assert alice.post(address, again.sent()).status_code == 302  # nobody's words are in question
    stands = opened(carla, address).sent()
    assert "second line" in stands["person_view"][0]
    assert "alone" in stands["summary"][0]


def test_record__tells_what_changed_of_the_contact(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    today = timezone.localdate()
    at = timezone.now()
    checkin = a_checkin(
        case, an_agreed_plan(case, by=cast.alice, starts_on=today, at=at), by=cast.alice, at=at, due_on=today
    )
    address = f"/cases/{case.reference}/check-ins/{checkin.pk}/record/"
    alice = client_of(cast.alice)
    hers = opened(alice, address)
    with acting(cast.carla):
        change_checkin(
            checkin=checkin, by=cast.carla, at=timezone.now(), version=1, kind="VIDEO", caseworker=cast.carla,
            due_time=None, duration=45, place="Town hall", who_else="", second=None, with_interpreter=False,
            is_critical=False,
        )  # fmt: skip
    page, again = sent_again(alice, address, hers.sent(outcome="HELD", note="A long note"))
    assert "Town hall" in differs(page, "place")
    assert str(cast.carla) in differs(page, "caseworker")
    assert str(cast.alice) in differs(page, "caseworker")
    assert "does not change it" in differs(page, "kind")
    assert not differs(page, "note")
    assert again.sent()["note"] == ["A long note"]
    assert alice.post(address, again.sent()).status_code == 302
    with acting(cast.alice):
        assert checkins_for(cast.alice, at=timezone.now()).get(pk=checkin.pk).outcome == "HELD"


def _statements(referral: ProsecutionReferral, cast: Cast) -> list[str]:
    with acting(cast.carla):
        return [fact.text for fact in facts_of(referral)]


@pytest.mark.parametrize("choice", ["MINE", "THEIRS"])
def test_referral__its_statements_too(cast: Cast, case: Casefile, client_of: ClientOf, choice: str) -> None:
    referral = a_referral(case, cast)
    address = f"/cases/{case.reference}/referrals/{referral.number}/change/"
    carla = client_of(cast.carla)
    other = client_of(cast.carla)  # a second window
    hers, theirs = opened(carla, address), opened(other, address)
    sent: dict[str, Any] = {"facts-0-text": "Somebody else wrote this"}
    assert other.post(address, theirs.sent(**sent)).status_code == 302
    grown = carla.post(address, hers.sent(**{"facts-0-text": "She wrote this", "more": "1"}))  # drawn anew, unjudged
    assert grown.status_code == 200
    grew = form_with(grown.content.decode(), "version")
    assert grew.values("version") == hers.values("version")
    second = {
        "facts-1-nature": "FACT",
        "facts-1-text": "And that",
        "facts-1-source": "a letter",
        "facts-1-reliability": "B",
    }
    page, again = sent_again(carla, address, grew.sent(**second))
    told = differs(page, "facts")
    for words in ("Somebody else wrote this", "She wrote this", "And that"):
        assert words in told
    assert _statements(referral, cast) == ["Somebody else wrote this"]
    assert again.values("compared") == ["facts"]
    page, again = sent_again(carla, address, again.sent())
    assert "Say which is to stand" in page
    assert carla.post(address, again.sent(keep_facts=choice)).status_code == 302
    mine = ["She wrote this", "And that"]
    assert _statements(referral, cast) == (mine if choice == "MINE" else ["Somebody else wrote this"])


def test_absence__what_was_chosen_for_each_contact_is_kept(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    today = timezone.localdate()
    alice, days = client_of(cast.alice), {"starts_on": str(today), "ends_on": str(today + timedelta(days=7))}
    at, tomorrow = timezone.now(), today + timedelta(days=1)
    plan = an_agreed_plan(case, by=cast.alice, starts_on=today, at=at)
    checkin = a_checkin(case, plan, by=cast.alice, at=at, due_on=tomorrow)
    page = alice.post("/absences/new/", {"user": cast.alice.pk, "deputy": "", **days})
    address = page.headers["Location"]
    hers = opened(alice, address)
    change = f"{address}change/"
    assert alice.post(change, opened(alice, change).sent(ends_on=str(today + timedelta(days=9)))).status_code == 302
    name = f"what_{checkin.pk}"
    page_now, again = sent_again(alice, address, hers.sent(**{name: "LEAVE"}))
    assert again.sent()[name] == ["LEAVE"]
    assert "does not change it" in differs(page_now, "ends_on")


def pressed(client: Client, address: str) -> Form:
    """The form of the bare button on a page."""
    return button_of(client.get(address).content.decode())


def not_done(client: Client, address: str, button: Form) -> tuple[str, Form]:
    """The page that comes back after a button that was overtaken, and its button now."""
    answer = client.post(address, button.sent())
    assert answer.status_code == 422, answer.headers
    page = answer.content.decode()
    return page, button_of(page)


def button_of(page: str) -> Form:
    return next(form for form in forms_of(page) if form.action and form.values("version"))


def test_button__shows_which_words_became_others(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    """Nothing is typed at a button, but the words were read: another text isn't approved, and what differs is shown."""
    referral = a_referral(case, cast)
    page_of = f"/cases/{case.reference}/referrals/{referral.number}/"
    mayor, carla = client_of(cast.mayor), client_of(cast.carla)
    hers = pressed(mayor, page_of)
    change = f"{page_of}change/"
    sent: dict[str, Any] = {"facts-0-text": "Somebody else wrote this"}
    assert carla.post(change, opened(carla, change).sent(statement="Another statement", **sent)).status_code == 302
    page, again = not_done(mayor, f"{page_of}approve/", hers)
    assert "An invented statement" in differs(page, "statement")
    assert "Another statement" in differs(page, "statement")
    assert "Somebody else wrote this" in differs(page, "facts")
    assert not differs(page, "subject")
    assert "What you typed is below" not in page
    assert referral_stage(referral, cast) == "DRAFTED"
    assert mayor.post(f"{page_of}approve/", again.sent()).status_code == 302
    assert referral_stage(referral, cast) == "APPROVED"


def test_button__nothing_of_what_was_read_differs(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    plan = a_plan(case, by=cast.alice, state="DRAFT", at=timezone.now())
    page_of = f"/cases/{case.reference}/plan/{plan.number}/"
    alice, carla = client_of(cast.alice), client_of(cast.carla)
    hers = pressed(alice, page_of)
    for act in ("propose", "take-back"):
        assert carla.post(f"{page_of}{act}/", pressed(carla, page_of).sent()).status_code == 302
    page, again = not_done(alice, f"{page_of}propose/", hers)
    assert "None of its words differ" in page
    assert alice.post(f"{page_of}propose/", again.sent()).status_code == 302


def referral_stage(referral: ProsecutionReferral, cast: Cast) -> str:
    with acting(cast.carla):
        return ProsecutionReferral.objects.get(pk=referral.pk).stage
