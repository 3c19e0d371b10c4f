"""The case of each life: when it was opened, the stages it went through, and the plans that were agreed in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from cases.casefiles.rules import LegalGround, Stage
from cases.management.demo.lives import Life, between, someone
from cases.management.demo.places import BY_CODE, FIRST_ROUND, PLACES
from cases.travel.rules import Confidence, Situation, TravelValue

#: How many cases of a city are in follow-up today; where not given, two.
FOLLOWED = {
    "VIL": 12, "ANT": 10, "MOL": 8, "BRU": 8, "SCH": 7, "VER": 7, "AND": 7, "MEC": 6, "LIE": 6, "MAA": 4, "KOR": 1,
    "MEN": 1,
}  # fmt: skip
#: The same of the stages around it, in a city of the first round.
AROUND = {Stage.INTAKE: 2, Stage.ASSESSMENT: 2, Stage.AFTERCARE: 2}


@dataclass(frozen=True)
class Change:
    """A case moved."""

    on: date
    before: str
    to: str
    reason: str = ""


@dataclass
class PlanTime:
    """A version of a plan that was agreed, and the day from which it no longer held."""

    agreed_on: date
    until: date | None = None
    was_replaced: bool = False


@dataclass
class File:
    """A case as it came to be."""

    life: Life
    opened_on: date
    ground: str
    changes: list[Change] = field(default_factory=list)
    plans: list[PlanTime] = field(default_factory=list)

    @property
    def stage(self) -> str:
        return self.changes[-1].to

    @property
    def since(self) -> date:
        return self.changes[-1].on

    @property
    def closed_on(self) -> date | None:
        return self.since if self.stage == Stage.CLOSED else None

    def go(self, on: date, to: str, reason: str = "") -> None:
        """Move to a stage; never before the last move. A plan holds while the case is in follow-up."""
        on = max(on, self.since)
        if self.stage == Stage.FOLLOW_UP and self.plans and self.plans[-1].until is None:
            self.plans[-1].until = on
        self.changes.append(Change(on, self.stage, to, reason))
        if to == Stage.FOLLOW_UP:
            self.plans.append(PlanTime(on))


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def files(rng: Random, lives: list[Life], today: date) -> list[File]:
    """The cases of all lives, with as many in each stage today as a city has; lives are added where too few."""
    found = {id(life): file for life in lives if (file := _opened(rng, life, today)) is not None}
    for place in PLACES:
        wanted = _wanted(place.code)
        at_home = [file for file in found.values() if file.life.city == place.code and file.stage == Stage.INTAKE]
        rng.shuffle(at_home)
        at_home.sort(key=lambda file: file.life.now.value != TravelValue.RETURNED)
        while len(at_home) < len(wanted):
            life = _recent(rng, place.code, today)
            lives.append(life)
            file = _opened(rng, life, today)
            assert file is not None
            found[id(life)] = file
            at_home.append(file)
        for number, file in enumerate(at_home):
            live_on(rng, file, today, wanted[number] if number < len(wanted) else Stage.CLOSED)
    return list(found.values())


def _wanted(code: str) -> list[str]:
    stages = [Stage.FOLLOW_UP] * FOLLOWED.get(code, 2)
    if any(place.code == code for place in FIRST_ROUND):
        stages += [stage for stage, count in AROUND.items() for _ in range(count)]
    return [str(stage.value) for stage in stages]


def _recent(rng: Random, city: str, today: date) -> Life:
    """Somebody stopped in the last years, followed up with consent."""
    life = someone(rng, city, "recent", women=0.3)
    life.born_on = between(rng, date(today.year - 34, 1, 1), date(today.year - 17, 6, 1))
    known = between(rng, today - _days(1100), today - _days(260))
    situation = Situation.PREVENTED if rng.random() < 0.6 else Situation.INTENDS
    sure = Confidence.CONFIRMED if situation == Situation.PREVENTED else Confidence.INDICATED
    life.believe(rng, "", known - _days(2), known, situation=situation, confidence=sure)
    return life


def _opened(rng: Random, life: Life, today: date) -> File | None:
    """The case as it was opened and, for whoever didn't come home, as it stands; None when there is none."""
    first, now = life.beliefs[0], life.now
    opened_on = max(first.known_since + _days(rng.randint(1, 9)), BY_CODE[life.city].cell_since)
    if life.part in ("indicated", "intends") or opened_on > today:
        return None
    if life.part == "prevented" and rng.random() < 0.4:
        return None
    ground = rng.choice([LegalGround.LIVC, LegalGround.LIVC, LegalGround.SOCIAL, LegalGround.CONSENT])
    file = File(life, opened_on, ground.value)
    if life.part in ("prevented", "recent"):
        file.changes.append(Change(opened_on, "", Stage.INTAKE))
        return file
    learned = now.known_since
    if not now.value:  # taken back: nobody left
        if learned <= opened_on:
            return None
        file.changes.append(Change(opened_on, "", Stage.ABROAD))
        file.go(learned + _days(rng.randint(2, 20)), Stage.CLOSED, "This person turned out never to have left")
    elif now.value == TravelValue.RETURNED:
        if learned <= opened_on:
            file.changes.append(Change(opened_on, "", Stage.INTAKE))
        else:
            file.changes.append(Change(opened_on, "", Stage.ABROAD))
            file.go(learned + _days(rng.randint(0, 6)), Stage.INTAKE, "Back in the city")
    else:
        file.changes.append(Change(opened_on, "", Stage.ABROAD))
        if now.value == TravelValue.KILLED and now.confidence == Confidence.CONFIRMED:
            file.go(max(learned, opened_on) + _days(rng.randint(5, 40)), Stage.CLOSED, "The death is confirmed")
    return file


