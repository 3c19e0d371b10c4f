"""What happened, who looked, and whether the ledger is whole: a page each."""

from cases.audit.selectors.looks import filed_case, ledger_for, recently_opened, who_looked
from cases.audit.selectors.timeline import Happening, timeline

__all__ = ["Happening", "filed_case", "ledger_for", "recently_opened", "timeline", "who_looked"]
