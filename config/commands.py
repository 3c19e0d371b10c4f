"""Which command goes where: the demo, the tests, or Django, on the servers that are running."""

import os
import sys
from importlib import import_module
from pathlib import Path

# These read the code and need no server.
OFFLINE = frozenset(
    {"check", "collectstatic", "compile_catalogues", "diffsettings", "findstatic", "help", "makemessages"}
    | {"makemigrations", "spectacular", "version", "--help", "-h", "--version"}
)


def run(root: Path, arguments: list[str]) -> int:
    """Runs one command; the answer is its exit code."""
    name = arguments[0] if arguments else "help"
    if name == "demo":
        from config import demo

        return demo.main(root, arguments[1:])
    if name == "test":
        from config import testing

        return testing.main(root, arguments[1:])
    if name == "compile_catalogues":
        from config import catalogues

        return catalogues.main(root)
    if name == "update_catalogues":
        from config import catalogue_sources

        return catalogue_sources.main(root)
    find_servers(root, name)
    import_module(os.environ["DJANGO_SETTINGS_MODULE"])  # a wrong setting stops here, in one sentence
    import_module("config.celery")  # so that a task called from a command knows its broker
    from django.core.management import execute_from_command_line

    execute_from_command_line([str(root / "manage.py"), *arguments])
    return 0


def find_servers(root: Path, name: str) -> None:
    """Sets the environment for a command: as given, or the running demo's, or none for what needs none."""
    if not os.environ.get("DATABASE_URL"):
        from config import running

        found = running.environment_of_a_demo(root)
        if found is not None:
            os.environ.update(found)
        elif name not in OFFLINE:
            sys.exit(
                f"`{name}` needs the database, and no demo is running: start one with `python3 manage.py demo`, "
                "or set DATABASE_URL (with DATABASE_OWNER_URL, CELERY_BROKER_URL and SECRET_KEY)."
            )
    elif name == "migrate" and not os.environ.get("DATABASE_OWNER_URL"):
        sys.exit("DATABASE_OWNER_URL is not set; `migrate` needs it: the application's role owns nothing.")
    settings = "config.settings" if os.environ.get("DATABASE_URL") else "config.offline"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
