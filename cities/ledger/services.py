"""Writing the ledger. Always in the transaction of the act itself: no entry, no act."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cities.staff.models import User

_request_id: ContextVar[str] = ContextVar("ledger_request_id", default="")
_purpose: ContextVar[str] = ContextVar("ledger_purpose", default="")


#: Milliseconds by which a clock may be put back without the order of the numbers suffering.
A_LITTLE = 60_000


class _Numbers:
    """What the last number was: several threads of a process write, and what is written later must sort later."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.milliseconds, self.tail = 0, 0

    def next(self) -> tuple[int, int]:
        """Milliseconds, and 74 bits: chance in a new millisecond; in the same one, chance added to what was before.

        A clock that is put back a little, or more numbers than a millisecond holds, go on from where the last one
        stood. One that was far ahead and is put right begins anew: else every number said for years to come that it
        is older or younger than the moment beside it.
        """
        with self.lock:
            now = time.time_ns() // 1_000_000
            if now > self.milliseconds or self.milliseconds - now > A_LITTLE:
                self.milliseconds, self.tail = now, secrets.randbits(73)  # the first bit is left free to count into
            else:
                self.tail += 1 + secrets.randbits(32)
                if self.tail >> 74:
                    self.milliseconds, self.tail = self.milliseconds + 1, secrets.randbits(73)
            return self.milliseconds, self.tail


_numbers = _Numbers()


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, 5.7), monotonic within the process (6.2, method 2): sorts as it was made."""
    milliseconds, tail = _numbers.next()
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | (tail >> 62) << 64
    return uuid.UUID(int=value | 0b10 << 62 | tail & (2**62 - 1))


@contextmanager
def within_request(request_id: str) -> Iterator[None]:
    """Everything written inside carries this request id, so that one page's entries can be read together."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def request_id() -> str:
    """The number of the request that is being answered; empty outside one."""
    return _request_id.get()


@contextmanager
def for_purpose(purpose: str = "") -> Iterator[None]:
    """Everything written inside that names no purpose of its own has this one; `purpose_is` may say it later."""
    token = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(token)


def purpose_is(purpose: str) -> None:
    """From here to the end of `for_purpose` the purpose is known: of a program, by the token it came with."""
    _purpose.set(purpose)


def purpose_now() -> str:
    """The purpose that is known, for an entry that has more to say of it."""
    return _purpose.get()


def write(
    *,
    operation: Operation,
    by: User | Clock,
    act: str = "",
    object_type: str = "",
    object_ids: Sequence[int] = (),
    fields: Sequence[str] = (),
    rows: int | None = None,
    case_id: int | None = None,
    case_reference: str = "",
    city_id: int | None = None,
    compartment: str = "",
    role: str = "",
    agency_id: int | None = None,
    purpose: str = "",
    justification: str = "",
    ground: str = "",
    recipient: str = "",
    outcome: str = "DONE",
) -> LedgerEntry:
    """Append one entry; raises `django.db.Error` when it can't, and then the caller's transaction must not commit."""
    details: dict[str, Any] = {
        "actor": None if isinstance(by, Clock) else by,
        "initiator": by.value if isinstance(by, Clock) else "person",
    }
    return LedgerEntry.objects.create(
        id=uuid7(),
        operation=operation,
        act=act,
        object_type=object_type,
        object_ids=list(object_ids),
        fields=list(fields),
        rows=len(object_ids) if rows is None else rows,
        case_id=case_id,
        case_reference=case_reference,
        city_id=city_id,
        compartment=compartment,
        role=role,
        agency_id=agency_id,
        purpose=purpose or purpose_now(),
        justification=justification,
        ground=ground,
        recipient=recipient,
        request_id=_request_id.get(),
        outcome=outcome,
        **details,
    )
