"""Acts on a follow-up plan: its versions, and their goals and actions."""

from cases.plans.services.goals import add_action, add_goal, change_goal, finish_action, reopen_action
from cases.plans.services.versions import agree_plan, change_plan, draft_plan, end_plan, propose_plan, take_back_plan

__all__ = [
    "add_action",
    "add_goal",
    "agree_plan",
    "change_goal",
    "change_plan",
    "draft_plan",
    "end_plan",
    "finish_action",
    "propose_plan",
    "reopen_action",
    "take_back_plan",
]
