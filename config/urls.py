"""Every address, by door; the apps are included by string only. `/health` comes before all, in config/health.py."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("config.api")),
    path("admin/", admin.site.urls),
    path("accounts/", include("config.account_urls")),
    path("", include("cities.web.urls")),
    path("", include("cases.web.urls")),
]
