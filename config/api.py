"""The root of the REST door, /api/v1/: each app's own addresses, the schema, and its browser."""

from pathlib import Path

from django.urls import URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


def optional(name: str) -> list[URLResolver]:
    """Until both apps have landed, what is not there yet is left out."""
    there = Path(__file__).parent.parent.joinpath(*name.split(".")).with_suffix(".py").exists()
    return [path("", include(name))] if there else []


urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    # Split: its script is a file of its own, so that the content security policy needs no exception.
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    *optional("cities.api.urls"),
    *optional("cases.api.urls"),
]
