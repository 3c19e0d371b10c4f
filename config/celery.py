"""The clock's machinery. No fact lives only here: the state is in PostgreSQL, a task is a sweep over it."""

import os

from celery import Celery
from celery.signals import setup_logging

from config.env import env
from config.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

HARD_LIMIT = 15 * 60
VISIBILITY = 30 * 60  # longer than any task may run, or the broker would hand it out twice

app = Celery("apparatus", set_as_current=True)
app.conf.update(
    broker_url=env.url("CELERY_BROKER_URL", schemes=["redis", "rediss", "redis+socket", "amqp", "amqps", "memory"]),
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": VISIBILITY,
        # A killed worker's tasks come back after seconds, not after the ten-times-ten default.
        "unacked_restore_throttle": 1,
        "unacked_restore_interval": 5,
        "socket_keepalive": True,
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=HARD_LIMIT - 60,
    task_time_limit=HARD_LIMIT,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    result_backend=None,
    task_serializer="json",
    accept_content=["json"],
    event_serializer="json",
    worker_send_task_events=False,
    task_track_started=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    timezone="Europe/Brussels",
    enable_utc=True,
    beat_schedule=SCHEDULE,
    # In memory: a tick computes what is due from the database, so what beat remembers does not matter.
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=5,
)
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Celery leaves logging alone when somebody listens here: Django has set it up already."""
