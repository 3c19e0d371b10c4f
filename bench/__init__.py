"""Benchmarks: each a module, `python3 -m bench.NAME`, that starts what it needs and says what it measures.

Nothing is timed in a test. A benchmark compares two ways in one run, so that its ratio holds on a slow machine too.
"""

import sys
from pathlib import Path

from config import bootstrap

bootstrap.enter(Path(__file__).resolve().parent.parent, sys.orig_argv[1:])
