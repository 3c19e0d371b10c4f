"""The law of the words: no act is written into the ledger that its readers are not told of in their own language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.functional import Promise

from cases.web import acts
from cities.entrance.rules import Ending
from cities.roles.permissions import Permission
from tests.architecture.routes import API, CASES, CITIES

ROOT = Path(__file__).resolve().parents[2]

#: What writes: services, whatever they stand on, commands and the demo. Doors for people hand the name of a page on.
WRITERS = sorted(
    path
    for app in ("cities", "cases")
    for path in (ROOT / app).rglob("*.py")
    if not {"migrations", "web", "api", "admin", "models.py"} & set(path.relative_to(ROOT).parts)
)


def _texts(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value:
            yield one.value


def _acts_in(tree: ast.Module) -> Iterator[str]:
    """What is handed on as `act=…`, and what a variable of that name is made to be."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "act":
            yield from _texts(node.value)
        if isinstance(node, ast.Assign) and any(
            isinstance(to, ast.Name) and to.id.lower() == "act" for to in node.targets
        ):
            yield from _texts(node.value)


def _written() -> dict[str, str]:
    return {act: path.name for path in WRITERS for act in _acts_in(ast.parse(path.read_text()))}


def test_every_act_that_is_written__has_words() -> None:
    written = _written()
    assert {"LOAD_DEMO", "DESIGNATE", "GRANT_OFFICE", "RECOVERY_CODE_USED", "APPOINT"} <= set(written)
    wordless = {act: where for act, where in written.items() if act not in acts.ACTS | Permission.__members__}
    assert wordless == {}


def test_every_act_with_words__is_written_somewhere() -> None:
    assert set(acts.ACTS) <= set(_written())


def test_acts__are_named_by_keyword() -> None:
    """So that the law above sees them: `_write(rows, act="APPOINT")`."""
    named = set(acts.ACTS)
    for path in WRITERS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                assert not [one for one in node.args if isinstance(one, ast.Constant) and one.value in named], path


@pytest.mark.parametrize("name", [name for name in {**CITIES, **CASES, **API} if ":" in name])
def test_every_page__is_named_to_who_reads_that_somebody_was_refused_there(name: str) -> None:
    assert acts.subject_of(name)


def test_every_outcome__has_words() -> None:
    assert {ending.value for ending in Ending} <= set(acts.OUTCOMES)


def test_words__are_for_the_reader() -> None:
    tables = (acts.ACTS, acts.SUBJECTS, acts.OUTCOMES)
    assert all(isinstance(words, Promise) for table in tables for words in table.values())
    with translation.override("en"):
        assert acts.in_words("CASE_OPEN") == "open a case"
        assert acts.in_words("GRANT_OFFICE") == "give an office access to what was sent to it"
        assert acts.in_words("cases:plan_compare") == "a page of a plan"
        assert acts.in_words("SOMETHING_FROM_BEFORE") == "SOMETHING_FROM_BEFORE"
        assert (acts.outcome_in_words("DONE"), acts.outcome_in_words("failed")) == ("", "failed")
