"""Where an SMS goes: to whatever `SMS_URL` names. Another gateway is one function more, and one line in `GATEWAYS`."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

logger = logging.getLogger(__name__)


class Gateway(Protocol):
    """Hands one SMS over, or raises: then it is tried again later. `delivery` is the same whenever it is tried again,
    so that a gateway that can keep count sends it once."""

    def __call__(self, *, number: str, text: str, delivery: uuid.UUID) -> None: ...


def to_log(_address: str) -> Gateway:
    """`log:` says that one was sent: neither to whom nor what, since a log is read by many."""

    def send(*, number: str, text: str, delivery: uuid.UUID) -> None:
        logger.info("an SMS was sent to the log instead of to a telephone")

    return send


def to_files(address: str) -> Gateway:
    """`file:///folder` writes one file each, named by the delivery: for tests and the demo."""
    folder = Path(unquote(urlsplit(address).path))

    def send(*, number: str, text: str, delivery: uuid.UUID) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{delivery}.txt").write_text(f"{number}\n\n{text}\n", encoding="utf-8")

    return send


#: scheme of `SMS_URL` -> how an SMS is handed over there. `config/settings.py` lists the same schemes.
GATEWAYS: Mapping[str, Callable[[str], Gateway]] = {"log": to_log, "file": to_files}


def gateway(address: str) -> Gateway:
    """The gateway that an address such as `log:` names."""
    return GATEWAYS[urlsplit(address).scheme](address)
