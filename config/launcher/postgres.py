"""A PostgreSQL of our own: made once, started on a Unix socket, tied to the process that started it."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config.launcher import binaries, places, processes
from config.launcher.processes import Account, LauncherError

DATABASE, SUPERUSER, OWNER, APPLICATION = "apparatus", "postgres", "apparatus_owner", "apparatus_app"
PATIENCE = 60.0
#: PostgreSQL's own log says that it refused something, and never what: a statement carries what somebody wrote, and
#: the details of an error quote the row. The same stands in docker-compose.yml; `cases/access/lint.py` looks for more.
SILENT = ("log_min_error_statement=panic", "log_error_verbosity=terse")
HURRIED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


@dataclass
class Postgres:
    """A running server. `url` gives the address of one of its databases to one of its roles."""

    process: "subprocess.Popen[bytes]"
    sockets: Path
    passwords: dict[str, str]

    def url(self, role: str, database: str = DATABASE) -> str:
        return make_conninfo(host=str(self.sockets), user=role, password=self.passwords[role], dbname=database)

    def make_database_anew(self) -> None:
        """Drops what an unfinished set-up left behind."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            _make_database(connection)

    def stop(self) -> None:
        """The fast shutdown: sessions are ended, nothing committed is lost."""
        processes.stop(self.process, first=signal.SIGINT, patience=PATIENCE)
        shutil.rmtree(self.sockets, ignore_errors=True)


def start(
    state: Path, passwords: dict[str, str], *, durable: bool, log: int | IO[bytes], sockets: Path | None = None
) -> Postgres:
    """Makes the data folder if need be, starts the server, makes its two roles and the database.

    `sockets`: those of a server that crashed, so that whoever knows its address finds this one.
    """
    account = processes.serving_account()
    bin_folder = binaries.postgres_bin(account)
    data = places.data_folder(state, account) / "postgres"
    if not data.exists():
        _make(data, bin_folder, account, passwords[SUPERUSER], durable=durable)
    _clear_stale_pid(data)
    sockets = places.socket_folder(account, again=sockets)
    server = _start(data, bin_folder, account, sockets, passwords, durable=durable, log=log)
    try:
        _make_roles(server)
    except BaseException:  # Ctrl-C too: no server is left behind, and it is raised again
        server.stop()
        raise
    return server


def _make(data: Path, bin_folder: Path, account: Account, password: str, *, durable: bool) -> None:
    """initdb beside the final place, then one rename: killed half-way, it simply starts over."""
    making = data.with_name("postgres.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    secret = making / "password"
    secret.write_text(password + "\n")
    secret.chmod(0o600)
    for path in (secret, making):
        account.give(path)
    provider = ["--locale-provider=builtin", "--locale=C.UTF-8"]
    if binaries.major_version(bin_folder) < 17:
        provider = ["--locale=C.UTF-8"]
    command: list[str | Path] = [
        bin_folder / "initdb",
        "-D",
        making / "data",
        "-U",
        SUPERUSER,
        "--pwfile",
        secret,
        "--encoding=UTF8",
    ]
    command += [*provider, "--auth=scram-sha-256", *([] if durable else ["--no-sync"])]
    made = processes.start(command, environment=processes.server_environment(), account=account, folder=Path("/"))
    said, _ = made.communicate()
    if made.returncode != 0:
        raise LauncherError(f"PostgreSQL could not make its data folder: {said.decode(errors='replace').strip()}")
    secret.unlink()
    (making / "data").rename(data)
    shutil.rmtree(making, ignore_errors=True)


def _clear_stale_pid(data: Path) -> None:
    """After kill -9 a server may still be on its way out (wait), or its number may now be another's (remove)."""
    pid_file = data / "postmaster.pid"
    deadline = time.monotonic() + PATIENCE
    while pid_file.exists() and Path("/proc/self").exists():
        first = pid_file.read_text().partition("\n")[0].strip()
        if not first.isdigit() or not _serves(int(first), data):
            pid_file.unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise LauncherError(f"Another PostgreSQL (process {first}) still uses {data}.")
        time.sleep(0.05)


def _serves(pid: int, data: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(data) in words


def _start(
    data: Path,
    bin_folder: Path,
    account: Account,
    sockets: Path,
    passwords: dict[str, str],
    *,
    durable: bool,
    log: int | IO[bytes],
) -> Postgres:
    options = [f"unix_socket_directories={sockets}", "listen_addresses=", "unix_socket_permissions=0700"]
    options += ["timezone=UTC", "lc_messages=C", "jit=off", "max_connections=100", "log_line_prefix="]
    options += ["log_checkpoints=off", "password_encryption=scram-sha-256", "update_process_title=off"]
    options += [*SILENT, *([] if durable else HURRIED)]
    command: list[str | Path] = [bin_folder / "postgres", "-D", data]
    for option in options:
        command += ["-c", option]
    deadline = time.monotonic() + PATIENCE
    while True:
        process = processes.start(
            command,
            environment=processes.server_environment(),
            account=account,
            death_signal=signal.SIGINT,  # PostgreSQL's own word for "stop now, cleanly"
            output=log,
            folder=Path("/"),
        )
        server = Postgres(process, sockets, passwords)
        while process.poll() is None:
            try:
                psycopg.connect(server.url(SUPERUSER, "postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    server.stop()
                    raise LauncherError(f"The database in {data} has another password; start with --fresh.") from error
                if time.monotonic() > deadline:
                    server.stop()
                    raise LauncherError(f"PostgreSQL did not answer within {PATIENCE:.0f} s: {error}") from error
                time.sleep(0.02)
            else:
                return server
        # It ended by itself: after kill -9 the last session of the old server may not be gone yet. Once more, then.
        if time.monotonic() > deadline - PATIENCE + 10:
            shutil.rmtree(sockets, ignore_errors=True)
            raise LauncherError(f"PostgreSQL ended with code {process.returncode} while starting.")
        time.sleep(0.3)


def _make_roles(server: Postgres) -> None:
    """The owner of the schema, the application's role that owns nothing, and the database. Safe to repeat."""
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        for role, rights in ((OWNER, "CREATEROLE CREATEDB"), (APPLICATION, "NOINHERIT NOCREATEROLE NOCREATEDB")):
            found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount
            verb = sql.SQL("ALTER" if found else "CREATE")
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(
                    verb, sql.Identifier(role), sql.SQL(rights), sql.Literal(server.passwords[role])
                )
            )
        # The owner grants memberships to the application's role, so it must be its administrator.
        connection.execute(f"GRANT {APPLICATION} TO {OWNER} WITH ADMIN OPTION")
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
            _make_database(connection)


def _make_database(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0")
