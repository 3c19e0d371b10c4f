"""Which part of a long walk an ordinary run takes: another one each day, so that in time all of it is walked.

`SHARE=` and the number that the run printed takes the same part again; `MATRIX=whole` and `MUTANTS=whole` take all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from config.testing import SHARE

T = TypeVar("T")


def share(of: Iterable[T], which: int, parts: int, *, whole: str = "MATRIX") -> Iterator[T]:
    """One of so many parts. `which`: of those who walk the same way on the same day, each takes another."""
    if os.environ.get(whole) == "whole":
        return iter(of)
    return islice(of, (which + int(os.environ[SHARE])) % parts, None, parts)
