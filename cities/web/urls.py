"""The pages of the public square."""

from django.urls import include, path
from django.views.i18n import set_language

from cities.web.feeds import urls as feeds
from cities.web.places import urls as places
from cities.web.preferences import views as preferences
from cities.web.roles import views as roles
from cities.web.tokens import urls as tokens

own = [
    *places.urlpatterns,
    *tokens.urlpatterns,
    *feeds.urlpatterns,
    path("preferences/", preferences.preferences, name="preferences"),
    path("help/", preferences.show_help, name="help"),
    path("roles/", roles.roles, name="roles"),
]

urlpatterns = [
    path("language/", set_language, name="set_language"),
    path("", include((own, "cities"))),
]
