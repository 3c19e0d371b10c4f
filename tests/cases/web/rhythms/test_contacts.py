"""Single contacts in the browser, any day of the week; and who may open these pages."""

from __future__ import annotations

from datetime import time

from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn
from cases.checkins.selectors import checkin_for
from cases.plans.models import FollowUpPlan
from tests.cases.web.conftest import ClientOf, words
from tests.cases.web.rhythms.conftest import DAY, HTMX, contacts, monday, path
from tests.factories import Cast
from tests.factories.checkins import a_checkin, a_rhythm

# --- One contact ---


def as_it_stands(cast: Cast, case: Casefile, pk: int) -> CheckIn:
    with acting(cast.alice):
        return checkin_for(cast.alice, case, pk, at=timezone.now())


def test_change__one_contact(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    a_rhythm(case, plan, by=cast.alice, starts_on=monday(), time=time(10), at=timezone.now())
    one = contacts(cast, case)[0]
    here = path(case, f"check-ins/{one.pk}/change/")
    assert 'value="10:00"' in alice.get(here).content.decode()
    said = {
        "version": 1, "kind": "VIDEO", "caseworker": cast.alice.pk, "duration": 20, "due_time": "11:00",
        "second": cast.carla.pk, "who_else": "His sister", "with_interpreter": "on", "is_critical": "on",
    }  # fmt: skip
    for wrong in ({"duration": 1}, {"second": cast.alice.pk}, {"due_time": "noon"}, {"who_else": "a\x00"}):
        assert alice.post(here, said | wrong).status_code == 422
    page = words(alice.post(here, said, follow=True).content.decode())
    assert "This one is changed" in page
    assert "His sister" in page
    changed = as_it_stands(cast, case, one.pk)
    assert (changed.kind, changed.by_hand, changed.due_on) == ("VIDEO", True, one.due_on)
    stale = alice.post(here, said | {"who_else": "His brother"})
    assert (stale.status_code, "His brother" in stale.content.decode()) == (422, True)


def test_single_contact__what_stands_in_its_way_is_said(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice, now = client_of(cast.alice), timezone.now()
    saturday = monday() + 5 * DAY
    a_checkin(case, plan, by=cast.alice, due_on=saturday, due_time=time(10), at=now)
    said = {"kind": "HOME", "caseworker": cast.alice.pk, "duration": 30, "due_on": str(saturday), "due_time": "10:10"}
    page = words(alice.post(path(case, "check-ins/new/"), said, follow=True).content.decode())
    assert "The check-in is arranged." in page
    assert "is a day off: a weekend." in page
    assert f"clashes with {case.reference} at 10:00" in page
    quiet = words(
        alice.post(path(case, "check-ins/new/"), said | {"due_on": str(monday())}, follow=True).content.decode()
    )
    assert "clashes" not in quiet
    one = contacts(cast, case, due_on=monday())[0]
    moved = {
        "version": 1, "due_on": str(saturday), "due_time": "10:30", "asked_by": "US", "reason": "Training",
    }  # fmt: skip
    page = words(alice.post(path(case, f"check-ins/{one.pk}/reschedule/"), moved, follow=True).content.decode())
    assert "clashes with" in page


def test_record__sooner_when_it_may_be(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice, today = client_of(cast.alice), timezone.localdate()
    rhythm = a_rhythm(
        case, plan, by=cast.alice, starts_on=today + DAY, frequency="DAYS", every=30, weekdays=[], early_days=10,
        policy="KEEP", at=timezone.now(),
    )  # fmt: skip
    soon, later = contacts(cast, case, rhythm=rhythm)[:2]
    button = "Record what came of it"
    assert button in alice.get(path(case, f"check-ins/{soon.pk}/")).content.decode()
    assert button not in alice.get(path(case, f"check-ins/{later.pk}/")).content.decode()
    page = alice.get(path(case, "check-ins/")).content.decode()
    assert path(case, f"check-ins/{soon.pk}/record/") in page
    assert path(case, f"check-ins/{later.pk}/record/") not in page
    recorded = alice.post(
        path(case, f"check-ins/{soon.pk}/record/"), {"version": 1, "outcome": "HELD", "held_on": str(today)}
    )
    assert recorded.status_code == 302


# --- Who may ---


def test_every_page__is_not_there_for_others(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    rhythm = a_rhythm(case, plan, by=cast.alice, starts_on=timezone.localdate(), at=timezone.now())
    one = contacts(cast, case)[0]
    acts = [f"rhythms/{rhythm.pk}/{act}/" for act in ("change", "end", "pause", "resume", "take-up")]
    pages = ["rhythms/new/", "rhythms/avoid/", f"check-ins/{one.pk}/change/", *acts]
    for rest in pages:
        for who in (cast.bob, cast.charlie, cast.dana):
            for answer in (client_of(who).get(path(case, rest)), client_of(who).post(path(case, rest), {})):
                assert answer.status_code == 404
        assert client_of(cast.mayor).post(path(case, rest), {"preview": "1"}).status_code == 403
        assert client_of(cast.mayor).post(path(case, rest), {"preview": "1"}, headers=HTMX).status_code == 403


# --- Any day of the week ---


def test_my_day__any_day_of_this_week(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    today = timezone.localdate()
    for number in range(6):
        a_rhythm(
            case, plan, by=cast.alice, starts_on=today - today.weekday() * DAY, weekdays=[4], within_week=True,
            policy="KEEP", place=f"Room {number}", at=timezone.now(),
        )  # fmt: skip
    page = client_of(cast.alice).get("/").content.decode()
    if today.weekday() > 4:  # the week is over at the weekend
        assert "block-week" not in page
        return
    assert "Some time this week" in page
    assert words(page).count("this week") == 12  # the heading, five rows, each again for who listens, and one more
    assert 'href="?show=week"' in page
