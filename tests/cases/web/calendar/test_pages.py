"""The calendar: whose contacts, on which days, what moved and why; and the sheet of a day."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn
from cases.checkins.services import cancel_checkin, reschedule_checkin
from cases.plans.models import FollowUpPlan
from cities.agencies.models import ClosingDays
from cities.ledger.models import LedgerEntry
from cities.staff.models import Absence
from tests.cases.web.conftest import ClientOf
from tests.factories import AT, TODAY, Cast, a_case, on_the_team
from tests.factories.checkins import a_checkin, a_rhythm, an_agreed_plan

#: The week of AT, and the Monday it begins on.
MONDAY = TODAY - timedelta(days=TODAY.weekday())


def put(checkin: CheckIn, cast: Cast, **fields: object) -> CheckIn:
    """The row as another day would have left it."""
    with acting(cast.carla):
        CheckIn.objects.filter(pk=checkin.pk).update(**fields)
        return CheckIn.objects.get(pk=checkin.pk)


def seen(client_of: ClientOf, user: object, query: str = "", page: str = "/calendar/") -> str:
    answer = client_of(user).get(page + query)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_calendar__a_week_with_nothing_says_how_to_start(cast: Cast, client_of: ClientOf) -> None:
    assert "No contact is planned this week." in seen(client_of, cast.alice)
    assert "No contact is planned this month." in seen(client_of, cast.alice, "?view=month")
    assert "You hold no contact for a colleague this week." in seen(client_of, cast.alice, "?whose=deputised")
    assert "No contact is planned for this day." in seen(client_of, cast.alice, page="/calendar/day/")


def test_calendar__says_when_whom_how_and_where(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    row = a_checkin(
        case, plan, by=cast.alice, kind="OFFICE", place="Prevention service, room 2", due_time=time(10, 30)
    )  # fmt: skip
    for query in ("", "?view=month"):
        page = seen(client_of, cast.alice, query)
        assert "Nemo Voorbeeld" in page
        assert "10:30" in page
        assert f"/cases/{case.reference}/check-ins/{row.pk}/" in page
    week = seen(client_of, cast.alice)
    assert "At the office, Prevention service, room 2" in week
    assert case.reference in week
    put(row, cast, due_time=None)
    assert "Some time that day" in seen(client_of, cast.alice)
    put(row, cast, within_week=True)
    week = seen(client_of, cast.alice)
    assert 'scope="rowgroup">Some time this week' in week
    assert week.count("Nemo Voorbeeld") == 1


def test_calendar__whose(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    on_the_team(case, cast.bob, by=cast.carla)
    alices = a_checkin(case, plan, by=cast.alice)
    address = f"check-ins/{alices.pk}/"

    def where(user: object) -> list[str]:
        found = ("own", "team", "deputised")
        return [whose for whose in found if address in seen(client_of, user, f"?whose={whose}")]

    assert where(cast.alice) == ["own", "team"]
    assert where(cast.bob) == ["team"]
    assert "By Alice" in seen(client_of, cast.bob, "?whose=team")
    assert where(cast.carla) == ["team"]
    assert where(cast.charlie) == []
    put(alices, cast, second=cast.bob)
    assert where(cast.bob) == ["own", "team"]
    assert "together with you" in seen(client_of, cast.bob)
    put(alices, cast, caseworker=cast.bob, second=None, stands_in_for=cast.alice)
    assert where(cast.bob) == ["own", "team", "deputised"]
    assert "Instead of Alice" in seen(client_of, cast.bob, "?whose=deputised")
    assert where(cast.alice) == ["team"]


def test_calendar__the_mayor_holds_none_and_sees_the_teams(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    a_checkin(case, plan, by=cast.alice)
    page = seen(client_of, cast.mayor)
    assert "Nemo Voorbeeld" in page
    assert "My own" not in page


def test_calendar__what_moved_and_what_became_of_it_in_words(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    moved = a_checkin(case, plan, by=cast.alice)
    put(moved, cast, occurs_on=date(2026, 11, 11), moved_because="HOLIDAY")
    assert "Moved from Wednesday 11 November 2026: a public holiday" in seen(client_of, cast.alice)
    put(moved, cast, state="RECORDED", outcome="PARTLY", outcome_at=AT, outcome_by=cast.alice)
    assert "Partly held" in seen(client_of, cast.alice)
    put(moved, cast, state="CANCELLED", outcome="", outcome_at=None, moved_because="PAUSE")
    assert "Cancelled: a pause" in seen(client_of, cast.alice)
    for because in ("CHANGED", "ENDED", "BY_HAND"):
        put(moved, cast, moved_because=because)
        assert "No contact is planned this week." in seen(client_of, cast.alice)
    late = a_checkin(case, plan, by=cast.alice, due_on=TODAY - timedelta(days=7))
    query = f"?on={late.due_on}"
    assert "working days late" in seen(client_of, cast.alice, query)
    assert '<span class="late-words">late</span>' in seen(client_of, cast.alice, query + "&view=month")
    put(late, cast, late_from=TODAY + timedelta(days=1))
    assert "To be recorded" in seen(client_of, cast.alice, query)


def test_calendar__a_rescheduled_contact_stands_where_it_is_now(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    row = a_checkin(case, plan, by=cast.alice, due_on=MONDAY + timedelta(days=14))
    asked = {"by": cast.alice, "at": AT, "asked_by": "PERSON", "reason": "She works that day"}
    with acting(cast.alice):
        now = reschedule_checkin(checkin=row, version=row.version, due_on=MONDAY + timedelta(days=17), **asked)  # type: ignore[arg-type]
    page = seen(client_of, cast.alice, f"?on={MONDAY + timedelta(days=14)}")
    assert f"check-ins/{now.pk}/" in page
    assert f"check-ins/{row.pk}/" not in page
    assert "Rescheduled from Monday" in page
    assert "She works that day" not in page  # the reason is care
    with acting(cast.alice):
        cancel_checkin(checkin=now, version=now.version, **asked)  # type: ignore[arg-type]
    page = seen(client_of, cast.alice, f"?on={MONDAY + timedelta(days=14)}")
    assert 'class="over"' in page
    assert "Cancelled<" in page


def test_calendar__days_off_in_words(cast: Cast, client_of: ClientOf) -> None:
    at = {"recorded_at": AT, "recorded_by": cast.administrator}
    Absence.objects.create(
        **at, user=cast.alice, starts_on=date(2026, 11, 12), ends_on=date(2026, 11, 13), deputy=cast.bob
    )
    Absence.objects.create(**at, user=cast.alice, starts_on=date(2026, 11, 13), ends_on=date(2026, 11, 14))
    Absence.objects.create(**at, user=cast.bob, starts_on=date(2026, 11, 10), ends_on=date(2026, 11, 11))
    agency = cast.alice.postings.get().agency
    ClosingDays.objects.create(
        **at, agency=agency, starts_on=date(2026, 11, 9), ends_on=date(2026, 11, 10), occasion="Moving house"
    )
    ClosingDays.objects.create(**at, agency=agency, starts_on=date(2026, 11, 10), ends_on=date(2026, 11, 11))
    for view in ("week", "month"):
        page = seen(client_of, cast.alice, f"?view={view}&on=2026-11-11")
        for words in (
            "Armistice Day", f"you are away, {cast.bob} stands in", "you are away<", "weekend",
            f"{agency} is closed (Moving house)", f"{agency} is closed<",
        ):  # fmt: skip
            assert words in page, words
        assert page.count("you are away") == 2
    cast.alice.language = "nl"
    cast.alice.save()
    assert "Wapenstilstand" in seen(client_of, cast.alice, "?on=2026-11-11")


def test_calendar__goes_on_and_back(cast: Cast, client_of: ClientOf) -> None:
    week = seen(client_of, cast.alice, "?on=2026-12-30&whose=team")
    assert "?view=week&amp;on=2026-12-23&amp;whose=team" in week
    assert "?view=week&amp;on=2027-01-06&amp;whose=team" in week
    assert f"?view=week&amp;on={TODAY}&amp;whose=team" in week
    month = seen(client_of, cast.alice, "?view=month&on=2027-01-31")
    assert "on=2026-12-01" in month
    assert "on=2027-02-01" in month
    assert month.count("<td") == 5 * 7
    day = seen(client_of, cast.alice, "?on=2026-12-30", page="/calendar/day/")
    assert "/calendar/day/?on=2026-12-29&amp;whose=own" in day
    assert "/calendar/day/?on=2026-12-31&amp;whose=own" in day


@pytest.mark.parametrize(
    "query",
    ["?on=yesterday", "?on=2026-02-31", "?on=9999-12-31", "?on=0001-01-01", "?view=year", "?whose=everybody", "?on=\0"],
)
def test_calendar__nonsense_in_the_address_is_this_week(cast: Cast, client_of: ClientOf, query: str) -> None:
    assert 'class="tag accent">today' in seen(client_of, cast.alice, query)
    seen(client_of, cast.alice, query, page="/calendar/day/")


@pytest.mark.parametrize("on", ["2000-01-01", "2100-12-31"])
def test_calendar__ends_somewhere(cast: Cast, client_of: ClientOf, on: str) -> None:
    for view in ("week", "month"):
        seen(client_of, cast.alice, f"?on={on}&view={view}")
    seen(client_of, cast.alice, f"?on={on}", page="/calendar/day/")


def test_calendar__a_crowded_day_is_counted(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    for number in range(15):
        a_checkin(case, plan, by=cast.alice, due_time=time(9, number))
    month = seen(client_of, cast.alice, "?view=month")
    assert "15 contacts" in month
    assert "and 12 more" in month
    assert month.count("Nemo Voorbeeld") == 3
    week = seen(client_of, cast.alice)
    assert "and 3 more" in week
    assert week.count("Nemo Voorbeeld") == 12
    day = seen(client_of, cast.alice, f"?on={TODAY}", page="/calendar/day/")
    assert day.count(case.reference + "</a>") == 15


def test_calendar__what_is_shown_is_in_the_ledger(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    row = a_checkin(case, plan, by=cast.alice)
    for page in ("/calendar/", "/calendar/?view=month", "/calendar/day/"):
        before = set(LedgerEntry.objects.values_list("pk", flat=True))
        seen(client_of, cast.alice, page=page)
        (entry,) = LedgerEntry.objects.filter(actor=cast.alice).exclude(pk__in=before)
        assert (entry.operation, entry.act, entry.object_ids) == ("CONSULT", "CHECKIN_READ", [row.pk])


@pytest.mark.parametrize("address", ["/calendar/", "/calendar/?view=month", "/calendar/day/"])
def test_calendar__asks_no_more_for_more_rows(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf, address: str
) -> None:
    a_checkin(case, plan, by=cast.alice)
    alice = client_of(cast.alice)
    alice.get(address)
    with CaptureQueriesContext(connection) as one:
        alice.get(address)
    other = a_case(by=cast.carla, lead=cast.alice, name="Nemo Anders", at=AT)
    held = an_agreed_plan(other, by=cast.alice, starts_on=TODAY - timedelta(days=60))
    a_rhythm(other, held, by=cast.alice, starts_on=MONDAY, frequency="DAYS", weekdays=[], within_week=False)
    for _number in range(3):
        put(a_checkin(other, held, by=cast.alice), cast, second=cast.carla, stands_in_for=cast.bob)
    with CaptureQueriesContext(connection) as many:
        alice.get(address)
    assert len(many) == len(one)


def test_sheet__has_names_only_when_they_are_asked_for(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    agency = case.agency
    agency.phone = "+32 000 12 34"
    agency.save()
    a_checkin(
        case, plan, by=cast.alice, due_time=time(9, 15), duration=40, place="Canal 5", with_interpreter=True,
        who_else="the teacher", second=cast.carla,
    )  # fmt: skip
    put(a_checkin(case, plan, by=cast.alice, due_on=MONDAY + timedelta(days=4)), cast, within_week=True)
    sheet = seen(client_of, cast.alice, page="/calendar/day/")
    assert "Nemo Voorbeeld" not in sheet
    for words in (
        "09:15", case.reference, "By telephone", "Canal 5", ">40<", "the teacher", "with an interpreter",
        "+32 000 12 34", f"Together with {cast.carla}", "Some time this week",
    ):  # fmt: skip
        assert words in sheet, words
    named = seen(client_of, cast.alice, "?names=1", page="/calendar/day/")
    assert named.count("Nemo Voorbeeld") == 2
    assert "shred it" in named
