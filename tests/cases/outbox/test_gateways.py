"""Where an SMS goes."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path

import pytest

from cases.outbox.gateways import gateway

DELIVERY = uuid.UUID(int=7)


def test_log__says_that_one_was_sent_and_neither_to_whom_nor_what(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        gateway("log:")(number="+32470123456", text="Appointment: Tuesday", delivery=DELIVERY)
    (line,) = caplog.records
    assert "SMS" in line.getMessage()
    assert "32470123456" not in str(vars(line))
    assert "Tuesday" not in str(vars(line))


def test_file__one_a_delivery_however_often_it_is_tried(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    send = gateway(folder.as_uri())
    send(number="+32470123456", text="Appointment: Tuesday", delivery=DELIVERY)
    send(number="+32470123456", text="Appointment: Tuesday", delivery=DELIVERY)
    (file,) = folder.iterdir()
    assert file.name == f"{DELIVERY}.txt"
    assert file.read_text() == "+32470123456\n\nAppointment: Tuesday\n"
