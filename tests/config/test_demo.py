"""The demo as a person uses it: start, look, second terminal, Ctrl-C, start again, kill -9."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300
OURS = re.compile(r"DATABASE|CELERY|CACHE|APPARATUS|DJANGO|STATIC|SECRET|PYTEST|COV|EMAIL|SITE")


NEEDED = ("load_reference", "load_demo")
HAS_DATA = all(any(ROOT.glob(f"*/management/commands/{name}.py")) for name in NEEDED)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Terminal:
    """A terminal in which commands of manage.py are typed, with a state folder of its own."""

    state: Path
    port: int = field(default_factory=free_port)
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not OURS.match(name)}
        return {**kept, "APPARATUS_STATE": str(self.state), "APPARATUS_NO_BOOTSTRAP": "1"}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = self.command(*arguments)
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def demo(self, *arguments: str) -> "subprocess.Popen[str]":
        log = (self.state.parent / "log").open("w")
        command = self.command("demo", "--port", str(self.port), *arguments)
        process = subprocess.Popen(
            command, env=self.environment, cwd=self.state.parent, stdout=log, stderr=subprocess.STDOUT, text=True
        )
        self.started.append(process)
        return process

    def log(self) -> str:
        return (self.state.parent / "log").read_text()

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in self.log():
            assert time.monotonic() < deadline, self.log()
            assert self.started[-1].poll() is None, self.log()
            time.sleep(0.1)

    def health(self) -> object:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health") as answer:
            return json.load(answer)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    folder = Path(tempfile.mkdtemp(prefix="apparatus demo "))
    folder.chmod(0o711)
    found = Terminal(folder / "state with spaces")
    try:
        yield found
    finally:
        for process in found.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def processes_of(state: Path) -> list[str]:
    """Everything that still runs with this state folder in its environment or on its command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(state) in told:
            found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


def nothing_is_left(state: Path) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not processes_of(state):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not HAS_DATA, reason="the demo's data has no command yet")
def test_demo__from_the_first_start_to_kill_9(terminal: Terminal) -> None:
    """One story, because a first start is dear: each step needs the one before."""
    first = terminal.demo("--people", "20")
    terminal.wait_for("Ctrl-C stops everything")
    assert terminal.health() == {"ok": True, "database": True, "broker": True, "ledger": True}

    # A second terminal works on it, and a second demo is refused in one sentence.
    counted = "from django.contrib.auth import get_user_model as u; print(u().objects.count())"
    users = terminal.run("shell", "--no-imports", "-c", counted)
    assert int(users.stdout) > 0, users.stderr
    assert "already runs" in terminal.run("demo", "--port", str(terminal.port)).stderr

    # Ctrl-C stops everything.
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=PATIENCE) == 0, terminal.log()
    assert nothing_is_left(terminal.state), processes_of(terminal.state)
    assert "no demo is running" in terminal.run("shell", "-c", "1").stderr

    # A second start keeps the data; kill -9 takes everything along, and loses nothing.
    second = terminal.demo()
    terminal.wait_for("Ctrl-C stops everything")
    assert "Loading" not in terminal.log()
    second.kill()
    second.wait()
    third = terminal.demo()
    terminal.wait_for("Ctrl-C stops everything")
    assert terminal.run("shell", "--no-imports", "-c", counted).stdout == users.stdout

    # A program that dies stops everything, and is named.
    os.kill(pid_of(terminal.state, " beat"), signal.SIGKILL)
    assert third.wait(timeout=PATIENCE) == 1
    assert "beat ended by signal 9, so everything stops" in terminal.log()
    assert nothing_is_left(terminal.state), processes_of(terminal.state)


def pid_of(state: Path, ending: str) -> int:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told, line = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(state) in told and line.replace(b"\0", b" ").decode().rstrip().endswith(ending):
            return int(folder.name)
    raise AssertionError(f"nothing ends in {ending}")


def test_demo__says_when_its_port_is_taken(terminal: Terminal) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", terminal.port))
        other.listen()
        refused = terminal.run("demo", "--port", str(terminal.port))
    assert refused.returncode == 1
    assert refused.stderr == f"Port {terminal.port} is taken by another program; choose another with --port.\n"


@pytest.mark.parametrize("wrong", ["0", "65536", "http", "-1"])
def test_demo__refuses_a_port_that_is_none(terminal: Terminal, wrong: str) -> None:
    refused = terminal.run("demo", f"--port={wrong}")
    assert refused.returncode == 2
    assert "wanted is a whole number from 1 to 65535" in refused.stderr


def test_demo__a_wrong_setting_stops_it_with_a_sentence(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = subprocess.run(
        terminal.command("check"),
        env={**terminal.environment, "SESSION_AGE": "long"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr == "SESSION_AGE is 'long'; wanted is a duration such as 30s, 15m, 8h or 2d.\n"
