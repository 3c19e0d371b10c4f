"""Who changed what: a page for each record, below the record's own."""

from django.urls import path

from cases.web.changes import views

CASE = "cases/<str:reference>/"

urlpatterns = [
    path(CASE + "changes/", views.of_case, name="case_changes"),
    path(CASE + "person/changes/", views.of_person, name="person_changes"),
    path(CASE + "person/contacts/<int:pk>/changes/", views.of_contact, name="person_contact_changes"),
    path(CASE + "plan/<int:number>/changes/", views.of_plan, name="plan_changes"),
    path(CASE + "check-ins/<int:pk>/changes/", views.of_checkin, name="checkin_changes"),
    path(CASE + "rhythms/<int:pk>/changes/", views.of_rhythm, name="rhythm_changes"),
    path(CASE + "referrals/<int:number>/changes/", views.of_referral, name="referral_changes"),
]
