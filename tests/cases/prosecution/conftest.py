"""What a referral says, what a form of it sends back, and what is done with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.selectors import facts_of, offences_of
from tests.factories import A_FACT, AT, Cast


def words(cast: Cast, **fields: Any) -> dict[str, Any]:
    return {
        "addressed_to": cast.office, "subject": "Nemo Invented", "ground": "DANGER", "statement": "Invented words",
        "urgency": "URGENT", "withheld": "What was said in care", "facts": [A_FACT], "offences": [], **fields,
    }  # fmt: skip


def as_it_stands(row: ProsecutionReferral, **fields: Any) -> dict[str, Any]:
    """What a form sends back when nothing is changed. Asked for within somebody's transaction."""
    stated = [replace(A_FACT, text=fact.text, source=fact.source) for fact in facts_of(row)]
    return {
        "referral": row, "version": row.version, "addressed_to": row.addressed_to, "subject": row.subject,
        "ground": row.ground, "statement": row.statement, "urgency": row.urgency, "withheld": row.withheld,
        "facts": stated, "offences": [suspected.offence for suspected in offences_of(row)], **fields,
    }  # fmt: skip


def act_on(row: ProsecutionReferral, by: Any, **fields: Any) -> dict[str, Any]:
    return {"referral": row, "by": by, "at": AT, "version": row.version, **fields}
