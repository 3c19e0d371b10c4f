"""What is done about the looking: opening what the ledger says, sealing it, verifying it, sending checkpoints."""

from cases.audit.services.checkpoints import leave_alarms, make_checkpoint
from cases.audit.services.noticing import tell_of_openings
from cases.audit.services.opening import (
    open_case_ledger,
    open_colleague_sights,
    open_ledger,
    open_own_looks,
    write_refusal,
)
from cases.audit.services.sampling import draw_samples, record_finding
from cases.audit.services.sealing import as_sealer, seal
from cases.audit.services.sending import send_dispatches
from cases.audit.services.verifying import as_auditor, verify_sealed

__all__ = [
    "as_auditor",
    "as_sealer",
    "draw_samples",
    "leave_alarms",
    "make_checkpoint",
    "open_case_ledger",
    "open_colleague_sights",
    "open_ledger",
    "open_own_looks",
    "record_finding",
    "seal",
    "send_dispatches",
    "tell_of_openings",
    "verify_sealed",
    "write_refusal",
]
