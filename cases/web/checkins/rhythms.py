"""The rhythm of check-ins: arranged with its next days in sight, thinned out, changed from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access.rules import Refused
from cases.access.services import require
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.checkins.models import Rhythm
from cases.checkins.rules import (
    Frequency,
    Lasting,
    Pattern,
    Planned,
    Step,
    chain_in_words,
    in_words_to_the_end,
    thinner,
    to_rrule,
)
from cases.checkins.selectors import clashes, follower_of, preview, rhythm_for
from cases.checkins.services import arrange_rhythm, chain_of, change_rhythm, complete
from cases.plans.selectors import plan_in_force
from cases.web.checkins.shapes import ChangeRhythmForm, RhythmFields, RhythmForm
from cases.web.checkins.words import in_the_way
from cases.web.colleagues import who_can_hold
from cases.web.pages import FORM, act_page, case_page, typed
from cities.roles.permissions import Permission
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

TEMPLATE = "cases/checkins/rhythm.html"


def list_of(case: Casefile) -> str:
    return reverse("cases:checkin_list", args=[case.reference])


def found(request: SignedIn, reference: str, pk: int) -> tuple[Casefile, Rhythm]:
    """The case and the rhythm, if they are hers to know of."""
    case = case_for(request.user, reference, at=request.at)
    return case, rhythm_for(request.user, case, pk, at=request.at)


@require_http_methods(FORM)
@signed_in
def arrange(request: SignedIn, reference: str) -> HttpResponse:
    """A new rhythm. Its next ten days are shown before anything is saved: in place, or by a button."""
    case = case_for(request.user, reference, at=request.at)
    plan = plan_in_force(case, request.user, at=request.at)
    if plan is None:
        return case_page(
            request, case, "cases/checkins/no_plan.html", permission=Permission.CHECKIN_ARRANGE,
            title=_("Arrange a rhythm"),
        )  # fmt: skip
    form = RhythmForm(
        typed(request), initial={"caseworker": request.user, "starts_on": timezone.localdate(request.at)},
        rows=_colleagues(request, case),
    )  # fmt: skip

    def act(**told: Any) -> Rhythm:
        return arrange_rhythm(case=case, plan=plan, **_thinning(told), **told)

    return _rhythm_page(
        request, case, form, act, title=_("Arrange a rhythm"), submit=_("Arrange the rhythm"),
        preview_at=reverse("cases:rhythm_arrange", args=[case.reference]),
        said=_("The rhythm is arranged; its check-ins of the coming weeks are there."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def change(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """ "This one and those after it": from a day on the rhythm is another one; what was moved by hand stays."""
    case, rhythm = found(request, reference, pk)
    now = {name: getattr(rhythm, name) for name in RhythmFields.base_fields if hasattr(rhythm, name)}
    now |= {"from_on": max(timezone.localdate(request.at), rhythm.starts_on)}
    now |= {"monthly": "DAY" if rhythm.nth is None else "NTH", "ends_on": None if rhythm.times else rhythm.ends_on}
    form = ChangeRhythmForm(typed(request), of=rhythm, initial=now, rows=_colleagues(request, case))
    after = follower_of(rhythm, request.user, at=request.at)
    if after is not None:  # it lasts until then, whatever it is changed to
        del form.fields["ends_on"], form.fields["times"]
    return _rhythm_page(
        request, case, form, partial(change_rhythm, rhythm=rhythm), now=rhythm, record=rhythm, after=after,
        after_words=in_words_to_the_end(after) if after else "", said_now=in_words_to_the_end(rhythm),
        title=_("Change a rhythm"), submit=_("Change it from that day on"),
        preview_at=reverse("cases:rhythm_change", args=[case.reference, rhythm.pk]),
        said=_("The rhythm is changed. What was moved or changed by hand stays as it was."),
    )  # fmt: skip


def _colleagues(request: SignedIn, case: Casefile) -> dict[str, Any]:
    on_it = who_can_hold(case, at=request.at)
    return {"caseworker": on_it, "second": on_it}


def _rhythm_page(
    request: SignedIn, case: Casefile, form: RhythmFields, act: Any, *, now: Rhythm | None = None, said: str,
    **shown: Any,
) -> HttpResponse:  # fmt: skip
    """The form beside its next ten dates; the dates alone when HTMX asks for them."""
    is_asked = "preview" in request.POST
    if is_asked and request.htmx:
        require(request.user, Permission.CHECKIN_ARRANGE, case=case, at=request.at)
        return page(request, "cases/checkins/_preview.html", _preview(request, case, form, now))
    shown |= {"cancel": list_of(case)}
    if is_asked:
        shown |= _preview(request, case, form, now)
        return case_page(request, case, TEMPLATE, form=form, permission=Permission.CHECKIN_ARRANGE, **shown)
    if request.method == "POST" and not form.is_valid():
        shown |= _preview(request, case, form, now)
    return act_page(
        request, case, form, act, permission=Permission.CHECKIN_ARRANGE, template=TEMPLATE, said=said,
        to=list_of(case), **shown,
    )  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One of the next dates, and what stands in its way."""

    one: Planned
    clash: str = ""


def _preview(request: SignedIn, case: Casefile, form: RhythmFields, now: Rhythm | None) -> dict[str, Any]:
    """In words, as a rule of RFC 5545, and on which ten days; nothing while what is typed makes no rhythm yet."""
    form.is_valid()
    told = dict(form.cleaned_data)
    told["starts_on"] = told.get("starts_on") or told.pop("from_on", None)
    if not {"frequency", "every", "policy"} <= told.keys() or told["starts_on"] is None:
        return {}
    lasting = _thinning(told)
    if now is not None and "ends_on" not in form.fields:
        told["ends_on"] = now.ends_on
    try:
        chain = chain_of(complete(told), **lasting)  # type: ignore[arg-type]  # made so by the form
    except Refused:
        return {}
    holder = told.get("caseworker") or request.user
    days = preview(chain, case=case, caseworker=holder, at=request.at, instead_of=now)
    second = told.get("second")
    there = [(one.held_by or holder.pk, one.due_on) for one in days if one.due_on]
    there += [(second.pk, day) for _who, day in there] if second else []
    busy = clashes(
        there, request.user, at=request.at,
        hour=None if told.get("within_week") else told.get("time"), minutes=told.get("duration") or 45, but_of=now,
    )  # fmt: skip
    return {
        "words": chain_in_words(chain), "rule": to_rrule(chain[0]),
        "days": [Shown(one, in_the_way(busy.get(one.due_on) if one.due_on else None, second)) for one in days],
    }  # fmt: skip


def _thinning(told: dict[str, Any]) -> dict[str, Any]:
    """What was typed about thinning out, taken out of the rest: how long it lasts, and the steps that follow."""
    typed_in = {name: told.pop(name, None) for name in RhythmForm.THINNING}
    given: dict[str, Any] = {name: told.get(name) for name in ("weekdays", "month_day", "nth", "nth_weekday")}
    first = Pattern(frequency=told["frequency"], starts_on=told["starts_on"], **given)
    then = [
        Step(thinner(first, every, typed_in[f"{name}_frequency"] or Frequency.WEEKS), lasts, unit or Lasting.WEEKS)
        for name, lasts, unit in (("then", typed_in["then_lasts"], typed_in["then_unit"]), ("last", None, ""))
        if (every := typed_in[f"{name}_every"])
    ]
    if not then and not typed_in["lasts"]:
        return {}
    return {"lasts": typed_in["lasts"], "unit": typed_in["unit"] or Lasting.WEEKS, "then": then}
