"""Check-ins: the rhythm that is agreed, each contact, and what came of it."""

from django.urls import path

from cases.web.checkins import contacts, handing, missed, rhythms, standstill, views

CASE = "cases/<str:reference>/"

urlpatterns = [
    path(CASE + "check-ins/", views.checkin_list, name="checkin_list"),
    path(CASE + "check-ins/new/", contacts.arrange, name="checkin_arrange"),
    path(CASE + "check-ins/<int:pk>/", views.checkin, name="checkin"),
    path(CASE + "check-ins/<int:pk>/record/", contacts.record, name="checkin_record"),
    path(CASE + "check-ins/<int:pk>/correct/", contacts.correct, name="checkin_correct"),
    path(CASE + "check-ins/<int:pk>/change/", contacts.change, name="checkin_change"),
    path(CASE + "check-ins/<int:pk>/reschedule/", contacts.reschedule, name="checkin_reschedule"),
    path(CASE + "check-ins/<int:pk>/cancel/", contacts.cancel, name="checkin_cancel"),
    path(CASE + "check-ins/<int:pk>/reinstate/", contacts.reinstate, name="checkin_reinstate"),
    path(CASE + "check-ins/<int:pk>/hand-over/", handing.checkin, name="checkin_hand_over"),
    path(CASE + "rhythms/<int:pk>/hand-over/", handing.rhythm, name="rhythm_hand_over"),
    path(CASE + "missed/<int:pk>/acknowledge/", missed.acknowledge, name="missed_acknowledge"),
    path(CASE + "missed/<int:pk>/answer/", missed.answer, name="missed_answer"),
    path(CASE + "missed/<int:pk>/reopen/", missed.reopen, name="missed_reopen"),
    path(CASE + "rhythms/new/", rhythms.arrange, name="rhythm_arrange"),
    path(CASE + "rhythms/avoid/", standstill.avoid, name="days_avoid"),
    path(CASE + "rhythms/avoid/<int:pk>/withdraw/", standstill.stop_avoiding, name="days_stop_avoiding"),
    path(CASE + "rhythms/<int:pk>/change/", rhythms.change, name="rhythm_change"),
    path(CASE + "rhythms/<int:pk>/end/", standstill.end, name="rhythm_end"),
    path(CASE + "rhythms/<int:pk>/pause/", standstill.pause, name="rhythm_pause"),
    path(CASE + "rhythms/<int:pk>/resume/", standstill.resume, name="rhythm_resume"),
    path(CASE + "rhythms/<int:pk>/take-up/", standstill.take_up, name="rhythm_take_up"),
]
