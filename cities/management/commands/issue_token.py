"""`manage.py issue_token EMAIL --name "what for" [--days 90]`: shows the token, this once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cities.ledger.rules import Clock
from cities.refusals import Refused
from cities.staff.models import Posting, User
from cities.staff.selectors import postings_of, users
from cities.tokens.rules import LONGEST, Purpose
from cities.tokens.services import issue_token


class Command(BaseCommand):
    """A token by which another system signs in as a user."""

    help = "Issues a token for the REST interface and shows it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address of the user that the token signs in")
        parser.add_argument("--name", required=True, help="what the token is for")
        parser.add_argument(
            "--purpose", choices=Purpose.values, default=Purpose.CASEWORK, help="what it may be used for"
        )
        parser.add_argument("--city", help="the code of the city it is bounded to; needed when she works in several")
        parser.add_argument("--days", type=int, default=LONGEST.days, help=f"how long it holds, at most {LONGEST.days}")

    def handle(self, *, email: str, name: str, days: int, purpose: str, city: str | None, **_options: Any) -> None:
        user = users().filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"No user has the address {email}.")
        try:
            lasts = timedelta(days=max(0, min(days, LONGEST.days + 1)))
            at = timezone.now()
            token, secret = issue_token(
                by=Clock.SETUP, at=at, user=user, name=name, lasts=lasts, purpose=purpose,
                posting=self.posting(user, city, at=at),
            )  # fmt: skip
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stderr.write(
            f"Signs in {user} until {timezone.localtime(token.expires_at):%Y-%m-%d %H:%M}. Number {token.pk}:"
        )
        self.stdout.write(secret)

    def posting(self, user: User, city: str | None, *, at: datetime) -> Posting | None:
        """Where the token is for: in the city that was named, or in the only place there is."""
        held = [one for one in postings_of(user, at=at) if city is None or (one.city and one.city.code == city)]
        if city is not None and not held:
            raise CommandError(f"{user} is not posted in {city}.")
        if len(held) > 1:
            raise CommandError(f"{user} has several postings: name the city with --city, or end one.")
        return held[0] if held else None
