"""How long it takes to verify the ledger, and whether any tampering with it goes unseen.

    python3 -m bench.ledger --rows 1000000 --tamperings 500 [--seed N] [--json]

It starts a PostgreSQL of its own (without fsync), fills the ledger with invented entries, has the sealer seal them and
a checkpoint leave every so many seals. What it says:

* `verify_s`: seconds that `verify_ledger` takes for all of it, the checkpoints held against it; `seal_s` for sealing;
* `detected`: of so many tamperings how many were found, *with the right position*. Each is done by the superuser, with
  triggers and constraints out of the way, in a copy of a smaller ledger; then the whole of that copy is verified, as an
  operator does. `undetected` names those that were not.

The kinds of tampering, in turn, each at a place of chance: a byte of any column of an entry, of its place and of its
seal; an entry deleted, or its place, or both, or a seal; an entry put in behind the sealer's back, or with a place, or
one that the sealer seals; two entries, or two places, exchanged; the end cut off, with and without its places and
seals; and everything from some entry on chained anew, consistently: found by nothing but a checkpoint that left, which
says from which seal on.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from typing import Any

from bench import tampering
from bench.running import begin, say

#: The ledger that is tampered with: so many entries, so many a seal; a checkpoint every so many seals.
SMALL, A_SEAL, A_CHECKPOINT = 2_000, 40, 10


def fill(rows: int) -> None:
    """Invented entries as the clock would write them, some microseconds apart, the newest a minute ago."""
    from django.db import connection

    from cases.access.services import as_clock

    with as_clock(), connection.cursor() as cursor:
        cursor.execute(tampering.FILL, {"rows": rows})


def seal_in(sizes: int) -> None:
    from django.utils import timezone

    from cases.audit.services import sealing
    from cities.ledger.rules import Clock

    sealing.BATCH = sizes  # many small seals, for a small ledger
    sealing.seal(by=Clock.CLOCK, at=timezone.now(), everything=True)


def checkpoint() -> str:
    """One that leaves now: the document, as it lies outside."""
    from django.utils import timezone

    from cases.access.services import as_clock
    from cases.audit.services import make_checkpoint
    from cities.ledger.checkpoints import document
    from cities.ledger.rules import Clock

    with as_clock():
        made = make_checkpoint(by=Clock.CLOCK, at=timezone.now(), now=True)
    assert made is not None
    return document(made.line, made.signature)


def verified(documents: list[str]) -> Any:
    from cases.audit.selectors import verification_keys, verify_ledger
    from cases.audit.services import as_auditor
    from cities.ledger.checkpoints import read_document

    keys = verification_keys()
    with as_auditor():
        return verify_ledger([read_document(text, keys) for text in documents])


def measure(rows: int) -> dict[str, float]:
    """Filling, sealing in the seals of every day, and verifying all of it."""
    from cases.audit.services import sealing
    from tests.databases import copy_template, drop, point_at

    name = copy_template()
    point_at(name)
    try:
        fill(rows)
        started = time.perf_counter()
        seal_in(sealing.BATCH)
        sealed = time.perf_counter()
        documents = [checkpoint()]
        begun = time.perf_counter()
        found = verified(documents)
        ended = time.perf_counter()
    finally:
        point_at("postgres")
        drop(name)
    if found.fault or found.rows != rows:
        sys.exit(f"An untouched ledger of {rows:,} is not whole: {found}.")
    return {"rows": rows, "seal_s": round(sealed - started, 2), "verify_s": round(ended - begun, 2)}


def tamper(number: int, chance: random.Random) -> dict[str, Any]:
    """So many tamperings, each in a copy of its own of one small ledger."""
    from tests.databases import copy_template, drop, point_at

    name = copy_template()
    point_at(name)
    documents = []
    try:
        for _ in range(SMALL // A_SEAL // A_CHECKPOINT):
            fill(A_SEAL * A_CHECKPOINT)
            seal_in(A_SEAL)
            documents.append(checkpoint())
        if found := verified(documents).fault:
            sys.exit(f"An untouched ledger is not whole: {found}.")
        point_at("postgres")
        found_out: Counter[str] = Counter()
        missed: list[str] = []
        for turn in range(number):
            kind = list(tampering.KINDS)[turn % len(tampering.KINDS)]
            said = tampering.one(name, kind, chance, documents, verified)
            found_out[kind] += not said
            missed += [said] if said else []
    finally:
        point_at("postgres")
        drop(name)
    kinds = Counter(list(tampering.KINDS)[turn % len(tampering.KINDS)] for turn in range(number))
    return {
        "tamperings": number, "detected": sum(found_out.values()), "undetected": missed,
        "kinds": {kind: f"{found_out[kind]} of {count}" for kind, count in kinds.items()},
    }  # fmt: skip


def main() -> None:
    """Measure, and say it."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--rows", type=int, default=100_000, help="how many entries; 100,000 unless told")
    wanted.add_argument("--tamperings", type=int, default=50, help="how many; 50 unless told")
    wanted.add_argument("--seed", type=int, default=None, help="chance, to do the same again")
    wanted.add_argument("--json", action="store_true", help="end in one line of JSON")
    told = wanted.parse_args()
    seed = told.seed if told.seed is not None else random.SystemRandom().randrange(10**6)
    with tempfile.TemporaryDirectory(prefix="apparatus-bench-") as outside:
        os.environ["LEDGER_KEY"] = tampering.A_KEY
        os.environ["LEDGER_CHECKPOINTS"] = f"file://{outside}"
        begin()
        found: dict[str, Any] = {"seed": seed} | measure(told.rows)
        if told.tamperings:
            found |= tamper(told.tamperings, random.Random(seed))  # noqa: S311 -- a test's chance
    say(found, as_json=told.json)


if __name__ == "__main__":
    main()
