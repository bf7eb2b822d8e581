"""Asks who a caller is, within a time budget: over kept connections, once a number at a time.

Whoever asks waits no longer than the budget. The request itself may take a little longer: what
comes late is remembered for the caller's next call, and a connection that is still being made is
there for the next caller. A program that fails again and again is left alone for a while.
"""

import asyncio
import json
import math
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NoReturn

import anyio.abc
import anyio.lowlevel
import anyio.streams.tls
import httpx
import structlog
from cachetools import TLRUCache

from crm.declared import DeclarationError
from crm.http_lookup.answers import Understood, understand
from crm.http_lookup.breaker import Breaker
from crm.http_lookup.declaration import LookupShape, headers_of
from crm.records import Customer

FINISH_SECONDS: Final = 5.0
"""How long a request may go on when nobody waits for it any more: enough to connect across the
world with TLS, and little for a program that does not answer at all."""

MOST_AT_ONCE: Final = 64
"""Requests under way. More would only wait for each other, longer than any caller does."""

MOST_CONNECTIONS: Final = 16
"""That are kept. At 20 ms an answer they do 800 look-ups a second."""

LONGEST_ANSWER: Final = 256 * 1024
"""Bytes. One customer with contracts is a few kilobytes."""

_NOBODY: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.NO_CONTENT})
"""How a program says that it knows no such number."""

log = structlog.get_logger(__name__)


class LookupFailedError(Exception):
    """No answer that can be used came; the message says why. It holds no secret and no number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one question brought.

    Attributes:
        status: Of HTTP.
        answer: The JSON that came; None if there was none.
        understood: What it means.
        seconds: How long it took.
    """

    status: int
    answer: Any
    understood: Understood
    seconds: float


class HttpLookup:
    """The look-up of one process, on the event loop that runs when it is first asked.

    Args:
        declared: Where to ask, and what the answers mean.
        environment: Where the values of `${NAME}` in headers are.
        folder: Where its `ca_file` is, unless that begins with a slash.
        clock: Seconds that only grow; None: those of the event loop.

    Attributes:
        failures: Questions that were not answered in time, since it was made.
        budget_ms: How long `look_up` takes at most.

    Raises:
        DeclarationError: A variable is not set, or `ca_file` cannot be used.
    """

    def __init__(
        self,
        declared: LookupShape,
        environment: Mapping[str, str],
        folder: Path,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.failures = 0
        self.budget_ms = declared.budget_ms
        self._declared = declared
        self._clock = clock or asyncio.get_running_loop().time
        self._breaker = Breaker(declared.breaker.failures, declared.breaker.seconds, self._clock)
        self._answers: TLRUCache[str, Customer | None] = TLRUCache(
            declared.cache.entries, self._forget_at, timer=self._clock
        )
        self._running: dict[str, asyncio.Task[Customer | None]] = {}
        self._late: set[str] = set()
        self._http = httpx.AsyncClient(
            verify=_trusted(declared, folder),
            timeout=FINISH_SECONDS,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
            # A few kilobytes that unpack to gigabytes would be unpacked before they are counted.
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                **headers_of(declared, environment),
            },
        )

    @staticmethod
    async def make_ready() -> None:
        """Load now what httpx would load with its first request, while a call waits.

        What that takes 30 ms for is the machinery of anyio; the imports above are part of it.
        """
        await anyio.lowlevel.checkpoint()

    async def look_up(self, number: str) -> Customer | None:
        """The customer with this number (E.164), within the time budget.

        Returns:
            The customer, whose `id` is None; None if there is none, or if it cannot be known now.
        """
        with suppress(
            KeyError
        ):  # asked first whether it is there, it might be gone when it is taken
            return self._answers[number]
        task = self._running.get(number) or self._begin(number)
        if task is None:
            return None
        # Whoever hangs up meanwhile ends this wait, not the request.
        done, _ = await asyncio.wait({task}, timeout=self.budget_ms / 1000)
        if done:
            return task.result()
        if number not in self._late:
            self._late.add(number)
            self._failed(f"no answer within {self.budget_ms} ms")
        return None

    def _begin(self, number: str) -> "asyncio.Task[Customer | None] | None":
        """Ask about a number; None if it is better not to."""
        if len(self._running) >= MOST_AT_ONCE or not self._breaker.allows():
            return None
        task = asyncio.create_task(self._remembered(number), name="http look-up")
        self._running[number] = task
        return task

    async def _remembered(self, number: str) -> Customer | None:
        """Ask, and remember the answer; None if there is none. Never raises."""
        try:
            asked = await self.ask(number)
        except LookupFailedError as error:
            if number not in self._late:
                self._failed(str(error))
            return None
        finally:
            del self._running[number]
            was_late = number in self._late
            self._late.discard(number)
        if asked.understood.remarks:
            log.warning("http look-up: values left out", remarks=asked.understood.remarks)
        if not was_late and self._breaker.succeeded():
            log.info("http look-up answers again")
        self._answers[number] = asked.understood.customer
        return asked.understood.customer

    async def ask(self, number: str) -> Asked:
        """Ask once, whatever is remembered, and wait `FINISH_SECONDS` at most.

        Raises:
            LookupFailedError: No answer that can be used came.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(FINISH_SECONDS):
                status, body = await self._fetched(self._declared.address(number))
        except (TimeoutError, httpx.TimeoutException):
            raise LookupFailedError(f"no answer within {FINISH_SECONDS:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise LookupFailedError(f"the connection failed ({type(error).__name__})") from None
        seconds = loop.time() - began
        if status in _NOBODY:
            return Asked(status, None, Understood(None), seconds)
        answer = _parsed(status, body)
        return Asked(status, answer, understand(answer, self._declared.customer), seconds)

    async def _fetched(self, address: str) -> tuple[int, bytes]:
        async with self._http.stream("GET", address) as response:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > LONGEST_ANSWER:
                    raise LookupFailedError(f"the answer is longer than {LONGEST_ANSWER} bytes")
            return response.status_code, bytes(body)

    async def close(self) -> None:
        """Give up what is under way, and the connections."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    def _forget_at(self, number: str, customer: Customer | None, now: float) -> float:
        """When to forget an answer."""
        del number
        cache = self._declared.cache
        return now + (cache.unknown if customer is None else cache.known)

    def _failed(self, reason: str) -> None:
        """Count a question that was not answered in time, in one line of the log."""
        self.failures += 1
        log.warning("http look-up failed", reason=reason, failures=self.failures)
        if self._breaker.failed():
            seconds = self._declared.breaker.seconds
            log.warning("http look-up is left alone", seconds=seconds)


def _parsed(status: int, body: bytes) -> Any:  # noqa: ANN401  whatever JSON can hold
    if status != HTTPStatus.OK:
        raise LookupFailedError(f"the answer is HTTP {status}")
    try:
        return json.loads(body, parse_constant=_refused, parse_float=_finite)
    except (ValueError, RecursionError):
        raise LookupFailedError("the answer is no JSON") from None


def _refused(word: str) -> NoReturn:
    """NaN and Infinity, which Python's `json` takes and RFC 8259 does not have."""
    raise ValueError(word)


def _finite(written: str) -> float:
    number = float(written)
    return number if math.isfinite(number) else _refused(written)


def _trusted(declared: LookupShape, folder: Path) -> ssl.SSLContext:
    """Whom to trust: the machine's own authorities, or those of a file and no other."""
    file = None if declared.ca_file is None else folder / declared.ca_file
    try:
        return ssl.create_default_context(cafile=file)
    except OSError as error:
        raise DeclarationError(f"ca_file {file} cannot be used: {error.strerror}") from None
