"""Who may set up the house and make users, what each says about herself, and what is refused."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from cities.ledger.rules import Clock, Operation
from cities.refusals import NotAllowed, Stale
from cities.roles.rules import Role
from cities.staff import services
from cities.staff.models import User
from cities.staff.selectors import postings_of
from cities.staff.services import change_preferences, create_user, end_posting, require_settings
from tests.cities.staff.conftest import entries
from tests.factories import AT, TODAY, Cast, a_user, on_her_behalf, posted, posting_of
from tests.refusals import refusal

change_user = on_her_behalf(services.change_user)

#: What nobody has changed about how she is told what waits for her.
AS_BEFORE: dict[str, Any] = {"by_email": True, "digest_at": time(7), "remind_before": 0}


def a_person_to_be(**fields: Any) -> dict[str, Any]:
    return {"at": AT, "email": "nova@example.org", "first_name": "Nova", "last_name": "Invented", **fields}


def change(user: User, **fields: Any) -> dict[str, Any]:
    return {
        "user": user, "at": AT, "version": user.version, "first_name": user.first_name, "last_name": user.last_name,
        "language": "en", "phone": "", "is_active": True, **fields,
    }  # fmt: skip


def test_require_settings__a_city_or_the_country(cast: Cast, country: User) -> None:
    assert require_settings(cast.administrator, at=AT, city_id=cast.city.pk).role == Role.ADMINISTRATOR
    assert require_settings(country, at=AT, city_id=cast.city.pk).posting == posting_of(country)
    assert require_settings(country, at=AT, city_id=None).posting == posting_of(country)
    for city_id in (cast.other_city.pk, None):
        with pytest.raises(NotAllowed):
            require_settings(cast.administrator, at=AT, city_id=city_id)


@pytest.mark.parametrize("name", ["alice", "bob", "carla", "mayor", "liaison", "dana", "charlie", "analyst"])
def test_require_settings__nobody_else(cast: Cast, name: str) -> None:
    for city_id in (cast.city.pk, None):
        with pytest.raises(NotAllowed):
            require_settings(getattr(cast, name), at=AT, city_id=city_id)


def test_require_settings__a_superuser_code_lists_only(db: None) -> None:
    root = a_user(is_superuser=True)
    assert require_settings(root, at=AT, city_id=None, code_list=True).posting is None
    with pytest.raises(NotAllowed):
        require_settings(root, at=AT, city_id=None)


def test_require_settings__the_clock_sets_nothing() -> None:
    assert require_settings(Clock.SETUP, at=AT, city_id=None).posting is None
    with pytest.raises(NotAllowed):
        require_settings(Clock.CLOCK, at=AT, city_id=None)


def test_create_user__by_any_administrator_and_in_the_ledger(cast: Cast) -> None:
    user = create_user(by=cast.administrator, **a_person_to_be(email=" Nova@Example.ORG "), password="a long secret")
    assert (user.email, user.check_password("a long secret"), str(user)) == ("nova@example.org", True, "Nova Invented")
    assert list(postings_of(user, at=AT)) == []
    (entry,) = entries("CREATE_USER")
    assert (entry.operation, entry.actor, entry.object_ids) == (Operation.ADMINISTER, cast.administrator, [user.pk])
    assert entry.fields == ["email", "first_name", "language", "last_name", "phone"]
    assert (entry.role, entry.agency_id) == (Role.ADMINISTRATOR, posting_of(cast.administrator).agency_id)


def test_create_user__without_password_she_asks_for_one(country: User) -> None:
    assert not create_user(by=country, **a_person_to_be(email="o'hara@example.org")).has_usable_password()


def test_create_user__not_by_a_coordinator(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        create_user(by=cast.carla, **a_person_to_be())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"email": "nobody"}, ("email", "invalid")),
        ({"email": ""}, ("email", "required")),
        ({"first_name": " "}, ("first_name", "required")),
        ({"last_name": "x" * 151}, ("last_name", "too_long")),
        ({"last_name": "Inv\x00ented"}, ("last_name", "characters")),
        ({"language": "xx"}, ("language", "invalid")),
    ],
)
def test_create_user__refuses(country: User, fields: dict[str, Any], expected: tuple[str, str]) -> None:
    assert refusal(create_user, by=country, **a_person_to_be(**fields)) == expected
    assert not entries("CREATE_USER")


def test_create_user__one_user_an_address(country: User) -> None:
    create_user(by=country, **a_person_to_be())
    assert refusal(create_user, by=country, **a_person_to_be(email="NOVA@example.org")) == ("email", "exists")


def test_change_user__only_what_differs(cast: Cast) -> None:
    user = change_user(by=cast.administrator, **change(cast.alice, phone="02 555 00 00"))
    assert (user.phone, user.version) == ("02 555 00 00", 2)
    assert [entry.fields for entry in entries("CHANGE_USER")] == [["phone"]]
    assert change_user(by=cast.administrator, **change(user, phone="02 555 00 00")).version == 2
    assert len(entries("CHANGE_USER")) == 1


def test_change_user__not_on_a_version_that_was_overtaken(cast: Cast) -> None:
    """By another administrator, or by herself in her preferences: language is asked for in both places."""
    change_user(by=cast.administrator, **change(cast.alice, phone="02 555 00 00"))
    with pytest.raises(Stale):
        change_user(by=cast.administrator, **change(cast.alice, last_name="Overwritten"))
    change_preferences(by=cast.bob, at=AT, language="nl", shortcuts=True, **AS_BEFORE)
    with pytest.raises(Stale):
        change_user(by=cast.administrator, **change(cast.bob, last_name="Overwritten"))
    assert User.objects.get(pk=cast.bob.pk).language == "nl"


def test_change_user__closed_while_somebody_ends_her_posting(cast: Cast) -> None:
    """What ends with the account is overtaken too."""
    posting = posting_of(cast.alice)
    change_user(by=cast.administrator, **change(cast.alice, is_active=False))
    with pytest.raises(Stale):
        end_posting(posting=posting, by=cast.administrator, at=AT, version=1, ends_on=TODAY + timedelta(days=9))


def test_change_user__not_one_of_another_city(cast: Cast, country: User) -> None:
    with pytest.raises(NotAllowed):
        change_user(by=cast.administrator, **change(cast.charlie, is_active=False))
    assert not change_user(by=country, **change(cast.charlie, is_active=False)).is_active


def test_change_user__not_one_who_is_to_work_in_another_city(cast: Cast) -> None:
    """Closing her account would end what another city's administrator is about to begin."""
    posted(cast.alice, Role.CASEWORKER, cast.other_city, starts_on=TODAY + timedelta(days=7))
    with pytest.raises(NotAllowed):
        change_user(by=cast.administrator, **change(cast.alice, is_active=False))


