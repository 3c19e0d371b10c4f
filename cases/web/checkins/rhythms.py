"""The rhythm of check-ins: arranged with its next days in sight, thinned out, changed from a day on."""

from __future__ import annotations

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
from cases.checkins.rules import Frequency, Pattern, Planned, Step, in_words_to_the_end, to_rrule
from cases.checkins.selectors import preview, rhythm_for
from cases.checkins.services import arrange_rhythm, chain_of, change_rhythm, complete
from cases.plans.selectors import plan_in_force
from cases.web.checkins.shapes import ChangeRhythmForm, RhythmFields, RhythmForm
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
        return arrange_rhythm(case=case, plan=plan, **_thinned(told))

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
    now |= {"version": rhythm.version, "from_on": max(timezone.localdate(request.at), rhythm.starts_on)}
    now |= {"monthly": "DAY" if rhythm.nth is None else "NTH", "ends_on": None if rhythm.times else rhythm.ends_on}
    form = ChangeRhythmForm(typed(request), initial=now, rows=_colleagues(request, case))
    return _rhythm_page(
        request, case, form, partial(change_rhythm, rhythm=rhythm), now=rhythm, record=rhythm,
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
    words, rule, days = _preview(request, case, form) if form.is_bound else ("", "", [])
    shown |= {"words": words, "rule": rule, "days": days, "cancel": list_of(case)}
    if "preview" in request.POST:
        if request.htmx:
            require(request.user, Permission.CHECKIN_ARRANGE, case=case, at=request.at)
            return page(request, "cases/checkins/_preview.html", shown)
        return case_page(request, case, TEMPLATE, form=form, permission=Permission.CHECKIN_ARRANGE, **shown)
    return act_page(
        request, case, form, act, now=now, permission=Permission.CHECKIN_ARRANGE, template=TEMPLATE, said=said,
        to=list_of(case), **shown,
    )  # fmt: skip


def _preview(request: SignedIn, case: Casefile, form: RhythmFields) -> tuple[str, str, list[Planned]]:
    """In words, as a rule of RFC 5545, and on which ten days; nothing while what is typed makes no rhythm yet."""
    form.is_valid()
    told = dict(form.cleaned_data)
    told["starts_on"] = told.get("starts_on") or told.pop("from_on", None)
    if not {"frequency", "every", "policy"} <= told.keys() or told["starts_on"] is None:
        return "", "", []
    told = _thinned(told)
    lasting = {name: told.pop(name) for name in ("lasts", "unit", "then") if name in told}
    try:
        chain = chain_of(complete(told), **lasting)  # type: ignore[arg-type]
    except Refused:
        return "", "", []
    holder = told.get("caseworker") or request.user
    words = [in_words_to_the_end(pattern) for pattern in chain]
    return _then(words), to_rrule(chain[0]), preview(chain, case=case, caseworker=holder, at=request.at)


def _then(words: list[str]) -> str:
    said = words[0]
    for following in words[1:]:
        said = _("%(before)s, then %(after)s") % {"before": said, "after": following}
    return said


def _thinned(told: dict[str, Any]) -> dict[str, Any]:
    """What was typed about thinning out, as the steps that follow: on the same days of the week, or of the month."""
    typed_in = {name: told.pop(name, None) for name in RhythmForm.THINNING}
    then = [
        Step(_thinner(told, typed_in[f"{name}_every"], typed_in[f"{name}_frequency"]), lasts, unit or "WEEKS")
        for name, lasts, unit in (("then", typed_in["then_lasts"], typed_in["then_unit"]), ("last", None, ""))
        if typed_in[f"{name}_every"]
    ]
    if typed_in["lasts"] or then:
        told |= {"lasts": typed_in["lasts"], "unit": typed_in["unit"] or "WEEKS", "then": then}
    return told


def _thinner(told: dict[str, Any], every: int, frequency: str) -> Pattern:
    """A thinner rhythm on the days of the one before: its weekdays; of a month, the first such weekday."""
    starts_on = told["starts_on"]
    weekdays = told.get("weekdays") or [starts_on.weekday()]
    if frequency == Frequency.MONTHS:
        if told.get("month_day"):
            return Pattern(frequency=frequency, every=every, month_day=told["month_day"], starts_on=starts_on)
        nth, weekday = told.get("nth") or 1, told.get("nth_weekday")
        on = weekdays[0] if weekday is None else weekday
        return Pattern(frequency=frequency, every=every, nth=nth, nth_weekday=on, starts_on=starts_on)
    return Pattern(frequency=Frequency.WEEKS, every=every, weekdays=weekdays, starts_on=starts_on)
