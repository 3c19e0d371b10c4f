"""The entrance: each act of it, about to be done."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.contrib.sessions.models import Session

from cities.entrance.rules import CODES, Ending
from cities.entrance.sealing import seal_secret
from cities.entrance.selectors import code_factor, factors_of, identities_of
from cities.entrance.services import (
    end_all_sessions,
    end_other_sessions,
    end_own_session,
    end_session,
    forget_sessions,
    link_identity,
    note_code,
    note_factor_added,
    note_factor_removed,
    note_factor_used,
    note_failed_sign_in,
    note_password,
    note_presence,
    note_sign_in,
    note_sign_out,
    note_step_up,
    reseal_factors,
    reset_second_factor,
    unlink_identity,
)
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, Cast


def a_factor(user: User) -> None:
    """Somebody's authenticator app."""
    user.authenticator_set.create(type=CODES, data={"secret": "sealed"})  # type: ignore[attr-defined]


def a_session(user: User) -> int:
    """A session of somebody; gives its number."""
    note_presence(by=user, at=AT, key="a key", address="192.0.2.1", browser="a browser")
    return int(user.usersession_set.get().pk)  # type: ignore[attr-defined]


@scene_of(forget_sessions)
def _(cast: Cast) -> Scene:
    Session.objects.create(session_key="ran out", session_data="", expire_date=AT - timedelta(minutes=1))
    return Scene(Clock.ENTRANCE, partial(forget_sessions, by=Clock.ENTRANCE, at=AT))


@scene_of(reseal_factors)
def _(cast: Cast) -> Scene:
    cast.alice.authenticator_set.create(type=CODES, data={"secret": seal_secret("a key")})  # type: ignore[attr-defined]
    return Scene(Clock.SETUP, partial(reseal_factors, by=Clock.SETUP, at=AT))


@scene_of(note_sign_in)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(note_sign_in, by=cast.alice, at=AT, how=["password", CODES]))


@scene_of(note_sign_out)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(note_sign_out, by=cast.alice, at=AT))


@scene_of(note_failed_sign_in)
def _(cast: Cast) -> Scene:
    act = partial(note_failed_sign_in, by=Clock.ENTRANCE, at=AT, account=cast.alice, how="password")
    return Scene(Clock.ENTRANCE, act)


@scene_of(note_step_up)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(note_step_up, by=cast.alice, at=AT, how="code", done=True))


@scene_of(note_factor_used)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(note_factor_used, by=cast.alice, at=AT, kind=CODES))


@scene_of(note_code)
def _(cast: Cast) -> Scene:
    a_factor(cast.alice)
    factor = code_factor(cast.alice)
    return Scene(cast.alice, partial(note_code, by=cast.alice, at=AT, factor=factor, counter=7))


@scene_of(note_factor_added)
def _(cast: Cast) -> Scene:
    a_session(cast.alice)
    return Scene(cast.alice, partial(note_factor_added, by=cast.alice, at=AT, kind=CODES, but=""))


@scene_of(note_factor_removed)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(note_factor_removed, by=cast.alice, at=AT, kind=CODES))


@scene_of(note_password)
def _(cast: Cast) -> Scene:
    a_session(cast.alice)
    return Scene(cast.alice, partial(note_password, by=cast.alice, at=AT, but=""))


@scene_of(end_session)
def _(cast: Cast) -> Scene:
    a_session(cast.alice)
    return Scene(cast.alice, partial(end_session, by=cast.alice, at=AT, key="a key", why=Ending.IDLE))


@scene_of(end_own_session)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(end_own_session, by=cast.alice, at=AT, pk=a_session(cast.alice)))


@scene_of(end_other_sessions)
def _(cast: Cast) -> Scene:
    a_session(cast.alice)
    return Scene(cast.alice, partial(end_other_sessions, by=cast.alice, at=AT, but="another key"))


@scene_of(end_all_sessions)
def _(cast: Cast) -> Scene:
    by = cast.administrator
    a_session(cast.alice)
    return Scene(by, partial(end_all_sessions, by=by, at=AT, user=cast.alice, reason="Laptop stolen"))


@scene_of(reset_second_factor)
def _(cast: Cast) -> Scene:
    by = cast.administrator
    a_factor(cast.alice)
    assert factors_of(cast.alice).exists()
    return Scene(by, partial(reset_second_factor, by=by, at=AT, user=cast.alice, reason="Telephone lost"))


@scene_of(link_identity)
def _(cast: Cast) -> Scene:
    act = partial(link_identity, by=cast.alice, at=AT, provider="city", uid="0" * 64, label="alice")
    return Scene(cast.alice, act)


@scene_of(unlink_identity)
def _(cast: Cast) -> Scene:
    link_identity(by=cast.alice, at=AT, provider="city", uid="0" * 64, label="alice")
    cast.alice.set_password("a password of hers")
    number = identities_of(cast.alice).get().pk
    return Scene(cast.alice, partial(unlink_identity, by=cast.alice, at=AT, pk=number))
