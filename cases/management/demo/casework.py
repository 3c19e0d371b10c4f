"""Writing the cases of a city: reference, stages, owner and next step, team, and who is around the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from random import Random
from typing import Any

from cases.access.models import CaseAccess
from cases.access.rules import Ground
from cases.casefiles.models import Casefile, CaseNumber, StageChange
from cases.casefiles.rules import AFTER_CLOSING, Stage, reference
from cases.management.demo import texts
from cases.management.demo.files import File
from cases.management.demo.lives import between
from cases.management.demo.people import a_person, named
from cases.management.demo.writing import Desk, ids, moment, put, rows_of
from cases.people.models import Person, Relationship
from cases.people.rules import RelationshipKind
from cases.travel.rules import TravelValue
from cities.roles.rules import Compartment
from cities.staff.models import Posting

#: One grant in so many has its turn to be confirmed now.
A_TURN = 7
_WITH_LEAD = frozenset({Stage.INTAKE, Stage.ASSESSMENT, Stage.FOLLOW_UP, Stage.AFTERCARE})


@dataclass(frozen=True)
class Kept:
    """A file with its row and the posting that leads it."""

    file: File
    row: Casefile
    lead: Posting | None


def write_cases(rng: Random, desk: Desk, files: list[File], persons: list[int], today: date) -> list[Kept]:
    """The cases in the order they were opened; `persons` are the ids of their people, file by file."""
    order = sorted(zip(files, persons, strict=True), key=lambda pair: (pair[0].opened_on, pair[1]))
    turns = cycle(_turns(desk))
    kept = []
    unassigned = 1 if len(files) < 400 else len(files) // 400
    for pk, (file, person) in zip(ids(Casefile, len(order)), order, strict=True):
        lead = None
        if file.stage == Stage.INTAKE and unassigned:
            unassigned -= 1
        elif file.stage in _WITH_LEAD or file.plans:
            lead = next(turns)
        kept.append(Kept(file, _row(rng, desk, file, pk, person, lead, today), lead))
    put([one.row for one in kept])
    put([change for one in kept for change in _stage_changes(desk, one)])
    put([grant for one in kept for grant in _grants(desk, one, today)])
    return kept


def write_numbers(desk: Desk) -> None:
    """How far the numbers of each year have been given."""
    put(
        [
            CaseNumber(
                recorded_at=moment(date(year, 1, 5)), recorded_by=desk.coordinator, city=desk.city, year=year, last=last
            )
            for year, last in sorted(desk.numbers.items())
        ]
    )


def _turns(desk: Desk) -> list[Posting]:
    """Whose turn it is to lead a case: Alice's more often than her colleagues'."""
    workers = desk.caseworkers
    return [workers[0], *workers] if workers[0].user.first_name == "Alice" else workers


def _row(rng: Random, desk: Desk, file: File, pk: int, person: int, lead: Posting | None, today: date) -> Casefile:
    year = file.opened_on.year
    desk.numbers[year] = desk.numbers.get(year, 0) + 1
    is_closed = file.stage == Stage.CLOSED
    step_on = file.since if is_closed else today + timedelta(days=rng.choice((1, 3, 8, 15, 29, 60, 120)))
    review = None
    if not is_closed:
        review = today + timedelta(days=rng.randint(-6, 170))
        if file.stage == Stage.FOLLOW_UP:
            review = file.plans[-1].agreed_on + timedelta(days=91)
    return Casefile(
        pk=pk, recorded_at=moment(file.opened_on, 10), recorded_by=desk.coordinator, city=desk.city, year=year,
        number=desk.numbers[year], reference=reference(desk.city.code, year, desk.numbers[year]), person_id=person,
        stage=file.stage, ground=file.ground, opened_on=file.opened_on, closed_on=file.closed_on,
        agency=lead.agency if lead else desk.agencies["prevention"],
        owner=lead.user if lead and not is_closed else desk.coordinator, lead_caseworker=lead.user if lead else None,
        next_step=rng.choice(texts.STEPS[file.stage]), next_step_on=step_on, review_on=review,
    )  # fmt: skip


def _stage_changes(desk: Desk, one: Kept) -> list[StageChange]:
    return [
        StageChange(
            recorded_at=when, recorded_by=desk.coordinator, casefile=one.row, city=desk.city,
            from_stage=change.before, to_stage=change.to, reason=change.reason, changed_at=when,
        )
        for minute, change in enumerate(one.file.changes)
        for when in [moment(change.on, 12, minute)]
    ]  # fmt: skip


def _grants(desk: Desk, one: Kept, today: date) -> list[CaseAccess]:
    """The lead is on the team from the first day at home; until two weeks after the case was closed. Of what goes on,
    some has to be confirmed within days; the clock gives the rest a day of its own."""
    if one.lead is None:
        return []
    starts = next(change.on for change in one.file.changes if change.to != Stage.ABROAD)
    closed = one.file.closed_on
    until: dict[str, Any] = {}
    if closed:
        until = {"ends_at": moment(closed, 17) + AFTER_CLOSING, "ended_by": desk.coordinator}
    elif one.row.number % A_TURN == 1:
        until = {"confirm_by": today + timedelta(days=5 + (one.row.year + one.row.number) % 8)}
    return [
        CaseAccess(
            recorded_at=moment(starts, 13), recorded_by=desk.coordinator, casefile=one.row, city=desk.city,
            user=one.lead.user, posting=one.lead, reference=one.row.reference, compartment=compartment,
            ground=Ground.TEAM, starts_at=moment(starts, 13), **until,
        )
        for compartment in (Compartment.CORE, Compartment.CARE)
    ]  # fmt: skip


def add_colleagues(rng: Random, desk: Desk, kept: list[Kept]) -> None:
    """In one case of four a second caseworker is on the team."""
    rows = []
    for one in kept:
        colleagues = [posting for posting in desk.caseworkers if posting != one.lead]
        colleagues = [posting for posting in colleagues if posting.user.first_name != "Bob"]  # never on Alice's
        if one.lead and one.file.stage == Stage.FOLLOW_UP and colleagues and rng.random() < 0.25:
            posting, since = rng.choice(colleagues), moment(one.file.since, 14)
            rows += [
                CaseAccess(
                    recorded_at=since, recorded_by=desk.coordinator, casefile=one.row, city=desk.city,
                    user=posting.user, posting=posting, reference=one.row.reference, compartment=compartment,
                    ground=Ground.TEAM, reason="Stands in when the lead is away", starts_at=since,
                )
                for compartment in (Compartment.CORE, Compartment.CARE)
            ]  # fmt: skip
    put(rows)


_AROUND = (RelationshipKind.PARENT, RelationshipKind.PARTNER, RelationshipKind.SIBLING, RelationshipKind.FRIEND)
_YEARS = {
    RelationshipKind.PARENT: -27, RelationshipKind.PARTNER: 1, RelationshipKind.SIBLING: 4, RelationshipKind.FRIEND: 0,
}  # fmt: skip


def write_relatives(rng: Random, desk: Desk, kept: list[Kept], languages: str, today: date) -> int:
    """Relatives and children as contacts, never as cases. Gives how many people that makes."""
    wanted: list[tuple[Kept, RelationshipKind]] = []
    for one in kept:
        stage = one.file.stage
        if stage == Stage.CLOSED or (stage == Stage.ABROAD and rng.random() < 0.6):
            continue
        kinds = list(rng.sample(_AROUND, 1 if stage == Stage.ABROAD else rng.randint(1, 2)))
        if stage != Stage.ABROAD and one.file.life.now.value == TravelValue.RETURNED and rng.random() < 0.4:
            kinds += [RelationshipKind.CHILD] * rng.randint(1, 2)
        wanted += [(one, kind) for kind in kinds]
    persons, called, links = [], [], []
    surnames = dict(
        rows_of(Person).filter(pk__in=[one.row.person_id for one in kept]).values_list("pk", "official_name")
    )
    for pk, (one, kind) in zip(ids(Person, len(wanted)), wanted, strict=True):
        sex = rng.choice("FM")
        is_family = kind in (RelationshipKind.PARENT, RelationshipKind.SIBLING, RelationshipKind.CHILD)
        surname = surnames[one.row.person_id].rsplit(" ", 1)[1] if is_family else ""
        if kind == RelationshipKind.CHILD:
            born_on = between(rng, date(today.year - 12, 1, 1), date(today.year - 4, 12, 31))
        else:
            born_on = one.file.life.born_on + timedelta(days=365 * _YEARS[kind] + rng.randint(-900, 900))
        known_on = one.file.opened_on
        person, names = a_person(
            rng, desk, pk, named(rng, sex, languages, surname=surname), sex=sex, known_on=known_on,
            born_on=born_on if rng.random() < 0.7 and born_on < known_on else None,
        )  # fmt: skip
        persons.append(person)
        called += names
        links.append(
            Relationship(
                recorded_at=moment(known_on, 12),
                recorded_by=desk.coordinator,
                casefile=one.row,
                city=desk.city,
                person_id=one.row.person_id,
                other=person,
                kind=kind,
                is_contact=kind != RelationshipKind.CHILD and rng.random() < 0.6,
                note="Prefers to be called after six" if rng.random() < 0.2 else "",
            )
        )  # fmt: skip
    put(persons)
    put(called)
    put(links)
    return len(persons)
