"""Finds a running demo from a second terminal, through the state folder that it holds locked."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from config.launcher.locks import is_held

DEFAULT_PORT = 8000
RUNNING = "running.json"


def state_folder(root: Path, port: int) -> Path:
    """Where the demo on this port keeps what it must not lose."""
    given = os.environ.get("APPARATUS_STATE", "").strip()
    if given and not Path(given).is_absolute():
        sys.exit(f"APPARATUS_STATE is {given!r}; wanted is an absolute path.")
    return Path(given) if given else root / ".local" / str(port)


def lock_file(state: Path) -> Path:
    return state / "lock"


def environment_of_a_demo(root: Path) -> dict[str, str] | None:
    """The environment of the demo that runs: the chosen one, the default port's, or the only one."""
    chosen = os.environ.get("APPARATUS_PORT", "").strip()
    if chosen and not chosen.isdigit():
        sys.exit(f"APPARATUS_PORT is {chosen!r}; wanted is a port number.")
    if chosen or os.environ.get("APPARATUS_STATE", "").strip():
        return _environment(state_folder(root, int(chosen or DEFAULT_PORT)))
    default = _environment(state_folder(root, DEFAULT_PORT))
    if default is not None:
        return default
    others = {folder.name: _environment(folder) for folder in sorted((root / ".local").glob("[0-9]*"))}
    running = {port: found for port, found in others.items() if found is not None}
    if len(running) > 1:
        sys.exit(f"Demos run on the ports {', '.join(running)}: choose one by APPARATUS_PORT.")
    return next(iter(running.values()), None)


def _environment(state: Path) -> dict[str, str] | None:
    file = state / RUNNING
    if not file.exists() or not is_held(lock_file(state)):
        return None
    found: dict[str, Any] = json.loads(file.read_text())
    return {name: str(value) for name, value in found["environment"].items()}
