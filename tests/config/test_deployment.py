"""What cannot be run here is at least well formed, whole, and documented."""

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.launcher.postgres import SILENT

ROOT = Path(__file__).resolve().parents[2]
READERS = {"given", "text", "flag", "whole_number", "duration", "url", "list", "path", "choice", "places", "key"}
# The machine's own, not ours.
FOREIGN = {"PATH", "TMPDIR", "HOME", "CI"}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
EXAMPLE = (ROOT / ".env.example").read_text()
DOCUMENTED = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))


def read_in_code() -> set[str]:
    """The names that config reads from the environment, by its readers or straight from os.environ."""
    found = set()
    for path in [*(ROOT / "config").rglob("*.py"), ROOT / "tests/browser.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                owner, first = node.func.value, node.args[0]
                by_reader = isinstance(owner, ast.Name) and owner.id == "env" and node.func.attr in READERS
                by_hand = ast.unparse(owner) == "os.environ" and node.func.attr == "get"
                if (by_reader or by_hand) and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found - FOREIGN


def test_variables__read_in_code_are_documented() -> None:
    used = read_in_code()
    assert {"DATABASE_URL", "SECRET_KEY", "APPARATUS_PORT"} <= used
    assert used - DOCUMENTED == set()


def test_variables__documented_are_read_somewhere() -> None:
    compose = (ROOT / "docker-compose.yml").read_text() + (ROOT / "deploy/Caddyfile").read_text()
    in_compose = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", compose))
    in_bootstrap = {"APPARATUS_NO_BOOTSTRAP"}
    assert DOCUMENTED - read_in_code() - in_compose - in_bootstrap - of_a_provider() == set()


def of_a_provider() -> set[str]:
    """The variables of each provider of identities, which begin with its own name."""
    text = (ROOT / "config/sign_in.py").read_text()
    return {f"OPENID_CITY_{name}" for name in re.findall(r"\{prefix\}([A-Z_]+)", text)}


def test_variables__of_a_provider_are_documented() -> None:
    assert {"OPENID_CITY_ISSUER", "OPENID_CITY_CLIENT_SECRET"} <= of_a_provider() <= DOCUMENTED


def test_compose__every_variable_is_documented() -> None:
    used = set(re.findall(r"\$\{([A-Z][A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert used - DOCUMENTED == set()


def test_compose__has_no_secret_of_its_own() -> None:
    for name, service in COMPOSE["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET_KEY$", variable):
                assert str(value).startswith("${"), (name, variable)


def test_compose__passes_what_the_settings_read() -> None:
    passed = set(COMPOSE["x-application"]["environment"]) | {"DATABASE_OWNER_URL"}
    code = "".join(path.read_text() for path in sorted((ROOT / "config").glob("*.py")))
    asked = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code))
    in_the_image = {"STATIC_ROOT", "WEB_BIND"}
    for_development = {"DEBUG", "STATIC_FROM_SOURCE", "DATABASE_AGE"}
    in_a_file_of_their_own = {"OPENID_PROVIDERS"}  # .env.providers, with what belongs to each
    assert asked - passed - in_the_image - for_development - in_a_file_of_their_own == set()
    assert "API_REQUESTS_A_MINUTE" in asked


@pytest.mark.parametrize("name", ["migrate", "web", "worker", "beat", "postgres", "valkey", "mail", "proxy"])
def test_compose__has_every_service(name: str) -> None:
    service = COMPOSE["services"][name]
    assert "build" in service or re.fullmatch(r"[a-z0-9./-]+:v?[0-9.]+", service["image"])
    for needed in service.get("depends_on", {}):
        assert needed in COMPOSE["services"]
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


def test_compose__only_the_migration_knows_the_owner() -> None:
    knowing = {
        name for name, service in COMPOSE["services"].items() if "DATABASE_OWNER_URL" in service.get("environment", {})
    }
    assert knowing == {"migrate"}


def test_compose__has_postgresql_log_nothing_of_what_somebody_wrote() -> None:
    command = COMPOSE["services"]["postgres"]["command"]
    assert command == ["postgres", *(part for setting in SILENT for part in ("-c", setting))]


def test_dockerfile__copies_what_is_there_and_is_not_root() -> None:
    lines = [line.strip() for line in (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()]
    copied = [shlex.split(line)[1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert copied
    awaited = {"locale"}
    assert [name for name in copied if not (ROOT / name).exists() and name not in awaited] == []
    assert "USER apparatus" in lines
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in copied} <= set(allowed)


def test_ci__asks_for_nothing_and_calls_the_readmes_own_command() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert "set -euo pipefail" in script
    assert 'exec python3 manage.py test "$@"' in script
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
