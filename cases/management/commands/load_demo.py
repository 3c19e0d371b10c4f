"""`manage.py load_demo`: the invented caseload, into a database that has its reference data and no people."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.management.demo.loading import ABOUT, is_loaded, load
from cases.management.demo.places import PLACES
from cases.management.demo.progress import Progress
from cities.places.selectors import cities


class Command(BaseCommand):
    """Loads the demo once. Nobody in it lives or lived."""

    help = (
        "Loads an invented caseload: as of 3 November 2015 it gives the cable's numbers, and today there is work to do."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        about = f"how many people (without: as many as it takes, some {ABOUT:,})"
        parser.add_argument("--people", type=int, default=0, metavar="N", help=about)
        again = "another seed gives other lives (%(default)s)"
        parser.add_argument("--seed", type=int, default=2015, metavar="S", help=again)

    def handle(self, *args: Any, **options: Any) -> None:
        if is_loaded():
            self.stdout.write("The demo is in this database already: nothing was done.")
            self.stdout.write("For another number of people start anew: `manage.py demo --fresh --people N`.")
            return
        if missing := {place.code for place in PLACES} - {city.code for city in cities()}:
            raise CommandError(f"Load the reference data first: there is no city {', '.join(sorted(missing))}.")
        progress = Progress(self.stdout, max(options["people"], ABOUT))
        loaded = load(at=timezone.now(), people=options["people"], seed=options["seed"], progress=progress)
        progress.end()
        self.stdout.write(
            f"{loaded.people:,} invented people, {loaded.cases:,} cases, {loaded.staff} members of staff. "
            "`manage.py demo_sign_ins` says how to sign in."
        )
