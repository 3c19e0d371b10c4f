"""Places outside: a folder, an e-mail address, an address on the web. A function each; it raises when it failed. What
lies in a folder can be read again."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator
from email.utils import parseaddr
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core import mail

from cities.ledger.checkpoints import WrongCheckpoint

#: No place is waited for longer.
PATIENCE = 10


class NotTaken(Exception):
    """The place answered, and did not take it."""


def to_place(address: str, *, name: str, text: str) -> None:
    """Hand a document over to the place that the address names. Handing it over again changes nothing."""
    PLACES[urlsplit(address).scheme](address, name=name, text=text)


def to_folder(address: str, *, name: str, text: str) -> None:
    """A file, whole or not at all. One of that name that says something else is left as it is, and is an error."""
    folder = Path(unquote(urlsplit(address).path))
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    file, making = folder / f"{name}.json", folder / f".{name}.{os.getpid()}"
    making.write_text(text)
    try:
        os.link(making, file)  # fails when there is one, where a rename would write over it
    except FileExistsError:
        if file.read_text() != text:
            raise
    finally:
        making.unlink(missing_ok=True)


def kept_in_folders(addresses: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What lies in those places that are folders of this machine."""
    parts = [urlsplit(address) for address in addresses]
    for folder in [Path(unquote(part.path)) for part in parts if part.scheme == "file"]:
        if folder.is_dir():
            yield from documents_at(folder)


def documents_at(path: Path) -> Iterator[tuple[str, str]]:
    """Each checkpoint of a folder, or the one in a file, with its name. Raises `WrongCheckpoint`."""
    for file in sorted(path.glob("checkpoint-*.json")) if path.is_dir() else [path]:
        try:
            yield str(file), file.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise WrongCheckpoint(f"{file} cannot be read") from error


def to_mailbox(address: str, *, name: str, text: str) -> None:
    """An e-mail with the document in it and attached."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    message = mail.EmailMessage(
        f"Apparatus: {name}", text, to=[unquote(urlsplit(address).path)],
        headers={"Message-ID": f"<{name}@{domain}>", "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    message.attach(f"{name}.json", text, "text/plain")
    message.send()


def to_web(address: str, *, name: str, text: str) -> None:
    """A POST, to that address and no other: where it is sent on to is not followed."""
    parts = urlsplit(address)
    assert parts.hostname is not None
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    headers = {"Content-Type": "text/plain; charset=utf-8", "Idempotency-Key": name}
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(secret.encode()).decode()
    connection = kind(parts.hostname, parts.port, timeout=PATIENCE)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), text, headers)
        answer = connection.getresponse()
        if not 200 <= answer.status < 300:
            raise NotTaken(str(answer.status))
    finally:
        connection.close()


PLACES = {"file": to_folder, "mailto": to_mailbox, "https": to_web, "http": to_web}
