"""Which messages come of contacts and of missed ones: for many at once, with one question a kind of thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from cases.access.selectors import Knowers, knowers
from cases.casefiles.models import Casefile
from cases.checkins.models import AgreedReminder, CheckIn, MissedStep
from cases.checkins.reminding import (
    announced_at,
    has_a_day,
    person_over_at,
    person_told_at,
    section_of,
    told_before,
    whom_to_tell,
)
from cases.checkins.rules import REMINDED_AT
from cases.checkins.services.checks import day_key, hour_key
from cases.outbox.models import Message
from cases.outbox.rules import QUIET, Channel, MessageKind, MessageState
from cases.outbox.services import Draft
from cities.places.models import CitySettings
from cities.places.rules import day_of, is_working_day, moment_of
from cities.roles.rules import Role
from cities.staff.models import Absence, Posting, User

NOBODY = "nobody can be told: not the caseworker, no deputy, no coordinator"


@dataclass
class Staff:
    """Who is there on a day, who stands in for whom, who coordinates which city, and who may know of which case."""

    day: date
    users: dict[int, User] = field(default_factory=dict)
    away: dict[int, int | None] = field(default_factory=dict)
    coordinators: dict[int, list[int]] = field(default_factory=dict)
    knows: Knowers = field(default_factory=Knowers)

    def may(self, user: int, case: Casefile) -> bool:
        """Whether she has an account, and may know of the case."""
        found = self.users.get(user)
        known = self.knows.include(user, case_id=case.pk, city_id=case.city_id)
        return found is not None and found.is_active and known

    def can(self, user: int, case: Casefile) -> bool:
        """Whether she can be told of the case on that day."""
        return user not in self.away and self.may(user, case)


def staff_for(own: Iterable[int], cases: Sequence[Casefile], *, at: datetime, day: date) -> Staff:
    """What has to be known of colleagues to tell them of these cases: five questions, for however many."""
    cities = {case.city_id for case in cases}
    found = Staff(day)
    postings = Posting.objects.in_force(at=at).filter(city__in=cities, role=Role.COORDINATOR)
    for city, user in sorted(set(postings.values_list("city_id", "user_id"))):
        found.coordinators.setdefault(city or 0, []).append(user)
    coordinators = {user for users in found.coordinators.values() for user in users}
    first = {*own, *coordinators, *(case.owner_id for case in cases)}
    absent = Absence.objects.between(day, day + timedelta(days=1))
    found.away = dict(absent.filter(user__in=first).values_list("user_id", "deputy_id"))
    deputies = {deputy for deputy in found.away.values() if deputy is not None}
    found.away |= dict(absent.filter(user__in=deputies - first).values_list("user_id", "deputy_id"))
    found.users = {user.pk: user for user in User.objects.filter(pk__in=first | deputies)}
    found.knows = knowers(found.users.keys(), [case.pk for case in cases], at=at)
    return found


def hour_of(user: User) -> time:
    """When the day's message of somebody is made; also of one who wants none, for what goes to others instead."""
    return user.digest_at or REMINDED_AT


def day_drafts(
    user: User, checkins: Sequence[CheckIn], steps: Sequence[MissedStep], staff: Staff, answered: set[tuple[int, int]],
    *, at: datetime,
) -> Iterator[Draft]:  # fmt: skip
    """The message of the day of one user: a draft a cause. What she can't be told goes to whoever stands in.

    Whoever wants none is told nothing; who comes along with her is, at her own hour, if she wants a message herself.
    `answered`: which check-ins somebody was told of as a missed contact; that they are late is no news to her.
    On a day that nobody works there is a message only when there is a contact.
    """
    today = day_of(at)
    told_nothing = user.is_active and user.pk not in staff.away and user.digest_at is None
    own_steps = {step.missed.checkin_id for step in steps if step.owner_id == user.pk}
    if not is_working_day(today) and not any(has_a_day(row, today) for row in checkins):
        checkins, steps = [row for row in checkins if row.due_on > today], []
    for row in checkins:
        section = section_of(row, today, hour_of(user), has_step=row.pk in own_steps)
        if section in (None, MessageKind.STEP):
            continue
        if section == MessageKind.LATE and (row.pk, user.pk) in answered:
            continue
        cause = day_key(row)
        is_coming = section == MessageKind.CHECKIN_REMINDER
        if not told_nothing:
            due = _announced(row, user, at=at) if is_coming else at
            yield from _told(section, cause, row, row.casefile, user.pk, staff, due_at=due)
        if is_coming and row.second_id and staff.can(row.second_id, row.casefile):
            second = staff.users[row.second_id]
            if second.digest_at is not None:
                due = _announced(row, second, at=at)
                yield _draft(section, cause, row, row.casefile, second.pk, staff, due_at=due)
    for step in [] if told_nothing else steps:
        row = step.missed.checkin
        cause = f"step {step.pk}"
        yield from _told(MessageKind.STEP, cause, row, step.casefile, user.pk, staff, due_at=at)


