"""My day: what is to be done, late in words, and one button a row; nothing else."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from cases.access.selectors import acts_of
from cases.web.my_day.blocks import BLOCKS
from cases.web.my_day.rows import Block
from cases.web.my_day.ways import ways
from cities.roles.permissions import Permission
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

A_BLOCK = 5
A_WHOLE_BLOCK = 100

#: What waits for whoever reviews. She has no cases, so beside it her day says where to go.
FOR_REVIEWERS = {"emergencies", "postings"}


@require_safe
@signed_in
def my_day(request: SignedIn) -> HttpResponse:
    """Five rows of each block; one block in full when the address asks for it."""
    acts = acts_of(request.user, at=request.at)
    wanted = request.GET.get("show", "")
    blocks: list[Block] = [
        make(request, A_WHOLE_BLOCK if name == wanted else A_BLOCK)
        for name, permission, make in BLOCKS
        if permission in acts and wanted in ("", name)
    ]
    blocks = [block for block in blocks if block.rows or not block.only_if_any]
    context = {
        "main": [block for block in blocks if block.comes_first],
        "beside": [block for block in blocks if not block.comes_first],
        "whole": bool(wanted),
        "acts": acts,
        "may_open_in_emergency": Permission.EMERGENCY_OPEN in acts,
        "may_be_absent": Permission.ABSENCE_RECORD in acts,
        "ways": [] if {block.name for block in blocks} - FOR_REVIEWERS else ways(acts),
        "today": request.at,
    }
    return page(request, "cases/my_day/my_day.html", context)
