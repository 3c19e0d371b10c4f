"""`manage.py demo_sign_ins`: how to sign in to the demo."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cases.management.demo.loading import is_loaded
from cases.management.demo.staff import PASSWORD, staff
from cities.places.selectors import cities


class Command(BaseCommand):
    """Prints the sign-ins that a guide to the demo names. The password is the same for everybody in it."""

    help = "Prints the e-mail addresses and the password of the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_loaded():
            self.stdout.write("The demo is not in this database: `manage.py load_demo` loads it.")
            return
        names = {city.code: city.name_en for city in cities()}
        known = [colleague for colleague in staff() if colleague.is_known]
        wide = max(len(colleague.email) for colleague in known)
        self.stdout.write(f"Sign in by e-mail address; the password is {PASSWORD} for everybody.")
        for colleague in known:
            where = names.get(colleague.city, "the whole country")
            self.stdout.write(f"  {colleague.email:<{wide}}  {colleague.role.label}, {where} ({colleague.language})")
        self.stdout.write("Everybody in it is invented: nobody of these names exists.")
