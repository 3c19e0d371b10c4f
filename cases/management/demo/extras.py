"""Many more people, to see the house full. None of them left, so that the national picture holds."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from cases.casefiles.rules import LegalGround, Stage
from cases.management.demo.files import Change, File, live_on
from cases.management.demo.lives import Life, between, someone
from cases.management.demo.places import PLACES
from cases.travel.rules import Confidence, Situation

#: Of so many, how many are in follow-up.
IN_FOLLOW_UP = 0.2
_SITUATIONS = ((Situation.INDICATIONS, 55), (Situation.PREVENTED, 25), (Situation.INTENDS, 20))
_STAGES = ((Stage.FOLLOW_UP, 45), (Stage.CLOSED, 35), (Stage.AFTERCARE, 10), (Stage.ASSESSMENT, 5), (Stage.INTAKE, 5))


def by_city(count: int) -> dict[str, int]:
    """`count` people over the cities, in the proportion of those who left."""
    whole = sum(place.left for place in PLACES)
    found = {place.code: count * place.left // whole for place in PLACES}
    found["ANT"] += count - sum(found.values())
    return found


def extra(rng: Random, city: str, today: date) -> File:
    """One of them, with a case."""
    life = someone(rng, city, "extra", women=0.3)
    life.born_on = between(rng, date(1975, 1, 1), date(2004, 12, 31))
    [situation] = rng.choices([one for one, _ in _SITUATIONS], [weight for _, weight in _SITUATIONS])
    known = between(rng, date(2018, 1, 8), today - timedelta(days=200))
    sure = Confidence.CONFIRMED if situation == Situation.PREVENTED else Confidence.INDICATED
    life.believe(rng, "", known - timedelta(days=3), known, situation=situation, confidence=sure)
    if rng.random() < 0.3:
        again = known + timedelta(days=rng.randint(40, 150))
        life.believe(
            rng, "", again, again, situation=Situation.INDICATIONS, confidence=Confidence.INDICATED,
            reason="The same signs again, from a second source",
        )  # fmt: skip
    return _file(rng, life, known, today)


def _file(rng: Random, life: Life, known: date, today: date) -> File:
    opened_on = known + timedelta(days=rng.randint(1, 9))
    file = File(life, opened_on, rng.choice(LegalGround.values), [Change(opened_on, "", Stage.INTAKE)])
    if life.beliefs[0].situation == Situation.INDICATIONS:
        closed_on = min(opened_on + timedelta(days=rng.randint(30, 190)), today - timedelta(days=3))
        file.go(closed_on, Stage.CLOSED, "Nothing came of the indications; no more is needed")
        return file
    [wanted] = rng.choices([one for one, _ in _STAGES], [weight for _, weight in _STAGES])
    live_on(rng, file, today, wanted)
    return file
