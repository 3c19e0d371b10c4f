"""Read before any test: servers first, then Django, then the house's fixtures."""

from pathlib import Path

import django

from config.testing import prepare

prepare(Path(__file__).resolve().parent)
django.setup()

pytest_plugins = ["tests.databases", "tests.browser", "tests.coming_in"]
