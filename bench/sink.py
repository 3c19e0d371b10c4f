"""A mail server that keeps what it is given: real SMTP on a port of its own, in a thread."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
from collections import Counter
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

#: As long as a mail server takes over a message, so that whoever sends can be killed meanwhile.
TAKES = 0.015

#: As long as it takes to say so, when somebody lies in wait for a sender that has not yet marked what it sent.
LINGERS = 0.4

#: One message in so many is refused "for the moment" when it comes first.
REFUSES_ONE_IN = 25


@dataclass(frozen=True)
class Seen:
    """One copy of a message, as it was taken over."""

    number: str
    to: str
    subject: str
    text: str


class Sink:
    """Keeps every copy. `refused` counts what was put off."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.refused = 0
        self.port = 0
        self.lingers, self.caught = threading.Event(), threading.Event()
        self._tried: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="smtp", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("The mail server did not start.")

    def catch_a_sender(self, patience: float) -> None:
        """Comes back while a sender waits for the answer to what was taken over, or when none came."""
        self.caught.clear()
        self.lingers.set()
        self.caught.wait(patience)
        self.lingers.clear()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        serving = self._loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True, loop=self._loop), "127.0.0.1", 0)
        server = self._loop.run_until_complete(serving)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's
        await asyncio.sleep(TAKES)
        said = email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default)
        number = str(said["Message-ID"]).strip()
        self._tried[number] += 1
        if self._tried[number] == 1 and len(self._tried) % REFUSES_ONE_IN == 0:
            self.refused += 1
            return "451 Not now"
        self.seen.append(Seen(number, envelope.rcpt_tos[0], str(said["Subject"]), said.get_content()))
        if self.lingers.is_set():
            self.caught.set()
            await asyncio.sleep(LINGERS)
        return "250 Kept"
