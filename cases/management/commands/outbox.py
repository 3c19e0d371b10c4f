"""`manage.py outbox`: how the outbox stands, for whoever keeps the servers; and putting back what was given up."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.access.services import as_clock
from cases.management.commands.tick import moment
from cases.outbox.rules import TOO_LATE
from cases.outbox.selectors import dead_letters, standing_of_the_outbox
from cases.outbox.services import retry_dead
from cities.ledger.rules import Clock
from cities.places.rules import BRUSSELS

#: No more dead messages than this are listed.
MOST = 50


class Command(BaseCommand):
    """What waits, since when, and what was given up. Numbers, moments and kinds of errors; no message."""

    help = (
        "Says how the outbox stands. Ends with 1 when a message was given up, or the oldest waits for more than half "
        "an hour after it was due: for monitoring."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--retry", metavar="ID", help="Try again the message of this number, or 'all'.")
        parser.add_argument("--at", metavar="T", help="The moment to ask about, such as 2026-11-24T07:00; else now.")

    def handle(self, *args: Any, **options: Any) -> None:
        at = moment(options["at"]) if options["at"] else timezone.now()
        with as_clock():
            if options["retry"]:
                self.stdout.write(f"{retry_dead(by=Clock.CLOCK, at=at, pk=_number(options['retry'])):>8,} put back")
            stands, dead = standing_of_the_outbox(at=at), list(dead_letters()[:MOST])
        late = at - stands.oldest if stands.oldest else None
        since = f", the oldest since {stands.oldest.astimezone(BRUSSELS):%Y-%m-%d %H:%M}" if stands.oldest else ""
        self.stdout.write(f"{stands.waiting:>8,} waiting")
        self.stdout.write(f"{stands.due:>8,} due now{since}")
        self.stdout.write(f"{stands.letters:>8,} letters to print")
        self.stdout.write(f"{stands.dead:>8,} given up")
        for message in dead:
            self.stdout.write(f"         {message.pk} {message.kind} {message.channel}: {message.last_error}")
        if stands.dead or (late is not None and late > TOO_LATE):
            sys.exit(1)


def _number(text: str) -> int | None:
    if text == "all":
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise CommandError(f"{text!r} is neither the number of a message nor 'all'.")
    return int(text)
