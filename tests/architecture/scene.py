"""One case with one of everything in it, and every address that leads there: what the laws of the doors are tried on.

In each text stands a canary with the part of the case it lies in: whoever reads it has seen something of that part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from cases.access.services import acting, as_clock
from cases.audit.models import LookSample
from cases.audit.services import draw_samples
from cases.casefiles.models import Casefile
from cases.checkins.services import agree_reminder, avoid_days, leave_reminders, record_checkin
from cases.outbox.models import Message
from cases.people.models import Person, Relationship
from cases.people.services import add_contact
from cases.plans.models import FollowUpPlan
from cases.plans.services import add_action
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.rules import FactDraft, Nature
from cases.travel.rules import Reliability
from cases.travel.services import record_status
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from tests.architecture.routes import API, CASES, ROUTES, Route
from tests.factories import Cast, a_case, lately
from tests.factories.absences import an_absence
from tests.factories.checkins import a_checkin, a_missed_contact, a_rhythm
from tests.factories.emergencies import an_emergency
from tests.factories.plans import a_plan
from tests.factories.referrals import sent_referral

T = TypeVar("T")

#: Kept by the administration itself, which lets in whoever may change settings; see tests/cities/admin.
ADMIN = "admin:"

#: What stands in the texts of each part, and nowhere else.
CANARIES = {
    Compartment.CORE: "Canaryofcore",
    Compartment.CARE: "Canaryofcare",
    Compartment.JUSTICE: "Canaryofjustice",
}
IN_CORE, IN_CARE, IN_JUSTICE = CANARIES.values()


def addresses(resolver: Any = None, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every address by its full name, with the names of what varies in it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            name = ":".join((*namespaces, pattern.name or str(pattern.pattern)))
            yield name, set(pattern.pattern.regex.groupindex)
        elif isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from addresses(pattern, inner)


VARIABLES = {name: varies for name, varies in addresses() if not name.startswith(ADMIN)}


@dataclass(frozen=True)
class Scene:
    """One case with one of everything, so that every address leads somewhere."""

    cast: Cast
    case: Casefile
    numbers: dict[str, int]

    def address(self, name: str, reference: str = "") -> str:
        """The address of a route in this scene; of the same thing in another case when a reference is given."""
        known = {
            "reference": reference or self.case.reference,
            "code": self.cast.city.code,
            "uidb36": "1",
            "provider_id": "nowhere",
            "key": "abc",
            "secret": "x" * 43,
            **dict.fromkeys(("pk", "number", "user"), self.numbers.get(ROUTES[name].record, 1)),
        }
        return reverse(name, kwargs={name: known[name] for name in VARIABLES[name]})


def a_scene(cast: Cast) -> Scene:
    """Alice leads, Carla coordinates, the mayor approved, the liaison has received one referral."""
    at, today = lately(), timezone.localdate()
    case = a_case(by=cast.carla, lead=cast.alice, at=at, name=f"Nemo {IN_CORE}", next_step=f"{IN_CORE} step")
    plan = a_plan(case, by=cast.alice, at=at, summary=f"{IN_CARE} summary")
    with acting(cast.alice):
        goal = plan.goals.get()
        who: dict[str, Any] = {"by": cast.alice, "at": at}
        action = add_action(goal=goal, **who, text=f"{IN_CARE} action", owner=cast.alice, due_on=today)
        avoided = avoid_days(case=case, **who, starts_on=today + timedelta(days=30), ends_on=today + timedelta(days=33))
        contact = add_contact(case=case, **who, official_name=f"Antigone {IN_CARE}", kind="SIBLING", note=IN_CARE)
        status = record_status(
            person=case.person, **who, value="RETURNED", confidence="CONFIRMED", source_kind="FAMILY",
            source=f"{IN_CORE} sister", reliability="B", true_since=today - timedelta(days=400),
        )  # fmt: skip
        agreed = agree_reminder(case=case, **who, channel="LETTER", language="nl", days_before=1)
    recorded = a_checkin(case, plan, by=cast.alice, at=at, due_on=today)
    with acting(cast.alice):
        record_checkin(checkin=recorded, **who, version=1, outcome="HELD", note=f"{IN_CARE} note")
    a_plan(case, by=cast.alice, at=at, state="DRAFT", goals=0)  # a second version, to compare with
    fact = FactDraft(Nature.FACT, f"{IN_JUSTICE} fact", f"{IN_JUSTICE} witness", Reliability.B, today)
    referral = sent_referral(
        case, cast, at=at, subject=f"{IN_JUSTICE} subject", statement=f"{IN_JUSTICE} statement", facts=[fact]
    )
    _changed(cast, case, plan, referral, contact)
    rows = {
        "checkin": a_checkin(case, plan, by=cast.alice, at=at, due_on=today), "plan": plan, "goal": goal,
        "rhythm": a_rhythm(case, plan, by=cast.alice, at=at, starts_on=today, place=f"{IN_CORE} place"),
        "action": action, "contact": contact,
        "avoided": avoided, "status": status, "person": case.person, "user": cast.bob, "agency": cast.agency,
        "sent_referral": referral, "colleague": cast.alice, "emergency": an_emergency(case),
        "absence": an_absence(cast.alice, at=at), "reminder": agreed,
        "missed": a_missed_contact(case, plan, by=cast.alice, at=at, due_on=today),
    }  # fmt: skip
    leave_reminders(by=Clock.CLOCK, at=at)
    looked = {"operation": Operation.CONSULT, "act": "TEST", "case_id": case.pk, "city_id": case.city_id}
    ledger.write(by=cast.alice, case_reference=case.reference, **looked)  # type: ignore[arg-type]
    with as_clock():
        draw_samples(by=Clock.CLOCK, at=timezone.now() + timedelta(days=7))
    with acting(cast.dana):
        rows["sample"] = LookSample.objects.all()[0]
    with acting(cast.carla):
        rows["letter"] = Message.objects.filter(channel="LETTER")[0]
    numbers = {name: row.pk for name, row in rows.items()} | {"plan": plan.number, "referral": referral.number}
    return Scene(cast, case, numbers)


def _changed(cast: Cast, case: Casefile, plan: FollowUpPlan, referral: ProsecutionReferral, tie: Relationship) -> None:
    """What stood in each part before: it is in that part's history, and nowhere else."""
    with acting(cast.carla):
        for text in (IN_CORE, ""):
            Casefile.objects.filter(pk=case.pk).update(next_step=f"{text} step")
            Person.objects.filter(pk=case.person_id).update(address=f"{text} street")
        for text in (IN_CARE, ""):
            FollowUpPlan.objects.filter(pk=plan.pk).update(person_view=f"{text} view")
            Relationship.objects.filter(pk=tie.pk).update(note=f"{text} note")
        for text in (IN_JUSTICE, ""):
            ProsecutionReferral.objects.filter(pk=referral.pk).update(withheld=f"{text} withheld")


def browser_of(user: User | None, *, came_from: str = "/") -> Client:
    """A browser in which somebody has signed in, and follows links of my day; or comes from nowhere."""
    client = Client(headers={"Referer": f"http://testserver{came_from}"} if came_from else None)
    if user is not None:
        client.force_login(user)
    return client


def ask(client: Client, method: str, address: str) -> HttpResponse:
    """With nothing in it: who may come in is decided before what was sent is looked at."""
    is_api = address.startswith("/api/")
    kind = "application/json" if is_api else "application/x-www-form-urlencoded"
    return client.generic(method, address, "{}" if is_api else "", kind)  # type: ignore[return-value]


def is_of_a_case(name: str) -> bool:
    return name in CASES | API and (
        "reference" in VARIABLES[name] or ROUTES[name].record not in ("", "agency", "colleague", "sample")
    )


def each(of: dict[str, Route] = ROUTES) -> Iterator[tuple[str, Route, str, Permission | None]]:
    for name, route in of.items():
        for method, act in route.methods.items():
            yield name, route, method, act
