"""A case in which every text that somebody can type is one of the five hundred, put there by the acts of the house."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import models
from django.utils import timezone

from cases.access.policies import case_models
from cases.access.services import acting
from cases.audit.models import LookSample
from cases.audit.services import record_finding
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.casefiles.services import add_to_team, move_case, set_next_step
from cases.checkins.services import answer_miss, cancel_checkin, record_checkin, reschedule_checkin
from cases.emergencies.services import review_emergency
from cases.people.services import add_contact, add_name, change_person
from cases.plans.models import FollowUpPlan, Goal
from cases.plans.services import add_action, add_goal, change_goal, change_plan, end_plan, propose_plan
from cases.prosecution.rules import FactDraft, Nature
from cases.prosecution.services import answer_referral, put_offence, withdraw_referral
from cases.travel.rules import Reliability
from cases.travel.services import correct_status, record_status
from cities.roles.rules import Role
from tests.architecture import scene as scenes
from tests.architecture.scene import Scene, a_scene
from tests.factories import Cast, a_case, lately, posting_of, staff
from tests.factories.checkins import a_checkin, a_missed_contact, a_rhythm
from tests.factories.emergencies import an_emergency
from tests.factories.plans import a_plan
from tests.factories.referrals import a_referral
from tests.journeys.payloads import Texts

HALF_AN_HOUR = timedelta(minutes=30)

#: Fields of text that nobody types a text into, each with its reason; of a message none.
NOT_TYPED = {
    "reference": "given by the house", "sort_name": "made of the name", "folded": "made of the name",
    "number": "of a telephone that is written to: digits only", "code": "of an offence: letters and digits",
    "set_aside_error": "the kind of an error",
}  # fmt: skip

#: Tables into which nobody types: messages in words of the house, and what PostgreSQL writes down of a change.
BY_THE_HOUSE = {"Message", "Change", "CareChange", "JusticeChange"}


def a_hostile_scene(cast: Cast, texts: Texts, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The scene of the laws, with these texts where the canaries are, and whatever else has room for one."""
    for part in ("IN_CORE", "IN_CARE", "IN_JUSTICE"):
        monkeypatch.setattr(scenes, part, texts.short(80))
    for user in cast.everybody():
        user.first_name, user.last_name = texts.several(2, 150)
        user.save(update_fields=["first_name", "last_name"])
    for agency in (cast.agency, cast.office):
        agency.name = texts.short(160)
        agency.save(update_fields=["name"])
    scene = a_scene(cast)
    with acting(cast.carla):
        case = case_for(cast.carla, scene.case.reference, at=timezone.now())
    _people(case, cast, texts)
    _plan(case, cast, texts)
    _contacts(case, cast, texts)
    _other_house(case, cast, texts)
    _looking(scene, case, cast, texts)
    return scene


def _who(user: Any) -> dict[str, Any]:
    return {"by": user, "at": lately(HALF_AN_HOUR)}


def _people(case: Casefile, cast: Cast, texts: Texts) -> None:
    alice, carla = _who(cast.alice), _who(cast.carla)
    with acting(cast.carla):
        person = change_person(
            person=case.person, **carla, version=case.person.version, official_name=texts.short(200),
            address=texts.long(450), phone=texts.short(40), language=texts.short(40),
        )  # fmt: skip
        for name in texts.several(6, 200):
            add_name(person=person, **carla, kind="ALIAS", name=name)
        set_next_step(
            case=case, **carla, version=case.version, owner=cast.carla, next_step=texts.short(200),
            next_step_on=timezone.localdate() + timedelta(days=3),
        )  # fmt: skip
        add_to_team(case=case, **carla, to=posting_of(cast.bob), reason=texts.long())
    with acting(cast.alice):
        for name in texts.several(4, 200):
            add_contact(case=case, **alice, official_name=name, kind="SIBLING", note=texts.long(900))
        told: dict[str, Any] = {
            "value": "RETURNED", "confidence": "CONFIRMED", "source_kind": "FAMILY", "reliability": "B",
            "true_since": timezone.localdate() - timedelta(days=300),
        }  # fmt: skip
        status = record_status(person=person, **alice, **told, source=texts.short(300))
        correct_status(status=status, **alice, **told, source=texts.short(300), reason=texts.long())
    other = a_case(by=cast.carla, lead=cast.alice, name=texts.short(200), at=carla["at"], next_step=texts.short(200))
    with acting(cast.carla):
        move_case(case=other, **carla, version=other.version, to="CLOSED", reason=texts.long())


