"""One's own messages, letters to the person, and what the person agreed to be told."""

from django.urls import path

from cases.web.outbox import letters, views

CASE = "cases/<str:reference>/"

urlpatterns = [
    path("messages/", views.messages_of_mine, name="messages"),
    path("messages/read/", views.read, name="messages_read"),
    path("board/messages/<int:pk>/retry/", views.retry, name="board_retry"),
    path(CASE + "reminders/", letters.reminders, name="checkin_reminders"),
    path(CASE + "reminders/<int:pk>/withdraw/", letters.withdraw, name="checkin_reminder_withdraw"),
    path(CASE + "letters/<int:pk>/", letters.letter, name="checkin_letter"),
    path(CASE + "letters/<int:pk>/posted/", letters.posted, name="checkin_letter_posted"),
]
