"""Whether anything is lost, done twice, or not sent, when everything that can be killed is killed.

    python3 -m bench.kill_harness --due 10000 --kills 100 --restarts 5 [--json]

It starts servers of its own with the project's launcher: PostgreSQL with `fsync` on, the broker, a real SMTP server
that keeps every message, two Celery workers of two processes each on the configuration of the house, and two beats at
once (they come every 3 s and every second instead of every 60 s and 30 s). An invented caseload has `--due` contacts
due on a Tuesday, of each of which somebody has to be told. The clock of the programs is moved by the harness, so that
a week passes in minutes; PostgreSQL, Celery and the broker keep the real one. What happens:

1. *Tuesday*: from half past seven until evening, in steps. Meanwhile `--kills` times SIGKILL of a worker, of one of its
   children, or of all of them, at random moments, half of them while the mail server answers a sender;
   `--restarts` crashes of PostgreSQL (SIGKILL and the immediate shutdown by turns); the broker is flushed, and killed;
   there is no beat for a while; the clock goes wrong by an hour, forwards and back. The mail server puts off one
   message in 25.
2. *No clock for three days*: beats stopped, then Friday morning; a quarter of the kills falls into catching up.
3. *The night of 25 October*, in which an hour comes twice, with messages due in that hour; then Monday and Tuesday.
4. *The night of 28 March*, in which an hour is missing, after five months without a clock.

After each part everything runs on until nothing is due any more. Then it counts, from the rows by plain SQL and from
what the mail server was given, against an oracle that asks nothing of the code under test:

* `lost`: occurrences without a check-in, causes without a message, late contacts that nobody sees to;
* `duplicated`: occurrences with two rows, causes with two messages, one cause under two Message-IDs;
* `unsent`: what should have reached the mail server or a telephone and never did;
* `sent_twice`: Message-IDs that the mail server was given more than once, allowed between sending and marking only;
  `sent_twice_same_id` of them said the same in each copy (all must), `copies_uncounted` had no attempt of their own.

With `--json` the last line is JSON. It ends with 0 when nothing is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import psycopg

from bench.killing import Run, TookTooLong, listen, say, stop
from config.launcher import LauncherError
from config.supervisor import Stopped

OPTIONS = (
    ("due", 10_000, "contacts due on the Tuesday"),
    ("kills", 100, "SIGKILLs of worker processes"),
    ("restarts", 5, "crashes of PostgreSQL"),
    ("workers", 2, "Celery workers, of two processes each"),
    ("steps", 10, "into so many steps Tuesday falls"),
    ("night-step", 30, "minutes in a step of the nights"),
    ("dwell", 3.5, "seconds in a step of the nights"),
    ("tick", 3.0, "seconds between two ticks of a beat"),
    ("timeout", 3600.0, "seconds after which it gives up"),
    ("seed", time.time_ns() % 10**6, "of what is left to chance"),
)


def main() -> None:
    """Run it, and say what came of it."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default, meaning in OPTIONS:
        wanted.add_argument(f"--{name}", type=type(default), default=default, help=f"{meaning} (%(default)s)")
    wanted.add_argument("--json", action="store_true", help="end in one line of JSON")
    told = wanted.parse_args()
    listen(stop)
    run = Run(told)
    say(f"What is left to chance comes of --seed {told.seed}; what it keeps is in {run.stack.state} until it ends.")
    try:
        found = run.go()
    except Stopped:
        sys.exit("Stopped.")
    except (TookTooLong, LauncherError, psycopg.Error) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    for name, value in found.items():
        print(f"{name:>20}: {value:,}")
    if told.json:
        print(json.dumps(found))
    wrong = sum(found[name] for name in ("lost", "duplicated", "unsent", "copies_uncounted"))
    sys.exit(1 if wrong or found["sent_twice"] != found["sent_twice_same_id"] else 0)


if __name__ == "__main__":
    main()
