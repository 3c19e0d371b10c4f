"""What is done about the looking: opening what the ledger says, sealing it, sending its checkpoints out."""

from cases.audit.services.opening import open_case_ledger

__all__ = ["open_case_ledger"]
