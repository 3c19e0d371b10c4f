"""The first step on a bare machine: make `.venv`, fill it from the lock, and start again inside it.

Only the standard library, and no Django. Debian refuses `pip install` outside an environment and may lack ensurepip;
so the environment is made without pip and filled from outside, by uv where that can be had, else by pip.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

LOCK_FILE = "requirements.lock"
INSTALLER_LOCK_FILE = "requirements-installer.lock"
STAMP = "apparatus-lock"  # in .venv: which lock filled it; what has none was not made here, and is not touched
OFF = "APPARATUS_NO_BOOTSTRAP"


def enter(root: Path, command: list[str]) -> None:
    """Returns when this process runs in an environment that will do; else makes it and starts again in it.

    `command`: what Python is given to start with, such as `manage.py test` or `-m bench.materialise`.
    """
    if is_prepared(root, os.environ):
        return
    folder = root / ".venv"
    with _one_at_a_time(root):
        if not is_filled(root):
            try:
                fill(root)
            except KeyboardInterrupt:
                sys.exit(130)
    python = folder / "bin" / "python"
    os.execv(python, [str(python), *command])  # noqa: S606 - the same command, inside


def is_prepared(root: Path, environment: Mapping[str, str]) -> bool:
    """Whether to leave things alone: told so, in our own up-to-date `.venv`, or in a developer's own environment."""
    if environment.get(OFF, "") not in ("", "0"):
        return True
    if sys.prefix == sys.base_prefix:
        return False
    folder = root / ".venv"
    if folder.exists() and os.path.samefile(sys.prefix, folder):
        return is_filled(root)
    return importlib.util.find_spec("django") is not None


def is_ours(folder: Path) -> bool:
    """A link, or a folder without our stamp, is somebody's own environment."""
    if folder.is_symlink():
        return False
    return not folder.exists() or (folder / STAMP).exists() or not any(folder.iterdir())


def is_filled(root: Path) -> bool:
    """Whether `.venv` was filled from the lock as it is now. Somebody's own environment is taken as it stands."""
    folder = root / ".venv"
    if not is_ours(folder):
        return (folder / "bin" / "python").exists()
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text() == fingerprint(root) and (folder / "bin" / "python").exists()


def fingerprint(root: Path) -> str:
    """Changes with the lock and with the Python that runs it."""
    version = ".".join(str(part) for part in sys.version_info[:2])
    return f"{version} {hashlib.sha256((root / LOCK_FILE).read_bytes()).hexdigest()}\n"


def fill(root: Path) -> None:
    """Makes `.venv` anew. The stamp's text comes last: killed at any point before, the next start begins again."""
    folder = root / ".venv"
    say("Preparing Python's environment in .venv (once, and again when the lock changes) …")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / STAMP).write_text("")
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    python = folder / "bin" / "python"
    lock = root / LOCK_FILE
    if not (_by_uv(root, python, lock) or _by_pip(python, lock) or _by_ensurepip(python, lock)):
        _give_up()
    making = folder / f"{STAMP}.making"
    making.write_text(fingerprint(root))
    making.replace(folder / STAMP)


def _by_uv(root: Path, python: Path, lock: Path) -> bool:
    """uv fills an environment in seconds: the one on the PATH, or a pinned one put into the environment itself."""
    environment = _quiet_environment()
    if _pip_has_its_own_index(environment):
        return False  # pip was told where to get packages; uv would not know
    program = shutil.which("uv")
    if program is None:
        installer = root / INSTALLER_LOCK_FILE
        if not installer.exists() or not _pip(python, installer, environment, quiet=True):
            return False
        program = str(python.with_name("uv"))
    command = [program, "pip", "install", "--quiet", "--python", str(python), "--require-hashes", "-r", str(lock)]
    return _succeeds(command, environment, quiet=True)


def _by_pip(python: Path, lock: Path) -> bool:
    return _pip(python, lock, _quiet_environment(), quiet=False)


def _by_ensurepip(python: Path, lock: Path) -> bool:
    """A Python without pip of its own, but with the means to make one inside the environment."""
    environment = _quiet_environment()
    if not _succeeds([str(python), "-m", "ensurepip", "--default-pip"], environment, quiet=True):
        return False
    command = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
    return _succeeds(command, environment, quiet=False)


def _pip(python: Path, lock: Path, environment: dict[str, str], *, quiet: bool) -> bool:
    if importlib.util.find_spec("pip") is None:
        return False
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    return _succeeds([*command, "--require-hashes", "-r", str(lock)], environment, quiet=quiet)


def _pip_has_its_own_index(environment: dict[str, str]) -> bool:
    if any(environment.get(name) for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_CONFIG_FILE")):
        return False
    if environment.get("PIP_INDEX_URL"):
        return True
    command = [sys.executable, "-m", "pip", "config", "list"]
    told = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return b"index-url=" in told.stdout.replace(b"extra-index-url=", b"")


def _succeeds(command: list[str], environment: dict[str, str], *, quiet: bool) -> bool:
    errors = subprocess.DEVNULL if quiet else None
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, check=False)
    return done.returncode == 0


def _quiet_environment() -> dict[str, str]:
    """Nothing is asked for, no second Python is fetched; no cache where there is no home to keep it."""
    environment = dict(os.environ)
    environment.pop("PYTHONPATH", None)
    environment |= {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_CONFIG": "1", "UV_NO_PROGRESS": "1"}
    environment |= {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    home = environment.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        environment |= {"UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1"}
    return environment


class _one_at_a_time:  # noqa: N801 - used as a verb
    """Two starts at once: the second waits until the first has filled the environment."""

    def __init__(self, root: Path) -> None:
        self.path = root / ".local" / "bootstrap.lock"

    def __enter__(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _give_up() -> NoReturn:
    sys.exit(
        "The locked packages could not be installed: neither uv nor pip got them (their own words are above). "
        "Check the network, or prepare an environment yourself and set APPARATUS_NO_BOOTSTRAP=1."
    )
