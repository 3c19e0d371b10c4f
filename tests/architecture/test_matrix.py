"""Who reads what, over every door: each address, asked by everybody in every relation to the case, shows no part of it
that is not hers (A1). That what is hers is shown to her: `test_matrix_shows.py`.

In each text of the case stands the name of its part (`scene.py`). Who may read which part is written here by hand, a
line a relation, and not asked of the code. Added addresses are walked by themselves; the administration's too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from cases.access.models import CaseAccess
from cases.access.rules import Ground
from cases.access.services import acting
from cities.agencies.rules import AgencyKind
from cities.records import as_set_up
from cities.roles.rules import Compartment, Role
from cities.staff.models import Posting, User
from tests.architecture.routes import API, ROUTES
from tests.architecture.scene import CANARIES, Scene, ask, browser_of, each
from tests.architecture.shares import share
from tests.factories import Cast, a_user, an_agency, posted, posting_of, staff

CORE, CARE, JUSTICE = Compartment.CORE, Compartment.CARE, Compartment.JUSTICE
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Relation:
    """Somebody in a relation to the case, and the parts of it that she may read."""

    who: Callable[[Scene], User | None]
    parts: frozenset[Compartment] = frozenset()


def _cast(name: str) -> Callable[[Scene], User | None]:
    return lambda scene: getattr(scene.cast, name)


def _newcomer(role: Role, *, here: bool = True, begins: int = -30, ends: int | None = None) -> Callable[[Scene], User]:
    """Posted in the city of the case, or in the other one; from and until so many days from today."""

    def made(scene: Scene) -> User:
        today = timezone.localdate()
        user = a_user(role.title())
        posted(
            user, role, scene.cast.city if here else scene.cast.other_city, starts_on=today + begins * DAY,
            ends_on=None if ends is None else today + ends * DAY,
        )  # fmt: skip
        return user

    return made


def _granted(
    role: Role, *parts: Compartment, ground: Ground = Ground.TEAM, begins: int = -2, ends: int | None = None,
    posting_ends: int | None = None,
) -> Callable[[Scene], User]:  # fmt: skip
    """With grants on the case: from and until so many days from now, as long as her posting."""

    def made(scene: Scene) -> User:
        user = _newcomer(role, ends=posting_ends)(scene)
        _grant(scene, Posting.objects.get(user=user), *parts, ground=ground, begins=begins, ends=ends)
        return user

    return made


def _grant(
    scene: Scene, posting: Posting, *parts: Compartment, ground: Ground, begins: int = -2, ends: int | None = None
) -> None:
    now = timezone.now()
    with acting(scene.cast.carla):
        for part in parts:
            CaseAccess.grants.create(
                recorded_at=now, recorded_by=scene.cast.carla, casefile=scene.case, city=scene.case.city,
                reference=scene.case.reference, user=posting.user, posting=posting, compartment=part, ground=ground,
                starts_at=now + begins * DAY, ends_at=None if ends is None else now + ends * DAY,
            )  # fmt: skip


def _in_an_emergency(since: timedelta) -> Callable[[Scene], User]:
    """For half an hour, from so long ago."""

    def made(scene: Scene) -> User:
        user = _newcomer(Role.CASEWORKER)(scene)
        posting, starts_at = Posting.objects.get(user=user), timezone.now() + since
        with acting(scene.cast.carla):
            CaseAccess.grants.create(
                recorded_at=starts_at, recorded_by=scene.cast.carla, casefile=scene.case, city=scene.case.city,
                reference=scene.case.reference, user=user, posting=posting, compartment=CORE, ground=Ground.EMERGENCY,
                starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30),
            )  # fmt: skip
        return user

    return made


def _superuser(scene: Scene) -> User:
    return a_user("Sue", is_superuser=True, is_staff=True)


def _superuser_elsewhere(scene: Scene) -> User:
    user = staff(Role.COORDINATOR, scene.cast.other_city, is_superuser=True, is_staff=True)
    posted(user, Role.ADMINISTRATOR, None)
    return user


def _closed_account(scene: Scene) -> User:
    user = _granted(Role.CASEWORKER, CORE, CARE)(scene)
    user.is_active = False
    with as_set_up():
        user.save()
    return user


def _of_two_cities(scene: Scene) -> User:
    """Coordinates the other city, and is a caseworker without a case in this one."""
    user = _newcomer(Role.COORDINATOR, here=False)(scene)
    posted(user, Role.CASEWORKER, scene.cast.city)
    return user


def _administers_too(role: Role) -> Callable[[Scene], User]:
    """Keeps the settings of the city as well, and so reads in the administration what is hers anywhere else."""

    def made(scene: Scene) -> User:
        user = _newcomer(role)(scene)
        posted(user, Role.ADMINISTRATOR, scene.cast.city)
        return user

    return made


def _liaison(at_the_office: bool, ends: int | None = None) -> Callable[[Scene], User]:
    def made(scene: Scene) -> User:
        today = timezone.localdate()
        office = scene.cast.office if at_the_office else an_agency(None, AgencyKind.PROSECUTION)
        user = a_user("Lea")
        posted(
            user, Role.PROSECUTION_LIAISON, None, agency=office, starts_on=today - 30 * DAY,
            ends_on=None if ends is None else today + ends * DAY,
        )  # fmt: skip
        return user

    return made


def _may(*parts: Compartment) -> frozenset[Compartment]:
    return frozenset(parts)


RELATIONS = {
    "nobody": Relation(lambda scene: None),
    "leads": Relation(_cast("alice"), _may(CORE, CARE)),
    "same agency, not on the team": Relation(_cast("bob")),
    "coordinates the city": Relation(_cast("carla"), _may(CORE, CARE, JUSTICE)),
    "mayor": Relation(_cast("mayor"), _may(CORE, JUSTICE)),
    "the office it was sent to": Relation(_cast("liaison"), _may(JUSTICE)),
    "data-protection officer": Relation(_cast("dana")),
    "caseworker elsewhere": Relation(_cast("charlie")),
    "coordinates elsewhere": Relation(_cast("carlo")),
    "analyst": Relation(_cast("analyst")),
    "administrator": Relation(_cast("administrator")),
    "on the team": Relation(_granted(Role.CASEWORKER, CORE, CARE), _may(CORE, CARE)),
    "on the team, without care": Relation(_granted(Role.CASEWORKER, CORE), _may(CORE)),
    "was on the team": Relation(_granted(Role.CASEWORKER, CORE, CARE, ends=-1)),
    "will be on the team": Relation(_granted(Role.CASEWORKER, CORE, CARE, begins=1)),
    "on the team, her posting over": Relation(_granted(Role.CASEWORKER, CORE, CARE, posting_ends=0)),
    "stands in": Relation(
        _granted(Role.CASEWORKER, CORE, CARE, ground=Ground.DEPUTY, ends=1), _may(CORE, CARE)
    ),
    "stood in": Relation(_granted(Role.CASEWORKER, CORE, CARE, ground=Ground.DEPUTY, ends=-1)),
    "opened in an emergency": Relation(_in_an_emergency(-timedelta(minutes=5)), _may(CORE)),
    "an emergency that is over": Relation(_in_an_emergency(-DAY)),
    "coordinated it until today": Relation(_newcomer(Role.COORDINATOR, ends=0)),
    "coordinates it from tomorrow": Relation(_newcomer(Role.COORDINATOR, begins=1)),
    "coordinates it until tomorrow": Relation(_newcomer(Role.COORDINATOR, ends=1), _may(CORE, CARE, JUSTICE)),
    "was mayor": Relation(_newcomer(Role.MAYOR, ends=0)),
    "coordinates elsewhere, caseworker here": Relation(_of_two_cities),
    "coordinates and administers": Relation(_administers_too(Role.COORDINATOR), _may(CORE, CARE, JUSTICE)),
    "mayor who administers": Relation(_administers_too(Role.MAYOR), _may(CORE, JUSTICE)),
    "caseworker who administers": Relation(_administers_too(Role.CASEWORKER)),
    "newly at the office": Relation(_liaison(at_the_office=True), _may(JUSTICE)),
    "was at the office": Relation(_liaison(at_the_office=True, ends=0)),
    "at another office": Relation(_liaison(at_the_office=False)),
    "justice assistant, granted": Relation(_granted(Role.JUSTICE_ASSISTANT, CORE, JUSTICE)),  # no act of hers yet
    "justice assistant": Relation(_newcomer(Role.JUSTICE_ASSISTANT)),
    "information officer": Relation(_newcomer(Role.INFORMATION_OFFICER)),
    "partner": Relation(_newcomer(Role.PARTNER)),
    "superuser": Relation(_superuser),
    "superuser and coordinator elsewhere": Relation(_superuser_elsewhere),
    "account closed": Relation(_closed_account),
}  # fmt: skip

#: Beside the addresses of the table: what is looked for, filtered and paged.
ASKED = "?q=Canary&name=Canary&search=Canary&page_size=100&stage=FOLLOW_UP&format=csv"


def _administration(scene: Scene) -> Iterator[str]:
    """Every list and every record of the administration, one that exists where there is one of the case."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{names}_changelist")
        yield reverse(f"{names}_changelist") + "?q=Canary"
        number = scene.numbers.get(str(model._meta.model_name), scene.case.pk)
        yield reverse(f"{names}_change", args=[number])
        yield reverse(f"{names}_history", args=[number])
        yield reverse(f"{names}_delete", args=[number])


