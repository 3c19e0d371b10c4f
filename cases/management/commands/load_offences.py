"""`manage.py load_offences`: the articles that a referral can name, on behalf of an administrator."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.access.services import acting
from cases.prosecution.selectors import offences
from cases.prosecution.services import put_offence
from cities.records import version_of
from cities.refusals import NotAllowed, Refused
from cities.staff.selectors import first_administrator, users

if TYPE_CHECKING:
    from datetime import datetime

    from cities.staff.models import User

ARTICLES = Path(__file__).resolve().parents[2] / "data" / "offences.csv"
NAMES = ("name_nl", "name_fr", "name_de", "name_en")


def load(file: Path, *, by: User, at: datetime) -> int:
    """The articles of the file, as it has them; how many they are."""
    with file.open(encoding="utf-8", newline="") as stream, acting(by):
        rows = list(csv.DictReader(stream))
        for row in rows:
            code, starts_on = row["code"], date.fromisoformat(row["starts_on"])
            put_offence(
                by=by, at=at, code=code, starts_on=starts_on,
                version=version_of(offences().filter(code=code, starts_on=starts_on)),
                ends_on=date.fromisoformat(row["ends_on"]) if row["ends_on"] else None,
                **{name: row[name] for name in NAMES},
            )  # fmt: skip
    return len(rows)


class Command(BaseCommand):
    """The code list is a table of `cases`: row-level security wants to know who writes it, so somebody does."""

    help = "Loads the articles of the Penal Code that a referral can name. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", metavar="EMAIL", help="on whose behalf (default: the first administrator)")
        parser.add_argument("--file", type=Path, default=ARTICLES)

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        by = users().filter(email__iexact=options["by"]).first() if options["by"] else first_administrator(at=at)
        if by is None:
            raise CommandError("There is no such administrator. First: manage.py create_administrator")
        try:
            loaded = load(options["file"], by=by, at=at)
        except NotAllowed as error:
            raise CommandError(f"{by} may not {error}.") from error
        except Refused as error:
            raise CommandError(f"{error.field}: {error.message}") from error
        except (OSError, KeyError, ValueError) as error:
            raise CommandError(f"{options['file']} can't be read: {error!r}") from error
        if options["verbosity"]:
            self.stdout.write(self.style.SUCCESS(f"{loaded} articles are as the file says."))
