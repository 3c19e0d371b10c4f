"""The pages about the person of a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.casefiles.models import Casefile
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast

STATUS = {
    "value": "RETURNED", "situation": "FTF3", "confidence": "CONFIRMED", "source_kind": "POLICE",
    "source": "Airport police, by telephone", "reliability": "B",
    "true_since": "2015-06-02", "known_since": "2015-06-03",
}  # fmt: skip


def who_it_is(**changed: Any) -> dict[str, Any]:
    return {"version": 1, "official_name": "Nemo Voorbeeld", "sex": "M", "birth_precision": "UNKNOWN", **changed}


def test_person__shows_who_it_is(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    page = client_of(cast.alice).get(f"/cases/{case.reference}/person/").content.decode()
    assert "Nothing is recorded about where this person is" in page
    assert "Nobody is recorded around this person yet." in page


def test_person__family_is_care(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    path = f"/cases/{case.reference}/person/"
    typed = {"official_name": "Antigone Voorbeeld", "kind": "SIBLING", "is_contact": "on", "sex": "F"}
    assert client_of(cast.alice).post(path + "contacts/new/", typed).status_code == 302
    assert "Antigone Voorbeeld" in client_of(cast.alice).get(path).content.decode()
    mayors = client_of(cast.mayor).get(path).content.decode()
    assert "Antigone" not in mayors
    assert "care, which your role does not read" in mayors
    assert client_of(cast.mayor).get(path + "contacts/new/").status_code == 403


def test_change__corrects_who_it_is(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    path = f"/cases/{case.reference}/person/"
    typed = who_it_is(born_on="1995-04-12", birth_precision="MONTH", language="Arabic", interpreter_needed="on")
    answer = client_of(cast.alice).post(path + "change/", typed, follow=True)
    assert "April 1995" in answer.content.decode()
    assert "needs an interpreter" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("born_on", "2999-01-01", "in the future"),
        ("born_on", "not a day", "Enter a valid date"),
        ("official_name", "", "required"),
        ("official_name", "…", "at least one letter"),
        ("official_name", "A\x00B", "Null characters"),
        ("official_name", "x" * 1000, "at most 400"),
        ("sex", "Q", "Select a valid choice"),
    ],
)
def test_change__says_beside_the_field_what_is_wrong(
    cast: Cast, case: Casefile, client_of: ClientOf, field: str, value: str, said: str
) -> None:
    typed = who_it_is(**{"birth_precision": "DAY" if field == "born_on" else "UNKNOWN", field: value})
    answer = client_of(cast.alice).post(f"/cases/{case.reference}/person/change/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert f'id="id_{field}_error"' in page
    assert f'href="#id_{field}' in page


def test_names__another_and_never_twice(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    alice, path = client_of(cast.alice), f"/cases/{case.reference}/person/"
    assert alice.post(path + "names/new/", {"kind": "ALIAS", "name": "Abou Niemand"}).status_code == 302
    assert "Abou Niemand" in alice.get(path).content.decode()
    again = alice.post(path + "names/new/", {"kind": "ALIAS", "name": "abou  niemand"})
    assert again.status_code == 422
    assert "recorded already" in again.content.decode()


def test_contacts__end(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    alice, path = client_of(cast.alice), f"/cases/{case.reference}/person/"
    alice.post(path + "contacts/new/", {"official_name": "Antigone Voorbeeld", "kind": "SIBLING", "sex": "F"})
    page = alice.get(path).content.decode()
    end = page.split(f'href="{path}contacts/')[2].split('"')[0]
    assert "Antigone" in alice.get(f"{path}contacts/{end}").content.decode()
    future = str(timezone.localdate() + timedelta(days=3))
    assert alice.post(f"{path}contacts/{end}", {"ends_on": future}).status_code == 422
    alice.post(f"{path}contacts/{end}", {"ends_on": str(timezone.localdate())})
    assert "Antigone" not in alice.get(path).content.decode()
    assert alice.get(f"{path}contacts/{end}").status_code == 404


def test_status__recorded_and_corrected(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    alice, path = client_of(cast.alice), f"/cases/{case.reference}/person/"
    assert alice.post(path + "travel/new/", STATUS).status_code == 302
    page = alice.get(path).content.decode()
    assert "Returned</strong>, confirmed" in page
    assert "True since 2 June 2015, known since 3 June 2015" in page
    correct = path + "travel/" + page.split(f'href="{path}travel/')[2].split('"')[0]
    assert "Airport police" in alice.get(correct).content.decode()
    unexplained = alice.post(correct, {**STATUS, "true_since": "2015-06-01"})
    assert unexplained.status_code == 422
    assert 'id="id_reason_error"' in unexplained.content.decode()
    alice.post(correct, {**STATUS, "true_since": "2015-06-01", "reason": "He landed the day before"})
    page = alice.get(path).content.decode()
    assert "corrected</span>" in page
    assert "He landed the day before" in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"true_since": "2999-01-01"}, "true_since"),
        ({"known_since": "2015-06-01"}, "known_since"),
        ({"situation": "FTF1"}, "situation"),
        ({"value": "", "situation": ""}, "value"),
        ({"source": ""}, "source"),
        ({"value": "ELSEWHERE"}, "value"),
    ],
)
def test_status__impossible(
    cast: Cast, case: Casefile, client_of: ClientOf, changed: dict[str, str], field: str
) -> None:
    answer = client_of(cast.alice).post(f"/cases/{case.reference}/person/travel/new/", {**STATUS, **changed})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


@pytest.mark.parametrize("path", ["contacts/1/end/", "travel/1/correct/", "travel/99999999999999999999/correct/"])
def test_rows__of_nobody_do_not_exist(cast: Cast, case: Casefile, client_of: ClientOf, path: str) -> None:
    assert client_of(cast.alice).get(f"/cases/{case.reference}/person/{path}").status_code == 404
