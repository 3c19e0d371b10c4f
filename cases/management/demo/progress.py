"""How far it is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time

from django.core.management.base import OutputWrapper


class Progress:
    """Counts up to `whole`."""

    WIDTH = 32

    def __init__(self, out: OutputWrapper, whole: int) -> None:
        self.out, self.whole, self.done, self.said = out, whole, 0, 0.0
        self.bar = out.isatty()

    def add(self, count: int, what: str) -> None:
        """So many more are done."""
        self.done += count
        share = min(1.0, self.done / self.whole)
        if self.bar:
            full = round(share * self.WIDTH)
            line = f"\r[{'#' * full}{'.' * (self.WIDTH - full)}] {self.done:>7,} of {self.whole:,} people  {what:<24}"
            self.out.write(line, ending="")
            self.out.flush()
        elif time.monotonic() - self.said > 2:
            self.said = time.monotonic()
            self.out.write(f"{self.done:,} of {self.whole:,} people ({share:.0%}), {what}")

    def end(self) -> None:
        """The line is finished."""
        if self.bar:
            self.out.write("")
