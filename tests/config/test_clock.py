"""The clock's table and the machinery under it."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.celery import HARD_LIMIT, VISIBILITY, app
from config.schedule import SCHEDULE

ROOT = Path(__file__).resolve().parents[2]


def test_celery__hands_nothing_out_twice_and_loses_nothing() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit == HARD_LIMIT < VISIBILITY
    assert app.conf.accept_content == ["json"]
    assert app.conf.result_backend is None


def test_beat__keeps_no_file() -> None:
    assert app.conf.beat_scheduler == "celery.beat:Scheduler"


@pytest.mark.skipif(not (ROOT / "cases/tasks.py").exists(), reason="no task has been written yet")
def test_schedule__names_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)


def test_schedule__what_is_late_is_dropped_before_the_next_one_comes() -> None:
    for name, entry in SCHEDULE.items():
        every = entry["schedule"]
        assert isinstance(every, timedelta), name
        assert entry["options"]["expires"] < every.total_seconds(), name
