"""Cases: the list, one case, and what is done with it as a whole."""

from django.urls import path

from cases.web.casefiles import acts, views

urlpatterns = [
    path("cases/", views.case_list, name="case_list"),
    path("cases/new/", acts.open_new, name="case_open"),
    path("cases/<str:reference>/", views.overview, name="case"),
    path("cases/<str:reference>/stage/", acts.move, name="case_move"),
    path("cases/<str:reference>/next-step/", acts.next_step, name="case_next_step"),
    path("cases/<str:reference>/lead/", acts.assign, name="case_assign"),
    path("cases/<str:reference>/team/", acts.team, name="case_team"),
    path("cases/<str:reference>/team/leave/", acts.leave, name="case_leave"),
]
