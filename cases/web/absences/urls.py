"""Absences, deputies, and the contacts of a colleague."""

from django.urls import path

from cases.web.absences import colleagues, views

urlpatterns = [
    path("absences/", views.absence_list, name="absences"),
    path("absences/new/", views.new, name="absence_new"),
    path("absences/<int:pk>/", views.hand_over, name="absence"),
    path("absences/<int:pk>/change/", views.change, name="absence_change"),
    path("absences/<int:pk>/withdraw/", views.withdraw, name="absence_withdraw"),
    path("colleagues/contacts/", colleagues.contacts, name="colleague_contacts"),
]
