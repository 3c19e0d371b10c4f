"""Prosecution referrals: written, read by a second person, sent and answered, and what each house is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.selectors import facts_of, referral_numbered
from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast
from tests.factories.referrals import a_referral


def path_of(case: Casefile, rest: str = "") -> str:
    return f"/cases/{case.reference}/referrals/{rest}"


def referred(case: Casefile, cast: Cast, stage: str = "DRAFTED", **fields: Any) -> ProsecutionReferral:
    return a_referral(case, cast, stage=stage, at=timezone.now() - timedelta(minutes=5), **fields)


def now_as(user: User, case: Casefile) -> ProsecutionReferral:
    with acting(user):
        return referral_numbered(user, case.reference, 1, at=timezone.now())


def written(cast: Cast, **changed: Any) -> dict[str, Any]:
    typed = {
        "addressed_to": cast.office.pk, "ground": "ARTICLE_29", "urgency": "URGENT", "subject": "Nemo Voorbeeld",
        "statement": "What the office has to know", "withheld": "", "facts-TOTAL_FORMS": 1, "facts-INITIAL_FORMS": 0,
        "facts-0-nature": "FACT", "facts-0-text": "He was seen", "facts-0-source": "A street worker",
        "facts-0-reliability": "B", "facts-0-observed_on": "",
    }  # fmt: skip
    return {**typed, **changed}


def test_draft__begins_empty_and_is_kept(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    carla = client_of(cast.carla)
    page = carla.get(path_of(case, "draft/")).content.decode()
    assert "Nemo Voorbeeld" not in page[page.index('<form class="form"') :]  # not even the name is copied
    answer = carla.post(path_of(case, "draft/"), written(cast))
    assert answer.headers["Location"] == path_of(case, "1/")
    row = now_as(cast.carla, case)
    assert (row.stage, row.urgency, row.addressed_to) == ("DRAFTED", "URGENT", cast.office)
    with acting(cast.carla):
        assert [(fact.nature, fact.reliability) for fact in facts_of(row)] == [("FACT", "B")]


def test_draft__makes_room_for_another_statement_and_keeps_what_was_typed(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    typed = written(cast, more="1", statement="Not finished", **{"facts-0-source": ""})
    answer = client_of(cast.carla).post(path_of(case, "draft/"), typed)
    page = answer.content.decode()
    assert answer.status_code == 200  # nothing is judged yet
    assert "Statement 2" in page
    assert "Take this statement out" in page
    assert "Not finished" in page
    assert "He was seen" in page
    assert "errors-title" not in page


def test_draft__takes_out_a_statement_and_ignores_an_empty_one(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    typed = written(cast, **{
        "facts-TOTAL_FORMS": 3, "facts-1-nature": "ASSESSMENT", "facts-1-text": "Taken out", "facts-1-source": "x",
        "facts-1-reliability": "C", "facts-1-DELETE": "on", "facts-2-text": "", "facts-2-source": "",
    })  # fmt: skip
    assert client_of(cast.carla).post(path_of(case, "draft/"), typed).status_code == 302
    with acting(cast.carla):
        assert [fact.text for fact in facts_of(now_as(cast.carla, case))] == ["He was seen"]


@pytest.mark.parametrize(
    ("changed", "link"),
    [
        ({"addressed_to": ""}, "#id_addressed_to_0"),
        ({"statement": "  "}, "#id_statement"),
        ({"subject": "a\x00b"}, "#id_subject"),
        ({"facts-0-source": ""}, "#id_facts-0-source"),
        ({"facts-0-reliability": "Z"}, "#id_facts-0-reliability"),
        ({"facts-0-nature": ""}, "#id_facts-0-nature_0"),
    ],
)
def test_draft__says_beside_the_field_what_is_missing(
    cast: Cast, case: Casefile, client_of: ClientOf, changed: dict[str, str], link: str
) -> None:
    answer = client_of(cast.carla).post(path_of(case, "draft/"), written(cast, **changed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="{link}"' in page
    assert "He was seen" in page


@pytest.mark.parametrize(
    "changed",
    [{"facts-TOTAL_FORMS": "x"}, {"facts-TOTAL_FORMS": "99999"}, {"facts-TOTAL_FORMS": "0"},
     {"facts-0-observed_on": "2999-01-01"}, {"statement": "x" * 20_001}, {"facts-TOTAL_FORMS": "x", "more": "1"}],
)  # fmt: skip
def test_draft__survives_what_no_referral_says(
    cast: Cast, case: Casefile, client_of: ClientOf, changed: dict[str, str]
) -> None:
    answer = client_of(cast.carla).post(path_of(case, "draft/"), written(cast, **changed))
    assert answer.status_code == (200 if "more" in changed else 422)


def test_change__says_when_somebody_was_quicker(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    row = referred(case, cast)
    carla = client_of(cast.carla)
    typed = written(cast, version=row.version)
    assert carla.post(path_of(case, "1/change/"), {**typed, "statement": "The first"}).status_code == 302
    answer = carla.post(path_of(case, "1/change/"), {**typed, "statement": "The second"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The first" in page
    assert "The second" in page
    assert now_as(cast.carla, case).statement == "The first"


def test_approve__is_by_a_second_person(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    row = referred(case, cast)
    carla = client_of(cast.carla)
    assert "approve/" not in carla.get(path_of(case, "1/")).content.decode()
    answer = carla.post(path_of(case, "1/approve/"), {"version": row.version})
    assert answer.status_code == 422
    assert "other than its drafter" in answer.content.decode()
    mayor = client_of(cast.mayor)
    assert "Approve these words" in mayor.get(path_of(case, "1/")).content.decode()
    assert mayor.post(path_of(case, "1/approve/"), {"version": row.version}).status_code == 302
    assert now_as(cast.mayor, case).stage == "APPROVED"


def test_send__shows_once_more_what_leaves_and_to_whom(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    row = referred(case, cast, "APPROVED")
    carla = client_of(cast.carla)
    page = carla.get(path_of(case, "1/send/")).content.decode()
    assert "An invented statement" in page
    assert str(cast.liaison) in page
    assert now_as(cast.carla, case).stage == "APPROVED"
    assert carla.post(path_of(case, "1/send/"), {"version": row.version}).status_code == 302
    assert now_as(cast.carla, case).stage == "SENT"


@pytest.mark.parametrize(("rest", "stage"), [("1/take-back/", "DRAFTED"), ("1/withdraw/", "WITHDRAWN")])
def test_take_back_and_withdraw__say_why(
    cast: Cast, case: Casefile, client_of: ClientOf, rest: str, stage: str
) -> None:
    row = referred(case, cast, "APPROVED")
    carla = client_of(cast.carla)
    answer = carla.post(path_of(case, rest), {"version": row.version, "reason": ""})
    assert answer.status_code == 422
    assert 'href="#id_reason"' in answer.content.decode()
    assert carla.post(path_of(case, rest), {"version": row.version, "reason": "A slip"}).status_code == 302
    assert now_as(cast.carla, case).stage == stage


def test_the_office__reads_acknowledges_and_answers(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    row = referred(case, cast, "SENT")
    liaison = client_of(cast.liaison)
    assert "Nemo Invented, born in 1990" in liaison.get("/referrals/").content.decode()
    page = liaison.get(path_of(case, "1/")).content.decode()
    assert "An invented statement" in page
    assert "Acknowledge it" in page
    assert liaison.post(path_of(case, "1/acknowledge/"), {"version": row.version}).status_code == 302
    row = now_as(cast.liaison, case)
    typed = {"version": row.version, "answer": "", "answer_text": ""}
    assert liaison.post(path_of(case, "1/answer/"), typed).status_code == 422
    assert liaison.post(path_of(case, "1/answer/"), {**typed, "answer": "INQUIRY"}).status_code == 302
    assert now_as(cast.liaison, case).answer == "INQUIRY"
    assert "an inquiry is open" in client_of(cast.carla).get(path_of(case, "1/")).content.decode()


def test_the_office__sees_the_referral_and_nothing_else_of_the_case(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    referred(case, cast, "SENT")
    liaison = client_of(cast.liaison)
    page = liaison.get(path_of(case, "1/")).content.decode()
    for hidden in ("Nemo Voorbeeld", str(cast.alice), f'"/cases/{case.reference}/"', "Drafted</strong>"):
        assert hidden not in page
    for path in (f"/cases/{case.reference}/", f"/cases/{case.reference}/plan/", path_of(case), path_of(case, "2/")):
        assert liaison.get(path).status_code == 404
    assert liaison.get(path_of(case, "1/change/")).status_code in (403, 404)


@pytest.mark.parametrize("stage", ["DRAFTED", "APPROVED", "WITHDRAWN"])
def test_the_office__never_hears_of_what_was_not_sent(
    cast: Cast, case: Casefile, client_of: ClientOf, stage: str
) -> None:
    referred(case, cast, stage)
    liaison = client_of(cast.liaison)
    assert liaison.get(path_of(case, "1/")).status_code == 404
    assert case.reference not in liaison.get("/referrals/").content.decode()


@pytest.mark.parametrize("rest", ["", "draft/", "1/", "1/change/", "1/send/", "1/withdraw/", "1/answer/"])
@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "carlo", "analyst", "dana"])
def test_referrals__are_not_for_the_house_of_care(
    cast: Cast, case: Casefile, client_of: ClientOf, rest: str, who: str
) -> None:
    referred(case, cast, "APPROVED")
    answer = client_of(getattr(cast, who)).get(path_of(case, rest))
    assert answer.status_code in (403, 404)
    assert "An invented statement" not in answer.content.decode()


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "analyst", "dana", "administrator"])
def test_referral_list__is_for_who_reads_referrals(cast: Cast, client_of: ClientOf, who: str) -> None:
    assert client_of(getattr(cast, who)).get("/referrals/").status_code == 403


def test_referral_list__puts_first_what_waits_for_whoever_looks(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    referred(case, cast)
    carla, mayor = (client_of(user).get("/referrals/").content.decode() for user in (cast.carla, cast.mayor))
    assert "No referral waits for you" in carla
    assert "Waiting for others" in carla
    assert "No referral waits for you" not in mayor
    assert case.reference in mayor
    assert case.reference in client_of(cast.carla).get("/referrals/?stage=DRAFTED").content.decode()
    assert "is in this stage" in client_of(cast.carla).get("/referrals/?stage=SENT").content.decode()
    assert client_of(cast.carlo).get("/referrals/").content.decode().count(case.reference) == 0


def test_referral__is_opened_in_the_ledger_by_both_houses(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    row = referred(case, cast, "SENT")
    for user in (cast.carla, cast.liaison):
        client_of(user).get(path_of(case, "1/"))
        entry = LedgerEntry.objects.filter(actor=user, operation="CONSULT").latest("at")
        assert (entry.act, entry.compartment, entry.object_ids) == ("REFERRAL_READ", "JUSTICE", [row.pk])
        assert entry.case_reference == case.reference


def test_board__shows_referrals_by_stage(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    referred(case, cast, "SENT")
    assert "/referrals/?stage=SENT" in client_of(cast.carla).get("/board/").content.decode()
