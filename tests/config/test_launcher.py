"""The servers start, keep what they were given, and leave nothing behind, however they or their starter end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.launcher import LauncherError, Servers, binaries, forget, places, processes, start_servers
from config.launcher.locks import is_held, try_lock

ROOT = Path(__file__).resolve().parents[2]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's tie to the parent is Linux's")


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder with spaces and a long path, below one that others may pass through."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL", "CACHE_URL"):
        monkeypatch.delenv(name, raising=False)
    base = Path(tempfile.mkdtemp(prefix="apparatus state "))
    base.chmod(0o711)
    try:
        yield base / ("a long name " * 12).strip()
    finally:
        shutil.rmtree(base, ignore_errors=True)


def gone(pid: int) -> bool:
    """Whether a process ends, given time."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if status == "Z":
            return True
        time.sleep(0.02)
    return False


def write(servers: Servers) -> None:
    with psycopg.connect(servers.environment["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('here')")
    broker(servers).set("kept", "here")


def read(servers: Servers) -> tuple[object, object]:
    with psycopg.connect(servers.environment["DATABASE_OWNER_URL"]) as connection:
        found = connection.execute("SELECT word FROM kept").fetchone()
    return (found and found[0], broker(servers).get("kept"))


def broker(servers: Servers) -> "redis.Redis":
    return redis.Redis.from_url(servers.environment["CACHE_URL"], decode_responses=True)


def test_start_servers__keeps_everything_over_kill_9(state: Path) -> None:
    servers = start_servers(state)
    write(servers)
    for process in servers.processes.values():
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    again = start_servers(state)
    try:
        assert read(again) == ("here", "here")
        assert servers.environment["DATABASE_URL"] != again.environment["DATABASE_URL"]  # sockets of its own
    finally:
        again.stop()
    assert [folder for folder in left_over(servers, again) if folder.exists()] == []


def left_over(*started: Servers) -> list[Path]:
    return [server.sockets for servers in started for server in (servers.postgres, servers.valkey) if server]


@LINUX
def test_start_servers__end_with_their_starter(state: Path) -> None:
    code = (
        "import json, sys, time; from pathlib import Path; from config.launcher import start_servers\n"
        "found = start_servers(Path(sys.argv[1]))\n"
        "print(json.dumps({name: each.pid for name, each in found.processes.items()}), flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(state)], cwd=ROOT, stdout=subprocess.PIPE)
    assert starter.stdout is not None
    pids = json.loads(starter.stdout.readline())
    starter.kill()
    starter.wait()
    # At once, while the old ones may still be on their way out:
    servers = start_servers(state)
    try:
        assert {name: gone(pid) for name, pid in pids.items()} == {"postgres": True, "valkey": True}
    finally:
        servers.stop()


@LINUX
def test_start_servers__take_no_stranger_for_their_own(state: Path) -> None:
    """After a restart of the machine the old number may be another process's."""
    start_servers(state).stop()
    data = places.data_folder(state, processes.serving_account()) / "postgres"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    start_servers(state).stop()


def test_start_servers__make_a_role_that_owns_nothing(state: Path) -> None:
    servers = start_servers(state)
    try:
        with psycopg.connect(servers.environment["DATABASE_URL"]) as connection:
            rights = "rolsuper, rolcreaterole, rolcreatedb, rolbypassrls"
            asked = f"SELECT rolname, {rights} FROM pg_roles WHERE rolname LIKE 'apparatus_%' ORDER BY 1"  # noqa: S608
            assert connection.execute(asked).fetchall() == [
                ("apparatus_app", False, False, False, False),
                ("apparatus_owner", False, True, True, False),
            ]
        wrong = psycopg.conninfo.make_conninfo(servers.environment["DATABASE_URL"], password="guess")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong)
    finally:
        servers.stop()


def test_start_servers__sockets_have_short_names_in_a_closed_folder(state: Path) -> None:
    servers = start_servers(state)
    try:
        for folder in left_over(servers):
            assert len(os.fsencode(folder)) <= places.SOCKET_FOLDER_LENGTH
            assert folder.stat().st_mode & 0o077 == 0
        assert (state / "secrets.json").stat().st_mode & 0o077 == 0
    finally:
        servers.stop()


def test_start_servers__begin_again_when_making_was_cut_short(state: Path) -> None:
    half = places.data_folder(state, processes.serving_account()) / "postgres.making/data"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    start_servers(state).stop()


def test_start_servers__start_nothing_that_is_named(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/apparatus")
    with pytest.raises(LauncherError, match="DATABASE_OWNER_URL"):
        start_servers(state)
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db/apparatus")
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://broker")
    servers = start_servers(state)
    assert servers.processes == {}
    assert servers.environment["DATABASE_URL"] == "postgresql://app@db/apparatus"


def test_make_database_anew__leaves_nothing(state: Path) -> None:
    servers = start_servers(state)
    try:
        assert servers.postgres is not None
        write(servers)
        servers.postgres.make_database_anew()
        with pytest.raises(psycopg.errors.UndefinedTable):
            read(servers)
    finally:
        servers.stop()


def test_forget__leaves_the_lock_alone(state: Path) -> None:
    start_servers(state).stop()
    (state / "lock").touch()
    forget(state)
    assert [path.name for path in state.iterdir()] == ["lock"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its servers another account")
def test_start_servers__get_round_a_closed_home(state: Path) -> None:
    state.parent.chmod(0o700)
    servers = start_servers(state)
    outside = places.data_folder(state, processes.serving_account())
    try:
        write(servers)
        assert outside != state
        assert state.parent.stat().st_mode & 0o777 == 0o700  # nothing was opened for it
    finally:
        servers.stop()
    again = start_servers(state)
    assert read(again) == ("here", "here")
    again.stop()
    forget(state)
    assert not outside.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its servers another account")
def test_data_folder__is_swept_when_its_state_is_no_more(state: Path) -> None:
    state.parent.chmod(0o700)
    state.mkdir()
    outside = places.data_folder(state, processes.serving_account())
    state.rmdir()
    other = state.with_name("other")
    other.mkdir()
    places.data_folder(other, processes.serving_account())
    assert not outside.exists()
    forget(other)


def test_postgres_bin__says_when_the_folder_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PG_BINDIR", str(tmp_path))
    with pytest.raises(LauncherError, match="PG_BINDIR"):
        binaries.postgres_bin(processes.serving_account())


def program(path: Path, answer: str) -> None:
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)


def test_postgres_bin__says_when_it_is_too_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "postgres", "postgres (PostgreSQL) 15.8")
    monkeypatch.setenv("PG_BINDIR", str(tmp_path))
    with pytest.raises(LauncherError, match="16 or newer is needed"):
        binaries.postgres_bin(processes.serving_account())


def test_binaries__come_from_the_machine_without_the_wheels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "postgres", "postgres (PostgreSQL) 17.2 (Debian)")
    program(tmp_path / "valkey-server", "")
    monkeypatch.delenv("PG_BINDIR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries, "package_folder", lambda _: None)
    assert binaries.postgres_bin(processes.serving_account()) == tmp_path
    assert binaries.valkey_server() == tmp_path / "valkey-server"


def test_lock__has_one_holder(tmp_path: Path) -> None:
    held = try_lock(tmp_path / "lock")
    assert held is not None
    assert try_lock(tmp_path / "lock") is None
    assert is_held(tmp_path / "lock")
    os.close(held)
    assert not is_held(tmp_path / "lock")
