"""Openings drawn by chance: once a week and city, seen by whoever reads its ledger, and what she found of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from cases.access.rules import NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting, as_clock
from cases.audit.models import LookSample, SampleFinding
from cases.audit.rules import A_WEEK
from cases.audit.selectors import sample_for, samples_for
from cases.audit.services import draw_samples, record_finding
from cases.casefiles.models import Casefile
from cities.ledger import services as ledger
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock, Operation
from cities.roles.rules import Role
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf, case, client_of
from tests.factories import Cast, a_case, staff

__all__ = ["case", "client_of"]
NEXT_WEEK = timezone.now() + timedelta(days=7)


def opened(case: Casefile, by: User, number: int = 1) -> None:
    for _ in range(number):
        ledger.write(
            operation=Operation.CONSULT, by=by, act="CASE_READ", case_id=case.pk, case_reference=case.reference,
            city_id=case.city_id,
        )  # fmt: skip


def drawn() -> int:
    with as_clock():
        return draw_samples(by=Clock.CLOCK, at=NEXT_WEEK)


def test_draw__takes_some_of_each_city_once(cast: Cast, case: Casefile) -> None:
    elsewhere = a_case(by=cast.carlo)
    opened(case, cast.alice, A_WEEK + 3)
    opened(elsewhere, cast.charlie, 2)
    assert drawn() == A_WEEK + 2
    assert drawn() == 0
    with acting(cast.dana):
        entries = LedgerEntry.objects.in_bulk(LookSample.objects.values_list("entry_id", flat=True))
    assert len(entries) == A_WEEK
    assert {entry.city_id for entry in entries.values()} == {cast.city.pk}
    assert {entry.operation for entry in entries.values()} == {"CONSULT"}
    with as_clock():
        assert draw_samples(by=Clock.CLOCK, at=NEXT_WEEK + timedelta(days=7)) == 0


def test_draw__is_the_clocks(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        draw_samples(by=cast.dana, at=NEXT_WEEK)  # type: ignore[arg-type]


def test_samples__are_there_for_whoever_reads_the_ledger_of_the_city(cast: Cast, case: Casefile) -> None:
    opened(case, cast.alice)
    drawn()
    other = staff(Role.DATA_PROTECTION_OFFICER, cast.other_city, first_name="Dirk")
    for user, seen in ((cast.dana, 1), (other, 0), (cast.carla, 0), (cast.alice, 0), (cast.administrator, 0)):
        with acting(user):
            assert LookSample.objects.count() == seen
            assert len(samples_for(user, at=timezone.now())) == seen
    with acting(cast.dana):
        number = LookSample.objects.get().pk
    with acting(other), pytest.raises(OutOfSight):
        sample_for(other, number, at=timezone.now())


def test_finding__holds_until_a_later_one(cast: Cast, case: Casefile) -> None:
    opened(case, cast.alice)
    drawn()
    at = timezone.now()
    with acting(cast.dana):
        sample = LookSample.objects.get()
        first = record_finding(sample=sample, by=cast.dana, at=at, outcome="IN_ORDER")
        with pytest.raises(Stale):
            record_finding(sample=sample, by=cast.dana, at=at, outcome="ASKED", note="She says so")
        with pytest.raises(Refused) as refused:
            record_finding(sample=sample, by=cast.dana, at=at, outcome="ASKED", after=first.pk)
        assert refused.value.field == "note"
        with pytest.raises(Refused, match="Choose"):
            record_finding(sample=sample, by=cast.dana, at=at, outcome="", after=first.pk)
        record_finding(sample=sample, by=cast.dana, at=at, outcome="ASKED", note="She says so", after=first.pk)
        found = sample_for(cast.dana, sample.pk, at=at)
        assert found.latest is not None
        assert (found.latest.outcome, len(found.findings)) == ("ASKED", 2)
        with pytest.raises(ProgrammingError), transaction.atomic():
            SampleFinding.objects.update(outcome="IN_ORDER")
    entry = LedgerEntry.objects.filter(actor=cast.dana).order_by("id").last()
    assert entry is not None
    assert (entry.object_type, entry.fields, entry.city_id) == ("samplefinding", ["note", "outcome"], cast.city.pk)


def test_finding__is_for_whoever_reads_the_ledger(cast: Cast, case: Casefile) -> None:
    opened(case, cast.alice)
    drawn()
    with acting(cast.dana):
        sample = LookSample.objects.get()
    with acting(cast.carla), pytest.raises(NotAllowed):
        record_finding(sample=sample, by=cast.carla, at=timezone.now(), outcome="IN_ORDER")


def test_pages__show_what_waits_and_keep_what_was_typed(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    opened(case, cast.alice)
    dana = client_of(cast.dana)
    assert "Nothing has been drawn yet" in dana.get("/ledger/samples/").content.decode()
    drawn()
    page = dana.get("/ledger/samples/").content.decode()
    assert "not looked at yet" in page
    assert str(cast.alice) in page
    with acting(cast.dana):
        here = f"/ledger/samples/{LookSample.objects.get().pk}/"
    assert case.reference in dana.get(here).content.decode()
    answer = dana.post(here, {"outcome": "FOLLOW_UP", "note": ""})
    assert answer.status_code == 422
    answer = dana.post(here, {"outcome": "FOLLOW_UP", "note": "Opened at night"})
    assert answer.status_code == 302
    page = dana.get(here).content.decode()
    assert "Opened at night" in page
    assert "to be followed up" in dana.get("/ledger/samples/").content.decode()
    stale = dana.post(here, {"outcome": "IN_ORDER", "note": "kept words"})
    assert stale.status_code == 422
    assert "kept words" in stale.content.decode()
    assert client_of(cast.carla).get(here).status_code == 403
    assert dana.get("/ledger/samples/999999/").status_code == 404
