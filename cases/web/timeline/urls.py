"""What happened in a case."""

from django.urls import path

from cases.web.timeline import views

urlpatterns = [path("cases/<str:reference>/timeline/", views.timeline, name="timeline")]
