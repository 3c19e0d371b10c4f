"""The addresses of the archive, below /api/v1/. No trailing slash; acts are nouns or verbs after what they act on."""

from django.urls import include, path

from cases.api import casefiles

A_CASE = "cases/<case_reference:reference>"

own = [
    path("cases", casefiles.Cases.as_view(), name="cases"),
    path(A_CASE, casefiles.Case.as_view(), name="case"),
    path(f"{A_CASE}/stage", casefiles.CaseStage.as_view(), name="case_stage"),
    path(f"{A_CASE}/next-step", casefiles.CaseNextStep.as_view(), name="case_next_step"),
    path(f"{A_CASE}/lead", casefiles.CaseLead.as_view(), name="case_lead"),
    path(f"{A_CASE}/team", casefiles.CaseTeam.as_view(), name="case_team"),
    path(f"{A_CASE}/team/<row:user>/leave", casefiles.CaseTeamLeave.as_view(), name="case_team_leave"),
    path(f"{A_CASE}/colleagues", casefiles.CaseColleagues.as_view(), name="case_colleagues"),
]

urlpatterns = [path("", include((own, "cases_api")))]
