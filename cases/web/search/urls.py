from django.urls import path

from cases.web.search import views

urlpatterns = [path("search/", views.search, name="search")]
