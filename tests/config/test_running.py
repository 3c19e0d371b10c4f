"""A command in a second terminal finds the demo that runs, and only one that runs."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config import commands, running
from config.launcher.locks import try_lock


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "APPARATUS_PORT", "APPARATUS_STATE", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


def demo(root: Path, port: int, stack: ExitStack | None) -> None:
    state = root / ".local" / str(port)
    state.mkdir(parents=True)
    (state / running.RUNNING).write_text(json.dumps({"environment": {"DATABASE_URL": f"dbname=on_{port}"}}))
    held = try_lock(running.lock_file(state))
    assert held is not None
    if stack is None:
        os.close(held)  # it was killed: what it wrote is still there
    else:
        stack.callback(os.close, held)


def test_environment__is_the_only_ones(tmp_path: Path, stack: ExitStack) -> None:
    demo(tmp_path, 8042, stack)
    assert running.environment_of_a_demo(tmp_path) == {"DATABASE_URL": "dbname=on_8042"}


def test_environment__prefers_the_default_port(tmp_path: Path, stack: ExitStack) -> None:
    demo(tmp_path, 7999, stack)
    demo(tmp_path, running.DEFAULT_PORT, stack)
    assert running.environment_of_a_demo(tmp_path) == {"DATABASE_URL": f"dbname=on_{running.DEFAULT_PORT}"}


def test_environment__is_the_chosen_ones(tmp_path: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    demo(tmp_path, 8042, stack)
    demo(tmp_path, running.DEFAULT_PORT, stack)
    monkeypatch.setenv("APPARATUS_PORT", "8042")
    assert running.environment_of_a_demo(tmp_path) == {"DATABASE_URL": "dbname=on_8042"}


def test_environment__asks_which_of_several(tmp_path: Path, stack: ExitStack) -> None:
    demo(tmp_path, 8041, stack)
    demo(tmp_path, 8042, stack)
    with pytest.raises(SystemExit, match="8041, 8042"):
        running.environment_of_a_demo(tmp_path)


def test_environment__is_none_after_kill_9(tmp_path: Path) -> None:
    demo(tmp_path, 8042, None)
    assert running.environment_of_a_demo(tmp_path) is None


@pytest.mark.parametrize(("name", "value"), [("APPARATUS_PORT", "eight"), ("APPARATUS_STATE", "here")])
def test_environment__refuses_nonsense(tmp_path: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=f"{name} is '{value}'"):
        running.environment_of_a_demo(tmp_path)


def test_find_servers__says_what_to_do_when_nothing_runs(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"python3 manage\.py demo"):
        commands.find_servers(tmp_path, "shell")


def test_find_servers__asks_for_none_where_none_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "")
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    commands.find_servers(tmp_path, "makemigrations")
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "config.offline"
