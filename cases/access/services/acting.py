"""On whose behalf the database answers: a user, the clock, whoever seals; and what the clock does batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from cases.access.policies import CLOCK
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.records import in_role
from cities.roles.permissions import Permission
from cities.staff.models import User


def act_as(user: User) -> None:
    """From here to the end of the transaction the database shows what `user` may see. Nothing set, nothing seen.

    Whoever has no posting that can be given care acts, in the same statement, as a role without a right on its tables.
    What she changes is written down under her name and the number of the request.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Somebody acts within a transaction: open one first.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('app.request_id', %s, true), "
            "set_config('role', apparatus_role_of(%s), true)",
            [str(user.pk), ledger.request_id(), user.pk],
        )


@contextmanager
def acting(user: User) -> Iterator[None]:
    """A transaction on behalf of `user`, for commands and tests; pages and the API have theirs from the middleware."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(current_setting('app.user_id', true), ''), current_setting('role'), "
                "set_config('role', 'none', true)"
            )
            user_id, role, _none = cursor.fetchone()
        act_as(user)
        yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.user_id', %s, true), set_config('role', %s, true)", [user_id, role])


@contextmanager
def as_clock() -> Iterator[None]:
    """A transaction in which the database allows what the clock may do: dates and messages of every city, no more."""
    with in_role(CLOCK):
        yield


def in_batches(step: Callable[[], tuple[int, int]], *, most: int) -> int:
    """Batch after batch, each a transaction of the clock's own, until one finds less than the `most` it could have
    taken. `step` gives how many rows it took up, and how many it did something to; what comes back is the latter."""
    total = 0
    while True:
        with as_clock():
            claimed, done = step()
        total += done
        if claimed < most:
            return total


def write_swept(
    kind: str, ids: Sequence[int], *, by: Clock, fields: Iterable[str], operation: Operation = Operation.ALTER
) -> None:
    """One ledger entry about the rows of a kind that a sweep of the clock took up; none when there were none."""
    if ids:
        ledger.write(
            operation=operation, by=by, act=Permission.CLOCK_TICK.name, object_type=kind, object_ids=ids,
            fields=sorted(fields),
        )  # fmt: skip


def each_of(sweeps: Sequence[Callable[..., int]], *, by: Clock, at: datetime, what: str) -> list[int]:
    """What each sweep did. One that fails doesn't keep the others from their work: `what` failed is told afterwards."""
    done: list[int] = []
    errors: list[Exception] = []
    for sweep in sweeps:
        try:
            done.append(sweep(by=by, at=at))
        except Exception as error:  # noqa: BLE001 -- told below, when the others have done their part
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"A part of {what} failed.", errors)
    return done
