"""Users and postings in the administration."""

from __future__ import annotations

from typing import Any

from cities.staff.models import Posting, User
from tests.cities.admin.conftest import as_, errors, last_act
from tests.factories import Cast, a_user, posting_of


def test_user__made_without_a_password_and_closed(cast: Cast) -> None:
    client = as_(cast.administrator)
    given = {"email": "nova@example.org", "first_name": "Nova", "last_name": "Invented", "language": "nl"}
    assert client.post("/admin/cities/user/add/", {**given, "is_superuser": "on", "is_staff": "on"}).status_code == 302
    user = User.objects.get(email="nova@example.org")
    assert (user.is_superuser, user.is_staff, user.has_usable_password()) == (False, False, False)
    assert "first_name" in errors(
        client.post("/admin/cities/user/add/", {**given, "first_name": "", "email": "n@e.org"})
    )
    assert errors(client.post("/admin/cities/user/add/", given)).keys() <= {"email", "__all__"}
    change = {"first_name": "Nova", "last_name": "Invented", "language": "nl", "email": "other@example.org", "read": 1}
    assert client.post(f"/admin/cities/user/{user.pk}/change/", change).status_code == 302
    user.refresh_from_db()
    assert (user.is_active, user.email) == (False, "nova@example.org")


def test_user__not_one_of_another_city(cast: Cast) -> None:
    change = {"first_name": "Charlie", "last_name": "Invented", "language": "nl", "read": 1}
    client = as_(cast.administrator)
    assert client.post(f"/admin/cities/user/{cast.charlie.pk}/change/", change).status_code == 403
    cast.charlie.refresh_from_db()
    assert cast.charlie.is_active


def a_posting(cast: Cast, user: User, **fields: Any) -> dict[str, Any]:
    return {
        "user": user.pk, "role": "CASEWORKER", "agency": cast.agency.pk, "city": cast.city.pk,
        "starts_on": "2024-01-01", **fields,
    }  # fmt: skip


def test_posting__appointed_ended_and_never_overlapping(cast: Cast) -> None:
    client, user = as_(cast.administrator), a_user()
    assert client.post("/admin/cities/posting/add/", a_posting(cast, user)).status_code == 302
    posting = posting_of(user)
    assert (posting.recorded_by, last_act()[0]) == (cast.administrator, "APPOINT")
    again = errors(client.post("/admin/cities/posting/add/", a_posting(cast, user, starts_on="2024-06-01")))
    assert "holds the same posting in that period" in str(again)
    path = f"/admin/cities/posting/{posting.pk}/change/"
    assert errors(client.post(path, {"ends_on": "", "read": 1})).keys() == {"ends_on"}
    assert errors(client.post(path, {"ends_on": "2024-06-01", "read": 1})) == {
        "ends_on": ["A posting ends today or later."]
    }
    assert client.post(path, {"ends_on": "2090-01-01", "role": "COORDINATOR", "read": 1}).status_code == 302
    posting.refresh_from_db()
    assert (str(posting.ends_on), posting.role) == ("2090-01-01", "CASEWORKER")


def test_period__that_ends_before_it_starts_is_said_beside_the_field(cast: Cast, country: User) -> None:
    """PostgreSQL has no such range: asked what overlaps it, it answers with an error."""
    place, wrong = {"city": cast.city.pk, "source": "Invented"}, {"starts_on": "2024-06-01", "ends_on": "2024-01-01"}
    for page, given in (
        ("posting", a_posting(cast, a_user())),
        ("cellseat", place | {"agency": cast.agency.pk}),
        ("hotspotdesignation", place | {"round": 1}),
    ):
        answer = as_(country).post(f"/admin/cities/{page}/add/", {**given, **wrong})
        assert errors(answer) == {"ends_on": ["A period ends after it starts."]}, page


def test_posting__nobody_appoints_herself_nor_elsewhere(cast: Cast) -> None:
    client = as_(cast.administrator)
    own = errors(client.post("/admin/cities/posting/add/", a_posting(cast, cast.administrator)))
    assert own.keys() == {"user"}
    elsewhere = a_posting(cast, a_user(), city=cast.other_city.pk)
    assert client.post("/admin/cities/posting/add/", elsewhere).status_code == 403
    nowhere = a_posting(cast, a_user(), role="COORDINATOR", city="")
    assert client.post("/admin/cities/posting/add/", nowhere).status_code in (200, 403)
    assert not Posting.objects.filter(role="COORDINATOR", city__isnull=True).exists()
