"""Every address, by door; the apps are included by string only. `/health` comes before all, in config/health.py."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.utils.module_loading import import_string

urlpatterns = [
    path("api/v1/", include("config.api")),
    re_path(r"^api(/|\Z)", import_string("cities.api.base.NoSuchAddress").as_view()),
    path("admin/", admin.site.urls),
    path("accounts/", include("cities.web.entrance.urls")),
    path("", include("cities.web.urls")),
    path("", include("cases.web.urls")),
]

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"
