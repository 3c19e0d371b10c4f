"""Log lines: one JSON object a line, with the request's number, and never what was written in a form or a file."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")

# The address of a calendar feed opens it: in a log it ends where its secret begins.
FEED_ADDRESS = re.compile(r"(/calendar/feed/)[^\s\"?]+")

# What a line may carry besides its message: numbers, names of things, never content.
CARRIED = ("status_code", "task", "task_id", "port", "seconds", "rows")


def without_secrets(text: str) -> str:
    """The line as it may be kept."""
    return FEED_ADDRESS.sub(r"\1…", text)


class JsonFormatter(logging.Formatter):
    """A line a machine can read and a person too."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(self.message_of(record)),
        }
        if number := request_id.get():
            line["request_id"] = number
        line.update({name: getattr(record, name) for name in CARRIED if hasattr(record, name)})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = self.where(record)
        return json.dumps(line, ensure_ascii=False, default=str)

    def message_of(self, record: logging.LogRecord) -> str:
        """Celery puts the error's text and the task's result into its message; here only which task, and what came."""
        task = getattr(record, "data", None)
        if record.name == "celery.app.trace" and isinstance(task, dict):
            return f"Task {task.get('name')}[{task.get('id')}] {task.get('description', 'succeeded')}"
        return record.getMessage()

    def where(self, record: logging.LogRecord) -> list[str]:
        """The places an error passed through. Not its text: a database error quotes the row it refused."""
        found = []
        trace = record.exc_info[2] if record.exc_info else None
        while trace is not None:
            code = trace.tb_frame.f_code
            found.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        return found


def logging_settings(level: str) -> dict[str, Any]:
    """What Django hands to logging.config."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "config.logging.JsonFormatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # SQL with its parameters would be content; never below WARNING, whatever LOG_LEVEL says.
            "django.db.backends": {"level": "WARNING"},
        },
    }
