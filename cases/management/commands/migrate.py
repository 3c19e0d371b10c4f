"""`manage.py migrate`: Django's own, as the owner of the schema, and then need-to-know in the database made anew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from cases.access import lint, policies
from cases.figures import counting


class Command(DjangoMigrate):
    """Migrates, makes roles, policies and what counts anew, and ends badly when the catalogue shows a fault."""

    help = "Migrates the database as its owner, then makes roles, privileges and row-level security what the code says."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        policies.make_way(connection)
        super().handle(*args, **options)
        policies.apply(connection, login=str(settings.DATABASES["default"]["USER"]))
        counting.apply(connection)
        faults = lint.faults(connection)
        if faults:
            raise CommandError("\n".join(faults))
        if options["verbosity"] and (said := lint.speaking(connection)):
            told = f"The log of PostgreSQL may hold what somebody wrote: {', '.join(said)}. See docs/operations.md."
            self.stderr.write(self.style.WARNING(told))
        if options["verbosity"]:
            self.stdout.write(self.style.SUCCESS("Row-level security is in place on every table of cases."))
