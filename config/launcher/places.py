"""Where things lie: the state folder, short names for sockets, and a way round closed homes."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from config.launcher.processes import Account, LauncherError

SOCKET_FOLDER_LENGTH = 70  # a socket's whole path must stay below about 100 bytes
TEMPORARY = (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - checked before use
STATE_OF = "belongs-to"


def machine_folder() -> Path:
    """A folder on this machine that every account may pass through. Only root needs one."""
    for base in (Path("/var/lib"), *TEMPORARY):
        folder = base / "apparatus"
        try:
            folder.mkdir(mode=0o711, exist_ok=True)
        except OSError:
            continue
        found = folder.lstat()
        if folder.is_dir() and not folder.is_symlink() and found.st_uid == os.geteuid():
            folder.chmod(0o711)
            return folder
    raise LauncherError("No folder found where root and the serving account can both come.")


def data_folder(state: Path, account: Account) -> Path:
    """Where a server of a borrowed account keeps its data: in the state folder, or outside if that is closed to it."""
    if account.can_enter(state):
        return state
    base = machine_folder()
    _sweep(base)
    folder = base / hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
    folder.mkdir(mode=0o711, exist_ok=True)
    (folder / STATE_OF).write_bytes(os.fsencode(state))
    return folder


def forget_data(state: Path, account: Account) -> None:
    """Removes the data that lies outside the state folder."""
    if not account.can_enter(state):
        shutil.rmtree(data_folder(state, account), ignore_errors=True)


def _sweep(base: Path) -> None:
    """Removes what belonged to state folders that are no more."""
    for marker in base.glob(f"*/{STATE_OF}"):
        if not Path(os.fsdecode(marker.read_bytes())).exists():
            shutil.rmtree(marker.parent, ignore_errors=True)


def socket_folder(account: Account, *, again: Path | None = None) -> Path:
    """A new 0700 folder with a short name, for one start; whoever stops removes it. `again`: that one once more."""
    if again is not None:
        again.mkdir(mode=0o700, exist_ok=True)
        account.give(again)
        return again
    for base in TEMPORARY:
        if len(os.fsencode(base)) > SOCKET_FOLDER_LENGTH - 20 or set(str(base)) & set(" ,\"'"):
            continue
        if not base.is_dir() or not os.access(base, os.W_OK) or not account.can_enter(base):
            continue
        folder = Path(tempfile.mkdtemp(prefix="apparatus-", dir=base))
        account.give(folder)
        return folder
    raise LauncherError("No short temporary folder found for the servers' sockets; set TMPDIR to one, such as /tmp.")
