"""Questions whose SQL is written once: the same as if they were written anew, whoever asks, and whenever."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Value
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

import cases
from cases.access.models import cases_open_to, cities_open_to, cities_with, offices_acted_for
from cases.access.services import acting
from cases.access.written import Found, Ids, in_sql, write, written_once
from cases.casefiles.models import Casefile
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment, Role
from cities.staff.models import Posting, Scope, User
from tests.factories import AT, Cast, a_case, posted, staff

Asked = Callable[..., Found]

EACH_COMPARTMENT = [(compartment,) for compartment in Compartment]
LISTED_OR_NOT = [(False,), (True,)]

#: What each is asked about, besides who asks and when.
ABOUT: dict[str, list[tuple[Any, ...]]] = {
    "access.models.cities_with": [(permission,) for permission in Permission],
    "access.models.cities_open_to": EACH_COMPARTMENT,
    "access.models._postings_given": EACH_COMPARTMENT,
    "access.models.cases_open_to": [(*one, *listed) for one in EACH_COMPARTMENT for listed in [(), *LISTED_OR_NOT]],
    "access.models.offices_acted_for": [()],
    "people.models._followed": LISTED_OR_NOT,
    "people.models._family": LISTED_OR_NOT,
    "people.models._without_care": [()],
    "checkins.selectors.calendar._works_with": [()],
}

NUMBERS = st.integers(1, 2**31 - 1)
USERS = st.builds(
    lambda pk, superuser, scope: _somebody(pk, superuser, scope),
    NUMBERS,
    st.booleans(),
    st.builds(Scope, agency_id=st.none() | NUMBERS, city_id=st.none() | NUMBERS),
)
#: As doors have them, in UTC: where late in the evening it is the next day already.
MOMENTS = st.builds(lambda minutes: (AT + timedelta(minutes=minutes)).astimezone(UTC), st.integers(-(10**6), 10**6))
TOMORROW = datetime(2024, 6, 30, 22, 30, tzinfo=UTC)


def _somebody(pk: int, superuser: bool, scope: Scope) -> User:
    user = User(pk=pk, is_superuser=superuser)
    user.acts_within = scope
    return user


def _questions() -> dict[str, Asked]:
    """Every function of the house that was made by `written_once`, by what makes them all."""
    made = written_once(lambda user, *, at: Posting.objects.none()).__code__
    found: dict[str, Asked] = {}
    for module in pkgutil.walk_packages(cases.__path__, "cases."):
        if ".migrations" not in module.name:
            for value in vars(importlib.import_module(module.name)).values():
                if getattr(value, "__code__", None) is made:
                    found[f"{value.__module__}.{value.__name__}".removeprefix("cases.")] = value
    return found


QUESTIONS = _questions()


def test_questions__are_all_in_the_table() -> None:
    assert QUESTIONS.keys() == ABOUT.keys()


@pytest.mark.parametrize("name", ABOUT)
@settings(max_examples=20)
@example(user=_somebody(1, False, Scope(agency_id=1, city_id=1)), at=TOMORROW)
@example(user=_somebody(1, False, Scope(agency_id=1)), at=TOMORROW)
@example(user=_somebody(1, False, Scope(city_id=1)), at=TOMORROW)
@example(user=_somebody(1, True, Scope()), at=TOMORROW)
@given(user=USERS, at=MOMENTS)
def test_question__is_written_as_it_would_be_anew(name: str, user: User, at: Any) -> None:
    for what in ABOUT[name]:
        asked = QUESTIONS[name]
        answer = asked(user, *what, at=at)
        sql, params = in_sql(asked.__wrapped__(user, *what, at=at))  # type: ignore[attr-defined]
        assert (answer.sql, tuple(answer.params)) == (sql, params)
        assert [type(one) for one in answer.params] == [type(one) for one in params]


class _Asks(Value):
    """Something that asks the database when its SQL is written."""

    def as_sql(self, *arguments: Any, **named: Any) -> Any:
        User.objects.exists()
        return super().as_sql(*arguments, **named)


def test_question__that_asks_the_database_while_it_is_put_is_refused(db: None) -> None:
    """What it is told would be true of nobody: it is put once, for all who ask it afterwards."""

    @written_once
    def asks(user: User, *, at: Any) -> Ids:
        return Posting.objects.filter(pk=1 if User.objects.filter(pk=user.pk).exists() else 2).values("pk")

    @written_once
    def asks_late(user: User, *, at: Any) -> Ids:
        return Posting.objects.filter(pk=_Asks(1)).values("pk")

    for question in (asks, asks_late):
        with pytest.raises(RuntimeError, match="while it is put"):
            question(User(pk=1), at=AT)


def test_question__is_asked_by_place_not_by_name() -> None:
    """By name it would be lost: the SQL is kept by what stands in its place."""
    with pytest.raises(TypeError, match="by place, not by name: listed"):
        cases_open_to(User(pk=1), Compartment.CORE, listed=True, at=AT)


def test_question__is_written_by_the_clock_of_the_house() -> None:
    """Elsewhere the day of the moment that stands for all would be another one."""
    write.cache_clear()
    with timezone.override("Asia/Manila"), pytest.raises(RuntimeError, match="in another timezone"):
        cities_open_to(User(pk=1), Compartment.CORE, at=AT)


def test_question__nobody_can_answer_finds_nothing_and_asks_nothing(cast: Cast, django_assert_num_queries: Any) -> None:
    @written_once
    def nobody(user: User, *, at: Any) -> Ids:
        return Posting.objects.filter(pk__in=[]).values("pk")

    with django_assert_num_queries(0):
        assert not list(Casefile.objects.filter(pk__in=nobody(cast.alice, at=AT)))
        assert not nobody(cast.alice, at=AT).includes(1)
        assert not nobody(cast.alice, at=AT).is_any()


def test_answer__of_one_is_not_that_of_another(cast: Cast) -> None:
    """One after the other, with the same SQL: whose it is, when, and by which token."""
    at = timezone.now()
    case = a_case(by=cast.carla, lead=cast.alice)
    for who, knows in ((cast.alice, True), (cast.bob, False), (cast.charlie, False), (cast.alice, True)):
        with acting(who):
            assert cases_open_to(who, Compartment.CORE, at=at).includes(case.pk) is knows
            assert cases_open_to(who, Compartment.CORE, at=at).is_any() is knows
    with acting(cast.alice):
        assert not cases_open_to(cast.alice, Compartment.CORE, at=AT - timedelta(days=4000)).is_any()
    for city, covers in ((cast.city, True), (cast.other_city, False)):
        with acting(cast.carla):
            assert cities_open_to(cast.carla, Compartment.CORE, at=at).includes(city.pk) is covers
            assert cities_with(cast.carla, Permission.CASE_ASSIGN, at=at).includes(city.pk) is covers
    cast.carla.acts_within = Scope(city_id=cast.other_city.pk)
    with acting(cast.carla):
        assert not cities_open_to(cast.carla, Compartment.CORE, at=at).is_any()


def test_offices__are_those_of_a_liaison(cast: Cast) -> None:
    liaison = staff(Role.CASEWORKER, cast.city, first_name="Lia")
    assert not offices_acted_for(liaison, at=timezone.now()).is_any()
    posted(liaison, Role.PROSECUTION_LIAISON, cast.city, agency=cast.office)
    assert offices_acted_for(liaison, at=timezone.now()).includes(cast.office.pk)


def test_what_is_written__is_kept(cast: Cast) -> None:
    cities_open_to(cast.alice, Compartment.CORE, at=AT)
    before = write.cache_info().misses
    for who in (cast.alice, cast.bob, cast.dana):
        cities_open_to(who, Compartment.CORE, at=timezone.now())
    assert write.cache_info().misses == before
