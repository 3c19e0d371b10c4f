"""Every address, by door. The apps are included by string only."""

from django.contrib import admin
from django.urls import include, path

from config.health import health

urlpatterns = [
    path("health", health, name="health"),
    path("api/v1/", include("config.api")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("", include("cities.web.urls")),
    path("", include("cases.web.urls")),
]
