"""The kinds of agency that sit at, or beside, a city's table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AgencyKind(models.TextChoices):
    """What an agency is."""

    MUNICIPALITY = "MUNICIPALITY", _("Municipality")
    PREVENTION = "PREVENTION", _("Municipal prevention service")
    CPAS = "CPAS", _("Public centre for social welfare (CPAS/OCMW)")
    NGO = "NGO", _("Non-governmental organisation")
    POLICE = "POLICE", _("Local police")
    HOUSE_OF_JUSTICE = "HOUSE_OF_JUSTICE", _("House of Justice")
    PROSECUTION = "PROSECUTION", _("Public prosecutor's office")
    SCHOOL = "SCHOOL", _("School")
    MENTAL_HEALTH = "MENTAL_HEALTH", _("Mental health service")
    HOUSING = "HOUSING", _("Housing service")
    EMPLOYMENT = "EMPLOYMENT", _("Employment service")
    YOUTH_CARE = "YOUTH_CARE", _("Youth care")
    ANALYSIS = "ANALYSIS", _("Federal or regional analysis")
    SUPERVISION = "SUPERVISION", _("Data-protection supervision")
    ADMINISTRATION = "ADMINISTRATION", _("Administration of the apparatus")
