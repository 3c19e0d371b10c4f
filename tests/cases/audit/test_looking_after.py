"""What the clock does for the ledger each hour: one part that fails keeps no other from its work."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from bench.tampering import A_KEY
from cases import tasks
from cases.access.rules import Refused
from cases.access.services import as_clock
from cases.audit.services import make_checkpoint, seal, send_dispatches
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from tests.factories import Cast


@pytest.mark.django_db
def test_alarm__is_sent_although_no_checkpoint_can_be_signed(tmp_path: Path, settings: Any, cast: Cast) -> None:
    settings.LEDGER_KEY, settings.LEDGER_CHECKPOINTS = A_KEY, {"file:place": f"file://{tmp_path}"}
    ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act="TEST")
    seal(by=Clock.CLOCK, at=timezone.now())
    long_ago = timezone.now() - timedelta(hours=4)
    with as_clock():
        make_checkpoint(by=Clock.CLOCK, at=long_ago)
    send_dispatches(by=Clock.CLOCK, at=long_ago)
    settings.LEDGER_KEY = ""
    with pytest.raises(ExceptionGroup, match="looking after the ledger") as failed:
        tasks.look_after_ledger()
    assert failed.group_contains(Refused, match="LEDGER_KEY is not set")
    assert {message.to[0] for message in mail.outbox} == {cast.dana.email, cast.administrator.email}
