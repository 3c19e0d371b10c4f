"""`manage.py reseal_second_factors`: after SECRET_KEY was changed, so that the former one is needed no more."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cities.entrance.services import reseal_factors
from cities.ledger.rules import Clock


class Command(BaseCommand):
    """Seals the keys of authenticator apps and the recovery codes under SECRET_KEY. Doing it again is harmless."""

    help = "Seals the keys of authenticator apps and the recovery codes anew, under SECRET_KEY; then says how many."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reseal_factors(by=Clock.SETUP, at=timezone.now())
        self.stdout.write(f"{done.sealed:>8,} second factors sealed anew")
        if done.lost:
            self.stdout.write(f"{len(done.lost):>8,} cannot be opened with any of the keys, and are as they were. Of:")
            for who in dict.fromkeys(str(user) for user in done.lost):
                self.stdout.write(f"         {who}")
            self.stdout.write("Add the missing key to SECRET_KEY_FALLBACKS, or have an administrator reset them.")
            sys.exit(1)
        self.stdout.write("No former key is needed for them any more.")
