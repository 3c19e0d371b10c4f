"""Casework in the administration: to read, scoped, in the ledger; code lists by who keeps them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from cases.access.services import acting
from cases.audit.selectors import without_task
from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from cases.prosecution.models import Offence, ProsecutionReferral
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Role
from cities.staff.models import User
from tests.factories import Cast, a_case, a_plan, a_user, an_offence, posted, sent_referral, staff

PATHS = ("casefile", "followupplan", "checkin", "prosecutionreferral")


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def case(cast: Cast) -> Casefile:
    """A case led by Alice, with a plan and a referral that was sent."""
    made = a_case(by=cast.carla, lead=cast.alice, name="Canary Invented")
    a_plan(made, by=cast.alice)
    sent_referral(made, cast)
    return made


def test_casework__an_administrator_and_a_superuser_see_none(cast: Cast, case: Casefile) -> None:
    for user in (cast.administrator, staff(Role.ADMINISTRATOR, None), a_user(is_superuser=True, is_staff=True)):
        client = as_(user)
        for path in PATHS:
            for address in (f"/admin/cases/{path}/", f"/admin/cases/{path}/{case.pk}/change/"):
                answer = client.get(address)
                assert answer.status_code == 403
                assert b"Canary" not in answer.content
        index = client.get("/admin/").content
        assert not any(f"/cases/{path}/".encode() in index for path in PATHS)


def test_casework__who_also_leads_a_case_reads_that_one(cast: Cast, case: Casefile) -> None:
    hidden = a_case(by=cast.carla, name="Hidden Invented")
    posted(cast.alice, Role.ADMINISTRATOR, cast.city)
    client = as_(cast.alice)
    answer = client.get("/admin/cases/casefile/")
    assert case.reference.encode() in answer.content
    assert hidden.reference.encode() not in answer.content
    assert b"1 case" in answer.content
    listed = LedgerEntry.objects.order_by("id").last()
    assert listed is not None
    assert (listed.operation, listed.object_type, listed.object_ids) == ("CONSULT", "casefile", [case.pk])
    answer = client.get(f"/admin/cases/casefile/{case.pk}/change/")
    assert b"Canary Invented" in answer.content
    opened = LedgerEntry.objects.order_by("id").last()
    assert opened is not None
    assert (opened.actor, opened.case_reference, opened.compartment) == (cast.alice, case.reference, "CORE")
    assert (listed.purpose, opened.purpose) == ("admin", "admin")
    assert {"reference", "person.official_name", "next_step"} <= set(listed.fields) <= set(opened.fields)
    assert opened in LedgerEntry.objects.filter(without_task()), "nobody is asked there, so it counts as that"
    assert client.get("/admin/cases/prosecutionreferral/").status_code == 403
    assert client.get("/admin/cases/followupplan/").status_code == 200


def test_casework__hidden_and_unknown_look_alike(cast: Cast, case: Casefile) -> None:
    hidden = a_case(by=cast.carla)
    posted(cast.alice, Role.ADMINISTRATOR, cast.city)
    client = as_(cast.alice)
    answers = [client.get(f"/admin/cases/casefile/{pk}/change/", follow=True) for pk in (hidden.pk, 999_999)]
    assert {answer.redirect_chain[0] for answer in answers} == {("/admin/", 302)}
    texts = [
        answer.content.replace(str(pk).encode(), b"PK")
        for answer, pk in zip(answers, (hidden.pk, 999_999), strict=True)
    ]
    assert b"doesn" in texts[0]
    assert not LedgerEntry.objects.filter(case_reference=hidden.reference, actor=cast.alice).exists()


def test_casework__is_not_changed_here(cast: Cast, case: Casefile) -> None:
    posted(cast.carla, Role.ADMINISTRATOR, cast.city)
    client = as_(cast.carla)
    for path in PATHS:
        assert client.get(f"/admin/cases/{path}/").status_code == 200
        assert client.get(f"/admin/cases/{path}/add/").status_code == 403
    address = f"/admin/cases/casefile/{case.pk}"
    assert client.post(f"{address}/change/", {"next_step": "Changed here"}).status_code == 403
    assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    with acting(cast.carla):
        assert Casefile.objects.get(pk=case.pk).next_step != "Changed here"
        plan = FollowUpPlan.objects.get()
        referral = ProsecutionReferral.objects.get()
    assert client.get(f"/admin/cases/followupplan/{plan.pk}/change/").status_code == 200
    assert client.get(f"/admin/cases/prosecutionreferral/{referral.pk}/change/").status_code == 200
    assert client.get(f"{address}/history/").status_code == 302


def test_offences__kept_by_the_country(cast: Cast) -> None:
    keeper = staff(Role.ADMINISTRATOR, None)
    offence = an_offence("140")
    names = {f"name_{language}": "Invented" for language in ("nl", "fr", "de", "en")}
    assert as_(cast.administrator).get("/admin/cases/offence/add/").status_code == 403
    client = as_(keeper)
    assert client.get("/admin/cases/offence/").status_code == 200
    given = {"code": "141", "starts_on": "2004-01-08", **names}
    assert client.post("/admin/cases/offence/add/", given).status_code == 302
    ended = {**names, "read": "1", "ends_on": "2014-12-31"}
    answer = client.post(f"/admin/cases/offence/{offence.pk}/change/", ended)
    assert answer.context["adminform"].form.errors == {"ends_on": ["A period ends after it starts."]}
    assert (
        client.post(f"/admin/cases/offence/{offence.pk}/change/", {**ended, "ends_on": "2026-04-08"}).status_code == 302
    )
    with acting(keeper):
        assert {(row.code, row.ends_on) for row in Offence.objects.all()} == {("140", date(2026, 4, 8)), ("141", None)}


@pytest.mark.parametrize(
    ("app", "model", "field", "term"), [("cases", "stagechange", "casefile", "VIL"), ("cities", "posting", "user", "a")]
)
def test_autocomplete__answers_nobody(cast: Cast, case: Casefile, app: str, model: str, field: str, term: str) -> None:
    """Asked in full, by somebody who may read both in their lists: else it would name rows without an entry."""
    posted(cast.carla, Role.ADMINISTRATOR, cast.city)
    asked = {"app_label": app, "model_name": model, "field_name": field, "term": term}
    answer = as_(cast.carla).get("/admin/autocomplete/", asked)
    assert answer.status_code == 403
    assert case.reference not in answer.content.decode()
    refused = LedgerEntry.objects.order_by("id").last()
    assert refused is not None
    assert (refused.operation, refused.act) == ("DENIED", "admin:autocomplete")
