"""Databases for a benchmark, and several processes that share the work of one."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LOCKED = """
SELECT count(*), count(*) FILTER (WHERE wait_event_type = 'Lock') FROM pg_stat_activity
WHERE datname = %s AND state <> 'idle'
"""


@contextmanager
def databases() -> Iterator[Callable[[str], str]]:
    """Makes databases out of others by name, the first out of the migrated one; all are dropped in the end."""
    from tests.databases import connect_as_owner, copy_template, drop, point_at

    first = copy_template()
    made = [first]

    def copy(of: str) -> str:
        if not of:
            return first
        name = f"{first}_{len(made)}"
        point_at("postgres")
        with connect_as_owner("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"')
        made.append(name)
        return name

    try:
        yield copy
    finally:
        point_at("postgres")
        for name in made:
            drop(name)


def share(name: str, count: int, rhythms: int) -> tuple[float, float]:
    """So many processes share the making: seconds from when all are ready until the last is done, and how often in a
    hundred looks at one at work it waited for a lock."""
    command = [sys.executable, "-m", "bench.materialise", "--share", name]
    workers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    looks, over = [0, 0], threading.Event()
    try:
        for worker in workers:
            _line(worker)
        looking = threading.Thread(target=_look, args=(name, looks, over))
        looking.start()
        started = time.perf_counter()
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        made = [int(_line(worker)) for worker in workers]
        seconds = time.perf_counter() - started
        over.set()
        looking.join()
    finally:
        over.set()
        for worker in workers:
            worker.kill()
            worker.communicate()
    if sum(made) != rhythms // 2 * 3:
        sys.exit(f"{count} processes made {made}, and not {rhythms // 2 * 3} in all.")
    return seconds, 100 * looks[1] / max(looks[0], 1)


def _line(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    if not (line := worker.stdout.readline()):
        sys.exit("A worker ended before its time; its own lines above say why.")
    return line


def _look(name: str, looks: list[int], over: threading.Event) -> None:
    """Every few milliseconds, at what the processes wait for."""
    from tests.databases import connect_as_owner

    with connect_as_owner("postgres") as connection:
        while not over.wait(0.01):
            row = connection.execute(LOCKED, [name]).fetchone()
            assert row is not None
            looks[0] += row[0]
            looks[1] += row[1]
