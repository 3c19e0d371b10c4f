"""`manage.py revoke_token NUMBER`: from now on the token opens nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cities.ledger.rules import Clock
from cities.tokens.selectors import tokens
from cities.tokens.services import revoke_token


class Command(BaseCommand):
    """The end of a token. Without a number: which tokens there are."""

    help = "Revokes a token of the REST interface by its number, or lists the tokens that hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, nargs="?")

    def handle(self, *, number: int | None, **_options: Any) -> None:
        now = timezone.now()
        if number is None:
            for token in tokens().filter(revoked_at__isnull=True, expires_at__gt=now):
                used = f"last used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
                until = f"{token.expires_at:%Y-%m-%d}"
                self.stdout.write(f"{token.pk}  {token.start}…  {token.user}: {token.name}; until {until}, {used}")
            return
        found = tokens().filter(pk=number).first()
        if found is None:
            raise CommandError(f"There is no token {number}.")
        revoke_token(token=found, by=Clock.SETUP, at=now)
        self.stdout.write(f"Revoked: {found}")
