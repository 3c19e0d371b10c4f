"""What happened, who looked, and whether the ledger is whole and looked after: a page each."""

from cases.audit.selectors.looks import (
    Asked,
    a_page_of,
    asked_for,
    cities_with_ledgers_for,
    colleague_of_a_city,
    done_during,
    filed_case,
    ledger_for,
    looks_of,
    recently_opened,
    who_looked,
    without_task,
)
from cases.audit.selectors.samples import Sampled, sample_for, samples_for
from cases.audit.selectors.standing import (
    checkpoint_is_due,
    kept_checkpoints,
    known_faults,
    last_dispatches,
    last_verification,
    ledger_alarms,
    standing_of_the_ledger,
    verification_keys,
)
from cases.audit.selectors.tasks import case_to_open, is_open_before, names_in, task_of
from cases.audit.selectors.timeline import TOLD_FROM, Happening, timeline
from cases.audit.selectors.verifying import Fault, Mark, Verified, verify_ledger

__all__ = [
    "TOLD_FROM",
    "Asked",
    "Fault",
    "Happening",
    "Mark",
    "Sampled",
    "Verified",
    "a_page_of",
    "asked_for",
    "case_to_open",
    "checkpoint_is_due",
    "cities_with_ledgers_for",
    "colleague_of_a_city",
    "done_during",
    "filed_case",
    "is_open_before",
    "kept_checkpoints",
    "known_faults",
    "last_dispatches",
    "last_verification",
    "ledger_alarms",
    "ledger_for",
    "looks_of",
    "names_in",
    "recently_opened",
    "sample_for",
    "samples_for",
    "standing_of_the_ledger",
    "task_of",
    "timeline",
    "verification_keys",
    "verify_ledger",
    "who_looked",
    "without_task",
]
