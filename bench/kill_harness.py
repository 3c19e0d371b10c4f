"""Whether anything is lost, done twice, or not sent, when everything that can be killed is killed.

    python3 -m bench.kill_harness --due 10000 --kills 100 --restarts 5 [--json]

It starts servers of its own with the project's launcher: PostgreSQL with `fsync` on, the broker, a real SMTP server
that keeps every message, two Celery workers of two processes each on the configuration of the house, and two beats at
once (they come every 3 s and every second instead of every 60 s and 30 s). An invented caseload has `--due` contacts
due on a Tuesday, of each of which somebody has to be told. The clock of the programs is moved by the harness, so that
a week passes in minutes; PostgreSQL, Celery and the broker keep the real one. What happens:

1. *Tuesday*: from half past seven until evening, in steps. Meanwhile `--kills` times SIGKILL of a worker, of one of its
   children, or of all of them, at random moments, half of them right after the mail server was given a message;
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
* `sent_twice`: Message-IDs that the mail server was given more than once, which is allowed between sending and marking
  only: `sent_twice_same_id` of them said the same in each copy (all must), and `copies_uncounted` (none may) are
  copies without an attempt of their own.

With `--json` the last line is JSON. It ends with 0 when nothing is wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from bench import caseload, counting
from bench.caseload import FRIDAY, MONDAY, NEXT_TUESDAY, SPRING_SUNDAY, SUNDAY, TUESDAY, at, causes
from bench.stack import Stack
from config.launcher import LauncherError
from config.supervisor import STOP_SIGNALS, Stopped

A_LEASE = timedelta(minutes=6)

#: A sender that is alive gets on with it within so many seconds, also on a busy machine.
ALIVE_WITHIN = 3.0


class TookTooLong(Exception):
    """It did not come to rest in the time it was given."""


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


class Run:
    """One run: what is done to the stack, and when."""

    def __init__(self, told: argparse.Namespace) -> None:
        self.told = told
        self.chance = random.Random(told.seed)  # noqa: S311 -- which is killed when is no secret
        self.stack = Stack(workers=told.workers)
        self.load = caseload.invent(told.due)
        self.ends_at = time.monotonic() + told.timeout
        self.done = {"kills": 0, "restarts": 0, "flushed": 0, "broker_kills": 0}
        self.found = counting.Found()
        self.wanted: set[caseload.Cause] = set()
        self.waiting: dict[str, int] = {}

    def go(self) -> dict[str, Any]:
        started = time.monotonic()
        try:
            say("Starting servers and filling the database …")
            self.stack.start()
            with self.stack.database() as database:
                caseload.write(database, self.load)
            self.stack.make_durable()
            begun = time.monotonic()
            say(f"{self.told.due:,} contacts due; set up in {begun - started:.0f} s. Tuesday …")
            self.tuesday()
            say("Three days without a clock, then Friday …")
            self.friday()
            say("The night of 25 October …")
            self.night(SUNDAY)
            self.quiet(at(MONDAY, 9), until=at(MONDAY, 20))
            self.quiet(at(NEXT_TUESDAY, 7, 5), until=at(NEXT_TUESDAY, 7, 55))
            self.count_autumn()
            say("The night of 28 March …")
            self.stack.stop_beats()
            with self.stack.database() as database:
                caseload.close_the_autumn(database, self.load)
            self.stack.set_clock(at(SPRING_SUNDAY - timedelta(days=1), 20))
            self.stack.start_beats()
            self.night(SPRING_SUNDAY)
            self.stack.stop_programs()
            return {**self.count_all(), "seconds": round(time.monotonic() - begun, 1)}
        finally:
            listen(signal.SIG_IGN)  # a second Ctrl-C does not hurry it into leaving something behind
            self.stack.stop()

    # --- What happens ---

    def tuesday(self) -> None:
        """The day, in steps; what is done to the servers is spread over them."""
        steps = self.told.steps
        kills = self.told.kills - self.told.kills // 4
        first, last = at(TUESDAY, 7, 30), at(TUESDAY, 16, 10)
        crash_in = [self.chance.randrange(steps) for _ in range(self.told.restarts)]
        for step in range(steps):
            self.let_send()
            self.stack.set_clock(first + (last - first) * step / max(steps - 1, 1))
            to_kill = kills * (step + 1) // steps - kills * step // steps
            crashes = [self.crash_postgres] * crash_in.count(step)
            crashes += {0: [self.flush], 1: [self.crash_broker], 2: [self.flush]}.get(step, [])
            if step == steps - 2:  # for a while there is no beat: a worker has what it has
                self.stack.stop_beats()
                self.pass_time(2)
                self.stack.start_beats()
            self.under_fire(to_kill, crashes)
            if step == 1:  # the clock an hour ahead, and put right
                now = self.stack.now()
                self.stack.set_clock(now + timedelta(hours=1))
                self.pass_time(3)
                self.stack.set_clock(now)
        self.quiet(self.stack.now(), until=at(TUESDAY, 17, 55))

    def friday(self) -> None:
        self.stack.stop_beats()
        self.stack.set_clock(at(FRIDAY, 9))
        self.pass_time(1)
        self.stack.start_beats()
        self.under_fire(self.told.kills // 4, [])
        self.quiet(self.stack.now(), until=at(FRIDAY, 19))

    def night(self, sunday: date) -> None:
        """From Saturday evening until the messages of the morning are out, each half hour once."""
        moment = at(sunday - timedelta(days=1), 20).astimezone(UTC)  # counted in hours that passed
        ends = at(sunday, 8)
        self.quiet(moment, until=moment + timedelta(minutes=5))
        while (moment := moment + timedelta(minutes=self.told.night_step)) < ends:
            asleep = moment.astimezone(caseload.BRUSSELS)
            if 4 <= asleep.hour < 7 or asleep.hour in (21, 22, 23):
                continue
            self.let_send()
            self.stack.set_clock(moment)
            self.pass_time(self.told.dwell)
        self.quiet(ends, until=at(sunday, 9, 55))

    def let_send(self) -> None:
        """A moment for what is being sent: a clock that jumps over a lease makes a second copy of it."""
        until = time.monotonic() + ALIVE_WITHIN
        while self.waits()["held"] and time.monotonic() < until:
            self.pass_time(0.2)

    def under_fire(self, kills: int, crashes: list[Any]) -> None:
        """So many kills, with the crashes somewhere among them."""
        doing = [self.kill] * kills + crashes
        self.chance.shuffle(doing)
        for act in doing:
            act()
        if not doing:
            self.pass_time(1)

    def kill(self) -> None:
        """At a random moment; every other time as soon as the mail server has been given something."""
        self.pass_time(self.chance.uniform(0.1, 2.0))
        if self.chance.random() < 0.5:
            given, until = len(self.stack.sink.seen), time.monotonic() + 3
            while len(self.stack.sink.seen) == given and time.monotonic() < until:
                time.sleep(0.002)
        while not self.stack.kill_a_worker(self.chance):
            self.pass_time(0.2)
        self.done["kills"] += 1

    def crash_postgres(self) -> None:
        self.pass_time(self.chance.uniform(0.5, 2.0))
        self.stack.crash_postgres(signal.SIGQUIT if self.done["restarts"] % 2 else signal.SIGKILL)
        self.done["restarts"] += 1

    def crash_broker(self) -> None:
        self.pass_time(0.5)
        self.stack.crash_broker()
        self.done["broker_kills"] += 1

    def flush(self) -> None:
        self.pass_time(0.5)
        self.stack.flush_broker()
        self.done["flushed"] += 1

    def pass_time(self, seconds: float) -> None:
        """Whatever fell over meanwhile is started again."""
        until = time.monotonic() + seconds
        while True:
            if time.monotonic() > self.ends_at:
                raise TookTooLong(f"It was given {self.told.timeout:.0f} s. What still waits: {self.waiting}")
            self.stack.watch()
            if time.monotonic() >= until:
                return
            time.sleep(min(0.1, seconds))

    def quiet(self, moment: datetime, *, until: datetime) -> None:
        """From a moment on, until nothing is due any more.

        What is held by the dead is waited for with the clock, but only when for some seconds nothing has moved: else
        it is held by somebody who is sending it.
        """
        self.stack.set_clock(moment)
        before, still_since = None, 0.0
        while True:
            self.pass_time(0.3)
            waits = self.waits()
            if not any(waits.values()):
                return
            stands = (waits, len(self.stack.sink.seen))
            if stands != before:
                before, still_since = stands, time.monotonic()
            if any(count for kind, count in waits.items() if kind != "held"):
                continue
            if self.stack.now() >= until:
                return
            if time.monotonic() - still_since > ALIVE_WITHIN:
                self.stack.set_clock(self.stack.now() + A_LEASE)

    def waits(self) -> dict[str, int]:
        with self.stack.database() as database:
            self.waiting = counting.what_waits(database, self.stack.now())
        return self.waiting

    # --- What came of it ---

    def count_autumn(self) -> None:
        self.wanted |= causes(self.load.autumn, caseload.TOLD_IN_AUTUMN, at(NEXT_TUESDAY, 7, 55))
        with self.stack.database() as database:
            counting.count_rows(
                database, self.load.autumn, until=NEXT_TUESDAY + caseload.HORIZON, wanted=self.wanted,
                today=NEXT_TUESDAY, found=self.found,
            )  # fmt: skip
            self.wanted |= counting.steps_with_coordinators(database, self.load.autumn, self.found)

    def count_all(self) -> dict[str, Any]:
        wanted = causes(self.load.spring, [SPRING_SUNDAY], at(SPRING_SUNDAY, 9))
        stack, found = self.stack, self.found
        with stack.database() as database:
            counting.count_rows(
                database, self.load.spring, until=SPRING_SUNDAY + caseload.HORIZON, wanted=wanted,
                today=SPRING_SUNDAY, found=found,
            )  # fmt: skip
            copies = counting.count_copies(database, stack.sink.seen, found)
        everything = self.wanted | wanted
        counting.count_sent(stack.sink.seen, self.load, everything, found)
        counting.count_sms(stack.sms, self.load.autumn, everything, found)
        said = {"lost": found.lost, "duplicated": found.duplicated, "unsent": found.unsent}
        for name, sentence in found.some(20):
            say(f"{name}: {sentence}")
        return {
            **{name: len(sentences) for name, sentences in said.items()},
            "due": self.told.due, "made": found.made, "causes": found.caused, **copies,
            "put_off": stack.sink.refused, **self.done,
            "deadlocks": (stack.state / "postgres.log").read_text(errors="replace").count("deadlock detected"),
        }  # fmt: skip


def main() -> None:
    """Run it, and say what came of it."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--due", type=int, default=10_000, help="contacts due on the Tuesday (%(default)s)")
    wanted.add_argument("--kills", type=int, default=100, help="SIGKILLs of worker processes (%(default)s)")
    wanted.add_argument("--restarts", type=int, default=5, help="crashes of PostgreSQL (%(default)s)")
    wanted.add_argument("--workers", type=int, default=2, help="Celery workers, of two processes each (%(default)s)")
    wanted.add_argument("--steps", type=int, default=10, help="into so many steps Tuesday falls (%(default)s)")
    wanted.add_argument("--night-step", type=int, default=30, help="minutes in a step of the nights (%(default)s)")
    wanted.add_argument("--dwell", type=float, default=3.5, help="seconds in a step of the nights (%(default)s)")
    wanted.add_argument("--timeout", type=float, default=3600, help="seconds after which it gives up (%(default)s)")
    wanted.add_argument("--seed", type=int, default=time.time_ns() % 10**6, help="of what is left to chance")
    wanted.add_argument("--json", action="store_true", help="end in one line of JSON")
    told = wanted.parse_args()
    listen(_stop)
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


def listen(how: Any) -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, how)


def _stop(*_: object) -> None:
    listen(signal.SIG_IGN)
    raise Stopped


if __name__ == "__main__":
    main()