def answers(
    scene: Scene, user: User | None, sampled: Callable[..., Iterator[Any]] = iter
) -> Iterator[tuple[str, HttpResponse]]:
    """What every address answers: a page with whatever may be asked of it, its fragment without, and an act with
    nothing sent. Each is undone again."""
    client = browser_of(user)
    client.raise_request_exception = False
    signed_in = dict(client.cookies)
    for name, _route, method, _act in sampled(each(ROUTES)):
        address = scene.address(name)
        if method != "GET":
            yield f"{method} {name}", undone(ask, client, method, address)
            client.cookies.update(signed_in)  # it may have been the way out
            continue
        yield f"GET {name}", undone(client.get, address + ASKED)
        if name not in API:
            yield f"fragment {name}", undone(client.get, address, headers={"HX-Request": "true"})
    yield "search", undone(client.post, reverse("cases:search"), {"q": "Canary", "query": "Canary", "name": "Canary"})
    yield (
        "search the API",
        undone(
            client.post, "/api/v1/people/search", {"q": "Canary", "name": "Canary"}, content_type="application/json"
        ),
    )
    for address in sampled(_administration(scene)):
        yield address, undone(client.get, address)


def undone(act: Callable[..., Any], *arguments: Any, **named: Any) -> HttpResponse:
    with transaction.atomic():
        answer: HttpResponse = act(*arguments, **named)
        transaction.set_rollback(True)
    return answer


