"""B1: whatever is shown or done leaves a complete entry in the ledger. B2: what can't be written down isn't shown or
done. B7: what is in a case is in no log, no address, no e-mail, and in no task's arguments."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.db import transaction
from django.template.loader import render_to_string

from cases import tasks
from cases.access.services import acting
from cases.prosecution.models import ProsecutionReferral
from cities.ledger.models import LedgerEntry
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, Role, roles_with
from cities.staff.models import User
from config.logging import JsonFormatter
from tests.architecture.api_routes import ALL
from tests.architecture.api_routes import ROUTES as API_ROUTES
from tests.architecture.routes import API, CASES
from tests.architecture.scene import Scene as Pages
from tests.architecture.scene import browser_of, each, is_of_a_case
from tests.architecture.test_services import _everything
from tests.databases import OwnDatabase
from tests.doors import by_session, by_token
from tests.factories import Cast, a_cast, posting_of
from tests.factories.scene import CANARY, Scene, a_scene

#: Who is asked in turn: the first who may.
PEOPLE = ("alice", "carla", "mayor", "liaison", "dana", "analyst", "administrator")

#: What shows no record of a case, or none to whoever has nothing there; each with its reason.
NOTHING_OF_A_CASE = {
    "cases:emergency_open": "asks; what it opens is written down (tests/cases/emergencies)",
    "cases:emergency_end": "its opener's alone (tests/cases/emergencies)",
    "cases_api:emergency_end": "as above",
    "cases:confirm_postings": "postings of colleagues: no case",
    "cases_api:postings_to_confirm": "as above",
    "cases:why": "asks; what is opened then is written down with the answer (tests/cases/web/test_why.py)",
    "cases:messages": "one's own messages, each of which is written down; here there is none",
    "cases:case_open": "a form about a case that isn't there yet",
    "cases:absence_withdraw": "a form about an absence: no case",
    "cases_api:absences": "absences of colleagues, of the public square: no case, and never why",
    "cases_api:absence": "as above",
    "cases_api:offences": "a code list",
    "cases:calendar_feed": "opened without signing in; a wrong address shows nothing (tests/cases/web/test_feeds.py)",
    "cases:messages_read": "marks one's own messages; with nothing in it, none",
    "cases:absences": "one's own absences and colleagues': no case",
    "cases:absence_new": "a form about oneself: no case",
    "cases:absence_change": "a form about an absence: no case",
    "cases:search": "asks; what it finds is written down when something was asked",
}

#: Pages of days on which the scene of B2 has nothing: they answer, and show no record.
EMPTY_HERE = {"cases:calendar", "cases:calendar_day", "cases:absence"}

#: Numbers of all cases together, or who could see how much of them: of no compartment.
NUMBERS = {"cases:colleague_sights", "cases:picture", "cases:picture_table", "cases_api:national_picture"}

#: The columns that must hold something, whatever was done.
ALWAYS = ("operation", "actor_id", "initiator", "role", "agency_id", "act", "request_id", "outcome")


@dataclass(frozen=True)
class Asked:
    """One address, one method, by somebody who may."""

    name: str
    method: str
    address: str
    who: str
    is_api: bool = False
    of_a_case: bool = False
    in_person: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.name} by {self.who}"


def the_first_who_may(cast: Cast, act: Permission | None, part: Any = None, seen_by: str = "") -> str:
    for who in seen_by.split() or PEOPLE:
        role = Role(posting_of(getattr(cast, who)).role)
        if (act is None or role in roles_with(act)) and (part is None or part in COMPARTMENTS[role]):
            return who
    raise AssertionError(f"Nobody may {act}.")


def pages(of: Pages) -> Iterator[Asked]:
    """Every page, with nothing in its form: it is shown again, or done."""
    for name, route, method, act in each(CASES):
        if not route.is_open:
            mine = is_of_a_case(name) and route.record != "absence"  # that is of whoever is away, and of no case
            part = route.part if is_of_a_case(name) else None
            who = the_first_who_may(of.cast, act, part, "liaison" if name in OFFICES else "")
            yield Asked(name, method, of.address(name), who, of_a_case=mine)


OFFICES = {"cases:referral_acknowledge", "cases:referral_answer"}


def resources(of: Scene) -> Iterator[Asked]:
    """Every address of the REST door, with an empty body."""
    for route in API_ROUTES:
        who = the_first_who_may(of.cast, route.needs, seen_by="" if route.seen_by == ALL else route.seen_by)
        is_case = route.seen_by != ALL and "absence" not in route.name
        yield Asked(
            route.name, route.method.upper(), of.address(route.address), who, is_api=True, of_a_case=is_case,
            in_person=route.in_person,
        )  # fmt: skip


def _as_pages_name_them(of: Scene, cast: Cast) -> dict[str, int]:
    """The numbers of one scene, by the names that the table of pages uses."""
    found = dict(of.numbers)
    with acting(cast.carla):
        found["referral"] = ProsecutionReferral.objects.get(pk=found["sent"]).number
        found["sent_referral"] = found["sent"]
        found["letter"] = found["reminder"] = found["sample"] = 1  # there is none: that is refused
    return found


class Doors:
    """Clients of everybody, made once."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.made: dict[tuple[str, bool, bool], Any] = {}

    def of(self, one: Asked) -> Any:
        """Signed in before, and once: not within what is taken back."""
        key = (one.who, one.is_api, one.in_person)
        if key not in self.made:
            user: User = getattr(self.cast, one.who)
            program = by_session(user) if one.in_person else by_token(user, raises=False)
            self.made[key] = program if one.is_api else browser_of(user)
            self.made[key].raise_request_exception = False
        return self.made[key]

    def ask(self, one: Asked, number: str = "") -> Any:
        client: Any = self.of(one)
        headers = {"HTTP_X_REQUEST_ID": number} if number else {}
        if one.is_api:
            headers["HTTP_IF_MATCH"] = "*"  # of whichever version: so that the act itself is reached
            return getattr(client, one.method.lower())(one.address, {}, **headers)
        kind = "application/x-www-form-urlencoded"
        return client.generic(one.method, one.address, "", kind, **headers)


