"""The whole house on servers of its own, made to be killed; started by the launcher, ended without a trace."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import psycopg
import redis

from bench.sink import Sink
from config.launcher import LauncherError, Servers, binaries, forget, postgres, processes, start_servers, valkey
from config.launcher.postgres import APPLICATION, DATABASE, SUPERUSER, Postgres

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0

#: Servers that the environment names are somebody else's: they are not killed here.
NOT_OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL", "SMS_URL")

#: Names a migrated database whose tables are copied, instead of running the migrations: for tests, which have one.
TABLES_OF = "BENCH_TABLES_OF"


class Stack:
    """Servers, a mail sink, workers and beats; the clock they read; and what can be done to them."""

    def __init__(self, *, workers: int, tick: float = 3.0) -> None:
        for name in NOT_OURS:
            os.environ.pop(name, None)
        self.state = Path(tempfile.mkdtemp(prefix="apparatus-bench-"))
        self.state.chmod(0o711)  # PostgreSQL may run as another user, and passes through
        self.clock, self.sms = self.state / "clock", self.state / "sms"
        self.sink = Sink()
        self.servers: Servers | None = None
        self.wanted = [f"worker{number}" for number in range(1, workers + 1)]
        self.beats = ["beat1", "beat2"]
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.groups: list[int] = []
        self.environment: dict[str, str] = {}
        self.tick = tick

    # --- Set-up ---

    def start(self) -> None:
        """Servers and tables. PostgreSQL is hurried so long as there is nothing to lose, and durable from then on."""
        self.move_clock_by(0)
        self.sink.start()
        self.servers = start_servers(
            self.state, durable=False, postgres_log=self._log("postgres"), valkey_log=self._log("valkey")
        )
        told = {
            "DJANGO_SETTINGS_MODULE": "bench.settings", "APPARATUS_NO_BOOTSTRAP": "1", "BENCH_CLOCK": str(self.clock),
            "BENCH_TICK": str(self.tick),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}", "SMS_URL": f"file://{self.sms}",
            "STATIC_FROM_SOURCE": "1", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        self.environment = {**os.environ, **self.servers.environment, **told}
        if os.environ.get(TABLES_OF):
            self._copy_tables(os.environ[TABLES_OF])
        else:
            self._run([sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"])

    def make_durable(self) -> None:
        """From here on what is committed is on the disk: `fsync` is on."""
        before = self.postgres
        before.process.send_signal(signal.SIGINT)
        before.process.wait(PATIENCE)
        self._start_postgres(before)

    def _copy_tables(self, source: str) -> None:
        programs = Path(os.environ.get("PG_BINDIR") or binaries.postgres_bin(processes.serving_account()))
        roles = self._run([str(programs / "pg_dumpall"), "--roles-only", "--no-role-passwords", "-d", source])
        there = {b"postgres", *(name.encode() for name in (postgres.OWNER, APPLICATION))}
        wanted = [line for line in roles.splitlines() if line.startswith((b"CREATE ROLE", b"GRANT", b"ALTER ROLE"))]
        wanted = [line for line in wanted if line.startswith(b"GRANT") or line.split()[2].rstrip(b";") not in there]
        tables = self._run([str(programs / "pg_dump"), source])
        psql = [str(programs / "psql"), "-q", "-v", "ON_ERROR_STOP=1", self.postgres.url(SUPERUSER)]
        # As `manage.py migrate` has it: the application's role may connect, and nobody else.
        allow = f'GRANT CONNECT ON DATABASE "{DATABASE}" TO "{APPLICATION}";\n'.encode()
        self._run(psql, given=b"\n".join([*wanted, allow, tables]))

    def _run(self, command: list[str], *, given: bytes | None = None) -> bytes:
        done = subprocess.run(command, env=self.environment, input=given, capture_output=True, check=False, cwd=ROOT)
        if done.returncode != 0:
            said = (done.stdout[-500:] + done.stderr[-2000:]).decode(errors="replace")
            raise LauncherError(f"{Path(command[0]).name} failed:\n{said}")
        return done.stdout

    def _log(self, name: str) -> IO[bytes]:
        return (self.state / f"{name}.log").open("ab")

    # --- The clock ---

    def move_clock_by(self, seconds: float) -> None:
        making = self.clock.with_suffix(".making")
        making.write_text(repr(seconds))
        making.replace(self.clock)

    def set_clock(self, to: datetime) -> None:
        self.move_clock_by((to - datetime.now(UTC)).total_seconds())

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.clock.read_text()))

    # --- Asking the database, past every policy ---

    @property
    def postgres(self) -> Postgres:
        assert self.servers is not None
        assert self.servers.postgres is not None
        return self.servers.postgres

    @contextlib.contextmanager
    def database(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """As the superuser, whom no policy binds: for filling and counting."""
        with psycopg.connect(self.postgres.url(SUPERUSER)) as connection:
            yield connection

    # --- Programs ---

    def watch(self) -> None:
        """Starts what should run and doesn't: all the supervision there is."""
        for name in [*self.wanted, *self.beats]:
            program = self.programs.get(name)
            if program is None or program.poll() is not None:
                self._start_program(name)

    def _start_program(self, name: str) -> None:
        celery = [sys.executable, "-m", "celery", "--quiet", "-A"]
        if name in self.beats:
            command = [*celery, "bench.hurried:app", "beat"]
        else:
            command = [*celery, "config.celery:app", "worker", "--concurrency", "2", "--hostname", f"{name}@bench"]
            command += ["--without-gossip", "--without-mingle"]
        with self._log(name) as output:
            program = processes.start(command, environment=self.environment, output=output, folder=ROOT)
        self.programs[name] = program
        self.groups.append(program.pid)

    def stop_beats(self) -> None:
        for name in self.beats:
            if name in self.programs:
                processes.stop(self.programs.pop(name))
        self.beats = []

    def start_beats(self) -> None:
        self.beats = ["beat1", "beat2"]

    # --- Killing ---

    def kill_a_worker(self, chance: random.Random) -> bool:
        """SIGKILL: one of a worker's children, or the worker and all its children, or the worker alone, whose children
        go on without it. False when no worker is up to be killed."""
        up = [(program, _members(program.pid) - {program.pid}) for name, program in self.programs.items()
              if name in self.wanted and program.poll() is None]  # fmt: skip
        up = [(program, children) for program, children in up if children]
        if not up:
            return False
        program, children = chance.choice(up)
        how = chance.choice(["child", "child", "all", "alone"])
        pids = {"child": {chance.choice(sorted(children))}, "all": {program.pid, *children}, "alone": {program.pid}}
        for pid in pids[how]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if how != "child":
            program.wait(PATIENCE)
        return True

    def crash_postgres(self, how: signal.Signals) -> None:
        """SIGKILL of the postmaster, or SIGQUIT, the immediate shutdown: in both cases it recovers from its log."""
        before = self.postgres
        before.process.send_signal(how)
        before.process.wait(PATIENCE)
        self._start_postgres(before)

    def _start_postgres(self, before: Postgres) -> None:
        assert self.servers is not None
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self._log("postgres") as log:
                    self.servers.postgres = postgres.start(
                        self.state, before.passwords, durable=True, log=log, sockets=before.sockets
                    )
            except LauncherError:  # a session of the one that crashed is still busy
                if time.monotonic() > deadline:
                    raise
                continue
            return

    def crash_broker(self) -> None:
        """SIGKILL, and a new one on what the old one wrote down."""
        assert self.servers is not None
        assert self.servers.valkey is not None
        before = self.servers.valkey
        before.process.kill()
        before.process.wait(PATIENCE)
        with self._log("valkey") as log:
            self.servers.valkey = valkey.start(self.state, durable=True, log=log, sockets=before.sockets)

    def flush_broker(self) -> None:
        assert self.servers is not None
        assert self.servers.valkey is not None
        with redis.Redis(unix_socket_path=str(self.servers.valkey.socket)) as broker:
            broker.flushall()

    # --- The end ---

    def stop_programs(self) -> None:
        self.wanted, self.beats = [], []
        for program in self.programs.values():
            if program.poll() is None:
                program.terminate()
        for program in self.programs.values():
            processes.stop(program, patience=20)
        for group in self.groups:  # children that outlived their worker
            for pid in _members(group):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.programs.clear()

    def stop(self) -> None:
        """Everything, whatever state it is in."""
        try:
            self.stop_programs()
        finally:
            if self.servers is not None:
                self.servers.stop()
            self.sink.stop()
            forget(self.state)
            shutil.rmtree(self.state, ignore_errors=True)

    def last_lines(self, name: str, count: int = 15) -> str:
        file = self.state / f"{name}.log"
        return "\n".join(file.read_text(errors="replace").splitlines()[-count:]) if file.exists() else ""


def _members(group: int) -> set[int]:
    """The processes of a group that are alive."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _parent, its_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(its_group) == group and state != "Z":
                found.add(int(entry.name))
    return found
