"""Keeps a handful of programs together: their lines in one terminal, and one end for all."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from config.launcher import processes

LAST_LINES = 20
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked for the end: Ctrl-C, or a signal. Passes through whatever is going on."""


class ProgramEndedError(Exception):
    """A program that should have stayed has ended."""


class Supervisor:
    """Starts programs, prefixes their lines with their names, and stops them all."""

    def __init__(self, names: Sequence[str], out: IO[str]) -> None:
        self._width = max(map(len, names))
        self._out = out
        self._lock = threading.Lock()
        self._lines: dict[str, deque[str]] = {name: deque(maxlen=LAST_LINES) for name in names}
        self._programs: dict[str, subprocess.Popen[bytes]] = {}
        self._watched: dict[str, subprocess.Popen[bytes]] = {}
        self._readers: list[threading.Thread] = []

    def listen_to_signals(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop_asked)

    def _stop_asked(self, *_: object) -> None:
        self.ignore_signals()
        raise Stopped

    def ignore_signals(self) -> None:
        """The end has begun; a second Ctrl-C does not hurry it into leaving something behind."""
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def say(self, name: str, line: str) -> None:
        with self._lock:
            try:
                print(f"{name:>{self._width}} │ {line}", file=self._out, flush=True)
            except (OSError, ValueError):  # the terminal is gone; that is no reason to leave anything running
                self._out = open(os.devnull, "w")  # noqa: SIM115

    def channel(self, name: str) -> IO[bytes]:
        """Something a program can write to; each line appears under the name."""
        reading, writing = os.pipe()
        reader = threading.Thread(target=self._read, args=(name, os.fdopen(reading, "rb")), daemon=True)
        reader.start()
        self._readers.append(reader)
        return os.fdopen(writing, "wb")

    def _read(self, name: str, stream: IO[bytes]) -> None:
        for raw in stream:
            line = raw.decode(errors="replace").rstrip("\r\n")
            self._lines[name].append(line)
            self.say(name, line)

    def start(self, name: str, command: Sequence[str], *, environment: Mapping[str, str], folder: Path) -> None:
        with self.channel(name) as output:
            self._programs[name] = processes.start(command, environment=environment, output=output, folder=folder)
        self.watch(name, self._programs[name])

    def watch(self, name: str, program: "subprocess.Popen[bytes]") -> None:
        self._watched[name] = program

    def check(self) -> None:
        """Raises when one of the programs has ended."""
        for name, program in self._watched.items():
            code = program.poll()
            if code is not None:
                time.sleep(0.2)  # its last lines are still under way
                said = "\n".join(f"    {line}" for line in self._lines[name])
                how = f"by signal {-code}" if code < 0 else f"with code {code}"
                raise ProgramEndedError(f"{name} ended {how}, so everything stops. Its last lines:\n{said}")

    def wait(self) -> None:
        """Until something ends, or somebody asks for the end."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Asks all at once, then waits for each."""
        for program in self._programs.values():
            if program.poll() is None:
                program.terminate()
        for program in self._programs.values():
            processes.stop(program)
        self._watched.clear()


def run_step(command: Sequence[str], *, environment: Mapping[str, str], folder: Path) -> int:
    """A program that should end: its output goes straight to the terminal, so that a progress bar can move."""
    sys.stdout.flush()
    step = processes.start(command, environment=environment, output=sys.stdout.fileno(), folder=folder)
    try:
        return step.wait()
    finally:
        processes.stop(step, patience=5)
