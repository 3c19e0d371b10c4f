"""One run of the kill harness: what is done to the stack, and when; `bench.kill_harness` says what for."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from bench import caseload, counting
from bench.caseload import FRIDAY, MONDAY, NEXT_TUESDAY, SPRING_SUNDAY, SUNDAY, TUESDAY, at, causes
from bench.stack import Stack
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
        self.stack = Stack(workers=told.workers, tick=told.tick)
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
        flush = partial(self.hit, "flushed", self.stack.flush_broker)
        broker = [flush, partial(self.hit, "broker_kills", self.stack.crash_broker), flush]
        first, last = at(TUESDAY, 7, 30), at(TUESDAY, 16, 10)
        crash_in = [self.chance.randrange(steps) for _ in range(self.told.restarts)]
        for step in range(steps):
            self.let_send()
            self.stack.set_clock(first + (last - first) * step / max(steps - 1, 1))
            to_kill = kills * (step + 1) // steps - kills * step // steps
            crashes = [self.crash_postgres] * crash_in.count(step)
            crashes += [broker[step]] if step < len(broker) else []
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
        """At a random moment; every other time while the mail server answers a sender."""
        self.pass_time(self.chance.uniform(0.1, 2.0))
        if self.chance.random() < 0.5:
            self.stack.sink.catch_a_sender(3)
        while not self.stack.kill_a_worker(self.chance):
            self.pass_time(0.2)
        self.done["kills"] += 1

    def hit(self, name: str, act: Callable[[], object]) -> None:
        """One of the servers, at a random moment."""
        self.pass_time(self.chance.uniform(0.5, 2.0))
        act()
        self.done[name] += 1

    def crash_postgres(self) -> None:
        how = signal.SIGQUIT if self.done["restarts"] % 2 else signal.SIGKILL
        self.hit("restarts", lambda: self.stack.crash_postgres(how))

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


def listen(how: Any) -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, how)


def stop(*_: object) -> None:
    listen(signal.SIG_IGN)
    raise Stopped
