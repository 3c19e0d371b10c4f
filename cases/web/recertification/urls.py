"""Each quarter: who still has to see which case, and who still covers a whole city."""

from django.urls import path

from cases.web.recertification import views

urlpatterns = [
    path("confirm/", views.queue, name="confirm_list"),
    path("confirm/postings/", views.postings, name="confirm_postings"),
]