def lacking(one: Asked, status: int, entries: list[LedgerEntry]) -> str:
    """What is missing in the ledger of this request, in words; empty when nothing is."""
    if status in (401, 403, 404):
        return f"answers {status} to somebody who may"
    if status >= 500:
        return f"answers {status}"
    if one.is_api and status >= 400:
        return ""  # nothing was shown and nothing done
    if not entries:
        return "leaves no entry"
    for entry in entries:
        empty = [column for column in ALWAYS if getattr(entry, column) in (None, "")]
        if empty:
            return f"{entry.act}: has no {', '.join(empty)}"
        if entry.operation in ("ALTER", "COLLECT") and not (entry.object_ids and entry.fields):
            return f"{entry.act}: doesn't say which fields of what"
        if entry.operation == "CONSULT" and not entry.object_type and entry.rows:
            return f"{entry.act}: doesn't say what was read"
        if entry.object_ids and len(entry.object_ids) != entry.rows:
            return f"{entry.act}: {entry.rows} rows, {len(entry.object_ids)} named"
    if one.of_a_case and not any(
        entry.case_id and entry.case_reference and entry.city_id and len(entry.object_ids) == entry.rows
        for entry in entries
    ):
        return "has no entry with its case, its city and its record"
    compartments = [entry.compartment for entry in entries if entry.operation == "CONSULT"]
    if one.method == "GET" and not any(compartments) and one.name not in NUMBERS:
        return "doesn't say which compartment"
    return ""


