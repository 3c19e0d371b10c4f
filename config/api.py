"""The root of the REST door, /api/v1/: each app's own addresses, the schema, and its browser."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    # Split: its script is a file of its own, so that the content security policy needs no exception.
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("", include("cities.api.urls")),
    path("", include("cases.api.urls")),
]
