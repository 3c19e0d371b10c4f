#!/usr/bin/env python3
"""The one way in: `python3 manage.py demo`, `python3 manage.py test`, and every command of Django."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Prepares the environment when that is needed, then runs the command inside it."""
    if sys.version_info < (3, 11):
        sys.exit("Apparatus needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")
    from config import bootstrap

    bootstrap.enter(ROOT, [str(ROOT / "manage.py"), *arguments])  # comes back only when we are inside
    from config import commands

    return commands.run(ROOT, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
