"""B2: what can't be written down isn't shown or done, whatever it is that keeps the ledger from being written.

Over pages, fragments, exports, the REST door and the administration, each by somebody who may: the ledger fails in one
way or another, at addresses that are left to chance, as is what is filled in. Each is also asked without the fault, to
count what would have been shown and done. In an ordinary run there are few of them; `FAULTS=1000` asks so many, every
address among them, and `FAULTS_SEED` repeats a run.
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
from functools import cached_property
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
from cities.web.entrance import marks
from tests.architecture.administration import ENTRY, casework, let_in, page_of, settings_kept, typed
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

FAULTS = int(os.environ.get("FAULTS", "30"))
#: Always the same few in an ordinary run; others each time when they are many.
SEED = int(os.environ.get("FAULTS_SEED", "0")) or (random.randrange(1, 10**6) if "FAULTS" in os.environ else 2015)

#: Whether anything was done is looked at every so many faults.
EVERY = 25

#: Pages of days on which the scene has nothing: they answer, and show no record.
EMPTY_HERE = {"cases:calendar", "cases:calendar_day", "cases:absence"}

#: Nothing is to be confirmed here: it is said of how many that was done.
NONE_HERE = {"cases_api:postings_confirm", "cases_api:grants_confirm", "cases_api:grants_end"}

#: What varies in an address.
NUMBER = re.compile(r"(?<=/)([A-Z]{3}(-\d+-\d+)?|\d+|\{[^}]*\})(?=/|$)")

#: Who can read is no act, and neither is that she came in.
NO_ACTS = {"CONSULT", "DENIED", "SIGN_IN"}


class House:
    """One case with everything in it, and every request about it, by somebody who may."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.counted = chance, Counter[str]()
        self.cast = a_cast()
        self.scene = a_scene(self.cast)
        self.case = self.scene.case
        let_in(self.cast)
        self.doors = Doors(self.cast)
        self.forms: dict[tuple[str, str], list[Form]] = {}
        self.unavailable = render_to_string("503.html").encode()
        of = Pages(self.cast, self.case, as_pages_name_them(self.scene, self.cast))
        own = [*pages(of), *(one for one in pages(of, CITIES) if one.method == "POST"), self._feed()]
        shown = [one for one, becomes in casework(self.cast) if becomes == ENTRY]
        self.requests, self.fragments = [*own, *resources(self.scene), *shown], list(fragments(of))
        self.settings = list(self._settings())
        for one in (*self.requests, *self.settings):
            client = self.doors.of(one)  # signed in before, so that it changes nothing
            if one.in_person or not one.is_api:  # and not asked again who she is, however long it takes
                session = client.session
                session[marks.SHOWN] = timezone.now().timestamp() + 3600
                session.save()

    def _feed(self) -> Asked:
        _feed, secret = issue_feed(by=self.cast.alice, at=timezone.now(), of_team=False)
        return Asked("cases:calendar_feed", "GET", reverse("cases:calendar_feed", args=[secret]), "alice")

    def _settings(self) -> Iterator[Asked]:
        for model in settings_kept():
            told = typed(self.cast)[str(model._meta.model_name)][0]
            yield page_of(model, "add", "POST", "administrator", 0, **told)

    def drawn(self) -> list[Asked]:
        """So many at random: each once, and then some of them again."""
        every = [*self.requests, *self.fragments, *self.settings]
        self.chance.shuffle(every)
        return [*every[:FAULTS], *self.chance.choices(every, k=max(0, FAULTS - len(every)))]

    def filled(self, one: Asked) -> Asked:
        """With something in its body, or in its form: what stands there already, and words where somebody types."""
        if one.method == "GET":
            return one
        if one.is_api:
            shape = self._shapes.get((one.method.lower(), NUMBER.sub("#", one.address)))
            return replace(one, sent=self._fitting(shape)) if shape else one
        form = self._form(one)
        return one if form is None else replace(one, sent=form.sent(**one.sent) if one.sent else form.filled("Words"))

    def _form(self, one: Asked) -> Form | None:
        """On its own page, or on one above it."""
        path = one.address
        while path != "/":
            if (one.who, path) not in self.forms:
                with self._undone(one):
                    page = self.doors.ask(replace(one, method="GET", address=path, sent={}))
                self.forms[one.who, path] = forms_of(page.content.decode()) if page.status_code == 200 else []
            for form in self.forms[one.who, path]:
                if form.method == "post" and (form.action or path) == one.address:
                    return form
            path = path.rstrip("/").rpartition("/")[0] + "/"
        return None

    @cached_property
    def _schema(self) -> Any:
        return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]

    @cached_property
    def _shapes(self) -> dict[tuple[str, str], Any]:
        """The shapes of bodies, by method and address."""
        return {
            (method, NUMBER.sub("#", path)): told["requestBody"]["content"]["application/json"]["schema"]
            for path, methods in self._schema["paths"].items()
            for method, told in methods.items()
            if "requestBody" in told
        }

    def _fitting(self, shape: Any) -> Any:
        numbers = self.scene.numbers
        known = {name: [numbers["user"]] for name in ("owner", "caseworker", "second", "user")}
        known |= {"addressed_to": [numbers["office"]], "to": [numbers["posting"]]}
        known |= {"agency": [numbers["agency"]], "offences": [numbers["offence"]]}
        return Shapes(self._schema).filled(shape, known, self.chance)

    def shows(self, one: Asked, answer: Any) -> str:
        """Where it shows anything of the case; a refusal may name the case, which was named to it by a number."""
        told = f"{answer.headers}{answer.cookies.output()}{answer.content.decode(errors='replace')}"
        is_named = self.case.reference not in one.address and answer.status_code < 400
        for word in (CANARY, self.case.reference) if is_named else (CANARY,):
            if word in told:
                return f"…{told[max(0, told.index(word) - 90) : told.index(word) + 30]}…"
        return ""

    @contextmanager
    def _undone(self, one: Asked) -> Iterator[None]:
        with self.as_it_was(one), transaction.atomic():
            yield
            transaction.set_rollback(True)

    @contextmanager
    def as_it_was(self, one: Asked) -> Iterator[None]:
        """What the browser keeps of it, such as what it was told, is not shown on the next page."""
        cookies = dict(self.doors.of(one).cookies)
        yield
        self.doors.of(one).cookies.clear()
        self.doors.of(one).cookies.update(cookies)

    def would(self, one: Asked) -> None:
        """What comes of it without a fault."""
        with self._undone(one):
            answer = self.doors.ask(one)
            left = LedgerEntry.objects.filter(request_id=answer.headers["X-Request-ID"])
            written = left.exclude(operation__in=NO_ACTS)
            self.counted["would do"] += written.exists()
            self.counted["would show"] += bool(self.shows(one, answer))
            self.counted["tried"] += 1

    def fault(self, one: Asked, answer: Any, *, was_written: bool) -> str:
        """What is wrong with the answer, in words."""
        if shown := self.shows(one, answer):
            return f"shows something: {shown}"
        if "Traceback" in answer.content.decode(errors="replace"):
            return "shows where the program went wrong"
        if was_written:
            is_problem = answer.headers["Content-Type"] == PROBLEM and answer.json()["status"] == 503
            is_plain = is_problem if one.is_api else answer.content == self.unavailable
            return "" if answer.status_code == 503 and is_plain else f"answers {answer.status_code}, and not plainly"
        no_case = one.name in {*NOTHING_OF_A_CASE, *EMPTY_HERE, *NONE_HERE} or one.name.startswith(("cities", "admin:"))
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
    for place, asked in enumerate(drawn, 1):
        one = house.filled(asked)
        house.would(one)
        way = chance.choice(WAYS)
        with entries() as wanted, failing(way, owner_connection), house.as_it_was(one):
            answer = house.doors.ask(one)
        house.counted[way] += bool(wanted)
        if said := house.fault(one, answer, was_written=bool(wanted)):
            wrong.append(f"{one}, {way}: {said}")
        if (place % EVERY == 0 or place == len(drawn)) and _everything(house.cast) != before:
            wrong.append(f"Something was done by one of {[str(one) for one in drawn[max(0, place - EVERY) : place]]}")
            break
    told = f"FAULTS_SEED={SEED}, {len(drawn)} requests, {dict(house.counted)}"
    if "FAULTS" in os.environ:
        with capsys.disabled():
            sys.stdout.write(f"\n{told}\n")
    assert not wrong, "\n".join([told, *wrong])
    assert house.counted["would show"]
    assert house.counted["would do"] or len(drawn) < 300, "Few of them are acts that are done."
