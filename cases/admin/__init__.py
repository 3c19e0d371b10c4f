"""Contents page of the administration of cases: Django finds it here."""

from cases.admin import casework, codes

__all__ = ["casework", "codes"]
