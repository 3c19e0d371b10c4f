"""The addresses of the public square, below /api/v1/. No trailing slash."""

from django.urls import include, path

from cities.api import agencies, places, staff

own = [
    path("me", staff.MyView.as_view(), name="me"),
    path("cities", places.Cities.as_view(), name="cities"),
    path("cities/<city_code:code>", places.OneCity.as_view(), name="city"),
    path("agencies", agencies.Agencies.as_view(), name="agencies"),
    path("agencies/<row:pk>", agencies.OneAgency.as_view(), name="agency"),
]

urlpatterns = [path("", include((own, "cities_api")))]
