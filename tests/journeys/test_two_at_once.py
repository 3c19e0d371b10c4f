"""Two people, one record: Alice and Carla have the same page open, and neither loses a word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.access.services import acting
from cases.people.models import Person
from cases.plans.models import Goal
from tests.factories import Cast, a_case, a_plan, a_referral
from tests.journeys.conftest import SignIn

pytestmark = pytest.mark.usefixtures("served")

LONG = "She rang in the evening. Her brother has moved out and she wants to go on with the training. " * 4


def test_two_at_once__nobody_loses_a_word(cast: Cast, sign_in: SignIn) -> None:
    at = timezone.now() - timedelta(hours=1)
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=at)
    plan = a_plan(case, by=cast.alice, at=at, state="DRAFT", goals=1)
    referral = a_referral(case, cast, at=at)
    alice, carla = sign_in(cast.alice), sign_in(cast.carla)

    for reader in (alice, carla):
        reader.open(f"/cases/{case.reference}/person/change/")
    carla.page.get_by_label("Language").fill("Arabic")
    carla.page.get_by_label("Address").fill("Market 1\n1800 Vilvoorde")
    carla.press("Save")
    carla.sees("The record of the person is changed.")
    alice.page.get_by_label("Language").fill("French")
    alice.page.get_by_label("Telephone").fill("02 123 45 67")
    alice.press("Save")
    alice.sees("Somebody else changed this")
    alice.look("1 overtaken")
    alice.sees("Market 1")
    assert alice.page.locator("input[name=language]").input_value() == "French"
    assert alice.page.locator("textarea[name=address]").input_value() == "Market 1\n1800 Vilvoorde"
    alice.press("Save")
    alice.sees("Say which is to stand.")
    alice.look("2 which is to stand")
    alice.page.get_by_label("mine is to stand").check()
    alice.press("Save")
    alice.sees("The record of the person is changed.")
    with acting(cast.carla):
        person = Person.objects.get(pk=case.person_id)
    assert (person.language, person.phone, person.address) == ("French", "02 123 45 67", "Market 1\n1800 Vilvoorde")

    with acting(cast.alice):
        goal = Goal.objects.get(plan=plan)
    for reader in (alice, carla):
        reader.open(f"/cases/{case.reference}/plan/goals/{goal.pk}/change/")
    carla.page.get_by_label("What the person wants to reach").fill("A flat of her own, near the school")
    carla.press("Save")
    carla.sees("The goal is changed.")
    alice.page.get_by_label("What the person wants to reach").fill(LONG)
    alice.press("Save")
    alice.sees("Somebody else changed this")
    alice.look("3 long texts")
    alice.page.get_by_label("what stands now is to stay").check()
    alice.press("Save")
    alice.sees("The goal is changed.")
    alice.sees("A flat of her own, near the school")

    windows = [carla, sign_in(cast.carla)]
    for reader in windows:
        reader.open(f"/cases/{case.reference}/referrals/{referral.number}/change/")
    for reader, words in zip(windows, ("Seen at the station", "Seen at the airport"), strict=True):
        reader.page.locator("textarea[name=facts-0-text]").fill(words)
        reader.press("Keep the changes")
    windows[0].sees("The draft is changed.")
    windows[1].sees("Somebody else changed this")
    windows[1].look("4 statements")
    windows[1].page.get_by_role("link", name="Drop what I typed").click()
    assert windows[1].page.locator("textarea[name=facts-0-text]").input_value() == "Seen at the station"

    mayor, page_of = sign_in(cast.mayor), f"/cases/{case.reference}/referrals/{referral.number}/"
    mayor.open(page_of)
    windows[1].page.locator("textarea[name=facts-0-text]").fill("Seen at the market")
    windows[1].press("Keep the changes")
    windows[1].sees("The draft is changed.")
    mayor.press("Approve these words")
    mayor.sees("What changed meanwhile")
    mayor.sees("Seen at the station")
    mayor.sees("Seen at the market")
    mayor.look("5 a button")
    mayor.press("Approve these words")
    mayor.sees("The referral is approved.")
