"""`manage.py demo`: sets everything up, starts it, follows it, and stops all of it.

Nothing is lost on kill -9: on Linux the kernel takes the children along, the data is PostgreSQL's, and a set-up that
was cut short begins again.
"""

import argparse
import base64
import errno
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg

from config import catalogues, running
from config.launcher import LauncherError, Servers, forget, start_servers, write_private
from config.launcher.locks import try_lock
from config.supervisor import ProgramEndedError, Stopped, Supervisor, run_step

HOST = "127.0.0.1"
PROGRAMS = ("demo", "postgres", "valkey", "web", "worker", "beat")
PATIENCE = 90.0


class DemoError(Exception):
    """The demo cannot go on; the sentence says why."""


def main(root: Path, arguments: list[str]) -> int:
    options = _options(arguments)
    os.umask(0o022)  # the state is closed where it must be; its folders must let PostgreSQL's user through
    state = running.state_folder(root, options.port)
    lock = try_lock(running.lock_file(state))
    if lock is None:
        return _fail(f"A demo already runs on http://localhost:{options.port}/; choose another port with --port.")
    if not _port_is_free(options.port):
        return _fail(f"Port {options.port} is taken by another program; choose another with --port.")
    supervisor = Supervisor(PROGRAMS, sys.stdout)
    supervisor.listen_to_signals()
    try:
        return _Demo(root, state, options, supervisor).run()
    finally:
        os.close(lock)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py demo", description="Runs the whole of Apparatus on this machine.")
    asked = os.environ.get("APPARATUS_PORT", "").strip()
    port = int(asked) if asked.isdigit() else running.DEFAULT_PORT
    parser.add_argument("--port", type=_number(1, 65535), default=port, help="where the pages are served (%(default)s)")
    parser.add_argument("--fresh", action="store_true", help="forget everything and start anew")
    parser.add_argument("--people", type=_number(1, 10_000_000), help="how many invented people, on a fresh start")
    return parser.parse_args(arguments)


def _number(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r}; wanted is a whole number from {least} to {most}")
        return int(text)

    return number


def _port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                sys.exit(f"Port {port} may not be used by this user; choose one above 1023 with --port.")
            return False
    return True


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


