"""What a team sees of its case."""

from __future__ import annotations

from cities.roles.rules import Compartment

TEAM = frozenset({Compartment.CORE, Compartment.CARE})
