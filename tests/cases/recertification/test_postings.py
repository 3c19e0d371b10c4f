"""Postings that cover a whole city are confirmed by the officer."""

from __future__ import annotations

import pytest

from cases.access.rules import NotAllowed, OutOfSight
from cities.roles.rules import Role
from cities.staff import services
from cities.staff.models import Posting
from cities.staff.selectors import postings_to_confirm
from tests.cases.recertification.conftest import DAY, tend
from tests.factories import AT, TODAY, Cast, a_user, on_her_behalf, posted, posting_of

confirm_postings = on_her_behalf(services.confirm_postings)


def test_postings__are_confirmed_by_the_officer_each_quarter(cast: Cast) -> None:
    due = list(postings_to_confirm(cast.dana, at=AT))
    assert {row.user for row in due} == {cast.carla, cast.mayor}
    assert confirm_postings(by=cast.dana, at=AT, postings=[row.pk for row in due]) == 2
    assert confirm_postings(by=cast.dana, at=AT, postings=[row.pk for row in due]) == 0
    assert not postings_to_confirm(cast.dana, at=AT + 77 * DAY).exists()
    assert postings_to_confirm(cast.dana, at=AT + 78 * DAY).count() == 2
    tend(400)
    assert Posting.objects.in_force(at=AT + 400 * DAY).filter(user=cast.carla).exists()  # nothing lapses here


def test_a_new_posting__is_there_to_be_confirmed_on_its_first_day(cast: Cast) -> None:
    """Whoever administers could make a second account and post it."""
    confirm_postings(by=cast.dana, at=AT, postings=[row.pk for row in postings_to_confirm(cast.dana, at=AT)])
    new = posted(a_user(), Role.COORDINATOR, cast.city, starts_on=TODAY)
    [due] = postings_to_confirm(cast.dana, at=AT)
    assert (due, due.due_on) == (new, TODAY)  # type: ignore[attr-defined]
    confirm_postings(by=cast.dana, at=AT, postings=[new.pk])
    assert not postings_to_confirm(cast.dana, at=AT).exists()


@pytest.mark.parametrize(
    ("who", "whose", "error"),
    [
        ("carla", "mayor", NotAllowed), ("administrator", "mayor", NotAllowed), ("dana", "carlo", OutOfSight),
        ("dana", "dana", OutOfSight),
    ],
)  # fmt: skip
def test_postings__by_nobody_else_and_not_elsewhere(cast: Cast, who: str, whose: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        confirm_postings(by=getattr(cast, who), at=AT, postings=[posting_of(getattr(cast, whose)).pk])
