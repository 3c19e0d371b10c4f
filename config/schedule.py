"""The whole beat table: a line a job, with its reason. Each is a sweep that may run late, twice, or twice at once."""

from datetime import timedelta
from typing import Any, Final

SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    # Makes the check-ins of the coming weeks, leaves reminders, marks what is late and climbs it.
    "tick": {"task": "cases.tasks.tick", "schedule": timedelta(seconds=60), "options": {"expires": 55}},
    # Ends grants of ended postings, tells what is to be confirmed, lets the rest lapse; raises unreviewed emergencies.
    # None of it opens anything: what has ended is refused whether or not this has run.
    "tend_access": {
        "task": "cases.tasks.tend_access",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 290},
    },
    # Sends what waits in the outbox; a reminder half a minute late is on time.
    "send": {
        "task": "cases.tasks.send_messages",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 25},
    },
    # Seals what was written in the ledger: what a hostile administrator can still change unseen is at most so old.
    "seal": {"task": "cases.tasks.seal_ledger", "schedule": timedelta(seconds=45), "options": {"expires": 40}},
    # Verifies the ledger: at night what was sealed since, once a week all of it. Asked often, so that a night on which
    # no clock ran is made up for soon, and a long walk goes on; with nothing to do it is one short question.
    "verify": {
        "task": "cases.tasks.verify_ledger",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 890},
    },
    # Who opened a case without a task: left to be told the same afternoon, so a quarter of an hour is soon enough.
    "openings": {
        "task": "cases.tasks.tell_of_openings",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 890},
    },
    # Signs a checkpoint of the ledger when an hour has gone by, sends what waits, sounds the alarm when none gets out.
    "checkpoint": {
        "task": "cases.tasks.look_after_ledger",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 290},
    },
    # Removes what is kept of sessions that ran out. They are over whether or not this has run.
    "sessions": {
        "task": "cases.tasks.forget_sessions",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3500},
    },
}
