"""Acts at the entrance: each leaves its entry in the ledger, in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from cities.entrance.rules import CODES, RECOVERY, Ending
from cities.entrance.sealing import WrongKey, sealed_anew
from cities.entrance.selectors import factors_of, factors_of_all, identities_of, identity, needs_second_factor
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.refusals import NotAllowed, Refused, clean_text
from cities.roles.permissions import Permission
from cities.staff.models import User
from cities.staff.selectors import Standing, standing_of
from cities.staff.services import end_sessions, require_over, revoke_keys

LONGEST_REASON = 500


def _standing(user: User, *, at: datetime) -> Standing:
    return standing_of(user, Permission.CITY_READ, at=at) or Standing(None)


def _write(
    *, by: User | Clock, at: datetime, act: str, operation: Operation = Operation.ADMINISTER, of: User | None = None,
    **more: Any,
) -> None:  # fmt: skip
    """One entry about an account: whose it is, and nothing that was typed."""
    found = _standing(by, at=at) if isinstance(by, User) else Standing(None)
    whose = of if of is not None else by
    told: dict[str, Any] = {"role": found.role, "agency_id": found.agency_id} | more
    ledger.write(
        operation=operation, by=by, act=act, object_type="user",
        object_ids=[whose.pk] if isinstance(whose, User) else [], **told,
    )  # fmt: skip


@transaction.atomic
def note_sign_in(*, by: User, at: datetime, how: Iterable[str]) -> None:
    """`by` came in; `how` names the ways, such as password and totp."""
    _write(by=by, at=at, act="SIGN_IN", operation=Operation.SIGN_IN, ground=" + ".join(how)[:40])


@transaction.atomic
def note_sign_out(*, by: User, at: datetime) -> None:
    """`by` went."""
    _write(by=by, at=at, act="SIGN_OUT", operation=Operation.SIGN_IN)


@transaction.atomic
def note_failed_sign_in(*, by: Clock, at: datetime, account: User | None, how: str) -> None:
    """Somebody unknown tried to come in, and did not. The account is named where there is one; what was typed is not
    kept: a password typed into the field of the name must not stand in the ledger."""
    _write(by=by, at=at, act="SIGN_IN_FAILED", operation=Operation.DENIED, of=account, ground=how, outcome="failed")


@transaction.atomic
def note_step_up(*, by: User, at: datetime, how: str, done: bool) -> None:
    """`by` was asked once more who she is, and showed it or did not."""
    operation = Operation.SIGN_IN if done else Operation.DENIED
    _write(by=by, at=at, act="STEP_UP", operation=operation, ground=how, outcome="DONE" if done else "failed")


@transaction.atomic
def note_factor_used(*, by: User, at: datetime, kind: str) -> None:
    """A second factor let `by` in. A recovery code says so: one fewer is left."""
    act = "RECOVERY_CODE_USED" if kind == RECOVERY else "SECOND_FACTOR_USED"
    _write(by=by, at=at, act=act, operation=Operation.SIGN_IN, ground=kind)


@transaction.atomic
def note_code(*, by: User, at: datetime, factor: Any, counter: int) -> None:
    """This code let `by` in: neither it nor an older one does so again."""
    factor.data = {**factor.data, "last_counter": counter}
    factor.save(update_fields=["data"])
    _write(by=by, at=at, act="SECOND_FACTOR_USED", operation=Operation.SIGN_IN, ground=CODES)


@transaction.atomic
def note_factor_added(*, by: User, at: datetime, kind: str, but: str) -> None:
    """`by` has a new second factor. Her other sessions came in without it: they end. `but`: the one she is in."""
    _write(by=by, at=at, act="SECOND_FACTOR_ADDED", ground=kind)
    if kind != RECOVERY:
        end_sessions(by, but=but)


@transaction.atomic
def note_factor_removed(*, by: User, at: datetime, kind: str) -> None:
    """`by` gave up a second factor."""
    _write(by=by, at=at, act="SECOND_FACTOR_REMOVED", ground=kind)


@transaction.atomic
def require_removable(*, by: User, at: datetime, factor: Any) -> None:
    """Raises `Refused` when `by` needs a second factor and this is her last."""
    others = factors_of(by).exclude(pk=factor.pk).exclude(type=RECOVERY)
    if needs_second_factor(by, at=at) and not others.exists():
        raise Refused(_("You need one for your work: set up another first."), code="last")


@transaction.atomic
def note_password(*, by: User, at: datetime, but: str) -> None:
    """`by` has a new password: her other sessions end. `but`: the key of the one she is in, if any."""
    _write(by=by, at=at, act="PASSWORD_CHANGED", fields=["password"])
    end_sessions(by, but=but)


@transaction.atomic
def end_session(*, by: User, at: datetime, key: str, why: Ending) -> None:
    """One session of `by` is over: the very next request of it comes from nobody."""
    rows = apps.get_model("usersessions", "UserSession").objects.filter(user=by, session_key=key)
    rows.delete()
    Session.objects.filter(session_key=key).delete()
    _write(by=by, at=at, act="SESSION_ENDED", operation=Operation.SIGN_IN, outcome=why.value)


@transaction.atomic
def end_own_session(*, by: User, at: datetime, pk: int) -> bool:
    """`by` ends one of her own sessions from another. False: there is none of that number (any more)."""
    row = apps.get_model("usersessions", "UserSession").objects.filter(user=by, pk=pk).first()
    if row is not None:
        end_session(by=by, at=at, key=row.session_key, why=Ending.ELSEWHERE)
    return row is not None


@transaction.atomic
def end_other_sessions(*, by: User, at: datetime, but: str) -> int:
    """`by` signs out everywhere but here. Gives how many sessions ended."""
    ended = end_sessions(by, but=but)
    _write(
        by=by, at=at, act="SESSIONS_ENDED", operation=Operation.SIGN_IN, rows=ended, outcome=Ending.ELSEWHERE.value
    )  # fmt: skip
    return ended


@transaction.atomic
def end_all_sessions(*, by: User, at: datetime, user: User, reason: str) -> int:
    """An administrator ends every session of somebody, with the reason, and revokes her tokens and calendar feeds:
    whoever had her device may have issued some."""
    found = require_over(user, by=by, at=at)
    kept = clean_text(reason, field="reason", most=LONGEST_REASON, needed=True)
    ended = end_sessions(user)
    revoke_keys(user, by=by, at=at, standing=found)
    _write(
        by=by, at=at, act="SESSIONS_ENDED", of=user, rows=ended, justification=kept,
        role=found.role, agency_id=found.agency_id,
    )  # fmt: skip
    return ended


@transaction.atomic
def forget_sessions(*, by: Clock, at: datetime) -> int:
    """What is kept of sessions that ran out goes: the address they came from, the browser. Gives how many there were.

    A row beside a session that ended otherwise is removed with it; of what was left there all the same a day is kept,
    so that no session is taken for over that is just being opened.
    """
    ended, _each = Session.objects.filter(expire_date__lt=at).delete()
    left = apps.get_model("usersessions", "UserSession").objects.filter(last_seen_at__lt=at - timedelta(days=1))
    left.exclude(session_key__in=Session.objects.values("session_key")).delete()
    if ended:
        _write(by=by, at=at, act="SESSIONS_FORGOTTEN", operation=Operation.ERASE, rows=ended)
    return ended


@transaction.atomic
def reset_second_factor(*, by: User, at: datetime, user: User, reason: str) -> None:
    """An administrator takes away somebody's second factors, who then sets up new ones: her sessions end with them, and
    her tokens and calendar feeds are revoked.

    Never one's own: who lost hers asks another administrator. The person is told by e-mail, by the door.
    """
    found = require_over(user, by=by, at=at)
    if by.pk == user.pk:
        raise Refused(_("Nobody resets her own second factor: ask another administrator."), code="oneself")
    kept = clean_text(reason, field="reason", most=LONGEST_REASON, needed=True)
    factors_of(user).delete()
    end_sessions(user)
    revoke_keys(user, by=by, at=at, standing=found)
    _write(
        by=by, at=at, act="SECOND_FACTOR_RESET", of=user, justification=kept,
        role=found.role, agency_id=found.agency_id,
    )  # fmt: skip


@dataclass(frozen=True)
class Resealed:
    """How many second factors were sealed anew, and whose could not be opened."""

    sealed: int
    lost: list[User]


@transaction.atomic
def reseal_factors(*, by: Clock, at: datetime) -> Resealed:
    """Seal what is secret of everybody's second factors under the key in use. What no key opens stays as it is.

    All or nothing, and harmless when done again. A passkey has nothing secret here, and is left alone.
    """
    sealed, lost = 0, []
    for factor in factors_of_all():
        try:
            anew = sealed_anew(factor.data)
        except WrongKey:
            lost.append(factor.user)
            continue
        if anew != factor.data:
            factor.data = anew
            factor.save(update_fields=["data"])
            sealed += 1
    _write(by=by, at=at, act="SECOND_FACTORS_RESEALED", fields=["data"], rows=sealed)
    return Resealed(sealed, lost)


@transaction.atomic
def link_identity(*, by: User, at: datetime, provider: str, uid: str, label: str) -> None:
    """`by`, signed in here and just now there, lets this identity at a provider sign her in from now on."""
    held = identity(provider, uid)
    if held is not None and held.user_id != by.pk:
        raise Refused(_("This identity belongs to another account here."), code="taken")
    if held is None:
        rows = apps.get_model("socialaccount", "SocialAccount").objects
        rows.create(user=by, provider=provider, uid=uid, extra_data={"label": label[:150]})
        _write(by=by, at=at, act="PROVIDER_LINKED", ground=provider[:40])


@transaction.atomic
def unlink_identity(*, by: User, at: datetime, pk: int) -> None:
    """This identity signs `by` in no more. Who has no password keeps her last one: else she could not come back."""
    row = identities_of(by).filter(pk=pk).first()
    if row is None:
        raise NotAllowed(_("This identity is not yours."))
    if not by.has_usable_password() and identities_of(by).count() == 1:
        raise Refused(_("This is the only way in that you have: choose a password first."), code="last")
    row.delete()
    _write(by=by, at=at, act="PROVIDER_UNLINKED", ground=row.provider[:40])


def note_presence(*, by: User, at: datetime, key: str, address: str, browser: str) -> None:
    """`by` is at work in this session. No act, and no entry: it never waits for another request of the same session."""
    rows = apps.get_model("usersessions", "UserSession").objects
    with transaction.atomic():
        free = rows.select_for_update(skip_locked=True).filter(session_key=key).values("pk")
        if not rows.filter(pk__in=list(free.values_list("pk", flat=True))).update(last_seen_at=at):
            rows.get_or_create(
                session_key=key,
                defaults={
                    "user": by, "created_at": at, "last_seen_at": at, "ip": address, "user_agent": browser[:200],
                },
            )  # fmt: skip
