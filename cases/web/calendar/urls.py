"""The calendar, the sheet of a day, and the feed that a calendar program reads."""

from django.urls import path

from cases.web.calendar import feeds, views

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/day/", views.day, name="calendar_day"),
    path("calendar/feed/<str:secret>.ics", feeds.feed, name="calendar_feed"),
]
