"""The administration's place among the apps: Django's own, with the house's site for it, named by string."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    """Who gets in, and what is registered, is said by the site."""

    default_site = "cities.admin.site.Administration"

    def ready(self) -> None:
        """The pages beside the site are read first: were the site asked for first, they would be registered to a
        second one, made while the first is being made."""
        import_module("cities.admin")
        super().ready()
