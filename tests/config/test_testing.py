"""The test command: on all cores, unless the caller wants otherwise."""

from __future__ import annotations

import pytest

from config.testing import names_workers


@pytest.mark.parametrize(
    ("argument", "does"),
    [
        ("-n0", True), ("-n", True), ("--numprocesses=2", True), ("--pdb", True), ("--co", True), ("--help", True),
        ("--cov", False), ("--cov-report=term", False), ("-q", False), ("tests/cases", False),
    ],
)  # fmt: skip
def test_names_workers__when_it_does(argument: str, does: bool) -> None:
    assert names_workers([argument]) == does
