"""What every benchmark begins with, and how it says what it found."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.testing import prepare

ROOT = Path(__file__).resolve().parent.parent


def begin() -> None:
    """Servers of its own, and Django on them."""
    os.chdir(ROOT)
    prepare(ROOT)
    import django

    django.setup()


def say(found: Mapping[str, Any], *, as_json: bool) -> None:
    """A line a figure; at the end one line of JSON, if asked for."""
    width = max(len(name) for name in found)
    for name, value in found.items():
        print(f"{name:>{width}}: {value:,}" if isinstance(value, int | float) else f"{name:>{width}}: {value}")
    if as_json:
        print(json.dumps(dict(found)))
