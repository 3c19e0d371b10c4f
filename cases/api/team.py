"""Who works on a case: the lead, the team, and who can be chosen."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access.selectors import team_of
from cases.api.casefiles import CaseDetail, CaseView
from cases.api.naming import names_in
from cases.api.words import AgencyName, UserName
from cases.casefiles.selectors import require_sharing
from cases.casefiles.services import add_to_team, assign_lead, leave_team
from cities.api.base import Shape
from cities.api.described import described
from cities.refusals import LONGEST_TEXT
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment, Role
from cities.staff.selectors import colleagues


class AddToTeam(Shape):
    """A colleague, by a posting in the city of the case."""

    to = serializers.IntegerField(min_value=1, help_text="A posting.")
    reason = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")


class AssignLead(AddToTeam):
    """A new lead caseworker. The former one leaves the team, unless she is kept."""

    keep_former = serializers.BooleanField(default=False)


class Colleague(Shape):
    """Somebody who can be put on a case."""

    posting = serializers.IntegerField(source="pk")
    user = UserName()
    role = serializers.ChoiceField(choices=Role.choices)
    agency = AgencyName()


#: What is shown of colleagues, by name.
COLLEAGUE = [f"posting.{name}" for name in names_in(Colleague)]


class CaseLead(CaseView):
    """The lead caseworker."""

    @described("cases_assign", "Give a case to a lead caseworker", body=AssignLead, answers=CaseDetail, guarded=True)
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CASE_ASSIGN, case)
        with self.on_what_was_read(case, self.shown) as version:
            told = self.body(AssignLead)
            told["to"] = self.chosen(colleagues(case.city, at=self.at), told["to"], "to")
            assign_lead(case=case, by=self.by, at=self.at, version=version, **told)
        return Response(self.shown(case))


class CaseTeam(CaseView):
    """The case team."""

    @described("cases_team", "Who is on the case team", answers=UserName(many=True))
    def get(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.opened(case, Permission.CASE_READ, Compartment.CORE, case, ["caseaccess.user"])
        return Response(UserName(team_of(case, at=self.at), many=True).data)

    @described("cases_team_add", "Put a colleague on the case team", body=AddToTeam, answers=UserName(many=True))
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CASE_CHANGE, case)
        require_sharing(self.by, case, at=self.at)
        told = self.body(AddToTeam)
        told["to"] = self.chosen(colleagues(case.city, at=self.at), told["to"], "to")
        add_to_team(case=case, by=self.by, at=self.at, **told)
        return self.get(request, reference)


class CaseTeamLeave(CaseView):
    """Off the team."""

    @described("cases_team_leave", "Take a colleague off the case team", answers=None, status=204, acts=True)
    def post(self, request: Request, reference: str, user: int) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CASE_CHANGE, case)
        leave_team(case=case, by=self.by, at=self.at, user=self.found(team_of(case, at=self.at), user))
        return Response(status=204)


class CaseColleagues(CaseView):
    """Who can be chosen."""

    @described("cases_colleagues", "Who can be put on the case, by posting", answers=Colleague(many=True))
    def get(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.opened(case, Permission.CASE_CHANGE, Compartment.CORE, case, COLLEAGUE)
        return Response(Colleague(colleagues(case.city, at=self.at), many=True).data)
