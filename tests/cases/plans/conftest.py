"""What a form of a plan sends back, and what the ledger has of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cases.plans.models import FollowUpPlan
from cities.ledger.models import LedgerEntry

DAY = timedelta(days=1)


def as_it_stands(plan: FollowUpPlan, **fields: Any) -> dict[str, Any]:
    """What a form of the plan sends back when nothing is changed."""
    return {
        "plan": plan, "version": plan.version, "starts_on": plan.starts_on, "summary": plan.summary,
        "person_view": plan.person_view, "consent": plan.consent, "consent_by": plan.consent_by,
        "consent_on": plan.consent_on, "review_on": plan.review_on, **fields,
    }  # fmt: skip


def entries(act: str = "PLAN_CHANGE") -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(act=act).order_by("id"))
