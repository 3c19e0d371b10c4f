"""Sampled openings: which there are, with their entries, and what was found of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, OuterRef, Subquery

from cases.access.rules import OutOfSight
from cases.audit.models import LookSample, SampleFinding
from cities.ledger.models import LedgerEntry
from cities.staff.models import User


@dataclass(frozen=True)
class Sampled:
    """One sampled opening: its entry, and the findings, the latest first."""

    sample: LookSample
    entry: LedgerEntry
    findings: list[SampleFinding]

    @property
    def latest(self) -> SampleFinding | None:
        return self.findings[0] if self.findings else None


def samples_for(user: User, *, at: datetime, limit: int = 50) -> list[Sampled]:
    """Those that `user` may look at: what has no finding yet first, then the newest week."""
    latest = SampleFinding.objects.filter(sample=OuterRef("pk")).values("sample").annotate(last=Max("pk"))
    rows = (
        LookSample.objects.visible_to(user, at=at)
        .annotate(last=Subquery(latest.values("last")))
        .order_by("-week_on", "-pk")[: limit * 2]
    )
    return _with_entries(sorted(rows, key=lambda row: row.last is not None)[:limit])


def sample_for(user: User, pk: int, *, at: datetime) -> Sampled:
    """One of them, or `OutOfSight`."""
    row = LookSample.objects.visible_to(user, at=at).filter(pk=pk).first()
    if row is None:
        raise OutOfSight
    return _with_entries([row])[0]


def _with_entries(rows: Sequence[LookSample]) -> list[Sampled]:
    entries = LedgerEntry.objects.select_related("actor").in_bulk([row.entry_id for row in rows])
    findings: dict[int, list[SampleFinding]] = {}
    for one in (
        SampleFinding.objects.filter(sample__in=rows).select_related("recorded_by").order_by("-pk")
    ):  # fmt: skip
        findings.setdefault(one.sample_id, []).append(one)
    return [
        Sampled(row, entries[row.entry_id], findings.get(row.pk, [])) for row in rows if row.entry_id in entries
    ]  # fmt: skip
