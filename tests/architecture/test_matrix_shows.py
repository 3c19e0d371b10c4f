"""The control of the matrix: who may read a part of the case is shown it, so that a canary is not looked for in vain.

Page by page by somebody who may read everything; for each relation, over all the pages together; and in the
administration by those who work on cases and keep settings at once. Whole with `MATRIX=whole`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.urls import reverse

from cases.admin.casework import CaseworkAdmin
from cases.prosecution.models import ProsecutionReferral
from cities.roles.rules import Compartment
from tests.architecture.administration import kinds, named
from tests.architecture.routes import API, ROUTES
from tests.architecture.scene import Scene, browser_of, each, is_of_a_case
from tests.architecture.shares import share
from tests.architecture.test_matrix import CARE, CORE, JUSTICE, RELATIONS, shown_in, undone

#: Of these no text of the scene stands there: an absence, which is of no case; days, outcomes and names of colleagues;
#: a form that is empty at first, or closed to her; a list of versions, and the names and states in a history.
WITHOUT_A_TEXT = {
    *(f"cases:absence{of}" for of in ("", "_change", "_withdraw")),
    *(f"cases:{name}" for name in ("emergency_review", "referral_answer")),
    *(f"cases:plan_{name}" for name in ("action_add", "goal_add", "goal_change")),
    *(f"cases_api:{name}" for name in ("absence", "avoided_days", "case_colleagues", "case_team", "checkin")),
    *(f"cases_api:{name}" for name in ("emergency", "missed_contact", "plans", "checkin_changes", "rhythm_changes")),
}


def _showing(scene: Scene) -> Iterator[tuple[str, Compartment, str]]:
    """Every page and resource about one case or one record of it, with the part that this record lies in."""
    for name, route, method, _act in each(ROUTES):
        if method == "GET" and is_of_a_case(name):
            yield name, route.part, scene.address(name)


def test_what_is_hers__is_shown_to_who_may_read_it_all(scene: Scene) -> None:
    """The control, page by page: on every page of a part its canary stands, for who may; else it would be looked for
    in vain there."""
    carla = browser_of(scene.cast.carla)
    without = {
        name for name, part, address in share(_showing(scene), 0, 4) if part not in shown_in(undone(carla.get, address))
    }
    assert without <= WITHOUT_A_TEXT
    if os.environ.get("MATRIX") == "whole":
        assert without == WITHOUT_A_TEXT, "What is in the list is in no need of it."


@pytest.mark.parametrize("name", [name for name, relation in RELATIONS.items() if relation.parts])
def test_everybody__is_shown_all_that_is_hers(scene: Scene, name: str) -> None:
    """The control, relation by relation: the table promises no more than the doors show, over all the pages together.
    Walked until all of it was seen."""
    relation, read = RELATIONS[name], set[Compartment]()
    client = browser_of(relation.who(scene))
    for _name, _part, address in _most_telling(scene):
        if read >= relation.parts:
            break
        read |= shown_in(undone(client.get, address))
    assert read == relation.parts


def _most_telling(scene: Scene) -> list[tuple[str, Compartment, str]]:
    """Those first on which a part stands by itself."""
    return sorted(_showing(scene), key=lambda one: (one[0] in API, one[1] == CORE))


@pytest.mark.parametrize("name", ["coordinates and administers", "mayor who administers", "caseworker who administers"])
def test_who_administers_too__reads_in_the_administration_what_is_hers(scene: Scene, name: str) -> None:
    """Whoever works on cases and keeps settings: there she reads of her cases, and of no part that she doesn't know
    elsewhere. Of a referral it is shown how far it stands, and no text."""
    relation, read, opened = RELATIONS[name], set[Compartment](), set[str]()
    client = browser_of(relation.who(scene))
    for model in kinds(CaseworkAdmin):
        number = scene.numbers["sent_referral"] if model is ProsecutionReferral else 1
        for address in (reverse(named(model, "changelist")), reverse(named(model, "change"), args=[number])):
            answer = undone(client.get, address)
            read |= shown_in(answer)
            if answer.status_code == 200 and address.endswith("/change/"):
                opened.add(str(model._meta.model_name))
    assert read == relation.parts - {JUSTICE}
    assert ("prosecutionreferral" in opened) == (JUSTICE in relation.parts)
    assert ("followupplan" in opened) == (CARE in relation.parts)