def _law(doors: Doors, asked: Iterator[Asked]) -> list[str]:
    wrong, everything = [], list(asked)
    for one in everything:
        doors.of(one)  # signing in changes its user's row
    before = _everything(doors.cast)
    for number, one in enumerate(everything):
        if one.name in NOTHING_OF_A_CASE or one.name.startswith("cities_api:"):
            continue
        request = f"law-{number:08d}"
        doors.of(one)
        with transaction.atomic():
            answer = doors.ask(one, request)
            entries = list(LedgerEntry.objects.filter(request_id=request).exclude(object_type="token"))
            sent_on = one.method == "POST" and answer.status_code == 302 and not entries
            refused = sent_on and _everything(doors.cast) == before  # with a word about it on the page that follows
            transaction.set_rollback(True)
        if refused:
            continue
        if said := lacking(one, answer.status_code, entries):
            wrong.append(f"{one}: {said}")
    return wrong


def test_every_page__leaves_a_complete_entry(scene: Pages) -> None:
    assert set(NOTHING_OF_A_CASE) <= set(CASES) | set(API)
    wrong = _law(Doors(scene.cast), pages(scene))
    assert not wrong, "\n".join(wrong)


def test_every_resource__leaves_a_complete_entry(cast: Cast) -> None:
    wrong = _law(Doors(cast), resources(a_scene(cast)))
    assert not wrong, "\n".join(wrong)


#: A real failure: the table itself refuses, in the transaction of whoever writes.
REFUSES = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the ledger is full'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON cities_ledgerentry FOR EACH ROW EXECUTE FUNCTION refuse()
"""
ACCEPTS = "DROP TRIGGER refuse ON cities_ledgerentry; DROP FUNCTION refuse()"


def test_ledger__that_cannot_be_written_serves_nothing_and_does_nothing(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """Every page and every address of the REST door, by somebody who may: 503, the same bytes, nothing done."""
    cast = a_cast()
    of_api = a_scene(cast)
    of_pages = Pages(cast, of_api.case, _as_pages_name_them(of_api, cast))
    doors = Doors(cast)
    every = [
        one
        for one in (*pages(of_pages), *resources(of_api))
        if one.name not in NOTHING_OF_A_CASE and not one.name.startswith("cities_api:")
    ]
    for one in every:
        doors.of(one)
        doors.ask(one) if one.method == "GET" and one.is_api else None  # its token's use has been noted
    before = _everything(cast)
    owner_connection.execute(REFUSES)
    unavailable, wrong = render_to_string("503.html").encode(), []
    for one in every:
        answer = doors.ask(one)
        if CANARY in answer.content.decode():
            wrong.append(f"{one}: shows something")
        if answer.status_code == 503 and not one.is_api and answer.content != unavailable:
            wrong.append(f"{one}: says more than that nothing can be said")
        if (
            one.name not in EMPTY_HERE
            and answer.status_code < 400
            and (one.method, answer.status_code) != ("POST", 302)
        ):  # refused, and sent on
            wrong.append(f"{one}: answers {answer.status_code}")
    owner_connection.execute(ACCEPTS)
    assert not wrong, "\n".join(wrong)
    assert _everything(cast) == before


def test_nothing_of_a_case__is_in_a_log_an_address_an_e_mail_or_a_task(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    scene = a_scene(cast)
    doors = Doors(cast)
    every = [*resources(scene), *pages(Pages(cast, scene.case, _as_pages_name_them(scene, cast)))]
    lines = JsonFormatter()
    with caplog.at_level(logging.DEBUG):
        for one in every:
            assert CANARY not in one.address
            doors.of(one)
            with transaction.atomic():
                answer = doors.ask(one)
                assert CANARY not in answer.headers.get("Location", "")
                transaction.set_rollback(True)
    assert [record for record in caplog.records if CANARY in lines.format(record)] == []
    with caplog.at_level(logging.DEBUG):
        for task in (tasks.tick, tasks.send_messages):
            task()
    assert [record for record in caplog.records if CANARY in lines.format(record)] == []
    assert not [message for message in mail.outbox if CANARY in f"{message.subject} {message.body}"]


def test_tasks__are_told_nothing() -> None:
    """What has no arguments can carry nothing through the broker."""
    found = [task for name, task in vars(tasks).items() if hasattr(task, "delay")]
    assert len(found) >= 4
    assert [task.name for task in found if inspect.signature(task.run).parameters] == []
