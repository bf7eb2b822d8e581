"""The log: one line an event, JSON for machines or readable for people, on standard error."""

import logging
import sys
from functools import partial

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger

from agi_server.settings import LogFormat, LogLevel


def configure_logs(log_format: LogFormat, level: LogLevel, worker: int | None = None) -> None:
    """Set up structlog for the process.

    Args:
        log_format: JSON, or readable (in colour on a terminal).
        level: The least important line to write.
        worker: The number of this worker, which each of its lines then has.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *([] if worker is None else [partial(_add_worker, worker)]),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_rendering(log_format),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        # It writes a line with its end at once, where print writes them one after the other: of
        # several processes on one pipe each then has its lines whole.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


def _add_worker(number: int, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    del logger, method
    event["worker"] = number
    return event


def _rendering(log_format: LogFormat) -> list[Processor]:
    """Neither shows the variables of a traceback: PINs and codes are among them."""
    if log_format is LogFormat.JSON:
        return [
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
