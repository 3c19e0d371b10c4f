from django.urls import path

from cities.web.places import views

urlpatterns = [
    path("cities/", views.city_list, name="city_list"),
    path("cities/<str:code>/", views.city, name="city"),
]
