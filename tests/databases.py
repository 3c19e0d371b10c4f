"""Databases for tests: migrations run once into a template, and whoever needs a database gets a copy of it.

`default` is the application's role here too, so that a test cannot do what the application may not.
"""

import copy
import fcntl
import hashlib
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pytest_django.plugin import DjangoDbBlocker

from config.launcher import LauncherError, binaries, processes
from config.testing import FOLDER

ROOT = Path(__file__).resolve().parent.parent
ALIASES = ("default", "owner")
#: How long a database with a scene in it is used again: what happened an hour ago in it is to stay that.
LASTS = 20 * 60
_numbers = itertools.count(1)
_furnished: dict[Callable[[], Any], tuple[float, str, Any]] = {}


@dataclass(frozen=True)
class OwnDatabase:
    """A database that one test has for itself: real commits, threads and processes."""

    name: str

    @property
    def environment(self) -> dict[str, str]:
        """For a process of the test's own, such as a worker: `subprocess.Popen(..., env=own_database.environment)`."""
        return environment_for(self.name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In place of pytest-django's: one copy of the template for each worker."""
    with django_db_blocker.unblock():
        before = current_name()
        name = copy_template()
        point_at(name)
    yield
    with django_db_blocker.unblock():
        point_at(before)
        drop(name)
        for _since, furnished, _scene in _furnished.values():
            drop(furnished)
        _furnished.clear()


def point_at_furnished(make: Callable[[], Any]) -> Any:
    """Go to a database in which all that `make` does was done and committed, once for many tests. A copy of what it
    gave. Tests that use it do so within the transaction of `db`, which has to be asked for after that."""
    since, name, scene = _furnished.get(make, (0.0, "", None))
    if time.monotonic() - since > LASTS or not name:
        if name:
            drop(name)
        name = copy_template()
        point_at(name)
        scene = make()
        _furnished[make] = (time.monotonic(), name, scene)
    point_at(name)
    return copy.deepcopy(scene)


@pytest.fixture
def own_database(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[OwnDatabase]:
    """A fresh copy for a test that needs real commits. Instead of `db`, never with it: that one rolls back."""
    if {"db", "transactional_db"} & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        pytest.fail("own_database is instead of `db` and `django_db`, not beside them.", pytrace=False)
    with django_db_blocker.unblock():
        before = current_name()
        name = copy_template()
        point_at(name)
        try:
            yield OwnDatabase(name)
        finally:
            point_at(before)
            drop(name)


@pytest.fixture
def owner_connection(own_database: OwnDatabase) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """The role that owns the schema, on the test's own database: for what only it may do. Commits by itself."""
    with connect_as_owner(own_database.name) as connection:
        yield connection


def environment_for(name: str) -> dict[str, str]:
    addresses = {"DATABASE_URL": "default", "DATABASE_OWNER_URL": "owner"}
    return {**os.environ, **{variable: address(alias, name) for variable, alias in addresses.items()}}


def address(alias: str, name: str) -> str:
    """The libpq address of a database for the role behind an alias."""
    told = settings.DATABASES[alias]
    parts = {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "password": told["PASSWORD"]}
    return make_conninfo(**{key: value for key, value in parts.items() if value}, dbname=name)


def current_name() -> str:
    return str(settings.DATABASES["default"]["NAME"])


def point_at(name: str) -> None:
    """All connections of this process, also those of threads to come, go to this database from now on."""
    connections.close_all()
    for alias in ALIASES:
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def connect_as_owner(name: str) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(address("owner", name), autocommit=True)


def copy_template() -> str:
    """A copy, with the rights on the database as such, which no copy takes along."""
    from cases.access.policies import of_database

    template = make_template()
    name = f"{template.removesuffix('_template')}_{os.getpid()}_{next(_numbers)}"
    with connect_as_owner("postgres") as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        for statement in of_database(login=str(settings.DATABASES["default"]["USER"]), database=name):
            connection.execute(statement)
    return name


def drop(name: str) -> None:
    with connect_as_owner("postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def make_template() -> str:
    """Runs the migrations, as production does, into a database that is copied from then on. Once a run."""
    folder = Path(os.environ[FOLDER])
    name = f"{folder.name.replace('-', '_').lower()}_template"
    made = folder / "template"
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text("" if _restore(name) else _migrate(name))
    if said := made.read_text():
        pytest.fail("The migrations failed, so there is no database:\n" + said[-2000:], pytrace=False)
    return name


def _make_empty(name: str) -> None:
    drop(name)
    with connect_as_owner("postgres") as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))


def _migrate(name: str) -> str:
    """As production does. Answers what went wrong; what went right is kept for the runs to come."""
    _make_empty(name)
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
    environment = {**environment_for(name), "APPARATUS_NO_BOOTSTRAP": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.stdout + done.stderr
    kept = _kept()
    kept.parent.mkdir(parents=True, exist_ok=True)
    making = kept.with_name(f"{kept.name}.{os.getpid()}")
    # Whose the tables are and who sees what is made anew each time, from the code.
    plainly = ["--format=custom", "--no-owner", "--no-privileges", "--no-policies", "--enable-row-security"]
    if _with_program("pg_dump", *plainly, "--file", str(making), address("owner", name)):
        for older in kept.parent.glob("*.dump"):
            older.unlink(missing_ok=True)
        making.rename(kept)
    making.unlink(missing_ok=True)
    return ""


def _restore(name: str) -> bool:
    """The same from what an earlier run kept, if it ran these migrations; half a minute less. False: there is none."""
    from cases.access import lint, policies
    from cases.figures import counting

    kept = _kept()
    if not kept.exists():
        return False
    _make_empty(name)
    told = ("--no-owner", "--exit-on-error", "--dbname", address("owner", name), str(kept))
    if not _with_program("pg_restore", *told):
        return False
    before = current_name()
    point_at(name)
    try:
        policies.apply(connections["owner"], login=str(settings.DATABASES["default"]["USER"]))
        counting.apply(connections["owner"])
        return not lint.faults(connections["owner"])
    finally:
        point_at(before)


def _kept() -> Path:
    """Where the tables that these migrations make are kept, by all that decides what they are."""
    told = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted(ROOT.glob("c*/migrations/*.py")):
        told.update(path.name.encode() + path.read_bytes())
    return ROOT / ".local" / "test-tables" / f"{told.hexdigest()}.dump"


def _with_program(name: str, *arguments: str) -> bool:
    """Whether a program of PostgreSQL's is there and did it: a server of somebody else's may come without them."""
    try:
        program = binaries.postgres_bin(processes.serving_account()) / name
        return subprocess.run([program, *arguments], capture_output=True, check=False).returncode == 0
    except (LauncherError, OSError):
        return False
