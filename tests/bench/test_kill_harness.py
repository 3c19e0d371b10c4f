"""The kill harness in a short form: everything is killed once or twice, and nothing is lost, doubled or unsent."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from config.testing import FOLDER
from tests.databases import OwnDatabase, address

ROOT = Path(__file__).resolve().parents[2]

#: Half the contacts, a third fewer kills and one step less than it could be, and beats that come every second: it is
#: waiting for the next tick that takes long, not the work. Each kind of kill, crash and loss is still among them; an
#: hour a step in the nights, so that there is a moment between the two times that half past two strikes.
SHORT = "--due 40 --kills 4 --restarts 2 --steps 3 --night-step 60 --dwell 0.5 --tick 1 --timeout 300 --json"


def as_superuser(name: str) -> str:
    """The address of a database of the tests for the one role that may read the tables as they are."""
    password = json.loads((Path(os.environ[FOLDER]) / "secrets.json").read_text())["postgres"]
    told = conninfo_to_dict(address("owner", name)) | {"user": "postgres", "password": password}
    return make_conninfo("", **told)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="it looks for processes where Linux tells of them")
def test_kill_harness__nothing_is_lost_doubled_or_unsent(own_database: OwnDatabase) -> None:
    """Its servers are its own; only the tables are copied, so that the migrations need not run once more."""
    environment = {**os.environ, "APPARATUS_NO_BOOTSTRAP": "1", "BENCH_TABLES_OF": as_superuser(own_database.name)}
    command = [sys.executable, "-m", "bench.kill_harness", *SHORT.split()]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads(done.stdout.splitlines()[-1])
    wrong = {name: found[name] for name in ("lost", "duplicated", "unsent", "copies_uncounted")}
    assert not any(wrong.values()), done.stderr
    assert found["sent_twice"] == found["sent_twice_same_id"]
    assert (found["kills"], found["restarts"], found["flushed"], found["broker_kills"]) == (4, 2, 2, 1)
    assert found["made"] > 8 * 40
    assert found["causes"] > 40
    assert found["sent"] > 10
    state = re.findall(r"apparatus-bench-\w+", done.stderr)[0]
    assert not left_behind(state)


def left_behind(state: str) -> list[str]:
    """What still runs with this state folder in its environment or its command."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                said = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if state.encode() in said:
                found.append(entry.name)
    return found
