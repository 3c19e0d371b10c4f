"""The demo, loaded once for all tests of a module, into a database of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from tests.databases import copy_template, current_name, drop, point_at


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Reference data and the invented caseload, as `manage.py demo` loads them."""
    with django_db_blocker.unblock():
        before, name = current_name(), copy_template()
        point_at(name)
        try:
            call_command("load_reference", verbosity=0)
            call_command("load_demo", verbosity=0)
            yield
        finally:
            point_at(before)
            drop(name)
