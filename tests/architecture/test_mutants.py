"""Each lock is tried with the key broken off (A2 of the safety goals).

An act is refused to everybody whose roles don't have it; with `require` taken out it no longer is, so the law would
notice. The acts are sampled in an ordinary run, all of them are tried with `MUTANTS=whole`. Of policies:
`test_mutants_of_policies.py`.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, transaction

from cases.access import services as access
from cases.access.services import acting
from cities.ledger.models import LedgerEntry
from cities.refusals import NotAllowed, OutOfSight, Refused
from cities.roles.permissions import Permission
from cities.roles.rules import roles_with
from cities.staff.models import User
from cities.staff.selectors import Standing
from tests.architecture.acts import SCENES, Scene
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
        "cases.casefiles.services": "add_to_team",
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
MUTATED = ACTS if os.environ.get("MUTANTS") == "whole" else ACTS[3::EVERY]


def _done_by(act: Callable[[], object], user: User) -> Callable[[], object] | None:
    """The same act, done by another; None when who does it is no argument of it."""
    if not isinstance(act, functools.partial) or not isinstance(act.keywords.get("by"), User):
        return None
    return functools.partial(act.func, *act.args, **{**act.keywords, "by": user})


def _outcome(act: Callable[[], object], user: User) -> str:
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


def _permission_of(scene: Scene) -> Permission | None:
    """What the act takes: the ledger names it."""
    with transaction.atomic():
        with on_behalf_of(scene.by):
            scene.act()
        entry = LedgerEntry.objects.order_by("id").last()
        transaction.set_rollback(True)
    return Permission.__members__.get(entry.act) if entry is not None else None


def _outcomes(name: str, cast: Cast) -> dict[str, str]:
    """What becomes of the act when it is done by each of the cast whose roles don't have it."""
    scene = SCENES[name](cast)
    permission = _permission_of(scene)
    if permission is None:
        return {}
    may, found = roles_with(permission), {}
    for user in cast.everybody():
        act = _done_by(scene.act, user)
        if act is not None and not {posting.role for posting in user.postings.all()} & may:
            found[user.first_name] = _outcome(act, user)
    return found


@pytest.mark.parametrize("name", ACTS)
def test_act__is_refused_to_whoever_has_no_role_with_it(name: str, cast: Cast) -> None:
    if name not in SHARED:
        assert set(_outcomes(name, cast).values()) <= {"refused", "refused by PostgreSQL"}


@contextmanager
def _without_require() -> Iterator[None]:
    """Every room lets everybody do everything, as far as it is asked."""
    held = [
        (module, access.require)
        for name, module in list(sys.modules.items())
        if name.startswith("cases.") and getattr(module, "require", None) is access.require
    ]
    with pytest.MonkeyPatch.context() as patched:
        for module, _real in held:
            patched.setattr(module, "require", lambda by, *_, **__: Standing(by.postings.first()))
        yield


@pytest.mark.parametrize("name", MUTATED)
def test_law_of_the_acts__notices_when_nobody_is_asked(name: str, cast: Cast) -> None:
    asked = _outcomes(name, cast)
    if not asked:
        pytest.skip("Everybody may, or nobody does it.")
    with _without_require():
        is_noticed = _outcomes(name, cast) != asked
    assert is_noticed or name in HELD, "Nobody of the cast would notice."