#: The mayor walks every sixth address, others every twenty-fourth, each from another one on; all with `MATRIX=whole`.
CLOSELY = {"mayor": 6}
EVERY = 24


def sample_of(name: str, *, closely: Mapping[str, int] = CLOSELY) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Which addresses somebody in this relation walks."""
    return lambda every: share(every, list(RELATIONS).index(name), closely.get(name, EVERY))


def shown_in(answer: HttpResponse) -> set[Compartment]:
    """The parts of the case of which something stands in an answer."""
    told = str(dict(answer.headers)) + answer.content.decode(errors="replace")
    return {part for part, canary in CANARIES.items() if canary in told}


@pytest.mark.parametrize("name", RELATIONS)
def test_everybody__reads_what_is_hers_and_nothing_else(scene: Scene, name: str) -> None:
    relation = RELATIONS[name]
    leaks, broken = [], []
    for asked, answer in answers(scene, relation.who(scene), sample_of(name)):
        shown = shown_in(answer)
        if shown - relation.parts:
            leaks.append(f"{asked} ({answer.status_code}) shows {sorted(shown - relation.parts)}")
        if answer.status_code >= 500:
            broken.append(f"{asked}: {answer.status_code}")
    assert not leaks, leaks
    assert not broken, broken


def test_the_relations__are_of_the_parts_that_have_tables(cast: Cast) -> None:
    """A part without a canary would be looked for in vain."""
    from cases.access.policies import case_models
    from cases.access.rules import need_of

    assert {need_of(model).compartment for model in case_models()} == set(CANARIES)
    assert posting_of(cast.alice).city == cast.city
