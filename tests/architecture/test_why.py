"""The law of purpose: no page of a case is shown to who comes from nowhere and has no task in it; it asks why, and
shows nothing of the case. Over every route that opens a file, by the table of routes."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from cases.access.services import acting
from cases.emergencies.models import EmergencyOpening
from cases.emergencies.services import review_emergency
from cities.ledger.models import LedgerEntry
from cities.roles.rules import COMPARTMENTS, Role, roles_with
from tests.architecture.routes import CASES
from tests.architecture.scene import CANARIES, Scene, browser_of, each, is_of_a_case
from tests.factories import Cast, staff

#: Named by a number, and no file: absences of colleagues, and what was opened in an emergency, by whoever reviews it.
NO_FILE = {"cases:absence", "cases:absence_change", "cases:absence_withdraw", "cases:emergency_review"}

#: What stands on the page that asks.
ASKS = 'action="/cases/{reference}/why/"'


def test_every_file__asks_who_comes_from_nowhere_and_shows_nothing(scene: Scene, cast: Cast) -> None:
    newcomer = staff(Role.COORDINATOR, cast.city, first_name="Nora")
    with acting(cast.carla):  # else that is hers to do in it
        review_emergency(
            opening=EmergencyOpening.objects.get(), by=cast.carla, at=timezone.now(), outcome="JUSTIFIED", note="Right"
        )
    client, wrong, tried = browser_of(newcomer, came_from=""), [], 0
    asks, words = ASKS.format(reference=scene.case.reference), [*CANARIES.values(), "Nemo"]
    for name, route, method, act in each(CASES):
        may = act is not None and Role.COORDINATOR in roles_with(act) and route.part in COMPARTMENTS[Role.COORDINATOR]
        if not (may and method == "GET" and is_of_a_case(name)) or name in NO_FILE:
            continue
        for headers in ({}, {"HX-Request": "true"}):
            with transaction.atomic():
                answer = client.get(scene.address(name), headers=headers)
                transaction.set_rollback(True)
            page = answer.content.decode()
            if headers:
                right = (answer.status_code, answer.get("HX-Redirect")) == (204, scene.address(name))
            else:
                right = answer.status_code == 200 and asks in page
            if not right or any(word in page for word in words):
                wrong.append((name, headers, answer.status_code))
        tried += 1
    assert tried > 30
    assert not wrong, wrong
    assert not LedgerEntry.objects.filter(actor=newcomer, operation="CONSULT", case_id__isnull=False).exists()
