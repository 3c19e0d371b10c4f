"""What a room says when it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cities.refusals import Refused


def refusal(act: Callable[..., object], *arguments: Any, **said: Any) -> tuple[str, str]:
    """Where the refusal of an act stands, and its code."""
    with pytest.raises(Refused) as caught:
        act(*arguments, **said)
    return caught.value.field, caught.value.code
