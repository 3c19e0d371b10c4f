"""B2: what can't be written down isn't shown or done, whatever it is that keeps the ledger from being written.

Over pages, fragments, exports, the REST door and the administration, each by somebody who may, with the forms filled
in: the ledger fails in one way or another. In an ordinary run every address is asked once; `FAULTS=1000` asks so many
at random, and each of them also without the fault, to count what would have been shown and done. The ways and what is
filled in are left to chance: `FAULTS_SEED` repeats a run.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.db import transaction
from django.db.models.signals import pre_save
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from cities.ledger.models import LedgerEntry
from cities.tokens.services import issue_feed
from tests.architecture.administration import casework, in_the_form, let_in, page_of, settings_kept, typed
from tests.architecture.asked import (
    NOTHING_OF_A_CASE,
    Asked,
    Doors,
    as_pages_name_them,
    fragments,
    pages,
    resources,
)
from tests.architecture.failing import WAYS, failing, impatient
from tests.architecture.routes import CITIES
from tests.architecture.scene import Scene as Pages
from tests.architecture.test_services import _everything
from tests.databases import OwnDatabase
from tests.doors import PROBLEM
from tests.factories import a_cast
from tests.factories.scene import CANARY, a_scene
from tests.forms import Form, forms_of
from tests.fuzz import Shapes

FAULTS = int(os.environ.get("FAULTS", "0"))
SEED = int(os.environ.get("FAULTS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)

#: Whether anything was done is looked at every so many faults.
EVERY = 25

#: Pages of days on which the scene has nothing: they answer, and show no record.
EMPTY_HERE = {"cases:calendar", "cases:calendar_day", "cases:absence"}

#: Who can read is no act, and neither is that she came in.
NO_ACTS = {"CONSULT", "DENIED", "SIGN_IN"}


class House:
    """One case with everything in it, and every request about it, by somebody who may."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.counted = chance, Counter[str]()
        self.cast = a_cast()
        self.scene = a_scene(self.cast)
        let_in(self.cast)
        self.case = self.scene.case
        self.doors = Doors(self.cast)
        self.unavailable = render_to_string("503.html").encode()
        of = Pages(self.cast, self.case, as_pages_name_them(self.scene, self.cast))
        own = [*pages(of), *pages(of, CITIES), *self._feeds()]
        kept = [page_of(model, "add", "GET", "administrator", 0) for model in settings_kept()]
        self.fragments = list(fragments(of))
        self.requests = [
            *self._filled([*own, *kept]), *self._with_bodies(), *(one for one, _becomes in casework(self.cast)),
            *self._settings(kept),
        ]  # fmt: skip
        for one in self.requests:
            self.doors.of(one)

    def _feeds(self) -> Iterator[Asked]:
        _feed, secret = issue_feed(by=self.cast.alice, at=timezone.now(), of_team=False)
        yield Asked("cases:calendar_feed", "GET", reverse("cases:calendar_feed", args=[secret]), "alice")

    def _filled(self, every: list[Asked]) -> Iterator[Asked]:
        """With what stands in the forms of all pages, and words where somebody types."""
        forms: dict[tuple[str, str], Form] = {}
        for one in every:
            if one.method == "GET":
                for form in forms_of(self.doors.ask(one).content.decode()):
                    for who in (one.who, ""):
                        forms.setdefault((who, form.action or one.address), form)
        for one in every:
            form = forms.get((one.who, one.address)) or forms.get(("", one.address))
            yield replace(one, sent=form.filled("Words")) if form and one.method == "POST" else one

    def _settings(self, kept: list[Asked]) -> Iterator[Asked]:
        for model, one in zip(settings_kept(), kept, strict=True):
            told = typed(self.cast)[str(model._meta.model_name)][0]
            form = in_the_form(self.doors.ask(one).content.decode())
            yield replace(one, method="POST", sent=form.sent(**told))

    def _with_bodies(self) -> Iterator[Asked]:
        """With a body in the shape that the schema tells."""
        schema: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        shapes, number = Shapes(schema), re.compile(r"[A-Z]{3}-\d+-\d+|\d+|\{[^}]*\}")
        told = {
            (method, number.sub("#", path.removeprefix("/api/v1"))): operation
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
        }
        numbers = self.scene.numbers
        known = {name: [numbers["user"]] for name in ("owner", "caseworker", "second", "user")}
        known |= {"addressed_to": [numbers["office"]], "to": [numbers["posting"]]}
        known |= {"agency": [numbers["agency"]], "offences": [numbers["offence"]]}
        for one in resources(self.scene):
            operation = told[(one.method.lower(), number.sub("#", one.address.removeprefix("/api/v1")))]
            if body := operation.get("requestBody"):
                shape = body["content"]["application/json"]["schema"]
                yield replace(one, sent=shapes.filled(shape, known, self.chance))
            else:
                yield one

    def drawn(self) -> list[Asked]:
        """So many at random; else every address once, as a page or as a fragment of one."""
        if FAULTS:
            return self.chance.choices([*self.requests, *self.fragments], k=FAULTS)
        as_fragments = {one.name for one in self.fragments if self.chance.random() < 0.5}
        whole = [one for one in self.requests if one.method != "GET" or one.name not in as_fragments]
        return [*whole, *(one for one in self.fragments if one.name in as_fragments)]

    def shows(self, one: Asked, answer: Any) -> bool:
        told = f"{answer.headers}{answer.content.decode(errors='replace')}"
        return CANARY in told or (self.case.reference in told and self.case.reference not in one.address)

    def would(self, one: Asked) -> None:
        """What comes of it without a fault, undone again."""
        number = f"law-{self.counted['tried']:08d}"
        with transaction.atomic():
            answer = self.doors.ask(one, number)
            written = LedgerEntry.objects.filter(request_id=number).exclude(operation__in=NO_ACTS)
            self.counted["would do"] += written.exists()
            self.counted["would show"] += self.shows(one, answer)
            self.counted["tried"] += 1
            transaction.set_rollback(True)

    def fault(self, one: Asked, answer: Any, *, was_written: bool) -> str:
        """What is wrong with the answer, in words."""
        if self.shows(one, answer):
            return "shows something"
        if "Traceback" in answer.content.decode(errors="replace"):
            return "shows where the program went wrong"
        if was_written:
            is_problem = answer.headers["Content-Type"] == PROBLEM and answer.json()["status"] == 503
            is_plain = is_problem if one.is_api else answer.content == self.unavailable
            return "" if answer.status_code == 503 and is_plain else f"answers {answer.status_code}, and not plainly"
        no_case = one.name in NOTHING_OF_A_CASE | EMPTY_HERE or one.name.startswith(("cities", "admin:"))
        is_sent_on = (one.method, answer.status_code) == ("POST", 302)  # with a word why it is refused
        return "" if no_case or is_sent_on or answer.status_code >= 400 else f"answers {answer.status_code}"


