"""The person of a case: who it is, who is around, and what is believed about where."""

from django.urls import path

from cases.web.people import views

urlpatterns = [
    path("cases/<str:reference>/person/", views.person, name="person"),
    path("cases/<str:reference>/person/change/", views.change, name="person_change"),
    path("cases/<str:reference>/person/names/new/", views.new_name, name="person_name"),
    path("cases/<str:reference>/person/contacts/new/", views.new_contact, name="person_contact"),
    path("cases/<str:reference>/person/contacts/<int:pk>/end/", views.end_a_contact, name="person_contact_end"),
    path("cases/<str:reference>/person/travel/new/", views.new_status, name="person_status"),
    path("cases/<str:reference>/person/travel/<int:pk>/correct/", views.correct, name="person_status_correct"),
]
