"""Cases: list, open, read; stage, next step, lead, team."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access.selectors import compartments_open_to
from cases.api.base import CaseDoor
from cases.api.naming import names_in
from cases.api.versions import OfAVersion
from cases.api.words import AgencyName, PersonName, UserName
from cases.casefiles.models import Casefile
from cases.casefiles.rules import ARROWS, LegalGround, Stage
from cases.casefiles.selectors import cases_for, listed_cases
from cases.casefiles.services import move_case, open_case, set_next_step
from cases.people.rules import BirthPrecision, Sex
from cases.people.selectors import people_for
from cases.prosecution.selectors import caution_on
from cities.agencies.selectors import agencies_for
from cities.api.base import PageQuery, Shape
from cities.api.described import described, paged
from cities.places.selectors import cities
from cities.refusals import LONGEST_TEXT
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.selectors import colleagues


class CaseShape(OfAVersion):
    """A case, as in a list."""

    reference = serializers.CharField()
    city = serializers.CharField(source="city.code")
    person = PersonName()
    stage = serializers.ChoiceField(choices=Stage.choices)
    ground = serializers.ChoiceField(choices=LegalGround.choices)
    agency = AgencyName()
    opened_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    owner = UserName()
    lead_caseworker = UserName(allow_null=True)
    next_step = serializers.CharField()
    next_step_on = serializers.DateField()
    review_on = serializers.DateField(allow_null=True)


class CaseDetail(CaseShape):
    """A case, opened."""

    may_move_to = serializers.ListField(child=serializers.ChoiceField(choices=Stage.choices))
    inquiry_open_since = serializers.DateField(
        allow_null=True, help_text="The prosecutor has an inquiry open: don't cross it. All that is told of it."
    )
    compartments = serializers.ListField(
        child=serializers.ChoiceField(choices=Compartment.choices), help_text="The parts of the case that you may see."
    )


class CasesQuery(PageQuery):
    """Which cases."""

    city = serializers.RegexField(r"^[A-Z]{3}\Z", required=False, help_text="The city's code, such as VIL.")
    stage = serializers.ChoiceField(choices=Stage.choices, required=False)
    is_open = serializers.BooleanField(required=False, allow_null=True, default=None)
    led_by_me = serializers.BooleanField(default=False)
    owned_by_me = serializers.BooleanField(default=False, help_text="Those whose next step is mine.")
    next_step_until = serializers.DateField(required=False)
    review_until = serializers.DateField(required=False)


class NewPerson(Shape):
    """Somebody who is recorded for the first time."""

    official_name = serializers.CharField(max_length=200)
    sex = serializers.ChoiceField(choices=Sex.choices, default=Sex.UNKNOWN)
    born_on = serializers.DateField(required=False, allow_null=True)
    birth_precision = serializers.ChoiceField(choices=BirthPrecision.choices, default=BirthPrecision.UNKNOWN)
    language = serializers.CharField(max_length=40, allow_blank=True, default="")
    interpreter_needed = serializers.BooleanField(default=False)
    phone = serializers.CharField(max_length=40, allow_blank=True, default="")
    address = serializers.CharField(max_length=500, allow_blank=True, default="")
    aliases = serializers.ListField(child=serializers.CharField(max_length=200), max_length=50, default=list)


class OpenCase(Shape):
    """A case to be opened, for a person who is known or for a new one."""

    city = serializers.RegexField(r"^[A-Z]{3}\Z")
    person = serializers.IntegerField(min_value=1, required=False)
    new_person = NewPerson(required=False)
    ground = serializers.ChoiceField(choices=LegalGround.choices)
    agency = serializers.IntegerField(min_value=1)
    owner = serializers.IntegerField(min_value=1, required=False, help_text="A user; you, when left out.")
    lead_caseworker = serializers.IntegerField(min_value=1, required=False, help_text="A posting.")
    stage = serializers.ChoiceField(choices=Stage.choices, default=Stage.INTAKE)
    next_step = serializers.CharField(max_length=200)
    next_step_on = serializers.DateField()


class MoveCase(Shape):
    """To another stage. Closing, reopening and every step back say why."""

    to = serializers.ChoiceField(choices=Stage.choices)
    reason = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")


class SetNextStep(Shape):
    """Who does what next, and by when."""

    owner = serializers.IntegerField(min_value=1, help_text="A user.")
    next_step = serializers.CharField(max_length=200)
    next_step_on = serializers.DateField()


class CaseView(CaseDoor):
    """What the views of one case share."""

    def rows(self) -> QuerySet[Casefile]:
        return cases_for(self.by, at=self.at).select_related("agency")

    def shown(self, case: Casefile) -> dict[str, Any]:
        """The case as it stands now, opened."""
        row: Any = self.found(self.rows(), case.pk)  # with what its shape says beside its columns
        self.opened(row, Permission.CASE_READ, Compartment.CORE, row, names_in(CaseDetail))
        row.may_move_to = sorted(ARROWS[row.stage])
        caution = caution_on(row, self.by, at=self.at)
        row.inquiry_open_since = caution.starts_on if caution else None
        row.compartments = sorted(compartments_open_to(self.by, row, at=self.at))
        return dict(CaseDetail(row).data)


class Cases(CaseView):
    """The list, and opening one."""

    @described("cases_list", "Cases, the newest first", query=CasesQuery, answers=paged(CaseShape))
    def get(self, request: Request) -> Response:
        self.allowed(Permission.CASE_READ)
        asked = self.query(CasesQuery)
        filters = {
            "city": "city__code",
            "stage": "stage",
            "next_step_until": "next_step_on__lte",
            "review_until": "review_on__lte",
        }
        rows = listed_cases(self.by, at=self.at).select_related("agency")
        rows = rows.filter(**{path: asked[name] for name, path in filters.items() if name in asked})
        if asked["is_open"] is not None:
            rows = rows.filter(closed_on__isnull=asked["is_open"])
        if asked["led_by_me"]:
            rows = rows.filter(lead_caseworker=self.by)
        if asked["owned_by_me"]:
            rows = rows.filter(owner=self.by)
        found, following = self.page(rows, asked, keys=["-pk"])
        return self.listed_and_opened(
            CaseShape, found, following,
            permission=Permission.CASE_READ, compartment=Compartment.CORE, kind="casefile",
        )  # fmt: skip

    @described("cases_open", "Open a case", body=OpenCase, answers=CaseDetail, status=201)
    def post(self, request: Request) -> Response:
        self.allowed(Permission.CASE_OPEN)
        told = self.body(OpenCase)
        city = self.chosen(cities(), told.pop("city"), "city", by="code")
        told["agency"] = self.chosen(agencies_for(city), told["agency"], "agency")
        if (person := told.get("person")) is not None:
            told["person"] = self.chosen(people_for(self.by, at=self.at), person, "person")
        if (owner := told.get("owner")) is not None:
            told["owner"] = self.a_user(city, owner, "owner")
        if (lead := told.get("lead_caseworker")) is not None:
            told["lead_caseworker"] = self.chosen(colleagues(city, at=self.at), lead, "lead_caseworker")
        if (new := told.get("new_person")) is not None:
            told["new_person"] = dict(new)
        case = open_case(by=self.by, at=self.at, city=city, **told)
        answer = Response(self.shown(case), status=201)
        answer["Location"] = request.build_absolute_uri(f"{request.path}/{case.reference}")
        return answer


class Case(CaseView):
    """One case."""

    @described("cases_read", "Open a case to read it", answers=CaseDetail)
    def get(self, request: Request, reference: str) -> Response:
        return Response(self.shown(self.case(reference)))


class CaseStage(CaseView):
    """To another stage."""

    @described("cases_move", "Move a case to another stage", body=MoveCase, answers=CaseDetail, guarded=True)
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CASE_CHANGE, case)
        with self.on_what_was_read(case, self.shown) as version:
            move_case(case=case, by=self.by, at=self.at, version=version, **self.body(MoveCase))
        return Response(self.shown(case))


class CaseNextStep(CaseView):
    """The next step."""

    @described("cases_set_next_step", "Say who does what next", body=SetNextStep, answers=CaseDetail, guarded=True)
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CASE_CHANGE, case)
        with self.on_what_was_read(case, self.shown) as version:
            told = self.body(SetNextStep)
            told["owner"] = self.a_user(case.city, told["owner"], "owner")
            set_next_step(case=case, by=self.by, at=self.at, version=version, **told)
        return Response(self.shown(case))
