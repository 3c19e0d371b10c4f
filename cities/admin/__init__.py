"""Contents page of the administration of cities: Django finds it here."""

from cities.admin import agencies, places, staff, statistics

__all__ = ["agencies", "places", "staff", "statistics"]
