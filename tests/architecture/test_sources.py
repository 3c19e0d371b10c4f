"""Where what may be written: rows are asked for in rooms, the clock is read at doors, and no file grows too long."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Doors may read the clock. Rooms are told what time it is: `at`.
DOORS = {"web", "api", "admin", "management", "tasks.py"}

#: The files of a room that may ask the database; or, where they are a package, its pages. `outlook.py` is a selector
#: that lies below the others: it asks what stands around many rhythms at once.
MAY_ASK = {"models.py", "selectors.py", "selectors", "services.py", "services", "outlook.py"}

#: The invented caseload is written many rows at once, on behalf of coordinators, under the policies of everybody.
WRITES_THE_DEMO = Path("cases/management/demo/writing.py")

MANAGERS = {"objects", "_default_manager", "_base_manager", "grants"}
CLOCKS = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}


def _files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT)


SOURCES = list(_files("cities", "cases"))


def _attributes(path: Path) -> Iterator[tuple[str, str, int]]:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Attribute):
            value = node.value
            owner = value.id if isinstance(value, ast.Name) else value.attr if isinstance(value, ast.Attribute) else ""
            yield owner, node.attr, node.lineno


def _is_door(path: Path) -> bool:
    return path.parts[1] in DOORS


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_source__asks_for_rows_in_rooms_only(path: Path) -> None:
    if path == WRITES_THE_DEMO or (not _is_door(path) and MAY_ASK & {path.name, path.parent.name}):
        return
    assert [f"line {line}: .{name}" for _owner, name, line in _attributes(path) if name in MANAGERS] == []


@pytest.mark.parametrize("path", [path for path in SOURCES if not _is_door(path)], ids=str)
def test_source__is_told_the_time(path: Path) -> None:
    read = [f"line {line}: {owner}.{name}" for owner, name, line in _attributes(path) if (owner, name) in CLOCKS]
    assert read == []


@pytest.mark.parametrize("path", [*SOURCES, *_files("tests", "bench")], ids=str)
def test_source__is_small(path: Path) -> None:
    assert len((ROOT / path).read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name != "urls.py"], ids=str)
def test_source__says_what_it_is(path: Path) -> None:
    text = (ROOT / path).read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text))
