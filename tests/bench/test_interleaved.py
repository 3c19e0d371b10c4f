"""Everybody asks over one small pool of connections, a few hundred times; `bench.interleaved` asks ten thousand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from bench import interleaved
from tests.databases import OwnDatabase


@pytest.fixture
def pooled(own_database: OwnDatabase) -> Iterator[str]:
    """A database of its own, with fewer connections to it than there are threads."""
    connection: Any = connections["default"]
    connection.close()
    options = connection.settings_dict["OPTIONS"]
    options["pool"] = {"min_size": 1, "max_size": interleaved.CONNECTIONS, "timeout": 10}
    yield own_database.name
    connection.close()
    connection.close_pool()
    del options["pool"]


def test_interleaved__nobody_sees_what_is_another_s(pooled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interleaved, "CASES", 500)
    found = interleaved.ask(300, 8, 2015, name=pooled)
    assert (found["foreign"], found["missing"], found["requests"]) == (0, 0, 300)
    assert found["faults"] > 10
    assert found["pages"] > 3
