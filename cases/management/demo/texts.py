"""What the invented caseworkers wrote: plain sentences about nobody."""

from __future__ import annotations

from cases.assessments.rules import LifeDomain
from cases.checkins.rules import Outcome

#: life domain -> (goal, actions).
GOALS = {
    LifeDomain.HOUSING: (
        "A place to live that is hers or his to keep",
        ("Put the name on the list of the social housing company", "Look at the flat in the station quarter together"),
    ),
    LifeDomain.WORK: (
        "Work for at least three days a week",
        ("Go to the employment service and register", "Write a letter to the bakery", "Call the temping agency back"),
    ),
    LifeDomain.EDUCATION: (
        "Finish the sixth year in the evening school",
        ("Enrol for the second semester", "Ask the school for the missing certificate"),
    ),
    LifeDomain.FAMILY: (
        "See the children every week, without a quarrel",
        ("Arrange a talk with the grandmother", "Agree on the days with the other parent"),
    ),
    LifeDomain.PHYSICAL_HEALTH: (
        "The old wound looked at, and treated",
        ("Make an appointment with the general practitioner", "Bring the papers of the hospital"),
    ),
    LifeDomain.MENTAL_HEALTH: (
        "Sleep through the night again",
        ("First talk at the centre for mental health", "Keep the appointment of the 10th"),
    ),
    LifeDomain.NETWORK: (
        "Two evenings a week with other people",
        ("Go along to the football club once", "Invite the cousin to the next talk"),
    ),
    LifeDomain.MEANING: (
        "Somebody to talk to about belief, freely chosen",
        ("Meet the counsellor once, without obligation", "Read the two texts and talk about them"),
    ),
    LifeDomain.LEGAL: (
        "Papers in order: identity card and address",
        ("Go to the counter of the town hall together", "Ask the lawyer for the decision"),
    ),
    LifeDomain.FINANCES: (
        "A budget that lasts until the end of the month",
        ("List the debts with the social welfare centre", "Open an account at the post"),
    ),
    LifeDomain.LEISURE: (
        "Something to look forward to on Saturday",
        ("Try the climbing hall", "Borrow a bicycle from the cycle workshop"),
    ),
    LifeDomain.SAFETY: (
        "No more visits from the old acquaintances",
        ("Change the telephone number", "Agree what to do when somebody rings"),
    ),
}
RESULTS = {
    "REACHED": "Reached, and kept up for three months",
    "PARTLY": "Half of it; the rest goes into the next plan",
    "DROPPED": "No longer wanted; something else came first",
}
SUMMARIES = (
    "To stand on her or his own feet again: a roof, work, and people to rely on.",
    "Back to school and back home, in small steps; the family takes part.",
    "Keep to the conditions of the court, and find work before the summer.",
    "Quiet at home, help with the debts, and somebody to talk to.",
)
VIEWS = (
    "“I want to be left alone, but I do want the flat.”",
    "“If the school takes me back I will come every time.”",
    "“My mother must not be called at work. For the rest it is fine.”",
    "“I don't see what a plan is for. Work, yes.”",
)
NOTES = {
    Outcome.HELD: (
        ("Came on time. Talked about the work placement; goes on Monday.", "Brings the contract next time."),
        ("At home, with the mother. Quiet talk; sleeps better.", "Calls the practice about the next appointment."),
        ("Walked to the housing company together. On the list now, about eight months.", "Keep the letter."),
        ("Tired of the evening school, does not want to stop. We looked at the timetable.", "One evening less."),
        ("Talked about the summer and about the brother. No trouble with the old acquaintances.", ""),
        ("First pay. Proud of it. The debts are being paid off.", "Budget again in four weeks."),
    ),
    Outcome.PARTLY: (("Had to leave after ten minutes for the bus. The main thing was said.", "Longer next time."),),
    Outcome.MISSED_ACCEPTABLE: (("", ""),),
    Outcome.MISSED: (("Rang the bell twice, then called: no answer.", "A message was left."),),
    Outcome.CANCELLED_BY_US: (("", ""),),
}
REASONS = {
    Outcome.MISSED_ACCEPTABLE: (
        "Ill, with a note from the doctor",
        "A job interview at the same hour",
        "The child ill",
    ),
    Outcome.CANCELLED_BY_US: ("The caseworker was ill",),
}
CONCERNS = ("", "", "", "", "Talks about moving to another city; no address yet.", "Sleeps badly again.")

STEPS = {
    "ABROAD": ("Six-monthly review: is there news of this person?", "Ask the family whether there is contact"),
    "INTAKE": ("First talk, with the prevention service", "Ask for consent to a file, and explain it"),
    "ASSESSMENT": ("Assessment: go through the twelve life domains", "Draft the plan with the person"),
    "FOLLOW_UP": ("Go through the plan at the next contact", "Call the employment service", "Prepare the review"),
    "AFTERCARE": ("Call after six months", "Ask whether anything is needed"),
    "CLOSED": ("Nothing: the case is closed",),
}
PLACES = {
    "OFFICE": "Prevention service, room 2",
    "SCHOOL": "School The Compass Rose",
    "HOME": "",
    "PHONE": "",
    "VIDEO": "",
}
