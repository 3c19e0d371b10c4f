"""`manage.py test`, and what any pytest run needs before Django reads its settings: throw-away servers of its own."""

import atexit
import contextlib
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from config import catalogues
from config.launcher import LauncherError, Servers, forget, start_servers

PREFIX = "apparatus-test-"
SHARE = "SHARE"  # the number of the day: which part of the laws' long walks this run takes
FOLDER = "APPARATUS_TEST_FOLDER"  # set once servers run: the workers and the nested runs of pytest use the same


def main(root: Path, arguments: list[str]) -> int:
    """Runs the whole suite, on all cores, or whatever the arguments of pytest name."""
    os.chdir(root)
    import pytest

    prepare(root)
    # One more than there are cores: some test always waits, for a browser or for processes of its own. Each takes
    # neighbours, which share what their scene has cost, and helps another when its own are done.
    spread = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]
    workers = [] if names_workers(arguments) else spread
    return int(pytest.main([*workers, *arguments]))


def names_workers(arguments: list[str]) -> bool:
    """Whether the caller says how many processes, or asks for something that one process must do."""
    alone = {"--pdb", "--trace", "--co", "--collect-only", "--fixtures", "--markers", "--help", "-h", "--version"}
    return any(argument in alone or argument.startswith(("-n", "--numprocesses")) for argument in arguments)


def prepare(root: Path) -> None:
    """Starts the servers and sets the environment, unless an outer run did. Safe to call again."""
    os.environ.setdefault(SHARE, str(datetime.now(UTC).toordinal()))  # said once, for all of its workers
    if os.environ.get(FOLDER):
        return
    try:
        catalogues.compile_all(root)
    except catalogues.CatalogueError as error:
        sys.exit(str(error))
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)  # PostgreSQL may run as another user, and passes through
    servers = None
    try:
        with (folder / "postgres.log").open("wb") as postgres_log, (folder / "valkey.log").open("wb") as valkey_log:
            servers = start_servers(folder, durable=False, postgres_log=postgres_log, valkey_log=valkey_log)
    except LauncherError as error:
        said = (folder / "postgres.log").read_text(errors="replace")
        shutil.rmtree(folder, ignore_errors=True)
        sys.exit(f"{said}{error}")
    os.environ.update(servers.environment)
    os.environ[FOLDER] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    # The browser's driver keeps an event loop in the main thread; Django would refuse that thread its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    atexit.register(_stop, servers, folder, os.getpid())


def _sweep() -> None:
    """Removes what runs left behind that were killed: their number is in the folder's name."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        number = folder.name.removeprefix(PREFIX).partition("-")[0]
        mine = folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.geteuid()
        if mine and number.isdigit() and not _runs(int(number)):
            with contextlib.suppress(FileNotFoundError):  # another run sweeps it at the same moment
                forget(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _stop(servers: Servers, folder: Path, starter: int) -> None:
    if os.getpid() == starter:  # not in a fork
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)
