"""The national picture."""

from django.urls import path

from cases.web.picture import views

urlpatterns = [
    path("national-picture/", views.picture, name="picture"),
    path("national-picture/table.csv", views.table, name="picture_table"),
]
