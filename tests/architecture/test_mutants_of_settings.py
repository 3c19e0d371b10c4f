"""Each lock on the public square is tried with the key broken off (A2): who keeps settings, accounts,
tokens and feeds.

Who may is asked there in few ways. Each of them is taken out in turn, of every room at once, under every act that asks
it: then somebody of the cast, an administrator of another city or a superuser does what she could not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import transaction

from cities.ledger.rules import Clock
from cities.roles.permissions import Permission
from cities.roles.rules import Role, roles_with
from cities.staff.models import User
from cities.staff.selectors import Standing
from cities.staff.services import accounts
from tests.architecture.acts import SCENES
from tests.architecture.shares import share
from tests.architecture.test_mutants import done_by, outcome
from tests.architecture.test_services import on_behalf_of
from tests.factories import Cast, a_user, staff

#: The ways in which it is asked, where they are defined.
CHECKS = {
    name: getattr(accounts, name) for name in ("require_settings", "require_over", "any_administrator", "standing_of")
}  # fmt: skip

ENTRANCE = (
    "end_other_sessions", "end_own_session", "end_session", "forget_sessions", "link_identity", "note_code",
    "note_factor_added", "note_factor_removed", "note_factor_used", "note_failed_sign_in", "note_password",
    "note_sign_in", "note_sign_out", "note_step_up", "reseal_factors", "unlink_identity",
)  # fmt: skip
#: About oneself alone, or what a door tells of somebody who came: nobody is refused, and it is asked only as what she
#: acts, for the ledger.
OF_ONESELF = {
    *(f"cities.entrance.services.{name}" for name in ENTRANCE),
    "cities.staff.services.accounts.change_preferences", "cities.tokens.services.note_use",
    "cities.tokens.services.note_feed_use",
}  # fmt: skip
ACTS = sorted(name for name in SCENES if name.startswith("cities.") and name not in OF_ONESELF)
EVERY = 4
MUTATED = list(share(ACTS, 1, EVERY, whole="MUTANTS"))

#: What it takes, where it isn't to keep settings; and who else may: whose it is, or who keeps code lists.
TAKES = {
    "cities.staff.services.confirming.confirm_postings": Permission.POSTING_CONFIRM,
    "cities.tokens.services.issue_feed": Permission.CHECKIN_READ,
    **{
        f"cities.staff.services.absences.{act}_absence": Permission.ABSENCE_RECORD
        for act in ("record", "change", "withdraw")
    },
}
MAY_TOO = {
    **{f"cities.tokens.services.revoke_{of}": "Alice" for of in ("token", "feed")},
    **{f"cities.statistics.services.put_{of}": "Sue" for of in ("figure", "series")},
}

#: With this question out, whoever may not is refused by the next: an administrator of every city that somebody is
#: posted in is asked for as well. Of who has no posting, only the first is asked (`create_user`).
OVER_AN_ACCOUNT = (
    "cities.entrance.services.end_all_sessions", "cities.entrance.services.reset_second_factor",
    "cities.staff.services.accounts.change_user", "cities.staff.services.looking.open_account",
    "cities.tokens.services.revoke_feed", "cities.tokens.services.revoke_token",
)  # fmt: skip
HELD = {(act, check) for act in OVER_AN_ACCOUNT for check in ("standing_of", "any_administrator")}


def everybody(cast: Cast) -> list[User]:
    """The cast, and those who keep settings elsewhere, or none by a posting."""
    return [
        *cast.everybody(), staff(Role.ADMINISTRATOR, cast.other_city, first_name="Keeper elsewhere"),
        a_user("Sue", is_superuser=True, is_staff=True),
    ]  # fmt: skip


def _outcomes(name: str, cast: Cast) -> dict[str, str]:
    """What becomes of the act when each of them does it. Nothing of it stays."""
    start, found = transaction.savepoint(), dict[str, str]()
    scene = SCENES[name](cast)
    for user in everybody(cast):
        if (act := done_by(scene.act, user)) is not None:
            found[user.first_name] = outcome(act, user)
    transaction.savepoint_rollback(start)
    return found


@contextmanager
def _asking(check: str, instead: Callable[..., Any]) -> Iterator[None]:
    """Every room of the public square asks this in its place."""
    with pytest.MonkeyPatch.context() as patched:
        for name, module in list(sys.modules.items()):
            if name.startswith("cities.") and getattr(module, check, None) is CHECKS[check]:
                patched.setattr(module, check, instead)
        yield


def _asked_by(name: str, cast: Cast) -> set[str]:
    """The questions that this act asks on behalf of whoever does it."""
    asked = set[str]()

    def noting(check: str) -> Callable[..., Any]:
        def really(*arguments: Any, **named: Any) -> Any:
            asked.add(check)
            return CHECKS[check](*arguments, **named)

        return really

    start = transaction.savepoint()
    scene = SCENES[name](cast)
    with ExitStack() as stack:
        for check in CHECKS:
            stack.enter_context(_asking(check, noting(check)))
        stack.enter_context(on_behalf_of(scene.by))
        scene.act()
    transaction.savepoint_rollback(start)
    return asked


def _standing(by: User | Clock) -> Standing:
    return Standing(by.postings.first() if isinstance(by, User) else None)


#: Let everybody in.
KEYS: dict[str, Callable[..., Standing]] = {
    "require_settings": lambda by, **_: _standing(by),
    "require_over": lambda _user, *, by, **_: _standing(by),
    "any_administrator": lambda by, **_: _standing(by),
    "standing_of": lambda user, *_, **__: _standing(user),
}


def test_every_act_of_the_square__is_here_or_about_oneself() -> None:
    assert OF_ONESELF | set(ACTS) == {name for name in SCENES if name.startswith("cities.")}
    assert set(SCENES) >= OF_ONESELF


@pytest.mark.parametrize("name", ACTS)
def test_act__is_refused_to_whoever_has_no_role_with_it(name: str, cast: Cast) -> None:
    outcomes = _outcomes(name, cast)
    may = roles_with(TAKES.get(name, Permission.SETTINGS_CHANGE))
    without = {user.first_name for user in cast.everybody() if not {one.role for one in user.postings.all()} & may}
    refused = {who for who, became in outcomes.items() if became == "refused"}
    assert len(refused) >= 2
    assert (without | {"Sue"}) - refused == ({MAY_TOO[name]} if name in MAY_TOO else set())


@pytest.mark.parametrize("name", MUTATED)
def test_law_of_the_settings__notices_when_nobody_is_asked(name: str, cast: Cast) -> None:
    asked, before, noticed = _asked_by(name, cast), _outcomes(name, cast), set()
    for check in asked:
        with _asking(check, KEYS[check]):
            if _outcomes(name, cast) != before:
                noticed.add(check)
    assert asked
    assert asked - noticed == {check for act, check in HELD if act == name} & asked