def _announced(row: CheckIn, user: User, *, at: datetime) -> datetime:
    """When somebody is told of a contact that is coming: at her own hour; of one of any day of the week, at once."""
    return at if row.within_week else max(at, announced_at(row.due_on, row.due_time, hour_of(user)))


def _told(
    kind: MessageKind, cause: str, row: CheckIn, case: Casefile, own: int, staff: Staff, *, due_at: datetime
) -> Iterator[Draft]:
    """To her, or a step up."""
    told = whom_to_tell(
        own, deputy=staff.away.get(own), coordinators=staff.coordinators.get(case.city_id, []), owner=case.owner_id,
        can=lambda user: staff.can(user, case),
    )  # fmt: skip
    for recipient in told.recipients:
        yield _draft(kind, cause, row, case, recipient, staff, due_at=due_at, in_app=told.in_app)
    if told.on_the_board:
        yield _draft(kind, cause, row, case, own, staff, due_at=due_at, in_app=True, dead=True)


def _draft(
    kind: MessageKind, cause: str, row: CheckIn, case: Casefile, recipient: int, staff: Staff, *,
    due_at: datetime, in_app: bool = False, dead: bool = False,
) -> Draft:  # fmt: skip
    user = staff.users.get(recipient)
    by_app = in_app or user is None or not (user.by_email and user.email)
    return Draft(
        kind=kind, cause=cause, recipient_id=recipient, casefile_id=case.pk, city_id=case.city_id,
        reference=case.reference, about_on=row.due_on, about_time=row.due_time, within_week=row.within_week,
        due_at=due_at, checkin_id=row.pk, channel=Channel.IN_APP if by_app else Channel.EMAIL,
        state=MessageState.DEAD if dead else MessageState.WAITING, last_error=NOBODY if dead else "",
    )  # fmt: skip


def before_drafts(rows: Sequence[CheckIn], staff: Staff, *, at: datetime) -> Iterator[Draft]:
    """For whoever wants to be told so many minutes before the contacts that she holds, today's and tomorrow's."""
    until = day_of(at) + timedelta(days=1)
    for row in rows:
        if row.due_time is None or row.within_week or row.due_on > until:
            continue
        for recipient in filter(None, (row.caseworker_id, row.second_id)):
            user = staff.users.get(recipient)
            over = moment_of(row.due_on, row.due_time) <= at
            if user is None or over or not user.remind_before or not staff.may(recipient, row.casefile):
                continue
            yield _draft(
                MessageKind.BEFORE, hour_key(row), row, row.casefile, recipient, staff,
                due_at=told_before(row.due_on, row.due_time, user.remind_before),
            )  # fmt: skip


def person_drafts(rows: Sequence[CheckIn], *, at: datetime) -> Iterator[Draft]:
    """For the people who agreed to be reminded. A number to call is that of the agency, else the caseworker's."""
    agreed: dict[int, list[AgreedReminder]] = {}
    cases = {row.casefile_id for row in rows}
    for one in AgreedReminder.objects.filter(casefile__in=cases, withdrawn_at__isnull=True):
        agreed.setdefault(one.casefile_id, []).append(one)
    cities = CitySettings.objects.filter(city__in={row.city_id for row in rows if row.casefile_id in agreed})
    quiet = {row.city_id: (row.quiet_from, row.quiet_until) for row in cities} if agreed else {}
    for row in rows:
        for one in agreed.get(row.casefile_id, []):
            due = person_told_at(row, one.channel, one.days_before, quiet.get(row.city_id, QUIET))
            if due is None or person_over_at(row) <= at:
                continue
            yield Draft(
                kind=MessageKind.TO_PERSON, cause=hour_key(row), recipient_id=None,
                casefile_id=row.casefile_id, city_id=row.city_id, reference=row.casefile.reference,
                about_on=row.due_on, about_time=row.due_time, within_week=row.within_week, due_at=max(at, due),
                checkin_id=row.pk, channel=one.channel, address=one.number, language=one.language,
                callback=row.casefile.agency.phone or row.caseworker.phone,
            )  # fmt: skip


def told_as_missed(rows: Sequence[CheckIn]) -> set[tuple[int, int]]:
    """Which of these check-ins were told to whom as missed contacts."""
    told = Message.objects.filter(checkin__in=[row.pk for row in rows], kind=MessageKind.STEP)
    return {(checkin or 0, user or 0) for checkin, user in told.values_list("checkin_id", "recipient_id")}
