"""The addresses of the archive, below /api/v1/. No trailing slash; acts are nouns or verbs after what they act on."""

from django.urls import include, path

from cases.api import casefiles, figures, people, travel

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
    path(f"{A_CASE}/contacts", people.Contacts.as_view(), name="contacts"),
    path(f"{A_CASE}/contacts/<row:pk>/end", people.ContactEnd.as_view(), name="contact_end"),
    path("people", people.People.as_view(), name="people"),
    path("people/search", people.PeopleSearch.as_view(), name="people_search"),
    path("people/<row:pk>", people.OnePerson.as_view(), name="person"),
    path("people/<row:pk>/names", people.PersonNames.as_view(), name="person_names"),
    path("people/<row:pk>/travel-statuses", travel.TravelStatuses.as_view(), name="travel_statuses"),
    path("people/<row:pk>/travel-status", travel.TravelStatusOn.as_view(), name="travel_status_on"),
    path("travel-statuses/<row:pk>/correct", travel.TravelStatusCorrect.as_view(), name="travel_status_correct"),
    path("national-picture", figures.NationalPicture.as_view(), name="national_picture"),
]

urlpatterns = [path("", include((own, "cases_api")))]
