"""Stories in a browser: Debian's Chromium, and the application served from a thread over the test's own database."""

import os
import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test.testcases import LiveServerThread

from tests.databases import OwnDatabase

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb", "--lang=en"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


class _WhiteNoiseServesStaticFiles(WSGIHandler):
    """In the place where Django's own live server puts a handler for static files: nothing is needed there."""

    def __init__(self, application: WSGIHandler) -> None:
        super().__init__()


@dataclass(frozen=True)
class Served:
    """The application, answering at `url`, over `database`."""

    url: str
    database: OwnDatabase


def chromium() -> str | None:
    """The browser: CHROMIUM, or Debian's, or one on the PATH."""
    for candidate in (os.environ.get("CHROMIUM"), "/usr/bin/chromium", *map(shutil.which, NAMES)):
        if candidate and Path(candidate).exists():
            return candidate
    return None


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def pytest_configure(config: pytest.Config) -> None:
    if in_ci() and chromium() is None:
        pytest.exit("CI is set, but there is no Chromium: its stories would be skipped in silence.", returncode=1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped story counts as failed."""
    report = yield
    if report.skipped and in_ci() and "browser" in getattr(item, "fixturenames", ()):
        report.outcome = "failed"
        report.longrepr = f"A browser test was skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright's own, with the machine's Chromium instead of a downloaded one."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium on this machine (apt install chromium, or set CHROMIUM)")
    return {**browser_type_launch_args, "executable_path": program, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "Europe/Brussels"}


@pytest.fixture
def served(own_database: OwnDatabase) -> Iterator[Served]:
    """The application on a port of its own. Each request has its own thread and connection, as in production."""
    thread = LiveServerThread("127.0.0.1", static_handler=_WhiteNoiseServesStaticFiles)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    try:
        if thread.error:
            raise thread.error
        yield Served(f"http://127.0.0.1:{thread.port}", own_database)
    finally:
        thread.terminate()
