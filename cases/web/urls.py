"""The pages around cases: one line a subject."""

from django.urls import URLPattern, URLResolver, include, path

from cases.web.my_day import urls as my_day
from cases.web.search import urls as search

own: list[URLPattern | URLResolver] = [
    *my_day.urlpatterns,
    *search.urlpatterns,
]

urlpatterns = [path("", include((own, "cases")))]
