"""Opening one case in an emergency, and what is said of it afterwards."""

from django.urls import path

from cases.web.emergencies import views

urlpatterns = [
    path("emergency/", views.open_one, name="emergency_open"),
    path("emergency/<int:pk>/end/", views.end, name="emergency_end"),
    path("emergency/reviews/", views.review_list, name="emergency_list"),
    path("emergency/reviews/<int:pk>/", views.review, name="emergency_review"),
]
