"""How an entry is written down for its seal, exactly, and how one digest leads to the next. Pure.

Version 1. An entry is the JSON array `[1, id, at, …]` of `COLUMNS` in their order: UTF-8, no blanks, nothing escaped
but what JSON must (RFC 8785). Numbers are numbers, nothing is `null`; a moment is its seconds since 1970 with six
decimals, a list is PostgreSQL's own text of it, so that no two values that PostgreSQL tells apart are written alike.

    digest of an entry  = SHA-256 of that text
    link of a position  = SHA-256 of (the link before it, 32 bytes · the position, 8 bytes · the entry's digest, 32)
    digest of a seal    = SHA-256 of its own JSON array, in which the digest of the seal before it stands

The link before position 1 is 32 zero bytes. A new column, or another way of writing one, is a new version: `FORMS`
keeps the former, and each seal says which it was made by.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

VERSION = 1

#: version -> the columns of an entry, in the order in which they are written.
COLUMNS: dict[int, tuple[str, ...]] = {
    1: (
        "id", "at", "operation", "actor_id", "initiator", "role", "agency_id", "city_id", "case_id", "case_reference",
        "compartment", "object_type", "object_ids", "fields", "rows", "act", "purpose", "justification", "ground",
        "recipient", "request_id", "outcome",
    ),
}  # fmt: skip

#: How PostgreSQL is asked for the columns that have more than one text: exactly, whatever the session's settings.
_ASKED = {
    "id": "{0}.id::text",
    "at": "extract(epoch FROM {0}.at)::text",
    "object_ids": "{0}.object_ids::text",
    "fields": "{0}.fields::text",
}

#: The link before the first position.
NOTHING = bytes(32)


def columns_in_sql(version: int, *, of: str) -> str:
    """The columns of an entry, in the order and the form in which they are sealed; `of` is the table's alias."""
    return ", ".join(_ASKED.get(name, '{0}."' + name + '"').format(of) for name in COLUMNS[version])


def first_id_of(moment: datetime) -> uuid.UUID:
    """The lowest number that an entry written at this moment can have."""
    return uuid.UUID(int=(int(moment.timestamp() * 1000) & (2**48 - 1)) << 80)


_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def digest_of(version: int, values: Iterable[Any]) -> bytes:
    """The digest of an entry, of the values that `columns_in_sql` gives."""
    return hashlib.sha256(_text([version, *values]).encode()).digest()


def link_of(before: bytes, position: int, digest: bytes) -> bytes:
    """The link of a position: what stands for this entry and all that were sealed before it."""
    return hashlib.sha256(before + position.to_bytes(8, "big") + digest).digest()


@dataclass(frozen=True)
class SealText:
    """What a seal says, without its own digest."""

    version: int
    number: int
    first: int
    last: int
    sealed_at: str
    previous: bytes
    link: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 over all of it: the batch, by its last link, and the predecessor, by its digest."""
        said: Sequence[Any] = (
            self.version, self.number, self.first, self.last, self.sealed_at, self.previous.hex(), self.link.hex(),
        )  # fmt: skip
        return hashlib.sha256(_text(["seal", *said]).encode()).digest()
