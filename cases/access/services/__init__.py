"""Standing at the door of a case: acting on somebody's behalf, requiring a permission, opening a file, granting."""

from cases.access.services.acting import act_as, acting, as_clock, each_of, in_batches, write_swept
from cases.access.services.granting import end_grants, grant, grant_office
from cases.access.services.standing import (
    knows_of,
    locked,
    open_file,
    open_list,
    require,
    require_clock,
    write_ledger,
)

__all__ = [
    "act_as",
    "acting",
    "as_clock",
    "each_of",
    "end_grants",
    "grant",
    "grant_office",
    "in_batches",
    "knows_of",
    "locked",
    "open_file",
    "open_list",
    "require",
    "require_clock",
    "write_ledger",
    "write_swept",
]
