"""Child processes that never outlive their parent, and the unprivileged user that serves root."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1


class LauncherError(Exception):
    """Something could not be started; the sentence says what and why."""


@dataclass(frozen=True)
class Account:
    """Who runs a server: the present user, or, for root, an unprivileged account that already exists."""

    uid: int
    gid: int
    borrowed: bool

    def give(self, path: Path) -> None:
        """Makes the account the owner of a path, when that isn't so by itself."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, path: Path) -> bool:
        """Whether the account gets as far as this path through all its parents."""
        if not self.borrowed:
            return True
        for folder in (path, *path.parents):
            if not folder.exists():
                continue
            found = folder.stat()
            if found.st_uid == self.uid:
                needed = 0o100
            elif found.st_gid == self.gid:
                needed = 0o010
            else:
                needed = 0o001
            if folder.is_dir() and not found.st_mode & needed:
                return False
        return True


def serving_account() -> Account:
    """PostgreSQL refuses to run as root: then `nobody` serves. No account is made."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), borrowed=False)
    for name in ("nobody", "daemon"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid, borrowed=True)
    raise LauncherError("PostgreSQL does not run as root, and this machine has neither `nobody` nor `daemon`.")


def tie_to_parent(death_signal: int) -> Callable[[], None] | None:
    """What the child does before it starts: ask the kernel for a signal when its parent dies (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # the parent died in between
            os.kill(os.getpid(), signal.SIGKILL)

    return ask


def start(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    account: Account | None = None,
    death_signal: int = signal.SIGTERM,
    output: int | IO[bytes] = subprocess.PIPE,
    folder: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Starts a child in its own session, tied to this process, its output and errors together."""
    other = account if account is not None and account.borrowed else None
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=other.uid if other else None,
        group=other.gid if other else None,
        extra_groups=[] if other else None,
        preexec_fn=tie_to_parent(death_signal),
    )


def stop(process: "subprocess.Popen[bytes]", *, first: int = signal.SIGTERM, patience: float = 15) -> None:
    """Asks a child to end, waits, and then ends it and all it started."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def server_environment() -> dict[str, str]:
    """What a server may see of our environment: nothing that changes its language or its libraries' defaults."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {"LC_ALL": "C", "TZ": "UTC", "HOME": "/", **kept}
