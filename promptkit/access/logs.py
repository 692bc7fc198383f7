"""What is logged of a server for many people: a JSON object a line, with nothing that tells who they are.

A line of ours holds words that stand in the source, and numbers. What a library logs may quote what somebody sent, so
only the place that logged it is kept, and of an error its kind and where it happened.
"""

from __future__ import annotations

import datetime
import json
import logging
from typing import Any

from promptkit.bugs import bug_line

_LOGGER = logging.getLogger("promptkit.access")

LOG_CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "promptkit.access.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"promptkit.access": {"level": "INFO"}},
}
"""For `logging.config.dictConfig`, and for uvicorn."""


def log_event(event: str, **fields: str | int) -> None:
    """Log that something happened; every text is a word of the source, never one that came from outside."""
    _LOGGER.info(event, extra={"fields": fields})


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, without its line end."""
        time = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds")
        about = _ours(record) if record.name == _LOGGER.name else _of_a_library(record)
        return json.dumps({"time": time, "level": record.levelname.lower(), **about})


def _ours(record: logging.LogRecord) -> dict[str, Any]:
    return {"event": record.msg, **getattr(record, "fields", {})}


def _of_a_library(record: logging.LogRecord) -> dict[str, Any]:
    about = {"event": "library", "logger": record.name, "at": f"{record.module}:{record.lineno}"}
    error = record.exc_info[1] if record.exc_info else None
    return about | ({"error": bug_line(error)} if error else {})