def test_change_user__not_by_her_colleagues(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        change_user(by=cast.bob, **change(cast.alice))


def test_change_user__nobody_closes_her_own_account(country: User) -> None:
    assert refusal(change_user, by=country, **change(country, is_active=False)) == ("is_active", "oneself")


def test_change_preferences__her_own(cast: Cast) -> None:
    change_preferences(by=cast.alice, at=AT, language="nl", shortcuts=False, **AS_BEFORE)
    cast.alice.refresh_from_db()
    assert (cast.alice.language, cast.alice.shortcuts) == ("nl", False)
    change_preferences(by=cast.alice, at=AT, language="nl", shortcuts=False, **AS_BEFORE)
    assert [(entry.fields, entry.role) for entry in entries("PREFERENCES")] == [
        (["language", "shortcuts"], Role.CASEWORKER)
    ]


def test_change_preferences__the_clock_looks_again_when_she_is_told_otherwise(cast: Cast) -> None:
    User.objects.filter(pk=cast.alice.pk).update(next_digest_at=AT + timedelta(days=1))
    cast.alice.refresh_from_db()
    said: dict[str, Any] = {"language": "en", "shortcuts": True}
    change_preferences(by=cast.alice, at=AT, **said, **AS_BEFORE | {"by_email": False})
    assert User.objects.get(pk=cast.alice.pk).next_digest_at == AT + timedelta(days=1)
    change_preferences(by=cast.alice, at=AT, **said, **AS_BEFORE | {"digest_at": time(16)})
    assert User.objects.get(pk=cast.alice.pk).next_digest_at == AT
    assert refusal(change_preferences, by=cast.alice, at=AT, **said, **AS_BEFORE | {"remind_before": 1441}) == (
        "remind_before", "range",
    )  # fmt: skip


def test_change_preferences__without_a_posting(db: None) -> None:
    said: dict[str, Any] = {"shortcuts": True, **AS_BEFORE}
    assert change_preferences(by=a_user(), at=AT, language="fr", **said).language == "fr"
    assert refusal(change_preferences, by=a_user(), at=AT, language="xx", **said) == ("language", "invalid")
