"""`manage.py create_administrator`: the first posting of a new house, from which all others are made."""

from __future__ import annotations

import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cities.agencies.rules import AgencyKind
from cities.agencies.selectors import agencies
from cities.agencies.services import add_agency
from cities.ledger.rules import Clock
from cities.records import as_set_up
from cities.refusals import Refused
from cities.roles.rules import Role
from cities.staff.selectors import users
from cities.staff.services import appoint, create_user

SETUP = Clock.SETUP
AGENCY = "Administration of the apparatus"


class Command(BaseCommand):
    """Makes a user and posts her as administrator of the whole country, from today. She sees no case."""

    help = "Makes an administrator of the whole country: users, postings and code lists; no case."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="what she signs in with")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--language", default="en", choices=["nl", "fr", "de", "en"])
        parser.add_argument(
            "--agency", default=AGENCY, help="where she is posted; made when there is none of that name"
        )
        parser.add_argument(
            "--no-password", action="store_true", help="ask for none: she sets one by “Forgotten password”"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        user = users().filter(email__iexact=options["email"]).first()
        try:
            with as_set_up():
                if user is None:
                    user = create_user(
                        by=SETUP, at=at, email=options["email"], first_name=options["first_name"],
                        last_name=options["last_name"], language=options["language"],
                        password=None if options["no_password"] else self.password(),
                    )  # fmt: skip
                agency = agencies().filter(name=options["agency"]).first()
                if agency is None:
                    agency = add_agency(by=SETUP, at=at, name=options["agency"], kind=AgencyKind.ADMINISTRATION)
                today = timezone.localdate(at)
                appoint(by=SETUP, at=at, user=user, role=Role.ADMINISTRATOR, agency=agency, starts_on=today)
        except Refused as error:
            raise CommandError(f"{error.field}: {error.message}") from error
        self.stdout.write(self.style.SUCCESS(f"{user} is administrator of the whole country from {today}."))

    def password(self) -> str:
        """Asked for twice, and as good as the house wants it; never an argument, which others here could read."""
        typed = getpass.getpass("Password: ")
        if typed != getpass.getpass("Password, again: "):
            raise CommandError("The two passwords differ.")
        try:
            validate_password(typed)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return typed
