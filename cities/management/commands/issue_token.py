"""`manage.py issue_token EMAIL --name "what for" [--days 90]`: shows the token, this once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cities.ledger.rules import Clock
from cities.refusals import Refused
from cities.staff.selectors import users
from cities.tokens.rules import LONGEST
from cities.tokens.services import issue_token


class Command(BaseCommand):
    """A token by which another system signs in as a user."""

    help = "Issues a token for the REST interface and shows it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address of the user that the token signs in")
        parser.add_argument("--name", required=True, help="what the token is for")
        parser.add_argument("--days", type=int, default=LONGEST.days, help=f"how long it holds, at most {LONGEST.days}")

    def handle(self, *, email: str, name: str, days: int, **_options: Any) -> None:
        user = users().filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"No user has the address {email}.")
        try:
            lasts = timedelta(days=max(0, min(days, LONGEST.days + 1)))
            token, secret = issue_token(by=Clock.SETUP, at=timezone.now(), user=user, name=name, lasts=lasts)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stderr.write(
            f"Signs in {user} until {timezone.localtime(token.expires_at):%Y-%m-%d %H:%M}. Number {token.pk}:"
        )
        self.stdout.write(secret)
