"""Addresses of the pages about calendar feeds."""

from django.urls import path

from cities.web.feeds import views

urlpatterns = [
    path("preferences/feeds/", views.feeds, name="feeds"),
    path("preferences/feeds/new/", views.new, name="feed_new"),
    path("preferences/feeds/<int:pk>/revoke/", views.revoke, name="feed_revoke"),
]
