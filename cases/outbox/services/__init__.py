"""Acts of the outbox: leave a message, drop it when it is no longer needed, send what is due, see to what failed."""

from cases.outbox.services.leaving import Draft, drop_messages, drop_to_person, leave_messages, leave_with_act
from cases.outbox.services.sending import Sent, send_due
from cases.outbox.services.tending import mark_posted, mark_read, retry_dead, retry_message

__all__ = [
    "Draft",
    "Sent",
    "drop_messages",
    "drop_to_person",
    "leave_messages",
    "leave_with_act",
    "mark_posted",
    "mark_read",
    "retry_dead",
    "retry_message",
    "send_due",
]
