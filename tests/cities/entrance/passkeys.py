"""A passkey in software: it answers what a page asks a browser, with a key pair of its own."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

ORIGIN, HOST = "https://testserver", "testserver"


def asked(page: str) -> dict[str, Any]:
    """What the page asks the browser."""
    found = re.search(r'<script id="passkey-options" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found is not None, page
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


class Passkey:
    """One key."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.identifier = os.urandom(16)
        self.counter = 0

    def _about(self, kind: str, options: dict[str, Any], origin: str) -> bytes:
        told = {"type": kind, "challenge": options["publicKey"]["challenge"], "origin": origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _data(self, flags: int) -> bytes:
        self.counter += 1
        return hashlib.sha256(HOST.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _answer(self, **response: bytes) -> str:
        identifier = websafe_encode(self.identifier)
        told = {name: websafe_encode(value) for name, value in response.items()}
        return json.dumps(
            {"id": identifier, "rawId": identifier, "type": "public-key", "response": told,
             "clientExtensionResults": {}}
        )  # fmt: skip

    def create(self, options: dict[str, Any]) -> str:
        """Made known to the house."""
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))  # type: ignore[no-untyped-call]
        length = len(self.identifier).to_bytes(2, "big")
        data = self._data(0x45) + bytes(16) + length + self.identifier + public
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=self._about("webauthn.create", options, ORIGIN), attestationObject=attested
        )  # fmt: skip

    def get(self, options: dict[str, Any], *, origin: str = ORIGIN) -> str:
        """Signed what was asked."""
        about = self._about("webauthn.get", options, origin)
        data = self._data(0x05)
        signature = self.key.sign(data + hashlib.sha256(about).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=about, authenticatorData=data, signature=signature, userHandle=b"")
