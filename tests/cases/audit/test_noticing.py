"""Openings without a task: told the same day, once a case and recipient, in one delivery, without a name."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from cases.access.rules import NotAllowed
from cases.access.services import acting, as_clock
from cases.audit.rules import WHY, Why, purpose_of, told_at, why_of
from cases.audit.services import tell_of_openings
from cases.audit.services.noticing import AGAIN
from cases.casefiles.models import Casefile
from cases.outbox.models import Message
from cases.outbox.rules import QUIET
from cases.outbox.services import send_due
from cities.ledger import services as ledger
from cities.ledger.models import LedgerEntry, ReadMark
from cities.ledger.rules import Clock, Operation
from cities.ledger.sealing import first_id_of
from cities.places.rules import day_of, moment_of
from cities.records import as_set_up
from cities.refusals import Refused
from cities.roles.rules import Role
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf, client_of
from tests.databases import OwnDatabase
from tests.factories import Cast, a_case, a_cast, posted, staff
from tests.factories.absences import an_absence

__all__ = ["client_of"]
CONSULT, SEARCH = Operation.CONSULT, "cases:search"


def a_case_of(cast: Cast, **more: Any) -> Casefile:
    return a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(hours=1), **more)


def looked(case: Casefile, by: User, purpose: str = SEARCH, **more: Any) -> LedgerEntry:
    told = {"operation": CONSULT, "act": "CASE_READ", "object_type": "casefile", "compartment": "CORE"} | more
    return ledger.write(
        by=by, case_id=case.pk, case_reference=case.reference, city_id=case.city_id, purpose=purpose, **told
    )  # fmt: skip


def tell(at: datetime | None = None) -> int:
    with as_clock():
        return tell_of_openings(by=Clock.CLOCK, at=at or timezone.now())


def messages() -> list[Message]:
    with as_clock():
        return list(Message.objects.filter(kind="OPENED").select_related("recipient").order_by("pk"))


def told() -> list[User | None]:
    return [one.recipient for one in messages()]


def test_opening__is_told_to_the_lead_once_a_day(cast: Cast) -> None:
    case, other = a_case_of(cast), a_case_of(cast)
    for by in (cast.carla, cast.carla, cast.mayor):
        looked(case, by)
    looked(other, cast.carla, f"{WHY}CONTACT")
    assert tell() == 2
    assert tell() == 0
    looked(case, cast.mayor)
    assert tell() == 0
    assert told() == [cast.alice, cast.alice]
    assert {one.about_on for one in messages()} == {timezone.localdate()}
    entry = LedgerEntry.objects.filter(initiator="clock", object_type="message").latest("id")
    assert (entry.operation, len(entry.object_ids)) == ("ALTER", 2)


def test_openings__leave_as_one_delivery_that_names_nobody(cast: Cast) -> None:
    first, second = a_case_of(cast, name="Nemo Voorbeeld"), a_case_of(cast, name="Nemo Voorbeeld")
    looked(first, cast.carla)
    looked(second, cast.carla)
    tell()
    while send_due(by=Clock.CLOCK, at=moment_of(timezone.localdate() + timedelta(days=1), time(8))).claimed:
        pass
    (sent,) = mail.outbox
    assert sent.to == [cast.alice.email]
    for said in (first.reference, second.reference, "had no task"):
        assert said in sent.body
    for unsaid in ("Nemo", "Voorbeeld", "Carla", "search"):
        assert unsaid not in f"{sent.body} {sent.subject}"
    assert len({one.delivery for one in messages()}) == 1


def test_message__leads_to_who_looked(cast: Cast, client_of: ClientOf) -> None:
    case = a_case_of(cast)
    looked(case, cast.carla)
    tell()
    User.objects.filter(pk=cast.alice.pk).update(by_email=False)
    send_due(by=Clock.CLOCK, at=moment_of(timezone.localdate() + timedelta(days=1), time(8)))
    alice = client_of(cast.alice)
    assert f"/cases/{case.reference}/who-can-see/#looked" in alice.get("/messages/").content.decode()
    page = alice.get(f"/cases/{case.reference}/who-can-see/", headers={"Referer": "http://testserver/messages/"})
    assert "found by searching" in page.content.decode()
    assert tell() == 0  # she was told of this case today: that is no opening without a task


@pytest.mark.parametrize(
    "purpose",
    [
        "", "api", SEARCH, "cases:case_list", "cases:my_day", "cases:calendar", "why:OTHER", "cases:board",
        "cases:messages", "cases:absence 12",
    ],
)  # fmt: skip
def test_opening__without_a_task_is_told(cast: Cast, purpose: str) -> None:
    looked(a_case_of(cast), cast.carla, purpose)
    assert tell() == 1


@pytest.mark.parametrize(
    ("purpose", "more"),
    [
        ("cases:search task:checkin 3", {}), ("task:step 3", {}), ("cases:board task:message 3", {}),
        ("cases:checkin 3", {}), ("task:emergency 3", {}), ("casework: api, token 3", {}),
        (SEARCH, {"operation": Operation.ALTER}), ("", {"object_type": "ledgerentry"}),
        ("", {"object_type": "emergencyopening"}), ("", {"compartment": "JUSTICE"}),
    ],
)  # fmt: skip
def test_opening__with_one_is_not(cast: Cast, purpose: str, more: dict[str, Any]) -> None:
    """Nor is what was opened of the other house: whoever knows of the case reads its messages."""
    looked(a_case_of(cast), cast.carla, purpose, **more)
    assert tell() == 0


def test_opening__by_the_lead_is_told_to_the_coordinator(cast: Cast) -> None:
    looked(a_case_of(cast), cast.alice)
    tell()
    assert told() == [cast.carla]


def test_opening__while_the_lead_is_absent_or_there_is_none_is_told_to_the_coordinator(cast: Cast) -> None:
    at = timezone.now()
    looked(a_case_of(cast), cast.mayor)
    looked(a_case(by=cast.carla, at=at - timedelta(hours=1)), cast.mayor)
    an_absence(cast.alice, at=at, ends=1)
    tell()
    assert told() == [cast.carla, cast.carla]


def test_opening__by_the_only_coordinator_is_told_to_who_looks_after_the_ledger(cast: Cast) -> None:
    for _ in range(2):
        looked(a_case(by=cast.carla, at=timezone.now() - timedelta(hours=1)), cast.carla)
    assert tell() == 2
    assert told() == [cast.dana, cast.dana]
    send_due(by=Clock.CLOCK, at=moment_of(timezone.localdate() + timedelta(days=1), time(8)))
    assert [one.state for one in messages()] == ["SENT", "SENT"]
    with acting(cast.dana):
        assert Message.objects.visible_to(cast.dana, at=timezone.now()).count() == 2


def test_opening__is_told_to_nobody_where_there_is_nobody_else(cast: Cast) -> None:
    case = a_case(by=cast.carla, at=timezone.now() - timedelta(hours=1))
    for user in (cast.dana, cast.alice):
        with as_set_up():
            User.objects.filter(pk=user.pk).update(is_active=False)
    looked(case, cast.carla)
    assert tell() == 0


def test_opening__is_told_to_every_other_coordinator(cast: Cast) -> None:
    second = staff(Role.COORDINATOR, cast.city, first_name="Cora")
    posted(second, Role.COORDINATOR, cast.other_city)
    for _ in range(2):
        looked(a_case(by=cast.carla, at=timezone.now() - timedelta(hours=1)), cast.carla)
    tell()
    assert told() == [second, second]


def test_opening__of_what_is_no_case_any_more_is_left(cast: Cast) -> None:
    looked(Casefile(pk=999_999, reference="VIL-2026-9999", city=cast.city), cast.carla)
    assert tell() == 0


def test_a_late_clock__catches_up_and_reads_only_what_is_new(cast: Cast) -> None:
    case = a_case_of(cast)
    tell(timezone.now() - timedelta(days=4))
    looked(case, cast.carla)
    assert tell(timezone.now() + timedelta(days=3)) == 1
    looked(a_case_of(cast), cast.carla)
    assert tell() == 1  # that clock was ahead: nothing is passed over because of it
    with as_clock():
        assert ReadMark.objects.get().up_to <= timezone.now()


def test_what_was_read__is_not_read_again(cast: Cast) -> None:
    case = a_case_of(cast)
    entry = looked(case, cast.carla)
    assert tell() == 1
    with as_clock():
        since = ReadMark.objects.get().up_to - AGAIN
    assert first_id_of(since) < entry.pk
    assert tell(timezone.now() + AGAIN * 2) == 0
    with as_clock():
        assert first_id_of(ReadMark.objects.get().up_to - AGAIN) > entry.pk


def test_the_clock__alone_tells(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        tell_of_openings(by=cast.carla, at=timezone.now())  # type: ignore[arg-type]


def test_two_clocks_at_once__tell_once(own_database: OwnDatabase) -> None:
    cast = a_cast()
    for _ in range(3):
        looked(a_case_of(cast), cast.carla)
    found: list[int] = []
    together = threading.Barrier(4)

    def tick() -> None:
        from django.db import connection

        together.wait()
        try:
            found.append(tell())
        finally:
            connection.close()

    clocks = [threading.Thread(target=tick) for _ in range(4)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()
    assert sorted(found) == [0, 0, 0, 3]
    assert len(messages()) == 3


DAY = timezone.localdate()


@pytest.mark.parametrize(
    ("opened", "quiet", "told_on", "hour"),
    [
        (time(9), QUIET, 0, time(16, 30)),
        (time(2), QUIET, 0, time(16, 30)),
        (time(16, 30), QUIET, 0, time(19, 59)),
        (time(18, 5), QUIET, 0, time(19, 59)),
        (time(21), QUIET, 0, time(21)),
        (time(18), (time(0), time(0)), 0, time(23, 59)),
        (time(9), (time(15), time(7)), 0, time(14, 59)),
    ],
)
def test_told_at__the_afternoon_then_before_the_quiet_hours(opened: time, quiet: Any, told_on: int, hour: time) -> None:
    at = told_at(moment_of(DAY, opened), quiet)
    assert at == moment_of(DAY + timedelta(days=told_on), hour)
    assert day_of(at) == DAY


def test_purpose__is_where_from_and_what_for() -> None:
    assert purpose_of("cases:my_day", "checkin 3") == "cases:my_day task:checkin 3"
    assert purpose_of("", "checkin 3") == "task:checkin 3"
    assert purpose_of("cases:my_day", "") == "cases:my_day"


@pytest.mark.parametrize("words", ["Voorbeeld", "about nemo's school", "VÓORBEELD called", "x-Nemo-x"])
def test_why__holds_no_name(words: str) -> None:
    with pytest.raises(Refused) as refused:
        why_of(Why.OTHER, words, names=["Nemo Voorbeeld", "N. V."])
    assert (refused.value.field, refused.value.code) == ("words", "a_name")


def test_why__is_one_of_the_answers() -> None:
    assert why_of("CONTACT", "", names=["Nemo Voorbeeld"]) == ("why:CONTACT", "")
    assert why_of("OTHER", " a  memo ", names=["Nemo Voorbeeld"]) == ("why:OTHER", "a memo")
    for answer, words in (("CURIOUS", "x"), ("", ""), ("OTHER", " ")):
        with pytest.raises(Refused):
            why_of(answer, words, names=[])
