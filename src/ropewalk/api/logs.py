# SPDX-License-Identifier: Apache-2.0
"""Structured logs: one JSON object a line, on stderr.

Only named fields are logged, never bodies, queries, header fields or an exception's text, any
of which could hold a secret. JSON in ASCII escapes CR, LF, ANSI and all other controls, so
that a request cannot forge a line.
"""

import json
import logging
import sys
import traceback
from contextlib import suppress
from pathlib import PurePath
from typing import Any, TextIO, cast

import structlog
from typing_extensions import override

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def make_log(level: str, stream: TextIO | None = None) -> Any:
    """A logger that writes JSON lines.

    Args:
        level: `debug`, `info`, `warning` or `error`.
        stream: Where to; stderr when left out.
    """
    return structlog.wrap_logger(
        structlog.WriteLogger(cast("TextIO", _Sink(stream))),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        cache_logger_on_first_use=True,
    )


def where(error: BaseException) -> list[str]:
    """The frames an exception passed, innermost last, without values or folders."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{PurePath(each.filename).name}:{each.lineno} {each.name}" for each in frames]


def _line(event: Any, **_: Any) -> str:
    return _ENCODE(event)


_ENCODE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=str).encode


class _Sink:
    """Where lines go. A log that cannot be written must not fail the request it is about."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        """Write a line, and let it go where there is nobody to read it."""
        stream = self._stream or sys.stderr
        with suppress(OSError, ValueError):
            stream.write(line)
            stream.flush()

    def flush(self) -> None:
        """Each line is flushed as it is written."""


class Forwarder(logging.Handler):
    """Hands the server library's own messages to the structured log."""

    def __init__(self, log: Any) -> None:
        super().__init__()
        self._log = log

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Log the message, and of an exception its type and frames."""
        error = record.exc_info[1] if record.exc_info else None
        extra = {"error": type(error).__name__, "where": where(error)} if error else {}
        self._log.log(record.levelno, "server", message=record.getMessage().strip(), **extra)
