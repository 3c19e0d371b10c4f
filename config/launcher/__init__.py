"""Finds or starts the two servers. In this order: what the environment names, the wheels, the machine's own.

Nothing outside this package knows where the servers come from; it hands out addresses as environment variables.
"""

import json
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.launcher import places, postgres, processes, valkey
from config.launcher.postgres import APPLICATION, OWNER, SUPERUSER, Postgres
from config.launcher.processes import LauncherError
from config.launcher.valkey import Valkey

__all__ = ["LauncherError", "Servers", "forget", "start_servers", "write_private"]


@dataclass
class Servers:
    """The servers this process answers for, and the environment that leads to them."""

    environment: dict[str, str]
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    socket_folders: list[Path] = field(default_factory=list)

    @property
    def processes(self) -> "dict[str, subprocess.Popen[bytes]]":
        found: dict[str, subprocess.Popen[bytes]] = {}
        if self.postgres:
            found["postgres"] = self.postgres.process
        if self.valkey:
            found["valkey"] = self.valkey.process
        return found

    def stop(self) -> None:
        """Stops what was started here, the database last."""
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()


def start_servers(
    state: Path,
    *,
    durable: bool = True,
    postgres_log: int | IO[bytes] = subprocess.DEVNULL,
    valkey_log: int | IO[bytes] = subprocess.DEVNULL,
) -> Servers:
    """Starts whatever the environment doesn't name already. The caller holds the state folder's lock."""
    state.mkdir(mode=0o711, parents=True, exist_ok=True)
    kept = _secrets(state)
    _remove_old_sockets(state)
    servers = Servers({"SECRET_KEY": os.environ.get("SECRET_KEY") or kept["secret_key"]})
    try:
        if os.environ.get("DATABASE_URL"):
            if not os.environ.get("DATABASE_OWNER_URL"):
                raise LauncherError("DATABASE_URL is set: DATABASE_OWNER_URL is needed too, for the migrations.")
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
                servers.environment[name] = os.environ.get(name, "")
        else:
            servers.postgres = postgres.start(state, kept, durable=durable, log=postgres_log)
            servers.environment["DATABASE_URL"] = servers.postgres.url(APPLICATION)
            servers.environment["DATABASE_OWNER_URL"] = servers.postgres.url(OWNER)
            _note_socket(state, servers.postgres.sockets)
        if os.environ.get("CELERY_BROKER_URL"):
            servers.environment["CELERY_BROKER_URL"] = os.environ["CELERY_BROKER_URL"]
            servers.environment["CACHE_URL"] = os.environ.get("CACHE_URL", "")
        else:
            servers.valkey = valkey.start(state, durable=durable, log=valkey_log)
            servers.environment["CELERY_BROKER_URL"] = servers.valkey.broker_url
            servers.environment["CACHE_URL"] = os.environ.get("CACHE_URL") or servers.valkey.cache_url
            _note_socket(state, servers.valkey.sockets)
    except BaseException:  # Ctrl-C too: no server is left behind, and it is raised again
        servers.stop()
        raise
    return servers


def forget(state: Path) -> None:
    """Removes all that the servers kept. The caller holds the lock, so nothing runs."""
    if not state.exists():
        return
    _remove_old_sockets(state)
    places.forget_data(state, processes.serving_account())
    for found in state.iterdir():
        if found.name == "lock":
            continue
        shutil.rmtree(found) if found.is_dir() and not found.is_symlink() else found.unlink()


def _secrets(state: Path) -> dict[str, str]:
    """The passwords of the demo, made once and kept beside its data, readable by its user alone."""
    file = state / "secrets.json"
    if not file.exists():
        places.forget_data(state, processes.serving_account())  # of a former state folder of this name: no way in
        names = ("secret_key", SUPERUSER, OWNER, APPLICATION)
        write_private(file, json.dumps({name: secrets.token_urlsafe(48) for name in names}))
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


def write_private(file: Path, text: str) -> None:
    """Writes a file that its user alone may read, whole or not at all."""
    making = file.with_suffix(".making")
    making.unlink(missing_ok=True)
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    making.replace(file)


def _note_socket(state: Path, folder: Path) -> None:
    """Written down, so that the next start can remove what kill -9 left behind."""
    with (state / "sockets").open("a") as stream:
        stream.write(f"{folder}\n")


def _remove_old_sockets(state: Path) -> None:
    file = state / "sockets"
    if file.exists():
        for line in file.read_text().splitlines():
            folder = Path(line)
            if folder.name.startswith("apparatus-") and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
        file.unlink()
