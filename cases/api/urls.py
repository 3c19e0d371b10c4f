"""The addresses of the archive, below /api/v1/. No trailing slash; acts are nouns or verbs after what they act on."""

from django.urls import include, path

from cases.api import (
    absences,
    casefiles,
    checkins,
    figures,
    goals,
    ledger,
    missed,
    offences,
    people,
    plans,
    prosecution,
    rhythms,
    team,
    travel,
)

A_CASE = "cases/<case_reference:reference>"
A_PLAN = f"{A_CASE}/plans/<row:number>"
A_RHYTHM = f"{A_CASE}/rhythms/<row:pk>"
A_CHECKIN = "check-ins/<row:pk>"
A_MISS = "missed-contacts/<row:pk>"
A_REFERRAL = "referrals/<row:pk>"

own = [
    path("ledger", ledger.Ledger.as_view(), name="ledger"),
    path("me/look-ups", ledger.OwnLooks.as_view(), name="own_looks"),
    path("cases", casefiles.Cases.as_view(), name="cases"),
    path(A_CASE, casefiles.Case.as_view(), name="case"),
    path(f"{A_CASE}/stage", casefiles.CaseStage.as_view(), name="case_stage"),
    path(f"{A_CASE}/next-step", casefiles.CaseNextStep.as_view(), name="case_next_step"),
    path(f"{A_CASE}/lead", team.CaseLead.as_view(), name="case_lead"),
    path(f"{A_CASE}/team", team.CaseTeam.as_view(), name="case_team"),
    path(f"{A_CASE}/team/<row:user>/leave", team.CaseTeamLeave.as_view(), name="case_team_leave"),
    path(f"{A_CASE}/colleagues", team.CaseColleagues.as_view(), name="case_colleagues"),
    path(f"{A_CASE}/contacts", people.Contacts.as_view(), name="contacts"),
    path(f"{A_CASE}/contacts/<row:pk>/end", people.ContactEnd.as_view(), name="contact_end"),
    path(f"{A_CASE}/plans", plans.Plans.as_view(), name="plans"),
    path(A_PLAN, plans.OnePlan.as_view(), name="plan"),
    path(f"{A_PLAN}/propose", plans.PlanPropose.as_view(), name="plan_propose"),
    path(f"{A_PLAN}/take-back", plans.PlanTakeBack.as_view(), name="plan_take_back"),
    path(f"{A_PLAN}/agree", plans.PlanAgree.as_view(), name="plan_agree"),
    path(f"{A_PLAN}/end", plans.PlanEnd.as_view(), name="plan_end"),
    path(f"{A_PLAN}/goals", goals.PlanGoals.as_view(), name="plan_goals"),
    path("goals/<row:pk>", goals.OneGoal.as_view(), name="goal"),
    path("goals/<row:pk>/actions", goals.GoalActions.as_view(), name="goal_actions"),
    path("actions/<row:pk>/finish", goals.ActionFinish.as_view(), name="action_finish"),
    path("actions/<row:pk>/reopen", goals.ActionReopen.as_view(), name="action_reopen"),
    path(f"{A_CASE}/rhythms", rhythms.Rhythms.as_view(), name="rhythms"),
    path(f"{A_CASE}/avoided-days", rhythms.AvoidedDays.as_view(), name="avoided_days"),
    path(
        f"{A_CASE}/avoided-days/<row:pk>/withdraw", rhythms.AvoidedDaysWithdraw.as_view(), name="avoided_days_withdraw"
    ),
    path(f"{A_CASE}/rhythms/preview", rhythms.RhythmPreview.as_view(), name="rhythm_preview"),
    path(A_RHYTHM, rhythms.OneRhythm.as_view(), name="rhythm"),
    path(f"{A_RHYTHM}/change", rhythms.RhythmChange.as_view(), name="rhythm_change"),
    path(f"{A_RHYTHM}/end", rhythms.RhythmEnd.as_view(), name="rhythm_end"),
    path(f"{A_RHYTHM}/pause", rhythms.RhythmPause.as_view(), name="rhythm_pause"),
    path(f"{A_RHYTHM}/resume", rhythms.RhythmResume.as_view(), name="rhythm_resume"),
    path(f"{A_RHYTHM}/take-up", rhythms.RhythmTakeUp.as_view(), name="rhythm_take_up"),
    path(f"{A_CASE}/check-ins", checkins.CaseCheckIns.as_view(), name="case_checkins"),
    path("check-ins", checkins.CheckIns.as_view(), name="checkins"),
    path(A_CHECKIN, checkins.OneCheckIn.as_view(), name="checkin"),
    path(f"{A_CHECKIN}/record", checkins.CheckInRecord.as_view(), name="checkin_record"),
    path(f"{A_CHECKIN}/correct", checkins.CheckInCorrect.as_view(), name="checkin_correct"),
    path(f"{A_CHECKIN}/change", checkins.CheckInChange.as_view(), name="checkin_change"),
    path(f"{A_CHECKIN}/reschedule", checkins.CheckInReschedule.as_view(), name="checkin_reschedule"),
    path(f"{A_CHECKIN}/cancel", checkins.CheckInCancel.as_view(), name="checkin_cancel"),
    path(f"{A_CHECKIN}/reinstate", checkins.CheckInReinstate.as_view(), name="checkin_reinstate"),
    path("absences", absences.Absences.as_view(), name="absences"),
    path("absences/<row:pk>", absences.OneAbsence.as_view(), name="absence"),
    path("absences/<row:pk>/withdraw", absences.AbsenceWithdraw.as_view(), name="absence_withdraw"),
    path("missed-contacts", missed.MissedContacts.as_view(), name="missed_contacts"),
    path(A_MISS, missed.OneMissedContact.as_view(), name="missed_contact"),
    path(f"{A_MISS}/acknowledge", missed.MissedAcknowledge.as_view(), name="missed_contact_acknowledge"),
    path(f"{A_MISS}/answer", missed.MissedAnswer.as_view(), name="missed_contact_answer"),
    path(f"{A_MISS}/reopen", missed.MissedReopen.as_view(), name="missed_contact_reopen"),
    path(f"{A_CASE}/referrals", prosecution.CaseReferrals.as_view(), name="case_referrals"),
    path("referrals", prosecution.Referrals.as_view(), name="referrals"),
    path(A_REFERRAL, prosecution.OneReferral.as_view(), name="referral"),
    path(f"{A_REFERRAL}/approve", prosecution.ReferralApprove.as_view(), name="referral_approve"),
    path(f"{A_REFERRAL}/take-back", prosecution.ReferralTakeBack.as_view(), name="referral_take_back"),
    path(f"{A_REFERRAL}/send", prosecution.ReferralSend.as_view(), name="referral_send"),
    path(f"{A_REFERRAL}/withdraw", prosecution.ReferralWithdraw.as_view(), name="referral_withdraw"),
    path(f"{A_REFERRAL}/acknowledge", prosecution.ReferralAcknowledge.as_view(), name="referral_acknowledge"),
    path(f"{A_REFERRAL}/answer", prosecution.ReferralAnswer.as_view(), name="referral_answer"),
    path("offences", offences.Offences.as_view(), name="offences"),
    path("people", people.People.as_view(), name="people"),
    path("people/search", people.PeopleSearch.as_view(), name="people_search"),
    path("people/<row:pk>", people.OnePerson.as_view(), name="person"),
    path("people/<row:pk>/names", people.PersonNames.as_view(), name="person_names"),
    path("people/<row:pk>/travel-statuses", travel.TravelStatuses.as_view(), name="travel_statuses"),
    path("people/<row:pk>/travel-status", travel.TravelStatusOn.as_view(), name="travel_status_on"),
    path("travel-statuses/<row:pk>/correct", travel.TravelStatusCorrect.as_view(), name="travel_status_correct"),
    path("national-picture", figures.NationalPicture.as_view(), name="national_picture"),
]

urlpatterns = [path("", include((own, "cases_api")))]
