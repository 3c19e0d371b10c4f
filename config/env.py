"""Settings come from the environment through these readers.

A wrong value stops the start with one sentence: which variable, what it said, what is wanted.
"""

import base64
import binascii
import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import SplitResult, urlsplit

TRUE: Final = frozenset({"1", "true", "yes", "on"})
FALSE: Final = frozenset({"0", "false", "no", "off"})
UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
MAX_DAYS: Final = 36_500


class WrongSetting(SystemExit):
    """Stops the process; Python prints the sentence and nothing else."""


class Environment:
    """Typed readers over a mapping of names to texts. An empty value counts as not given."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def given(self, name: str) -> str | None:
        """The text of a variable, or None when it is absent or blank."""
        value = self._values.get(name, "").strip()
        return value or None

    def text(self, name: str, default: str | None = None) -> str:
        value = self.given(name)
        if value is not None:
            return value
        if default is None:
            raise WrongSetting(f"{name} is not set; a value is required.")
        return default

    def flag(self, name: str, default: bool) -> bool:
        value = self.given(name)
        if value is None:
            return default
        if value.lower() in TRUE:
            return True
        if value.lower() not in FALSE:
            self._refuse(name, value, "1 or 0 (true/false, yes/no, on/off)")
        return False

    def whole_number(self, name: str, default: int, *, at_least: int = 0, at_most: int = 2**31 - 1) -> int:
        value = self.given(name)
        if value is None:
            return default
        wanted = f"a whole number from {at_least} to {at_most}"
        if not re.fullmatch(r"[+-]?[0-9]{1,20}", value):
            self._refuse(name, value, wanted)
        number = int(value)
        if not at_least <= number <= at_most:
            self._refuse(name, value, wanted)
        return number

    def duration(self, name: str, default: timedelta) -> timedelta:
        value = self.given(name)
        if value is None:
            return default
        found = re.fullmatch(r"([0-9]{1,9})\s*([smhd])", value)
        if found is None:
            self._refuse(name, value, "a duration such as 30s, 15m, 8h or 2d")
        duration = timedelta(**{UNITS[found[2]]: int(found[1])})
        if duration > timedelta(days=MAX_DAYS):
            self._refuse(name, value, f"a duration of at most {MAX_DAYS}d")
        return duration

    def url(self, name: str, default: str | None = None, *, schemes: Sequence[str]) -> str:
        value = self.text(name, default)
        wanted = "an address that starts with " + " or ".join(f"{scheme}:" for scheme in schemes)
        if split(value, schemes) is None:
            self._refuse(name, hide_password(value), wanted)
        return value

    def places(self, name: str, *, schemes: Sequence[str]) -> "dict[str, str]":
        """Several addresses, separated by blanks or commas; each under a name to show: itself without a password."""
        found = {}
        for address in re.split(r"[\s,]+", self.given(name) or ""):
            if not address:
                continue
            parts = split(address, schemes)
            if parts is None or not (parts.netloc or parts.path) or (parts.scheme == "file" and parts.path[:1] != "/"):
                wanted = "addresses that start with " + " or ".join(f"{scheme}:" for scheme in schemes)
                self._refuse(name, hide_password(address), wanted)
            found[address if parts.scheme == "mailto" else hide_password(address)] = address
        return found

    def key(self, name: str) -> str:
        """32 bytes in base64, or nothing. What it said is not repeated: it may be the key, mistyped."""
        value = self.given(name)
        if value is None:
            return ""
        try:
            found = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            found = b""
        if len(found) != 32:
            raise WrongSetting(f"{name} is not 32 bytes in base64; make it with: openssl rand -base64 32")
        return value

    def list(self, name: str, default: Sequence[str] = ()) -> "list[str]":
        value = self.given(name)
        if value is None:
            return [*default]
        return [part.strip() for part in value.split(",") if part.strip()]

    def path(self, name: str, default: Path) -> Path:
        value = self.given(name)
        if value is None:
            return default
        if "\0" in value or not Path(value).is_absolute():
            self._refuse(name, value, "an absolute path")
        return Path(value)

    def choice(self, name: str, default: str, *, among: Sequence[str]) -> str:
        value = self.text(name, default)
        if value not in among:
            self._refuse(name, value, "one of " + ", ".join(among))
        return value

    def _refuse(self, name: str, value: str, wanted: str) -> NoReturn:
        raise WrongSetting(f"{name} is {value!r}; wanted is {wanted}.")


def split(value: str, schemes: Sequence[str]) -> SplitResult | None:
    """The parts of an address with one of these schemes, or None when it is no such address."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # a port that is no number only shows when asked for
    except ValueError:
        return None
    return parts if parts.scheme in schemes and ":" in value else None


def hide_password(value: str) -> str:
    """The address without what stands between the colon and the @, which may be a password."""
    return re.sub(r"(?<=:)[^:/@]+(?=@)", "…", value)


env = Environment(os.environ)
