"""`manage.py national_picture --as-of D [--known-on K]`: the analyst's act, from the command line."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.access.services import acting
from cases.figures.rendering import as_csv, as_data, rows
from cases.figures.rules import Picture
from cases.figures.services import open_picture
from cities.ledger.rules import Clock
from cities.refusals import NotAllowed, Refused
from cities.staff.selectors import users


def a_day(text: str) -> date:
    """A day written as `2015-11-03`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day; wanted is one like 2015-11-03") from None


class Command(BaseCommand):
    """Prints the national picture. It leaves a ledger entry, like every other way to open it."""

    help = "Prints how many were where on a day, as known on a day, from the histories in the register."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=a_day, metavar="D", help="the day it is about (today)")
        parser.add_argument("--known-on", type=a_day, metavar="K", help="what was known by this day (today)")
        parser.add_argument("--format", choices=["table", "json", "csv"], default="table")
        parser.add_argument("--by", metavar="USERNAME", help="on whose behalf; without it, the set-up's")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            picture = self.picture(options)
        except Refused as refusal:
            field = refusal.field.replace("_", "-")
            raise CommandError(f"--{field}: {refusal.message}") from None
        except NotAllowed:
            raise CommandError(f"{options['by']} may not read the national picture.") from None
        if options["format"] == "json":
            self.stdout.write(json.dumps(as_data(picture), indent=2, ensure_ascii=False))
        elif options["format"] == "csv":
            self.stdout.write(as_csv(picture), ending="")
        else:
            self.print_table(picture)

    def picture(self, options: dict[str, Any]) -> Picture:
        at = timezone.now()
        today = timezone.localdate(at)
        as_of, known_on = options["as_of"] or today, options["known_on"] or today
        if not options["by"]:
            return open_picture(by=Clock.SETUP, at=at, as_of=as_of, known_on=known_on)
        user = users().filter(username=options["by"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user {options['by']!r}.")
        with acting(user):
            return open_picture(by=user, at=at, as_of=as_of, known_on=known_on)

    def print_table(self, picture: Picture) -> None:
        wide = [max(len(row[column]) for row in rows(picture)) for column in range(4)]
        before = ""
        for row in rows(picture):
            if before and row[0] != before:
                self.stdout.write("")
            before = row[0]
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip())
