"""A8: what was taken away is refused at once: in a session that goes on, in the middle of an answer, and in a job.

With real commits, each revocation by another connection, as another worker would make it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.services import leave_team
from cases.checkins.models import CheckInNote
from cases.checkins.services import leave_digests, record_checkin
from cases.emergencies.services import end_emergency
from cases.outbox.services import send_due
from cities.ledger.rules import Clock
from cities.records import as_set_up
from cities.staff.models import User
from cities.staff.services import change_user, end_posting
from cities.tokens.services import issue_feed
from tests.databases import OwnDatabase
from tests.doors import by_token
from tests.factories import Cast, a_case, a_cast, posting_of
from tests.factories.checkins import a_checkin, an_agreed_plan
from tests.factories.emergencies import an_emergency

Revoke = Callable[[Cast, Casefile], object]


def elsewhere(act: Callable[[], object]) -> None:
    """Do it in another connection, and commit."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 -- told to the test, which is in another thread
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not failed, failed


def takes_her_off(cast: Cast, case: Casefile) -> None:
    with acting(cast.carla):
        leave_team(case=case, by=cast.carla, at=timezone.now(), user=cast.bob)


def ends_her_posting(cast: Cast, case: Casefile) -> None:
    today = timezone.localdate()
    with acting(cast.administrator):
        end_posting(posting=posting_of(cast.bob), by=cast.administrator, at=timezone.now(), version=1, ends_on=today)


def closes_her_account(cast: Cast, case: Casefile) -> None:
    with acting(cast.administrator):
        change_user(
            user=cast.bob, by=cast.administrator, at=timezone.now(), version=1, first_name="Bob", last_name="Example",
            language="en", phone="", is_active=False,
        )  # fmt: skip


WAYS: list[tuple[Revoke, int, int]] = [
    (takes_her_off, 404, 404),
    (ends_her_posting, 404, 404),
    (closes_her_account, 302, 401),
]


@pytest.fixture
def cast(own_database: OwnDatabase) -> Cast:
    return a_cast()


@pytest.fixture
def case(cast: Cast) -> Casefile:
    """Alice leads, Bob is on the team and holds a contact."""
    return a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,), at=timezone.now() - timedelta(hours=1))


def session_of(user: User) -> Client:
    client = Client(headers={"Referer": "http://testserver/"})
    client.force_login(user)
    return client


@pytest.mark.parametrize(("revoke", "page", "api"), WAYS, ids=["team", "posting", "account"])
def test_session_and_token__are_refused_by_the_next_answer(
    cast: Cast, case: Casefile, revoke: Revoke, page: int, api: int
) -> None:
    browser, token, here = session_of(cast.bob), by_token(cast.bob), f"cases/{case.reference}"
    assert browser.get(f"/{here}/").status_code == 200
    assert token.get(f"/api/v1/{here}").status_code == 200
    elsewhere(lambda: revoke(cast, case))
    assert browser.get(f"/{here}/").status_code == page
    assert browser.post(f"/{here}/next-step/", {}).status_code == page
    assert token.get(f"/api/v1/{here}").status_code == api


@pytest.mark.parametrize(("revoke", "page", "api"), WAYS, ids=["team", "posting", "account"])
def test_answer__sees_nothing_more_in_the_middle_of_it(
    cast: Cast, case: Casefile, revoke: Revoke, page: int, api: int
) -> None:
    """A long answer asks PostgreSQL again with each statement, and PostgreSQL asks what holds now."""
    now = timezone.now()
    plan = an_agreed_plan(case, by=cast.alice, at=now)
    checkin = a_checkin(case, plan, by=cast.bob, at=now, due_on=timezone.localdate())
    with acting(cast.bob):
        record_checkin(checkin=checkin, by=cast.bob, at=now, version=1, outcome="HELD", note="We talked")
    with acting(cast.bob):
        assert Casefile.objects.filter(pk=case.pk).exists()
        assert CheckInNote.objects.filter(casefile=case).exists()
        elsewhere(lambda: revoke(cast, case))
        assert not Casefile.objects.filter(pk=case.pk).exists()
        assert not CheckInNote.objects.filter(casefile=case).exists()
        assert Casefile.objects.filter(pk=case.pk).update(next_step="Something else") == 0


def test_no_answer__is_streamed() -> None:
    """So that none outlives the transaction in which it was asked who may know."""
    root = Path(__file__).resolve().parents[3]
    sources = [path for app in ("cases", "cities", "config") for path in (root / app).rglob("*.py")]
    assert [path for path in sources if "StreamingHttpResponse" in path.read_text()] == []


@pytest.mark.parametrize(("revoke", "page", "api"), WAYS, ids=["team", "posting", "account"])
def test_jobs__the_outbox_sends_nothing_and_the_feed_is_empty(
    cast: Cast, case: Casefile, revoke: Revoke, page: int, api: int
) -> None:
    now = timezone.now()
    plan = an_agreed_plan(case, by=cast.alice, at=now)
    a_checkin(case, plan, by=cast.bob, at=now, due_on=timezone.localdate())
    _feed, secret = issue_feed(by=cast.bob, at=now, of_team=False)
    User.objects.filter(pk=cast.bob.pk).update(next_digest_at=now)
    leave_digests(by=Clock.CLOCK, at=now)
    feed = f"/calendar/feed/{secret}.ics"
    before = Client().get(feed)
    assert case.reference in before.content.decode()
    elsewhere(lambda: revoke(cast, case))
    mail.outbox.clear()
    send_due(by=Clock.CLOCK, at=now + timedelta(hours=20))
    assert [message for message in mail.outbox if cast.bob.email in message.to] == []
    assert case.reference not in Client().get(feed).content.decode()


def test_emergency__is_refused_once_she_is_done(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(hours=1))
    opening = an_emergency(case, by=cast.bob)
    browser, here = session_of(cast.bob), f"/cases/{case.reference}/"
    assert browser.get(here).status_code == 200

    def done() -> None:
        with acting(cast.bob):
            end_emergency(opening=opening, by=cast.bob, at=timezone.now())

    elsewhere(done)
    assert browser.get(here).status_code == 404


def test_superuser__sees_no_case_anywhere(cast: Cast, case: Casefile) -> None:
    """Not on a page, not by the REST door, not in the administration, not in a statement of her own."""
    with as_set_up():
        root = User.objects.create_superuser("root", "root@example.org", "an invented password")
    browser, token = session_of(root), by_token(root)
    for address in (f"/cases/{case.reference}/", f"/cases/{case.reference}/who-can-see/"):
        assert browser.get(address).status_code in (403, 404)
    assert browser.get("/cases/").status_code == 403
    assert token.get(f"/api/v1/cases/{case.reference}").status_code in (403, 404)
    for table in ("casefile", "checkin", "followupplan", "prosecutionreferral"):
        for address in (f"/admin/cases/{table}/", f"/admin/cases/{table}/{case.pk}/change/"):
            answer = browser.get(address)
            assert answer.status_code in (302, 403, 404), address
            assert case.reference not in answer.content.decode()
    with acting(root):
        assert not Casefile.objects.exists()