class _Demo:
    """One run, from the first server to the last line."""

    def __init__(self, root: Path, state: Path, options: argparse.Namespace, supervisor: Supervisor) -> None:
        self.root, self.state, self.options, self.supervisor = root, state, options, supervisor
        self.loaded = state / "loaded"  # made last: without it, what is in the database is an unfinished set-up
        self.environment: dict[str, str] = {}
        self.servers: Servers | None = None

    def run(self) -> int:
        try:
            self.set_up()
            self.start_programs()
            self.wait_until_it_answers()
            self.welcome()
            self.supervisor.wait()
        except Stopped:
            self.say("Stopping …")
            return_code = 0
        except (DemoError, LauncherError, ProgramEndedError, catalogues.CatalogueError) as error:
            self.say(str(error))
            return_code = 1
        finally:
            self.stop()
        self.say("Everything is stopped; the data is kept.")
        return return_code

    def say(self, sentence: str) -> None:
        for line in sentence.splitlines():
            self.supervisor.say("demo", line)

    def set_up(self) -> None:
        if self.options.fresh:
            if os.environ.get("DATABASE_URL"):
                raise DemoError("DATABASE_URL names a database that is not the demo's own: --fresh will not empty it.")
            forget(self.state)
        catalogues.compile_all(self.root)
        self.say("Starting PostgreSQL and the broker …")
        self.servers = start_servers(
            self.state,
            postgres_log=self.supervisor.channel("postgres"),
            valkey_log=self.supervisor.channel("valkey"),
        )
        for name, program in self.servers.processes.items():
            self.supervisor.watch(name, program)
        self.environment = {**self.demo_environment(), **self.servers.environment}
        self.load()
        found = {"port": self.options.port, "pid": os.getpid(), "environment": self.changed_environment()}
        write_private(self.state / running.RUNNING, json.dumps(found))

    def demo_environment(self) -> dict[str, str]:
        """Ours, and what the demo sets unless we did."""
        mail = self.state / "mail"
        mail.mkdir(exist_ok=True)
        defaults = {
            "SITE_URL": f"http://localhost:{self.options.port}",
            "EMAIL_URL": f"file://{quote(str(mail))}",
            "SMS_URL": f"file://{quote(str(mail / 'sms'))}",
            "STATIC_FROM_SOURCE": "1",
            "LEDGER_CHECKPOINTS": f"file://{quote(str(self.state / 'checkpoints'))}",
            "LEDGER_KEY": self.ledger_key(),
            "SECOND_FACTOR": "optional",  # nobody sets up an app to look around
        }
        fixed = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
            "APPARATUS_NO_BOOTSTRAP": "1",
            "WEB_BIND": f"{HOST}:{self.options.port}",
        }
        return {**defaults, **os.environ, **fixed}

    def ledger_key(self) -> str:
        """Made once. Beside the data it vouches for nothing; a real one lies elsewhere, and so do the checkpoints."""
        file = self.state / "ledger.key"
        if not file.exists():
            write_private(file, base64.b64encode(secrets.token_bytes(32)).decode())
        return file.read_text()

    def changed_environment(self) -> dict[str, str]:
        """What a command in a second terminal needs, to work on this demo."""
        return {name: value for name, value in self.environment.items() if os.environ.get(name) != value}

    def load(self) -> None:
        """Migrates, and loads the demo into a database that has nothing yet."""
        assert self.servers is not None
        if not self.loaded.exists() and self.servers.postgres is not None:
            self.servers.postgres.make_database_anew()
        self.step("Migrating the database …", "migrate", "--verbosity", "0")
        if self.loaded.exists():
            if self.options.people:
                self.say("The invented caseload is there already; --people counts only with --fresh.")
            return
        if self.servers.postgres is None and self.has_users():
            self.say("The database that DATABASE_URL names has users already: nothing is loaded into it.")
            self.loaded.touch()
            return
        self.step("Loading the reference data …", "load_reference")
        people = ["--people", str(self.options.people)] if self.options.people else []
        self.step("Loading the invented caseload …", "load_demo", *people)
        self.loaded.touch()

    def has_users(self) -> bool:
        """Invented people are never put beside real ones."""
        with psycopg.connect(self.environment["DATABASE_OWNER_URL"]) as connection:
            found = connection.execute("SELECT EXISTS (SELECT FROM cities_user)").fetchone()
        return found is not None and bool(found[0])

    def step(self, sentence: str, *arguments: str) -> None:
        self.say(sentence)
        code = run_step(self.manage(*arguments), environment=self.environment, folder=self.root)
        self.supervisor.check()
        if code != 0:
            raise DemoError(f"`manage.py {arguments[0]}` failed; its own lines above say why.")

    def manage(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / "manage.py"), *arguments]

    def start_programs(self) -> None:
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config.celery:app"]
        worker = [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
        web = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi:application"]
        if os.geteuid() == 0:  # Celery scolds root at length, because of pickles, which we refuse
            self.environment["PYTHONWARNINGS"] = "ignore::RuntimeWarning:celery.platforms"
        pooled = {**self.environment, "DATABASE_POOL": self.environment.get("DATABASE_POOL", "1")}
        self.supervisor.start("web", web, environment=pooled, folder=self.root)
        self.supervisor.start("worker", worker, environment=self.environment, folder=self.root)
        self.supervisor.start("beat", [*celery, "beat"], environment=self.environment, folder=self.root)

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.supervisor.check()
            try:
                with urllib.request.urlopen(f"http://{HOST}:{self.options.port}/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise DemoError(f"The web server did not answer within {PATIENCE:.0f} seconds.")

    def welcome(self) -> None:
        asked = subprocess.run(
            self.manage("demo_sign_ins"),
            env=self.environment,
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        self.say(f"\nApparatus is on http://localhost:{self.options.port}/")
        if asked.returncode == 0:
            self.say(asked.stdout)
        if self.environment.get("SECOND_FACTOR") == "optional":
            self.say("A second factor is optional here (SECOND_FACTOR=optional); outside a demo it is required.")
        self.say("E-mail is written to files, in " + str(self.state / "mail"))
        self.say("Ctrl-C stops everything and keeps the data.")

    def stop(self) -> None:
        self.supervisor.ignore_signals()
        (self.state / running.RUNNING).unlink(missing_ok=True)
        self.supervisor.stop()
        if self.servers is not None:
            self.servers.stop()
