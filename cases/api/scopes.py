"""Which resources of the archive a token opens, by its purpose. What is not named here is casework alone."""

from __future__ import annotations

from typing import Final

from cities.tokens.rules import Purpose

#: A file of this door -> the purposes that it serves besides casework. A law of the house looks that each is a file.
SERVES: Final[dict[str, frozenset[Purpose]]] = {
    "absences": frozenset({Purpose.PLANNING}),
    "checkins": frozenset({Purpose.PLANNING}),
    "missed": frozenset({Purpose.PLANNING}),
    "rhythms": frozenset({Purpose.PLANNING}),
    "offences": frozenset({Purpose.REFERRALS}),
    "prosecution": frozenset({Purpose.REFERRALS}),
    "figures": frozenset({Purpose.FIGURES}),
}


def serves(module: str, purpose: Purpose) -> bool:
    """Whether the file of this name answers a token with this purpose."""
    return purpose is Purpose.CASEWORK or purpose in SERVES.get(module.rpartition(".")[2], frozenset())
