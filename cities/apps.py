"""The public square: places, agencies, staff, published figures. It cannot see a person."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CitiesConfig(AppConfig):
    """The app of what may be known by anyone who signs in."""

    name = "cities"
    label = "cities"
    verbose_name = _("Cities")
    default_auto_field = "django.db.models.BigAutoField"
