"""What is secret of a second factor lies sealed in the database: under SECRET_KEY. What was sealed under one of
SECRET_KEY_FALLBACKS can be opened too, until it is sealed anew."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

#: Where in the data of a factor something sealed stands: the key of an app, and what recovery codes are made from.
SEALED = ("secret", "seed")
SEALED_LISTS = ("migrated_codes",)


class WrongKey(ValueError):
    """It was sealed under a key that is no longer among those of the settings."""


def seal_secret(text: str) -> str:
    """Sealed under the key in use."""
    return _sealer().encrypt(text.encode()).decode()


def open_secret(sealed: str) -> str:
    """What was sealed, under whichever of the keys. Raises `WrongKey`."""
    try:
        return _sealer().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise WrongKey from error


def sealed_anew(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a factor with all that is secret of it under the key in use. Raises `WrongKey`."""
    anew = dict(data)
    for name in SEALED:
        if name in data:
            anew[name] = seal_secret(open_secret(data[name]))
    for name in SEALED_LISTS:
        if name in data:
            anew[name] = [seal_secret(open_secret(one)) for one in data[name]]
    return anew


def _sealer() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"cities.entrance.second-factor\0" + secret.encode()).digest())
