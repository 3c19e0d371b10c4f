"""The coordinator's board."""

from django.urls import path

from cases.web.board import views

urlpatterns = [
    path("board/", views.board, name="board"),
]
