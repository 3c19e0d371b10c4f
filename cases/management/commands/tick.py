"""`manage.py tick`: what beat would do now, done once, and told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from cases.checkins import services as checkins
from cases.outbox.services import Sent, send_due
from cases.recertification.services import tend_access
from cities.ledger.rules import Clock
from cities.places.rules import BRUSSELS


class Command(BaseCommand):
    """One tick of the clock and one emptying of the outbox."""

    help = (
        "Does what the clock does by itself: makes check-ins, marks late ones, leaves reminders and sends them; ends "
        "grants of ended postings, and lets those lapse that nobody confirms."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", metavar="T", help="The moment to do it for, such as 2026-11-24T07:00; else now.")

    def handle(self, *args: Any, **options: Any) -> None:
        at = moment(options["at"]) if options["at"] else timezone.now()
        done = checkins.tick(by=Clock.CLOCK, at=at)
        tended = tend_access(by=Clock.CLOCK, at=at)
        rounds: list[Sent] = []
        while not rounds or rounds[-1].claimed:
            rounds.append(send_due(by=Clock.CLOCK, at=at))
        for count, what in (
            (done.settled, "check-ins called off, of closed cases and ended plans"),
            (done.made, "check-ins made"),
            (done.late, "check-ins marked late"),
            (done.climbed, "missed contacts brought up a step"),
            (done.reminders, "reminders left"),
            (done.told, "causes left for the messages of the day"),
            (done.replanned, "check-ins planned anew around closing days"),
            (tended.ended, "grants ended with their posting"),
            (tended.dated, "grants given a day by which they are confirmed"),
            (tended.told, "grants of which it was said that they have to be confirmed"),
            (tended.lapsed, "grants lapsed, which nobody confirmed"),
            (tended.unreviewed, "emergency openings raised, which nobody reviewed"),
            (sum(one.sent for one in rounds), "messages sent"),
            (sum(one.failed for one in rounds), "messages failed, to be tried again"),
            (sum(one.dead for one in rounds), "messages given up"),
        ):
            self.stdout.write(f"{count:>8,} {what}")


def moment(text: str) -> datetime:
    """A moment as it is typed; without an offset it is by the clocks of Brussels."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text!r} is not a moment; write it like 2026-11-24T07:00.")
    return found if found.tzinfo else found.replace(tzinfo=BRUSSELS)
