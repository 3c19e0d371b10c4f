"""A checkpoint: what the ledger came to at a moment, signed, so that it can be kept where nobody here can change it.

The document is one line of JSON and below it the signature (Ed25519, base64) over exactly that line. It names the
last seal with its position, link and digest, and those of the seals since the checkpoint before, so that a table that
was chained anew shows from which seal on. It has no name, no case and no content.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FORMAT = "apparatus ledger checkpoint 1"


class WrongKey(ValueError):
    """A key that can't be one, with a sentence for who gave it."""


class WrongCheckpoint(ValueError):
    """A document that is no checkpoint, or isn't signed by the key it is held against."""


@dataclass(frozen=True)
class SealMark:
    """One seal in a checkpoint: its number, its last position, its digest."""

    number: int
    position: int
    digest: str


@dataclass(frozen=True)
class CheckpointText:
    """What a checkpoint says."""

    number: int
    made_at: str
    seal: SealMark
    link: str
    seals: tuple[SealMark, ...]

    def line(self) -> str:
        """The line that is signed."""
        return json.dumps(
            {
                "format": FORMAT, "checkpoint": self.number, "made_at": self.made_at, "link": self.link,
                "seal": _of_mark(self.seal), "seals": [_of_mark(mark) for mark in self.seals],
            },
            separators=(",", ":"),
        )  # fmt: skip


def read_private(text: str) -> Ed25519PrivateKey:
    """The signing key: 32 bytes in base64, as `openssl rand -base64 32` gives them."""
    return Ed25519PrivateKey.from_private_bytes(_thirty_two(text))


def read_public(text: str) -> Ed25519PublicKey:
    """The key that a signature is held against: 32 bytes in base64, as `manage.py ledger key` shows them."""
    return Ed25519PublicKey.from_public_bytes(_thirty_two(text))


def public_text(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """The verification key as it is written down."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def signed(line: str, key: Ed25519PrivateKey) -> str:
    """The signature over the line, in base64."""
    return base64.b64encode(key.sign(line.encode())).decode()


def document(line: str, signature: str) -> str:
    """The whole, as it is written to a file."""
    return f"{line}\n{signature}\n"


def read_document(text: str, keys: Sequence[Ed25519PublicKey]) -> CheckpointText:
    """What a document says, when one of the keys has signed it; else raises `WrongCheckpoint`."""
    line, _newline, signature = text.replace("\r\n", "\n").strip("\n").partition("\n")
    if not any(_signs(key, line, signature) for key in keys):
        raise WrongCheckpoint("its signature does not belong to it, or to another key")
    try:
        said = json.loads(line)
        if said["format"] != FORMAT:
            raise WrongCheckpoint(f"it is not in the form {FORMAT!r}")
        return CheckpointText(
            number=int(said["checkpoint"]), made_at=str(said["made_at"]), seal=_mark(said["seal"]),
            link=str(said["link"]), seals=tuple(_mark(mark) for mark in said["seals"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise WrongCheckpoint("it cannot be read") from error


def read_documents(documents: Iterable[tuple[str, str]], keys: Sequence[Ed25519PublicKey]) -> list[CheckpointText]:
    """What all of them say, in their order, each once. Each has a name beside it, for what is said of a wrong one."""
    found: dict[tuple[int, str], CheckpointText] = {}
    for name, text in documents:
        try:
            one = read_document(text, keys)
        except WrongCheckpoint as wrong:
            raise WrongCheckpoint(f"{name} is no checkpoint: {wrong}") from wrong
        found[one.number, one.line()] = one
    return [found[key] for key in sorted(found)]


def _signs(key: Ed25519PublicKey, line: str, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature.strip(), validate=True), line.encode())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _thirty_two(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != 32:
        raise WrongKey("A key of the ledger is 32 bytes in base64, such as `openssl rand -base64 32` makes.")
    return found


def _of_mark(mark: SealMark) -> list[Any]:
    return [mark.number, mark.position, mark.digest]


def _mark(said: Any) -> SealMark:
    number, position, digest = said
    return SealMark(int(number), int(position), str(digest))
