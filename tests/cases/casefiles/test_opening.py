"""A case is opened: for whom, by whom, and who sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.access.rules import NotAllowed, OutOfSight
from cases.access.selectors import compartments_open_to, team_of
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for, cases_for, stage_changes_of
from cases.casefiles.services import move_case, open_case
from cases.people.models import Person
from cities.records import as_set_up
from cities.roles.rules import Role
from tests.cases.casefiles.conftest import TEAM
from tests.cases.conftest import last_entry
from tests.factories import AT, TODAY, Cast, a_case, a_person, an_agency, posting_of, staff
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


def opening(cast: Cast, **values: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "by": cast.carla, "at": AT, "city": cast.city, "ground": "LIVC", "agency": cast.agency,
        "new_person": {"official_name": "Nemo Invented"}, "next_step": " Make an\nappointment ", "next_step_on": TODAY,
    }  # fmt: skip
    return {**given, **values}


def test_open_case__is_seen_by_its_team_and_cell_alone(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    assert case.reference == "VIL-2024-0001"
    for user in (cast.alice, cast.carla, cast.mayor):
        with acting(user):
            assert list(cases_for(user, at=AT)) == [case]
            assert case_for(user, "vil 2024 1", at=AT) == case
    for user in (cast.bob, cast.charlie, cast.carlo, cast.dana, cast.liaison, cast.analyst, cast.administrator):
        with acting(user), pytest.raises(OutOfSight):
            case_for(user, case.reference, at=AT)


def test_open_case__for_a_new_person(cast: Cast) -> None:
    with acting(cast.carla):
        case = open_case(**opening(cast))
        case.refresh_from_db()
        assert (case.person.official_name, case.owner, case.lead_caseworker) == ("Nemo Invented", cast.carla, None)
        assert (case.next_step, case.next_step_on) == ("Make an appointment", TODAY)
        assert (case.stage, case.opened_on, case.closed_on, case.version) == ("INTAKE", TODAY, None, 1)
        assert case.review_on is not None
        assert [(change.from_stage, change.to_stage) for change in stage_changes_of(case, cast.carla, at=AT)] == [
            ("", "INTAKE")
        ]
    entry = last_entry()
    assert (entry.operation, entry.act, entry.case_reference) == ("COLLECT", "CASE_OPEN", case.reference)
    assert (entry.role, entry.ground, entry.city_id) == ("COORDINATOR", "LIVC", cast.city.pk)


def test_open_case__with_a_lead_who_owns_the_next_step_and_sees_core_and_care(cast: Cast) -> None:
    with acting(cast.carla):
        case = open_case(**opening(cast, lead_caseworker=posting_of(cast.alice), stage="ABROAD"))
        assert (case.owner, case.lead_caseworker, case.stage) == (cast.alice, cast.alice, "ABROAD")
        assert compartments_open_to(cast.alice, case, at=AT) == TEAM
        assert list(team_of(case, at=AT)) == [cast.alice]


def test_open_case__for_a_known_person_without_an_open_case(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    with acting(cast.carla):
        known = opening(cast, person=person, new_person=None)
        case = open_case(**known)
        assert refusal(open_case, **known) == ("person", "open_case")
        move_case(case=case, by=cast.carla, at=AT, version=1, to="CLOSED", reason="Moved away")
        assert open_case(**known).number == 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"new_person": None}, ("person", "required")),
        ({"stage": "FOLLOW_UP"}, ("stage", "stage")),
        ({"stage": "NOWHERE"}, ("stage", "stage")),
        ({"ground": "BECAUSE"}, ("ground", "unknown_code")),
        ({"next_step": " "}, ("next_step", "required")),
        ({"next_step": "x" * 201}, ("next_step", "too_long")),
        ({"next_step": "a\x00"}, ("next_step", "characters")),
        ({"next_step_on": TODAY - timedelta(days=1)}, ("next_step_on", "past")),
        ({"next_step_on": TODAY + timedelta(days=400)}, ("next_step_on", "too_far")),
        ({"new_person": {"official_name": ""}}, ("official_name", "required")),
        ({"new_person": {"official_name": "Nemo", "born_on": TODAY + timedelta(days=1)}}, ("born_on", "future")),
    ],
)
def test_open_case__refuses_beside_the_field(cast: Cast, values: dict[str, Any], expected: tuple[str, str]) -> None:
    with acting(cast.carla):
        assert refusal(open_case, **opening(cast, **values)) == expected
        assert not Casefile.objects.exists()
        assert not Person.objects.exists()


def test_open_case__refuses_two_persons_or_an_agency_or_colleague_from_elsewhere(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    ended = staff(Role.CASEWORKER, cast.city)
    posting = posting_of(ended)
    posting.ends_on = TODAY
    with as_set_up():
        posting.save(update_fields=["ends_on"])
    closed_agency = an_agency(cast.city, is_active=False)
    with acting(cast.carla):
        for values, expected in (
            ({"person": person}, ("person", "required")),
            ({"agency": an_agency(cast.other_city)}, ("agency", "agency")),
            ({"agency": closed_agency}, ("agency", "agency")),
            ({"owner": cast.bob}, ("owner", "owner")),
            ({"owner": cast.mayor}, ("owner", "owner")),
            ({"owner": cast.charlie}, ("owner", "owner")),
            ({"lead_caseworker": posting_of(cast.charlie)}, ("lead_caseworker", "other_city")),
            ({"lead_caseworker": posting_of(cast.mayor)}, ("lead_caseworker", "role")),
            ({"lead_caseworker": posting}, ("lead_caseworker", "posting_ended")),
        ):
            assert refusal(open_case, **opening(cast, **values)) == expected


def test_open_case__by_a_coordinator_of_the_city_alone(cast: Cast) -> None:
    for user in (cast.alice, cast.mayor, cast.charlie, cast.carlo, cast.dana, cast.administrator):
        with acting(user), pytest.raises(NotAllowed):
            open_case(**opening(cast, by=user))


def test_open_case__for_a_person_of_another_city_is_out_of_sight(cast: Cast) -> None:
    person = a_person(by=cast.carlo)
    with acting(cast.carla), pytest.raises(OutOfSight):
        open_case(**opening(cast, person=person, new_person=None))
