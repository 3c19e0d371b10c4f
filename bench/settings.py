"""Settings of the programs in a benchmark: those of the house, and a clock that the benchmark may move.

`BENCH_CLOCK` names a file with how many seconds this machine's clock is off. Everything in the house asks the time at
one place, `django.utils.timezone.now`, so that one is replaced; PostgreSQL, Celery and the broker keep their own.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

from config.settings import *  # noqa: F403 -- all of them, but for what follows

_FILE = Path(os.environ["BENCH_CLOCK"])


def now() -> datetime:
    """What time it is in the benchmark."""
    return datetime.now(UTC) + timedelta(seconds=float(_FILE.read_text()))


setattr(timezone, "now", now)  # noqa: B010 -- said plainly: it is replaced
