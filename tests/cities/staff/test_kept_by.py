"""Who keeps an account that nobody is posted by any more, or that opens the code lists of the whole country."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cases.access.services import acting
from cities.entrance.services import end_all_sessions, reset_second_factor
from cities.ledger.rules import Clock
from cities.refusals import NotAllowed
from cities.roles.rules import Role
from cities.staff.models import User
from cities.staff.services import change_user, require_over
from tests.factories import Cast, a_user, posted, staff

pytestmark = pytest.mark.django_db


def _closed(user: User) -> Callable[..., Any]:
    def close(**who: Any) -> User:
        return change_user(
            **who, user=user, version=user.version, first_name="A", last_name="B", language="en", phone="",
            is_active=False,
        )  # fmt: skip

    return close


def _acts(user: User) -> list[Callable[..., Any]]:
    def ended(**who: Any) -> None:
        end_all_sessions(**who, user=user, reason="lost")

    def reset(**who: Any) -> None:
        reset_second_factor(**who, user=user, reason="lost")

    return [ended, reset, _closed(user)]


@pytest.mark.parametrize("posted_here", [False, True])
def test_superuser__is_kept_by_who_keeps_the_country(cast: Cast, posted_here: bool) -> None:
    root, country, at = a_user(is_superuser=True), staff(Role.ADMINISTRATOR, None), timezone.now()
    if posted_here:
        posted(root, Role.CASEWORKER, cast.city)
    for act in _acts(root):
        with pytest.raises(NotAllowed), acting(cast.administrator):
            act(by=cast.administrator, at=at)
    assert require_over(root, by=Clock.SETUP, at=at).posting is None
    for user in (cast.administrator, country):
        with acting(user), transaction.atomic():
            asked = User.objects.filter(pk=root.pk)
            if user == country:
                assert asked.update(is_active=False) == 1
            else:
                with pytest.raises(DatabaseError, match="administers the country"), transaction.atomic():
                    asked.update(is_active=False)
            transaction.set_rollback(True)
    with acting(country):
        assert not _closed(root)(by=country, at=at).is_active


def test_who_left__is_kept_where_she_worked_last(cast: Cast) -> None:
    today, at = timezone.localdate(), timezone.now()
    elsewhere, gone = staff(Role.ADMINISTRATOR, cast.other_city), a_user()
    posted(gone, Role.CASEWORKER, cast.other_city, ends_on=today - timedelta(days=9))
    posted(gone, Role.CASEWORKER, cast.city, ends_on=today - timedelta(days=1))
    for act in _acts(gone):
        with pytest.raises(NotAllowed), acting(elsewhere):
            act(by=elsewhere, at=at)
    with acting(cast.administrator):
        assert not _closed(gone)(by=cast.administrator, at=at).is_active


def test_who_was_never_posted__is_kept_by_any_administrator(cast: Cast) -> None:
    elsewhere, new = staff(Role.ADMINISTRATOR, cast.other_city), a_user()
    with acting(elsewhere):
        assert not _closed(new)(by=elsewhere, at=timezone.now()).is_active