@contextmanager
def entries() -> Iterator[list[object]]:
    """What somebody wants to write in the ledger meanwhile."""
    found: list[object] = []

    def note(instance: object, **_more: object) -> None:
        found.append(instance)

    pre_save.connect(note, sender=LedgerEntry)
    yield found
    pre_save.disconnect(note, sender=LedgerEntry)


def test_ledger__that_cannot_be_written_serves_nothing_and_does_nothing(
    own_database: OwnDatabase,
    owner_connection: psycopg.Connection[tuple[Any, ...]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    chance = random.Random(SEED)
    house = House(chance)
    owner_connection.execute("UPDATE cities_token SET last_used_at = now() + interval '1 day'")  # was noted just now
    owner_connection.execute("UPDATE cities_calendarfeed SET last_used_at = now() + interval '1 day'")
    impatient(own_database.name, owner_connection)
    before, wrong, drawn = _everything(house.cast), list[str](), house.drawn()
    for place, one in enumerate(drawn, 1):
        if FAULTS or chance.random() < 1 / 8:
            house.would(one)
        way = chance.choice(WAYS)
        with entries() as wanted, failing(way, owner_connection):
            answer = house.doors.ask(one)
        house.counted[way] += bool(wanted)
        if said := house.fault(one, answer, was_written=bool(wanted)):
            wrong.append(f"{one}, {way}: {said}")
        if (place % EVERY == 0 or place == len(drawn)) and _everything(house.cast) != before:
            wrong.append(f"Something was done by one of {[str(one) for one in drawn[max(0, place - EVERY) : place]]}")
            break
    told = f"FAULTS_SEED={SEED}, {len(drawn)} requests, {dict(house.counted)}"
    if FAULTS:
        with capsys.disabled():
            sys.stdout.write(f"\n{told}\n")
    assert not wrong, "\n".join([told, *wrong])
    assert house.counted["would show"]
    assert all(house.counted[way] for way in WAYS)