def _plan(case: Casefile, cast: Cast, texts: Texts) -> None:
    alice, today = _who(cast.alice), timezone.localdate()
    with acting(cast.alice):
        draft = FollowUpPlan.objects.get(casefile=case, state="DRAFT")
        written: dict[str, Any] = {"starts_on": today, "summary": texts.long(3000), "person_view": texts.long(3000)}
        draft = change_plan(plan=draft, **alice, version=draft.version, **written, consent=draft.consent)
        goal = add_goal(
            plan=draft, **alice, domain="HOUSING", text=texts.long(), owner=cast.alice,
            target_on=today + timedelta(days=60),
        )  # fmt: skip
        agreed = Goal.objects.filter(plan__casefile=case, plan__state="AGREED").order_by("pk")[0]
        for one in (agreed, goal):
            add_action(goal=one, **alice, text=texts.long(900), owner=cast.alice, due_on=today + timedelta(days=2))
        change_goal(
            goal=agreed, **alice, version=agreed.version, domain=agreed.domain, text=agreed.text, owner=cast.alice,
            target_on=agreed.target_on, state="REACHED", result=texts.long(),
        )  # fmt: skip
        proposed = propose_plan(plan=draft, **alice, version=draft.version)
        given: dict[str, Any] = {"consent": "GIVEN", "consent_on": today, "consent_by": texts.short(200)}
        change_plan(plan=proposed, **alice, version=proposed.version, **written, **given)
    other = a_case(by=cast.carla, lead=cast.alice, name=texts.short(200), at=alice["at"])
    ended = a_plan(other, by=cast.alice, at=alice["at"])
    with acting(cast.alice):
        end_plan(plan=ended, **alice, version=ended.version, ended_on=today, reason=texts.long())


def _contacts(case: Casefile, cast: Cast, texts: Texts) -> None:
    alice, today = _who(cast.alice), timezone.localdate()
    with acting(cast.alice):
        plan = FollowUpPlan.objects.get(casefile=case, state="AGREED")
    said = {"by": cast.alice, "at": alice["at"]}
    made = [
        a_checkin(case, plan, **said, due_on=today, place=texts.short(160), who_else=texts.short(160)) for _ in range(4)
    ]
    a_rhythm(case, plan, **said, starts_on=today, place=texts.short(160), who_else=texts.short(160))
    missed = a_missed_contact(case, plan, **said, due_on=today, place=texts.short(160))
    with acting(cast.alice):
        record_checkin(
            checkin=made[0], **alice, version=1, outcome="PARTLY", note=texts.long(3000), agreed=texts.long(),
            concerns=texts.long(), reason=texts.long(),
        )  # fmt: skip
        reschedule_checkin(
            checkin=made[1],
            **alice,
            version=1,
            due_on=today + timedelta(days=1),
            asked_by="PERSON",
            reason=texts.long(),
        )
        cancel_checkin(checkin=made[2], **alice, version=1, asked_by="PERSON", reason=texts.long())
    with acting(cast.carla):  # several in a row: it is with the coordinator at once
        missed.refresh_from_db()
        answer_miss(missed=missed, **_who(cast.carla), version=missed.version, answer="EXPLAINED", reason=texts.long())


def _other_house(case: Casefile, cast: Cast, texts: Texts) -> None:
    at = lately(HALF_AN_HOUR)
    keeper = staff(Role.ADMINISTRATOR, None, first_name=texts.short(150))
    with acting(keeper):
        names: dict[str, Any] = {f"name_{code}": texts.short(200) for code in ("nl", "fr", "de", "en")}
        offence = put_offence(by=keeper, at=at, code="998", starts_on=timezone.localdate() - timedelta(days=9), **names)
    made = [
        a_referral(
            case, cast, stage=stage, at=at, subject=texts.short(300), statement=texts.long(3000), withheld=texts.long(),
            facts=[FactDraft(Nature.FACT, texts.long(), texts.short(300), Reliability.B, timezone.localdate())],
            offences=[offence],
        )
        for stage in ("DRAFTED", "ACKNOWLEDGED", "DRAFTED")
    ]  # fmt: skip
    with acting(cast.liaison):
        answer_referral(
            referral=made[1], by=cast.liaison, at=at, version=made[1].version, answer="INQUIRY",
            answer_text=texts.long(),
        )  # fmt: skip
    with acting(cast.carla):
        withdraw_referral(
            referral=made[2], by=cast.carla, at=at, version=made[2].version, reason=texts.long()
        )  # fmt: skip


def _looking(scene: Scene, case: Casefile, cast: Cast, texts: Texts) -> None:
    now = timezone.now()
    opening = an_emergency(case, reason=texts.long())
    with acting(cast.carla):
        review_emergency(
            opening=opening, by=cast.carla, at=now, outcome="UNJUSTIFIED", note=texts.long(900),
            consequence=texts.long(900),
        )  # fmt: skip
    with acting(cast.dana):
        sample = LookSample.objects.get(pk=scene.numbers["sample"])
        record_finding(sample=sample, by=cast.dana, at=now, outcome="FOLLOW_UP", note=texts.long(900))


def typed_fields() -> set[tuple[str, str]]:
    """Every field of a case into which somebody types a text."""
    return {
        (model.__name__, field.name)
        for model in case_models()
        for field in model._meta.fields
        if isinstance(field, (models.CharField, models.TextField))
        and not field.choices
        and field.name not in NOT_TYPED
        and model.__name__ not in BY_THE_HOUSE
    }
