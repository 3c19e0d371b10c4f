"""Prosecution referrals: in the cell that writes them, and in the office that answers."""

from django.urls import path

from cases.web.prosecution import acts, office, views, writing

REFERRALS = "cases/<str:reference>/referrals/"
ONE = REFERRALS + "<int:number>/"

urlpatterns = [
    path("referrals/", views.referral_list, name="referral_list"),
    path(REFERRALS, views.case_referrals, name="case_referrals"),
    path(REFERRALS + "draft/", writing.draft, name="referral_draft"),
    path(ONE, views.referral, name="referral"),
    path(ONE + "change/", writing.change, name="referral_change"),
    path(ONE + "approve/", acts.approve, name="referral_approve"),
    path(ONE + "take-back/", acts.take_back, name="referral_take_back"),
    path(ONE + "send/", acts.send, name="referral_send"),
    path(ONE + "withdraw/", acts.withdraw, name="referral_withdraw"),
    path(ONE + "acknowledge/", office.acknowledge, name="referral_acknowledge"),
    path(ONE + "answer/", office.answer, name="referral_answer"),
]
