"""Grants confirmed, ended and lapsed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from cases.access.models import CaseAccess
from cases.access.services import acting
from cases.recertification.services import (
    confirm_grants,
    date_grants,
    end_unneeded,
    end_with_postings,
    lapse_grants,
    tell_what_is_due,
)
from cities.ledger.rules import Clock
from cities.roles.rules import Role
from cities.staff.services import end_posting
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, TODAY, Cast, a_case, posting_of, staff

LATER = AT + timedelta(days=85)


def a_grant(cast: Cast) -> CaseAccess:
    """A newcomer is on the team of a case that Alice leads; both are to be confirmed within a fortnight of `LATER`."""
    colleague = staff(Role.CASEWORKER, cast.city, first_name="Colleague")
    case = a_case(by=cast.carla, lead=cast.alice, team=(colleague,))
    date_grants(by=Clock.CLOCK, at=AT)
    with acting(cast.carla):
        return CaseAccess.grants.select_related("user").get(casefile=case, user=colleague, compartment="CORE")


@scene_of(confirm_grants)
def _(cast: Cast) -> Scene:
    return Scene(cast.carla, partial(confirm_grants, by=cast.carla, at=LATER, grants=[a_grant(cast).pk]))


@scene_of(end_unneeded)
def _(cast: Cast) -> Scene:
    return Scene(cast.carla, partial(end_unneeded, by=cast.carla, at=AT, grants=[a_grant(cast).pk]))


@scene_of(end_with_postings)
def _(cast: Cast) -> Scene:
    holder = a_grant(cast).user
    assert holder is not None
    with acting(cast.administrator):
        end_posting(posting=posting_of(holder), by=cast.administrator, at=AT, version=1, ends_on=TODAY)
    return Scene(Clock.CLOCK, partial(end_with_postings, by=Clock.CLOCK, at=AT))


@scene_of(date_grants)
def _(cast: Cast) -> Scene:
    a_case(by=cast.carla, lead=cast.alice)
    return Scene(Clock.CLOCK, partial(date_grants, by=Clock.CLOCK, at=AT))


@scene_of(tell_what_is_due)
def _(cast: Cast) -> Scene:
    a_grant(cast)
    return Scene(Clock.CLOCK, partial(tell_what_is_due, by=Clock.CLOCK, at=LATER))


@scene_of(lapse_grants)
def _(cast: Cast) -> Scene:
    a_grant(cast)
    tell_what_is_due(by=Clock.CLOCK, at=LATER)
    return Scene(Clock.CLOCK, partial(lapse_grants, by=Clock.CLOCK, at=LATER + timedelta(days=15)))
