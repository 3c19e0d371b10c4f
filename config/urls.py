"""Every address, by door. The apps are included by string only. `/health` is answered by config/health.py, before any of them."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("config.api")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("", include("cities.web.urls")),
    path("", include("cases.web.urls")),
]
