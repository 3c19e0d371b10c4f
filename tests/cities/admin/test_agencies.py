"""Agencies in the administration, their seats and closing days."""

from __future__ import annotations

from cities.agencies.models import Agency
from tests.cities.admin.conftest import as_, errors
from tests.factories import Cast


def test_agency__added_and_put_out_of_use(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {"name": "House of Invention", "kind": "NGO", "city": cast.city.pk}
    assert client.post("/admin/cities/agency/add/", given).status_code == 302
    agency = Agency.objects.get(name="House of Invention")
    answer = client.post(f"/admin/cities/agency/{agency.pk}/change/", {"name": agency.name, "kind": "NGO", "read": 1})
    assert answer.status_code == 302
    agency.refresh_from_db()
    assert (agency.is_active, agency.city) == (False, cast.city)
    assert client.post("/admin/cities/agency/add/", {**given, "name": "Other", "city": ""}).status_code == 403


def test_seat__given_and_ended(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {"city": cast.city.pk, "agency": cast.agency.pk, "starts_on": "2024-01-01"}
    assert client.post("/admin/cities/cellseat/add/", given).status_code == 302
    assert "ends_on" not in errors(client.post("/admin/cities/cellseat/add/", given))
    pk = cast.city.seats.get().pk
    assert errors(client.post(f"/admin/cities/cellseat/{pk}/change/", {"ends_on": "", "read": 1})).keys() == {"ends_on"}
    assert client.post(f"/admin/cities/cellseat/{pk}/change/", {"ends_on": "2024-06-01", "read": 1}).status_code == 302
    assert str(cast.city.seats.get().ends_on) == "2024-06-01"


def test_closing_days__added_and_withdrawn(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {"agency": cast.agency.pk, "starts_on": "2024-12-25", "ends_on": "2025-01-02", "occasion": "The turn"}
    assert client.post("/admin/cities/closingdays/add/", given).status_code == 302
    assert errors(client.post("/admin/cities/closingdays/add/", given)).keys() == {"starts_on"}
    here = f"/admin/cities/closingdays/{cast.agency.closings.get().pk}/change/"
    for ticked, stands in (({}, True), ({"withdraw": "on"}, False)):
        assert client.post(here, {**ticked, "read": 1}).status_code == 302
        assert cast.agency.closings.filter(withdrawn_at__isnull=True).exists() is stands
    assert client.get(here).status_code == 200
