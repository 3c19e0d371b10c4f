"""Who works in two cities, or asks in one for what lies in another: the officer of each reads what is of hers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.audit.selectors import ledger_for
from cases.casefiles.models import Casefile
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Role
from cities.staff.models import User
from tests.doors import by_token
from tests.factories import Cast, a_case, posted, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def officers(cast: Cast) -> list[User]:
    """Of the city, and of the other one."""
    return [cast.dana, staff(Role.DATA_PROTECTION_OFFICER, cast.other_city)]


@pytest.fixture
def cases(cast: Cast) -> list[Casefile]:
    """One in each city; Carla coordinates both."""
    posted(cast.carla, Role.COORDINATOR, cast.other_city)
    return [a_case(by=cast.carla, lead=cast.alice), a_case(by=cast.carlo, lead=cast.charlie)]


def _read(officer: User, **of: Any) -> list[LedgerEntry]:
    return list(ledger_for(officer, at=timezone.now()).filter(**of))


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_list__is_in_the_ledger_of_each_city_with_what_is_hers(
    cast: Cast, cases: list[Casefile], officers: list[User]
) -> None:
    _client(cast.carla).get("/cases/")
    by_token(cast.carla).get("/api/v1/cases")
    for officer, case in zip(officers, cases, strict=True):
        lists = _read(officer, object_type="casefile", operation="CONSULT", actor=cast.carla)
        assert [(entry.object_ids, entry.rows, entry.city_id) for entry in lists] == [([case.pk], 1, case.city_id)] * 2
        there = cast.carla.postings.get(city=case.city_id)
        assert {(entry.role, entry.agency_id) for entry in lists} == {("COORDINATOR", there.agency_id)}


def test_list__of_one_city_or_of_nothing_is_in_one_ledger(cast: Cast, officers: list[User]) -> None:
    posted(cast.carla, Role.COORDINATOR, cast.other_city)
    client = _client(cast.carla)
    client.get("/cases/")
    a_case(by=cast.carlo, lead=cast.charlie)
    client.get("/cases/")
    lists = LedgerEntry.objects.filter(actor=cast.carla, act="CASE_READ").order_by("id")
    assert [(entry.rows, entry.city_id) for entry in lists] == [(0, cast.city.pk), (1, cast.other_city.pk)]


def test_list__takes_no_more_queries_for_more_rows(cast: Cast, cases: list[Casefile]) -> None:
    client = _client(cast.carla)
    client.get("/cases/")
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/cases/")
        counts.append(len(queries))
        a_case(by=cast.carla, lead=cast.alice)
        a_case(by=cast.carlo, lead=cast.charlie)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("reference", ["", "VIL-2019-0999"])
def test_refusal__is_read_by_the_city_that_was_asked_for_and_by_her_own(
    cast: Cast, cases: list[Casefile], officers: list[User], reference: str
) -> None:
    """Whether the case exists or not, the same stands in both."""
    asked = reference or cases[0].reference
    assert _client(cast.charlie).get(f"/cases/{asked}/").status_code == 404
    told = [_read(officer, operation="DENIED", actor=cast.charlie) for officer in officers]
    assert [[(entry.city_id, entry.case_reference, entry.case_id) for entry in read] for read in told] == [
        [(cast.city.pk, asked, None)], [(cast.other_city.pk, asked, None)]
    ]  # fmt: skip
    agencies = {entry.agency_id for read in told for entry in read}
    assert agencies == {cast.charlie.postings.get().agency_id}


@pytest.mark.parametrize(
    ("who", "reference", "where"),
    [
        ("bob", "VIL-2019-0999", ["VIL"]), ("bob", "XXX-2019-0999", ["VIL"]), ("bob", "nonsense", ["VIL"]),
        ("liaison", "VIL-2019-0999", ["VIL"]), ("liaison", "nonsense", [None]),
    ],
)  # fmt: skip
def test_refusal__stands_once_where_there_is_one_city_or_none(
    cast: Cast, who: str, reference: str, where: list[str | None]
) -> None:
    user: User = getattr(cast, who)
    assert _client(user).get(f"/cases/{reference}/").status_code == 404
    codes = {cast.city.pk: "VIL", None: None}
    assert [codes[entry.city_id] for entry in LedgerEntry.objects.filter(operation="DENIED")] == where


def test_refusal__of_who_works_in_both_cities_is_of_the_one_she_asked_for(cast: Cast) -> None:
    posted(cast.bob, Role.CASEWORKER, cast.other_city)
    _client(cast.bob).get("/cases/VER-2019-0999/")
    entry = LedgerEntry.objects.get(operation="DENIED")
    assert (entry.city_id, entry.agency_id) == (
        cast.other_city.pk, cast.bob.postings.get(city=cast.other_city).agency_id
    )  # fmt: skip
