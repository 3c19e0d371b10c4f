"""How the ledger is looked after: what waits for its seal, what left to which place outside, when it was verified."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import connection
from django.db.models import Max, QuerySet

from cases.audit.rules import CHECKPOINTS, UNSEALED_FOR, Alarm, LedgerStanding, alarms_of
from cities.ledger.checkpoints import document, read_private, read_public
from cities.ledger.models import Checkpoint, Dispatch, Seal, Verification
from cities.ledger.rules import DispatchState
from cities.ledger.sealing import first_id_of

# The newest entry, and those of the last hour: when sealing stops, one of them waits, whatever else does.
_WAITING = """
SELECT min(e.at) FROM (
    (SELECT id, at FROM cities_ledgerentry ORDER BY id DESC LIMIT 1)
    UNION ALL
    (SELECT id, at FROM cities_ledgerentry WHERE id >= %(since)s AND at <= %(until)s)
) e WHERE NOT EXISTS (SELECT FROM cities_sealedentry s WHERE s.entry_id = e.id)
"""


def standing_of_the_ledger(*, at: datetime) -> LedgerStanding:
    """What there is to know, in four short questions."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"since": first_id_of(at - CHECKPOINTS), "until": at - UNSEALED_FOR})
        waiting_since = cursor.fetchone()[0]
    first = Seal.objects.order_by("number").values_list("sealed_at", flat=True).first()
    left = dict(
        Dispatch.objects.filter(state=DispatchState.SENT, place__in=list(settings.LEDGER_CHECKPOINTS))
        .values_list("place")
        .annotate(Max("sent_at"))
    )
    places = {place: left.get(place) for place in settings.LEDGER_CHECKPOINTS}
    last = last_verification()
    if last is None:
        return LedgerStanding(waiting_since, first, places)
    return LedgerStanding(waiting_since, first, places, last.at, last.is_whole)


def ledger_alarms(*, at: datetime) -> list[Alarm]:
    """What somebody must be told of the ledger, now."""
    return alarms_of(standing_of_the_ledger(at=at), at=at)


def checkpoint_is_due(*, at: datetime) -> bool:
    """Whether an hour has gone by since the last checkpoint."""
    last = Checkpoint.objects.order_by("-number").values_list("made_at", flat=True).first()
    return last is None or at >= last + CHECKPOINTS


def last_verification() -> Verification | None:
    """The clock's last walk through the ledger."""
    return Verification.objects.order_by("-pk").first()


def known_faults() -> list[Verification]:
    """What was found since all of the ledger was last found well: each fault once, by the walk that found it first."""
    well = Verification.objects.filter(is_whole=True).aggregate(last=Max("pk"))["last"] or 0
    found: dict[str, Verification] = {}
    for row in Verification.objects.filter(pk__gt=well).exclude(wrong="").order_by("pk"):
        found.setdefault(row.fault, row)
    return list(found.values())


def last_dispatches(*, limit: int = 10) -> QuerySet[Dispatch]:
    """The checkpoints that were sent last, or wait to be, for whoever looks after the ledger."""
    return Dispatch.objects.filter(checkpoint__isnull=False).select_related("checkpoint").order_by("-pk")[:limit]


def verification_keys() -> list[Ed25519PublicKey]:
    """What a checkpoint's signature may be held against: the key in use, and those used before."""
    own = [read_private(settings.LEDGER_KEY).public_key()] if settings.LEDGER_KEY else []
    return [*own, *(read_public(text) for text in settings.LEDGER_FORMER_KEYS)]


def kept_checkpoints(*, since: int = 0) -> list[tuple[str, str]]:
    """The copies that are kept here, each with a name. They are signed, so they count; they can only be missing.
    `since` a seal: those that say something of it or of a later one."""
    rows = Checkpoint.objects.filter(seal__gte=since).order_by("number").values_list("number", "line", "signature")
    return [(f"checkpoint {number}, kept here", document(line, signature)) for number, line, signature in rows]
