"""The invented lives: alike for the same seed, possible by the rules of the house, and nobody's real name."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from cases.casefiles.rules import Stage, may_move, needs_reason
from cases.management.demo import names
from cases.management.demo.extras import extra
from cases.management.demo.files import files
from cases.management.demo.followup import working_day
from cases.management.demo.history import history
from cases.management.demo.lives import Life
from cases.management.demo.staff import staff
from cases.management.demo.turns import others
from cases.travel.rules import Stay, check_history, situation_fits
from cities.places.rules import is_working_day

TODAY = date(2026, 11, 24)
SUNDAY = date(2027, 2, 28)
#: The commonest surnames of the country, and some of elsewhere: none may be among the invented ones.
COMMON = {
    "Peeters", "Janssens", "Maes", "Jacobs", "Mertens", "Willems", "Claes", "Goossens", "Wouters", "Desmet", "Dubois",
    "Lambert", "Dupont", "Martin", "Simon", "Laurent", "Leroy", "Lejeune", "Renard", "Denis", "Diallo", "Nguyen",
    "Yilmaz", "Kaya", "Demir", "Sahin", "Benali", "Bakkali", "Haddad", "Hassan", "Ali", "Khan", "Ahmed", "Hussein",
    "Müller", "Schmidt", "Schneider", "Fischer", "Weber",
}  # fmt: skip


def everybody(seed: int, today: date = TODAY) -> list[Life]:
    rng = Random(seed)
    return history(rng, today) + others(rng, today)


def test_lives__are_alike_for_the_same_seed_and_differ_for_another() -> None:
    assert everybody(7) == everybody(7)
    assert everybody(7) != everybody(8)


@pytest.mark.parametrize("seed", range(6))
def test_lives__stand_before_the_rules_of_the_house(seed: int) -> None:
    for life in everybody(seed):
        corrected = {belief.corrects for belief in life.beliefs}
        stays = [
            Stay(belief.value, belief.situation, belief.confidence, belief.true_since)
            for place, belief in enumerate(life.beliefs)
            if place not in corrected
        ]
        for place, stay in enumerate(stays):
            check_history(stay, others=stays[:place] + stays[place + 1 :])
        for belief in life.beliefs:
            assert situation_fits(belief.value, belief.situation)
            assert life.born_on < belief.true_since <= belief.known_since <= TODAY
            assert belief.corrects is None or belief.reason
            assert belief.corrects is None or belief.known_since >= life.beliefs[belief.corrects].known_since


@pytest.mark.parametrize(("seed", "today"), [(1, TODAY), (2, TODAY), (3, SUNDAY)])
def test_files__go_along_the_arrows_and_every_first_city_has_its_work(seed: int, today: date) -> None:
    rng = Random(seed)
    lives = history(rng, today) + others(rng, today)
    made = files(rng, lives, today) + [extra(rng, "VIL", today) for _ in range(200)]
    for file in made:
        for change in file.changes[1:]:
            assert may_move(change.before, change.to)
            assert change.reason or not needs_reason(change.before, change.to)
        days = [change.on for change in file.changes]
        assert days == sorted(days)
        assert days[-1] <= today
        assert (file.stage == Stage.FOLLOW_UP) == bool(file.plans and file.plans[-1].until is None)
    for city in ("ANT", "MOL", "VIL", "VER", "MEC", "SCH", "BRU", "MAA", "AND", "LIE"):
        assert sum(file.life.city == city and file.stage == Stage.FOLLOW_UP for file in made) >= 4


def test_working_day__counts_over_days_off() -> None:
    for count in (-6, -1, 1, 4):
        assert is_working_day(working_day(SUNDAY, count))
    assert working_day(SUNDAY, 0) == SUNDAY


def test_names__are_nobodys() -> None:
    invented = {name for language in ("nl", "fr", "de") for name in names.surnames(language)}
    assert len(invented) > 300
    assert not invented & COMMON
    assert all(len(name) >= 7 for name in invented)
    assert {colleague.surname for colleague in staff()} <= invented


def test_staff__is_alike_each_time_and_has_every_role_but_integration() -> None:
    assert staff() == staff()
    assert {colleague.role for colleague in staff()} == {
        role for role in type(staff()[0].role) if role != "INTEGRATION"
    }
    assert len({colleague.email for colleague in staff()}) == len(staff())
    assert {colleague.language for colleague in staff()} == {"nl", "fr", "de", "en"}
