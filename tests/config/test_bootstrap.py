"""When the first step makes an environment, and when it leaves things alone."""

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config import bootstrap


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements.lock").write_text("one==1\n")
    return tmp_path


def made(root: Path, stamp: str | None) -> Path:
    folder = root / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").touch()
    if stamp is not None:
        (folder / bootstrap.STAMP).write_text(stamp)
    return folder


def test_bootstrap__imports_nothing_but_the_standard_library() -> None:
    code = (
        "import sys, config.bootstrap, config.commands; print([m for m in sys.modules if m in ('django', 'psycopg')])"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_is_filled__by_the_lock_as_it_is_now(root: Path) -> None:
    assert not bootstrap.is_filled(root)
    made(root, bootstrap.fingerprint(root))
    assert bootstrap.is_filled(root)
    (root / "requirements.lock").write_text("one==2\n")
    assert not bootstrap.is_filled(root)


def test_is_filled__not_when_cut_short(root: Path) -> None:
    made(root, "")
    assert not bootstrap.is_filled(root)


def test_is_ours__not_what_has_no_stamp(root: Path) -> None:
    assert bootstrap.is_ours(made(root, ""))
    (root / ".venv" / bootstrap.STAMP).unlink()
    assert not bootstrap.is_ours(root / ".venv")
    assert bootstrap.is_filled(root)  # taken as it stands


def test_is_ours__not_a_link(root: Path) -> None:
    elsewhere = root / "elsewhere"
    elsewhere.mkdir()
    (root / ".venv").symlink_to(elsewhere)
    assert not bootstrap.is_ours(root / ".venv")


def test_is_prepared__when_told_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert not bootstrap.is_prepared(root, {})
    assert bootstrap.is_prepared(root, {bootstrap.OFF: "1"})
    assert not bootstrap.is_prepared(root, {bootstrap.OFF: "0"})


def test_is_prepared__in_a_developers_own_environment(root: Path) -> None:
    if sys.prefix == sys.base_prefix:
        pytest.skip("this run is in no virtual environment")
    assert bootstrap.is_prepared(root, {})


def test_is_prepared__not_in_our_own_when_the_lock_moved_on(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(root, "an older lock")
    monkeypatch.setattr(sys, "prefix", str(folder))
    monkeypatch.setattr(sys, "base_prefix", "/elsewhere")
    assert not bootstrap.is_prepared(root, {})
    (folder / bootstrap.STAMP).write_text(bootstrap.fingerprint(root))
    assert bootstrap.is_prepared(root, {})


@pytest.mark.parametrize("home", ["", "/nowhere/at/all"])
def test_environment__keeps_no_cache_without_a_home(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", home)
    told = bootstrap._quiet_environment()
    assert (told["UV_PYTHON_DOWNLOADS"], told["UV_NO_CACHE"], told["PIP_NO_CACHE_DIR"]) == ("never", "1", "1")


def test_fill__begins_again_after_a_failure(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_by_uv", "_by_pip", "_by_ensurepip"):
        monkeypatch.setattr(bootstrap, name, lambda *_: False)
    with pytest.raises(SystemExit, match="could not be installed"):
        bootstrap.fill(root)
    assert bootstrap.is_ours(root / ".venv")
    assert not bootstrap.is_filled(root)
    monkeypatch.setattr(bootstrap, "_by_pip", lambda *_: True)
    bootstrap.fill(root)
    assert bootstrap.is_filled(root)


def test_locks__name_no_address_and_hash_everything() -> None:
    here = Path(__file__).resolve().parents[2]
    for lock in here.glob("requirements*.lock"):
        text = lock.read_text()
        assert "://" not in text, lock
        pinned = [line for line in text.splitlines() if line and line[0] not in "# "]
        assert pinned
        assert all("==" in line and line.endswith("\\") for line in pinned), lock


def test_locks__pin_with_its_extra_what_somebody_requires_with_it() -> None:
    """pip, in hash mode, takes `coverage[toml]` for something that isn't pinned where only `coverage` is."""
    here = Path(__file__).resolve().parents[2]
    told = tomllib.loads((here / "pyproject.toml").read_text())["project"]
    ours = [*told["dependencies"], *told["optional-dependencies"]["dev"]]
    for lock, own in (("requirements.lock", ours), ("requirements-production.lock", told["dependencies"])):
        lines = [line.rstrip("\\ ") for line in (here / lock).read_text().splitlines() if line and line[0] not in "# "]
        pinned = {canonicalize_name(pin.name): pin for pin in map(Requirement, lines)}
        asked = [(Requirement(line), frozenset[str]()) for line in own]
        for name, pin in pinned.items():
            if pin.marker is None or pin.marker.evaluate():
                asked += [(Requirement(line), frozenset(pin.extras)) for line in metadata.requires(name) or ()]
        with_extras = [
            need
            for need, extras in asked
            if need.extras
            and (need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras)))
        ]
        assert with_extras
        for need in with_extras:
            assert need.extras <= pinned[canonicalize_name(need.name)].extras, f"{lock}: {need}"
