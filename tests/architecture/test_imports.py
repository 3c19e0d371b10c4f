"""Who may import whom: the contracts of pyproject.toml, and the one that import-linter cannot say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOORS = {"web", "api", "admin", "management", "migrations", "tasks.py"}
HTTP = ("django.http", "django.shortcuts", "django.views", "django.template", "django.urls", "django.forms")


def test_contracts__hold() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def rooms() -> list[Path]:
    found = [path for app in ("cities", "cases") for path in (ROOT / app).rglob("*.py")]
    return [path for path in found if path.relative_to(ROOT).parts[1] not in DOORS]


@pytest.mark.parametrize("path", rooms(), ids=lambda path: str(path.relative_to(ROOT)))
def test_room__knows_nothing_of_http(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    may_render = ("django.template",) if path.name == "rendering.py" else ()
    assert not [name for name in imported if name.startswith(HTTP) and not name.startswith(may_render)]
