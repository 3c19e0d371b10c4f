"""Changes in words: fields by what they are called, values as they are said, people and records by name."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.utils.functional import Promise

from cases.access.policies import case_models, has_history
from cases.access.rules import need_of
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.changes.models import Change
from cases.changes.selectors import BELONGS_TO, Told, changes_of, told
from cases.checkins.models import Rhythm
from cases.emergencies.models import EmergencyOpening
from cases.outbox.models import Message
from cases.plans.models import Goal
from cities.staff.models import User
from tests.factories import AT, Cast, a_person, a_plan
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.emergencies import an_emergency

#: What the machine keeps for itself, and why that is no news. By hand: a field that is put here was thought about.
BOOKKEEPING = {
    "version": "counts the changes themselves",
    "sort_name": "worked out of the name", "folded": "worked out of the name", "sounds": "worked out of the name",
    "last": "counts the cases of a year",
    "changed_at": "when it became this version", "reminded_at": "it left a message", "late_at": "the clock saw it",
    "materialised_until": "how far the clock is", "set_aside_at": "the clock failed", "set_aside_error": "with what",
    "confirm_by": "the clock's day for a grant", "notice_on": "that the clock said so",
    "due_at": "sending", "state": "sending", "delivery": "sending", "attempts": "sending", "leased_until": "sending",
    "sent_at": "sending", "read_at": "that its reader saw it", "last_error": "sending",
}  # fmt: skip


def in_words(record: models.Model, user: User) -> list[Told]:
    with acting(user):
        return told(list(changes_of(record, user, at=AT)), user, at=AT)


def turned(one: Told) -> dict[str, tuple[str, str]]:
    return {field.label: (field.before_in_words, field.after_in_words) for field in one.fields}


@pytest.mark.parametrize("model", case_models())
def test_field__is_news_or_bookkeeping(model: Any) -> None:
    """The law: what is not news when it changes is said to be so, field by field; all else has a history."""
    kept = need_of(model).bookkeeping
    fields = {field.name: field for field in model._meta.concrete_fields}
    assert kept <= set(fields)
    assert kept <= set(BOOKKEEPING)
    assert "state" not in kept or model is Message
    assert not kept or has_history(model)
    assert not any(fields[name].remote_field for name in kept)


def test_every_record_that_changes__is_told_on_one_page() -> None:
    wanted = {
        model
        for model in case_models()
        if has_history(model) and not need_of(model).append_only and model.__name__ != "CaseNumber"
    }
    told_of = [model for family in BELONGS_TO.values() for model in family]
    assert sorted(told_of, key=str) == sorted(wanted, key=str)
    for record, family in BELONGS_TO.items():
        assert {need_of(model).compartment for model in family} == {need_of(record).compartment}


@pytest.mark.parametrize("model", [model for family in BELONGS_TO.values() for model in family])
def test_field_that_is_news__has_a_name_in_every_language(model: Any) -> None:
    silent = {"id", "sounds", *need_of(model).bookkeeping}
    bare = [
        field.name
        for field in model._meta.concrete_fields
        if field.name not in silent and not isinstance(field.verbose_name, Promise)
    ]
    assert bare == []


def test_values__are_said_as_on_the_screens(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice)
    rhythm = a_rhythm(case, plan, by=cast.alice)
    with acting(cast.alice):
        Rhythm.objects.filter(pk=rhythm.pk).update(
            weekdays=[0, 4], time="10:30", is_critical=True, kind="HOME", second=cast.bob, ends_on="2026-12-08",
            nth_weekday=6, duration=50,
        )  # fmt: skip
    [one] = in_words(rhythm, cast.alice)
    assert (one.who, one.record, one.initiator) == (cast.alice, "Rhythm", "person")
    assert turned(one) == {
        "On weekdays": ("Tuesday", "Monday, Friday"),
        "At": ("", "10:30"),
        "Critical": ("no", "yes"),
        "Kind": ("at the office", Rhythm(kind="HOME").get_kind_display()),
        "Together with": ("", str(cast.bob)),
        "Until": ("", "8 December 2026"),
        "Weekday": ("", "Sunday"),
        "Minutes": ("45", "50"),
    }


def test_plan__is_told_with_its_goals(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice, state="DRAFT")
    with acting(cast.alice):
        Goal.objects.filter(plan=plan).update(text="Another goal")
    [one] = in_words(plan, cast.alice)
    assert (one.record, one.name) == ("Goal", "Another goal")
    assert turned(one) == {"Goal": ("Invented goal 1", "Another goal")}
    assert one.fields[0].is_long


def test_grant__is_called_by_whom_it_is_given_to(cast: Cast, case: Casefile) -> None:
    an_emergency(case)
    with acting(cast.carla):
        case.caseaccess_set.filter(user=cast.alice, compartment="CORE").update(ended_because="LEFT")
        EmergencyOpening.objects.filter(casefile=case).update(ended_at=AT)
        Message.objects.filter(casefile=case).update(language="fr")
    names = {one.record: one.name for one in in_words(case, cast.carla)}
    assert names["Grant"].startswith(str(cast.alice))
    assert names["Case"] == ""
    assert {"Grant", "Emergency opening", "Message"} <= set(names)


def test_record_out_of_sight__is_not_named(cast: Cast, case: Casefile) -> None:
    """Of somebody else, who was put there by mistake, whoever knows of the case alone learns nothing."""
    other = a_person(by=cast.carla, official_name="Ariadne Elsewhere")
    with acting(cast.carla):
        Casefile.objects.filter(pk=case.pk).update(person=other)
        Casefile.objects.filter(pk=case.pk).update(person=case.person_id)
    last, first, *_ = in_words(case, cast.alice)
    assert turned(first)["Person"] == (case.person.official_name, "a record that you may not see")
    assert turned(last)["Person"] == ("a record that you may not see", case.person.official_name)
    assert turned(in_words(case, cast.carla)[0])["Person"][0] == "Ariadne Elsewhere"


def test_field_that_is_no_more__is_told_as_it_was_written(cast: Cast, case: Casefile) -> None:
    row = Change(
        pk=1, recorded_at=AT, recorded_by=cast.alice, initiator="person", object_type="casefile", object_id=case.pk,
        before={"mood": ["bad", "ill"], "owner_id": 0}, after={"mood": "good", "owner_id": cast.alice.pk},
    )  # fmt: skip
    with acting(cast.alice):
        [one] = told([row], cast.alice, at=AT)
    assert turned(one) == {"Owner": ("a record that you may not see", str(cast.alice)), "mood": ("bad, ill", "good")}


def test_record__with_nothing_changed_is_empty(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice)
    assert in_words(a_checkin(case, plan, by=cast.alice), cast.alice) == []
