"""Each lock is tried with the key broken off (A2 of the safety goals).

An act is refused to everybody whose roles don't have it; with `require` taken out it no longer is, so the law would
notice. The acts are sampled in an ordinary run, all of them are tried with `MUTANTS=whole`. Of policies, of settings,
of what the doors ask themselves and of what is asked beside `require`: `test_mutants_of_policies.py`,
`…_of_settings.py`, `…_of_doors.py`, `…_of_questions.py`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cases.access import services as access
from cases.access.services import acting
from cities.ledger.models import LedgerEntry
from cities.refusals import NotAllowed, OutOfSight, Refused
from cities.roles.permissions import Permission
from cities.roles.rules import Role, roles_with
from cities.staff.models import User
from cities.staff.selectors import Standing
from tests.architecture.acts import SCENES, Scene
from tests.architecture.shares import share
from tests.architecture.test_services import on_behalf_of
from tests.factories import Cast

#: Acts that a person does, with who does it among their arguments.
ACTS = sorted(name for name in SCENES if name.startswith("cases."))
EVERY = 8

#: Done by another role too, with an act of its own: whoever reviews emergency openings reads of them.
SHARED = {"cases.emergencies.services.read_emergency"}

#: Held twice: with `require` out, whoever may not do it is still refused, by a second question of the act, by
#: `visible_to`, or by PostgreSQL. Found by `MUTANTS=whole`; what is not here has no second lock for somebody.
HELD = {
    f"{room}.{act}"
    for room, acts in {
        "cases.audit.services.opening": "open_case_ledger open_colleague_sights open_ledger",
        "cases.casefiles.services": "add_to_team leave_team",
        "cases.checkins.services.absences": "hand_over_absence rearrange_absence take_back_absence",
        "cases.emergencies.services": "end_emergency",
        "cases.people.services": "add_contact add_name change_person",
        "cases.plans.services.goals": "add_action add_goal change_goal finish_action reopen_action",
        "cases.plans.services.versions": "agree_plan change_plan draft_plan end_plan propose_plan take_back_plan",
        "cases.prosecution.services.cell": "approve_referral take_back_referral",
        "cases.prosecution.services.office": "acknowledge_referral answer_referral",
        "cases.travel.services": "correct_status record_status",
    }.items()
    for act in acts.split()
}

#: Refused to nobody for her role: what the clock does, what whoever signed in may do about herself, and what is asked
#: of who keeps settings (`tests/cases/admin`).
FOR_ALL = {
    f"{room}.{act}"
    for room, acts in {
        "cases.audit.services.checkpoints": "leave_alarms make_checkpoint",
        "cases.audit.services": "noticing.tell_of_openings sampling.draw_samples sealing.seal "
        "sending.send_dispatches verifying.verify_sealed",
        "cases.audit.services.opening": "open_own_looks write_refusal",
        "cases.checkins.services.clock": "climb mark_late materialise settle",
        "cases.checkins.services": "closings.step_around_closings reminders.leave_digests reminders.leave_reminders",
        "cases.emergencies.services": "raise_unreviewed",
        "cases.outbox.services": "sending.send_due tending.mark_read tending.retry_dead",
        "cases.prosecution.services.codes": "put_offence",
        "cases.recertification.services": "date_grants end_with_postings lapse_grants tell_what_is_due",
    }.items()
    for act in acts.split()
}

TRIED = [name for name in ACTS if name not in FOR_ALL]
MUTATED = list(share(TRIED, 3, EVERY, whole="MUTANTS"))


def done_by(act: Callable[[], object], user: User) -> Callable[[], object] | None:
    """The same act, done by another; None when who does it is no argument of it."""
    if not isinstance(act, functools.partial) or not isinstance(act.keywords.get("by"), User):
        return None
    return functools.partial(act.func, *act.args, **{**act.keywords, "by": user})


def outcome(act: Callable[[], object], user: User) -> str:
    try:
        with transaction.atomic():
            with acting(user):
                act()
            transaction.set_rollback(True)
    except (NotAllowed, OutOfSight):
        return "refused"
    except Refused:
        return "discussed"
    except DatabaseError:
        return "refused by PostgreSQL"
    return "done"


@contextmanager
def _requiring(instead: Callable[..., Standing]) -> Iterator[None]:
    """Every room asks this in place of `require`."""
    held = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("cases.") and getattr(module, "require", None) is access.require
    ]
    with pytest.MonkeyPatch.context() as patched:
        for module in held:
            patched.setattr(module, "require", instead)
        yield


def _permissions_of(scene: Scene) -> set[Permission]:
    """What the act asks whether she may; where it asks in words of its own, the ledger names it."""
    asked, really = set(), access.require

    def noting(by: User, permission: Permission, **more: Any) -> Standing:
        asked.add(permission)
        return really(by, permission, **more)

    with transaction.atomic():
        with _requiring(noting), on_behalf_of(scene.by):
            scene.act()
        entry = LedgerEntry.objects.order_by("id").last()
        transaction.set_rollback(True)
    named = Permission.__members__.get(entry.act) if entry is not None else None
    return asked | ({named} if named is not None else set())


def _outcomes(name: str, cast: Cast) -> dict[str, str]:
    """What becomes of the act when it is done by each of the cast whose roles don't have it."""
    scene = SCENES[name](cast)
    may, found = set(Role).intersection(*map(roles_with, _permissions_of(scene))), dict[str, str]()
    for user in cast.everybody():
        act = done_by(scene.act, user)
        if act is not None and not {posting.role for posting in user.postings.all()} & may:
            found[user.first_name] = outcome(act, user)
    return found


@pytest.mark.parametrize("name", ACTS)
def test_act__is_refused_to_whoever_has_no_role_with_it(name: str, cast: Cast) -> None:
    outcomes = _outcomes(name, cast)
    assert bool(outcomes) == (name not in FOR_ALL)
    if name not in SHARED:
        assert set(outcomes.values()) <= {"refused", "refused by PostgreSQL"}


@pytest.mark.parametrize("name", MUTATED)
def test_law_of_the_acts__notices_when_nobody_is_asked(name: str, cast: Cast) -> None:
    start = transaction.savepoint()
    asked = _outcomes(name, cast)
    transaction.savepoint_rollback(start)
    with _requiring(lambda by, *_, **__: Standing(by.postings.first())):
        is_noticed = _outcomes(name, cast) != asked
    assert is_noticed or name in HELD, "Nobody of the cast would notice."
    assert not (is_noticed and name in HELD), "It is held once by now: take it out of the list."
