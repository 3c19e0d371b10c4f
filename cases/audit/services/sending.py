"""Sending what leaves the ledger: taken up with a lease, sent outside any transaction, marked one by one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core import mail
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from cases.access.services import as_clock, require_clock
from cases.audit.places import to_place
from cases.audit.rules import MOST_TRIES, Alarm, try_again_after
from cases.outbox.rules import LEASE
from cities.ledger import services as ledger
from cities.ledger.checkpoints import document
from cities.ledger.models import Dispatch
from cities.ledger.rules import Clock, DispatchState, Operation

logger = logging.getLogger(__name__)

#: So many at a time, and each held so long: what a dead sender held is taken up by the next.
BATCH = 10


@dataclass(frozen=True)
class Dispatched:
    """What one round came to."""

    claimed: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0


def send_dispatches(*, by: Clock, at: datetime) -> Dispatched:
    """Send the checkpoints and alarms that are due, a few at a time: call it until nothing was claimed.

    Whoever dies between sending and marking leaves one that is sent once more, with the same name: a file is written
    over by itself, an e-mail has the same Message-ID, an address is told the same Idempotency-Key.
    """
    require_clock(by)
    with as_clock():
        taken = _claim(by=by, at=at)
    sent = dead = 0
    for one in taken:
        error = _send(one)
        with as_clock():
            gives_up = _mark(one, error, at=at)
        sent, dead = sent + (not error), dead + gives_up
    if dead:
        logger.error("checkpoints or alarms of the ledger are given up", extra={"rows": dead})
    return Dispatched(len(taken), sent, len(taken) - sent - dead, dead)


def _claim(*, by: Clock, at: datetime) -> list[Dispatch]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    due = Dispatch.objects.filter(free, state=DispatchState.WAITING, due_at__lte=at).select_related(
        "checkpoint", "recipient"
    )
    rows = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")[:BATCH])
    for row in rows:
        row.attempts += 1
        row.leased_until = at + LEASE
        row.save(update_fields=["attempts", "leased_until"])
    if rows:
        ledger.write(
            operation=Operation.DISCLOSE, by=by, act="LEDGER_DISPATCH", object_type="dispatch",
            object_ids=[row.pk for row in rows], fields=["alarm", "checkpoint"],
            recipient="places outside, and who looks after the ledger",
        )  # fmt: skip
    return rows


def _send(one: Dispatch) -> str:
    """Hand it over. Gives the kind of error, empty when there was none; not its text, which may quote an address."""
    try:
        if one.checkpoint is None:
            _email(one).send()
        else:
            address = settings.LEDGER_CHECKPOINTS.get(one.place)
            if address is None:
                return "no longer a place"
            name = f"checkpoint-{one.checkpoint.number:08d}"
            to_place(address, name=name, text=document(one.checkpoint.line, one.checkpoint.signature))
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with one place never stops the others
        return type(error).__name__
    return ""


def _email(one: Dispatch) -> mail.EmailMessage:
    assert one.recipient is not None
    with translation.override(one.recipient.language):
        subject = _("Apparatus: the ledger needs looking after")
        text = "\n\n".join(
            [
                str(Alarm(one.alarm).label),
                _("What to do is written in docs/operations.md, under “The ledger”. More: %(address)s")
                % {"address": settings.SITE_URL + "/ledger/"},
            ]
        )
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {"Message-ID": f"<ledger-{one.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    return mail.EmailMessage(subject, text, to=[one.recipient.email], headers=headers)


def _mark(one: Dispatch, error: str, *, at: datetime) -> bool:
    """Write down what became of it. Returns whether it is given up."""
    row = Dispatch.objects.filter(pk=one.pk, state=DispatchState.WAITING)
    if not error:
        row.update(state=DispatchState.SENT, sent_at=at, leased_until=None, last_error="")
        return False
    gives_up = one.attempts >= MOST_TRIES or error == "no longer a place"
    row.update(
        state=DispatchState.DEAD if gives_up else DispatchState.WAITING, leased_until=None, last_error=error,
        due_at=at + try_again_after(one.attempts),
    )  # fmt: skip
    return gives_up
