"""Published figures in the administration."""

from __future__ import annotations

from cities.statistics.models import Figure, Series
from tests.cities.admin.conftest import as_, errors
from tests.factories import a_user


def test_figures__by_a_superuser_without_posting(db: None) -> None:
    root = a_user(is_superuser=True)
    client = as_(root)
    assert client.post("/admin/cities/series/add/", {"code": "invented", "name": "Invented"}).status_code == 302
    series = Series.objects.get()
    given = {
        "series": series.pk,
        "as_of": "2015-11-03",
        "area": "BE",
        "measure": "left",
        "value": 500,
        "source": "None",
    }
    assert client.post("/admin/cities/figure/add/", {**given, "qualifier": "about"}).status_code == 302
    figure = Figure.objects.get()
    assert errors(
        client.post(f"/admin/cities/figure/{figure.pk}/change/", {"value": 1, "source": "", "read": 1})
    ).keys() == {"source"}
    answer = client.post(f"/admin/cities/series/{series.pk}/change/", {"code": "other", "name": "Renamed", "read": 1})
    assert answer.status_code == 302
    series.refresh_from_db()
    assert (series.code, series.name) == ("invented", "Renamed")
    assert client.get("/admin/cities/city/").status_code == 403
