"""The follow-up plan: its versions, and what is done with them."""

from django.urls import path

from cases.web.plans import acts, goals, views

PLAN = "cases/<str:reference>/plan/"
VERSION = PLAN + "<int:number>/"

urlpatterns = [
    path(PLAN, views.plan, name="plan"),
    path(PLAN + "draft/", acts.draft, name="plan_draft"),
    path(PLAN + "compare/", views.compare, name="plan_compare"),
    path(VERSION, views.version, name="plan_version"),
    path(VERSION + "print/", views.to_print, name="plan_print"),
    path(VERSION + "change/", acts.change, name="plan_change"),
    path(VERSION + "propose/", acts.propose, name="plan_propose"),
    path(VERSION + "take-back/", acts.take_back, name="plan_take_back"),
    path(VERSION + "agree/", acts.agree, name="plan_agree"),
    path(VERSION + "end/", acts.end, name="plan_end"),
    path(VERSION + "goals/add/", goals.add, name="plan_goal_add"),
    path(PLAN + "goals/<int:pk>/change/", goals.change, name="plan_goal_change"),
    path(PLAN + "goals/<int:pk>/actions/add/", goals.add_step, name="plan_action_add"),
    path(PLAN + "actions/<int:pk>/finish/", goals.finish, name="plan_action_finish"),
    path(PLAN + "actions/<int:pk>/reopen/", goals.reopen, name="plan_action_reopen"),
]