def live_on(rng: Random, file: File, today: date, wanted: str) -> None:
    """From intake to the stage it is to be in today."""
    start = file.since
    if wanted == Stage.INTAKE and start < today - _days(60):
        _finish(rng, file, today - _days(200))
        file.go(today - _days(rng.randint(4, 16)), Stage.INTAKE, "Asked for help again")
        return
    if wanted == Stage.INTAKE:
        return
    file.go(min(start + _days(rng.randint(14, 45)), today - _days(90)), Stage.ASSESSMENT)
    file.go(min(file.since + _days(rng.randint(20, 60)), today - _days(75)), Stage.FOLLOW_UP)
    again = today - _days(rng.randint(300, 700))
    if wanted == Stage.CLOSED:
        _finish(rng, file, today - _days(30), started=True)
        return
    if file.since < again - _days(200):
        file.go(again, Stage.ASSESSMENT, "Out of prison; assessed anew")
        file.go(again + _days(rng.randint(25, 60)), Stage.FOLLOW_UP)
    if wanted == Stage.ASSESSMENT:
        file.go(today - _days(rng.randint(8, 40)), Stage.ASSESSMENT, "Much has changed; assessed anew")
    elif wanted == Stage.AFTERCARE:
        file.go(today - _days(rng.randint(20, 60)), Stage.AFTERCARE)
    else:
        _renew_plan(rng, file, today)


def _finish(rng: Random, file: File, last: date, *, started: bool = False) -> None:
    """To the end, by `last` at the latest."""
    if not started:
        file.go(min(file.since + _days(rng.randint(14, 45)), last - _days(90)), Stage.ASSESSMENT)
        file.go(min(file.since + _days(rng.randint(20, 60)), last - _days(60)), Stage.FOLLOW_UP)
    file.go(min(file.since + _days(rng.randint(300, 900)), last - _days(30)), Stage.AFTERCARE)
    file.go(
        min(file.since + _days(rng.randint(180, 370)), last), Stage.CLOSED, "The goals are reached; no more is needed"
    )


def _renew_plan(rng: Random, file: File, today: date) -> None:
    """What is in follow-up for long has had its plan reviewed: another version took its place."""
    current = file.plans[-1]
    renewed = today - _days(rng.randint(8, 85))
    if current.agreed_on < renewed - _days(60):
        current.until, current.was_replaced = renewed, True
        file.plans.append(PlanTime(renewed))
