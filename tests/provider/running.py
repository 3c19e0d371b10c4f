"""A provider, running: its own process, database and keys. Tests sign in there as a browser would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from psycopg import sql

from tests.databases import connect_as_owner

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "the secret of the provider"
PEOPLE = ("alice", "mallory")


@dataclass(frozen=True)
class Provider:
    """One that runs. `issuer` is its name."""

    name: str
    issuer: str
    faults: Path

    def environment(self, **more: str) -> dict[str, str]:
        """What an administrator of the house would write for it."""
        prefix = f"OPENID_{self.name.upper()}_"
        told = {
            "NAME": f"The {self.name} service", "ISSUER": self.issuer, "CLIENT_ID": "apparatus",
            "CLIENT_SECRET": "a secret of the two", **more,
        }  # fmt: skip
        return {f"{prefix}{name}": value for name, value in told.items()}

    def says(self, **claims: Any) -> None:
        """From now on it says this too, or instead; nothing: it says what is so."""
        self.faults.write_text(json.dumps(claims))

    def sign_in(self, address: str, *, who: str = "alice", browser: requests.Session | None = None) -> str:
        """What a browser does that is sent to this address: signs in, and is sent back. Gives where to."""
        session = browser or requests.Session()
        answer = session.get(address, allow_redirects=False, timeout=30)
        for _step in range(6):
            if answer.status_code == 200:
                found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)
                assert found is not None, answer.text
                fields = {"username": who, "password": PASSWORD, "csrfmiddlewaretoken": found[1]}
                answer = session.post(answer.url, fields, allow_redirects=False, timeout=30)
            assert answer.status_code == 302, answer.text
            where = requests.compat.urljoin(answer.url, answer.headers["Location"])  # type: ignore[attr-defined]
            if "/callback/" in where:
                return where
            answer = session.get(where, allow_redirects=False, timeout=30)
        raise AssertionError("The provider never sent the browser back.")


@contextmanager
def a_provider(name: str, folder: Path, *, returns_to: str = "http://testserver") -> Iterator[Provider]:
    """Start one, and stop it again."""
    told = settings.DATABASES["owner"]
    database = f"provider_{name}_{os.getpid()}"
    faults = folder / f"{name}.json"
    faults.write_text("{}")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PROVIDER_DATABASE": database,
        "PROVIDER_DATABASE_HOST": told["HOST"], "PROVIDER_DATABASE_USER": told["USER"],
        "PROVIDER_DATABASE_PASSWORD": told["PASSWORD"], "PROVIDER_KEY": key.decode(), "PROVIDER_FAULTS": str(faults),
        "PROVIDER_PEOPLE": " ".join(PEOPLE), "PROVIDER_PASSWORD": PASSWORD,
        "PROVIDER_RETURN": f"{returns_to}/accounts/openid/{name}/callback/",
    }  # fmt: skip
    with connect_as_owner("postgres") as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.provider.serve"], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert program.stdout is not None
        port = program.stdout.readline().strip()
        assert port.isdecimal(), "The provider did not start; its own words are above."
        yield Provider(name, f"http://127.0.0.1:{port}/o", faults)
    finally:
        program.terminate()
        program.wait()
        with connect_as_owner("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
