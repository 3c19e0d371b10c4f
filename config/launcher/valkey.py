"""A Valkey of our own: the broker and the cache, on a Unix socket, with an append-only file."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.launcher import binaries, places, processes
from config.launcher.processes import Account, LauncherError

BROKER_NUMBER, CACHE_NUMBER = 0, 1
PATIENCE = 30.0


@dataclass
class Valkey:
    """A running broker."""

    process: "subprocess.Popen[bytes]"
    sockets: Path

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.socket}?virtual_host={BROKER_NUMBER}"

    @property
    def cache_url(self) -> str:
        return f"unix://{self.socket}?db={CACHE_NUMBER}"

    def stop(self) -> None:
        processes.stop(self.process, patience=PATIENCE)
        shutil.rmtree(self.sockets, ignore_errors=True)


def start(state: Path, *, durable: bool, log: int | IO[bytes], sockets: Path | None = None) -> Valkey:
    """Starts the broker as the present user, root too: it needs no other. `sockets`: of one that crashed."""
    program = binaries.valkey_server()
    data = state / "valkey"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    sockets = places.socket_folder(Account(os.geteuid(), os.getegid(), borrowed=False), again=sockets)
    settings = {
        "port": "0",
        "unixsocket": str(sockets / "valkey.sock"),
        "unixsocketperm": "700",
        "dir": ".",  # the working folder: its path may hold spaces
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "aof-load-truncated": "yes",  # after kill -9 the last command may be cut short
        "save": "",
        "daemonize": "no",
        "databases": "4",
        "loglevel": "warning",
        "maxmemory-policy": "noeviction",  # a broker never forgets to make room
        "locale-collate": "C",
    }
    command: list[str | Path] = [program]
    for name, value in settings.items():
        command += [f"--{name}", value]
    process = processes.start(
        command,
        environment=processes.server_environment(),
        death_signal=signal.SIGTERM,
        output=log,
        folder=data,
    )
    server = Valkey(process, sockets)
    deadline = time.monotonic() + PATIENCE
    while not _answers(server.socket):
        if process.poll() is not None or time.monotonic() > deadline:
            server.stop()
            raise LauncherError("Valkey, the broker, did not start; its own lines above say why.")
        time.sleep(0.02)
    return server


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False
