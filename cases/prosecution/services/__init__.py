"""Acts on a prosecution referral: those of the cell, those of the office, and the code list they share."""

from cases.prosecution.services.cell import (
    approve_referral,
    change_referral,
    draft_referral,
    send_referral,
    take_back_referral,
    withdraw_referral,
)
from cases.prosecution.services.codes import put_offence
from cases.prosecution.services.office import acknowledge_referral, answer_referral

__all__ = [
    "acknowledge_referral",
    "answer_referral",
    "approve_referral",
    "change_referral",
    "draft_referral",
    "put_offence",
    "send_referral",
    "take_back_referral",
    "withdraw_referral",
]
