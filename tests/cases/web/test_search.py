"""Search: one box, why each person was found, and nobody whom one may not know of."""

from __future__ import annotations

import pytest
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.people.services import add_contact
from cities.ledger.models import LedgerEntry
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast


def test_search__finds_a_name_in_another_spelling_and_says_why(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    answer = client_of(cast.alice).post("/search/", {"q": "vorbeeld"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [("/search/", 302)]
    assert "1 person found" in page
    assert f'href="/cases/{case.reference}/"' in page
    assert "Nemo Voorbeeld" in page


def test_search__keeps_names_out_of_addresses(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    answer = alice.post("/search/", {"q": "Voorbeeld"})
    assert answer.headers["Location"] == "/search/"
    assert "Nemo Voorbeeld" in alice.get("/search/").content.decode()  # "back" finds it again
    assert 'method="get"' not in alice.get("/search/").content.decode()


def test_search__answers_htmx_with_what_was_found_alone(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    answer = client_of(cast.alice).post("/search/", {"q": "Voorbeeld"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert case.reference in page


def test_search__is_written_down_with_who_was_shown(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    client_of(cast.alice).post("/search/", {"q": "Voorbeeld"}, follow=True)
    entry = LedgerEntry.objects.filter(actor=cast.alice, act="PERSON_READ").latest("at")
    assert (entry.object_type, entry.object_ids) == ("person", [case.person_id])


@pytest.mark.parametrize("who", ["bob", "charlie", "carlo"])
@pytest.mark.parametrize("by", ["name", "reference"])
def test_search__finds_nobody_whom_one_may_not_know_of(
    cast: Cast, case: Casefile, client_of: ClientOf, who: str, by: str
) -> None:
    typed = case.reference if by == "reference" else "Nemo Voorbeeld"
    page = client_of(getattr(cast, who)).post("/search/", {"q": typed}, follow=True).content.decode()
    assert "Nobody found" in page
    assert f"/cases/{case.reference}/" not in page


def test_search__finds_a_relative_who_has_no_case(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    with acting(cast.alice):
        add_contact(case=case, by=cast.alice, at=timezone.now(), official_name="Fien Familie", kind="SIBLING")
    page = client_of(cast.alice).post("/search/", {"q": "fien familie"}, follow=True).content.decode()
    assert "Fien Familie" in page
    assert "no case of her or his own" in page


@pytest.mark.parametrize("typed", ["", "  ", "x" * 101, "a\x00b"])
def test_search__refuses_what_can_be_no_name_and_keeps_it(cast: Cast, client_of: ClientOf, typed: str) -> None:
    answer = client_of(cast.alice).post("/search/", {"q": typed})
    assert answer.status_code == 422
    assert "id_q_error" in answer.content.decode()


@pytest.mark.parametrize("who", ["analyst", "dana", "liaison", "administrator"])
def test_search__is_for_those_who_read_about_people(cast: Cast, client_of: ClientOf, who: str) -> None:
    client = client_of(getattr(cast, who))
    assert client.get("/search/").status_code == 403
    assert client.post("/search/", {"q": "Voorbeeld"}).status_code == 403
