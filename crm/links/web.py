"""Requests to another CRM: within limits, at a measured pace, and again when that may help.

What is asked for again is what the other side or the network could not do at this moment: 429, 5xx,
a broken connection, a time-out. All requests of ours may be repeated, for they only read.
"""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from crm.links.ports import LinkError

ATTEMPTS: Final = 6
"""Of one request. With the pauses between them a CRM may be away for about a minute."""

LONGEST_PAUSE_SECONDS: Final = 60.0
"""Between two attempts, where the other side does not say how long to wait."""

MOST_PATIENCE_SECONDS: Final = 300.0
"""A CRM that asks to wait longer is left alone; the next run goes on from here."""

CONNECT_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 120.0
"""A page of a hundred records costs a small CRM a second or two; one under load may take a minute.
Also the longest that a whole answer may trickle in."""

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one answer. A page has a hundred records of some kilobytes; vTiger puts all that were changed
within one second on one page, which after a change of many at once is thousands."""

_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERRORS: Final = 500
_REDIRECTS: Final = range(300, 400)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a CRM answers: the HTTP status, and the JSON object that came with it."""

    status: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a CRM is asked for at most, and may take.

    Attributes:
        per_second: Requests in a second.
        answer_seconds: Until a whole answer is there.
        most_bytes: Of one answer.
    """

    per_second: float
    answer_seconds: float = ANSWER_SECONDS
    most_bytes: int = MOST_BYTES


class _NotNowError(LinkError):
    """It may work later. `retry_after` is the pause that the other side asks for, in seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """Whom to trust: the machine's own authorities, or those of a file and no other.

    Raises:
        LinkError: The file holds no certificates.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LinkError(f"ca_file {ca_file} cannot be used: {reason}") from None


class WebClient:
    """Asks one CRM, over connections that are kept.

    Neither redirects nor proxies of the environment are followed: credentials go to `url` alone.

    Args:
        url: Where its API is, without a slash at the end.
        limits: What it is asked for at most.
        ca_file: Who has signed its certificate; None: somebody whom this machine trusts.
        sleep: How to pause, in seconds.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        url: str,
        limits: Limits,
        *,
        ca_file: Path | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._sleep = sleep
        self._clock = clock
        self._limits = limits
        self._next = clock()
        self._http = httpx.Client(
            verify=trusted(ca_file),
            timeout=httpx.Timeout(limits.answer_seconds, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": "application/json"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up the connections."""
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Make a request, again and again if that may help.

        Args:
            method: `GET` or `POST`.
            path: What follows the URL, from its slash on.
            query: Parameters of the URL.
            form: What a POST sends.
            headers: Beside our own.

        Returns:
            Any answer with a JSON object but 429 and 5xx.

        Raises:
            LinkError: None came, or one that cannot be used.
        """
        again = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=_pause,
            retry=retry_if_exception_type(_NotNowError),
            sleep=self._sleep,
            reraise=True,
        )
        request = self._http.build_request(
            method, self._url + path, params=query, data=form, headers=headers
        )
        reply: Reply = again(self._once, request)
        return reply

    def _once(self, request: httpx.Request) -> Reply:
        self._keep_pace()
        began = self._clock()
        try:
            response = self._http.send(request, stream=True)
            try:
                body = self._body(response, began)
            finally:
                response.close()
        except httpx.HTTPError as error:
            raise self._broken(error) from None
        return self._judged(response, body)

    def _keep_pace(self) -> None:
        """Pause until it is time for the next request."""
        early = self._next - self._clock()
        if early > 0:
            self._sleep(early)
        self._next = max(self._next, self._clock()) + 1 / self._limits.per_second

    def _body(self, response: httpx.Response, began: float) -> bytes:
        body = bytearray()
        most, longest = self._limits.most_bytes, self._limits.answer_seconds
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > most:
                raise LinkError(f"{self._url} sends more than {most >> 20} MiB in one answer")
            if self._clock() - began > longest:
                raise _NotNowError(f"{self._url} takes longer than {longest:g} s to answer")
        return bytes(body)

    def _judged(self, response: httpx.Response, body: bytes) -> Reply:
        status = response.status_code
        if status == _TOO_MANY_REQUESTS or status >= _SERVER_ERRORS:
            raise _NotNowError(
                f"{self._url} answers {_named(response)}", _retry_after(response.headers)
            )
        if status in _REDIRECTS:
            raise LinkError(
                f"{self._url} redirects elsewhere ({_named(response)}): write the address that it"
                " redirects to, if that is the CRM's"
            )
        try:
            data = json.loads(body)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise LinkError(
                f"{self._url} answers {_named(response)} with something that is no JSON object:"
                " is this the address of the CRM's API?"
            )
        return Reply(status, data)

    def _broken(self, error: httpx.HTTPError) -> LinkError:
        """What to raise for a request that came to nothing. Its text has no parameters in it."""
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return LinkError(
                    f"{self._url} shows a certificate that cannot be verified"
                    f" ({cause.verify_message}): name the file of the authority that signed it"
                    " under `ca_file`"
                )
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx.TimeoutException):
            return _NotNowError(f"{self._url} does not answer in time")
        return _NotNowError(f"{self._url} cannot be reached: {str(error) or type(error).__name__}")


def _named(response: httpx.Response) -> str:
    return f"HTTP {response.status_code} {response.reason_phrase}".rstrip()


def _retry_after(headers: httpx.Headers) -> float | None:
    """The pause that a server asks for (RFC 9110, 10.2.3): seconds, or a moment."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal() and len(text) < len("1000000000"):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


_GROWING: Final = wait_random_exponential(multiplier=1, max=LONGEST_PAUSE_SECONDS)


def _pause(state: RetryCallState) -> float:
    """How long to wait before the next attempt: as asked for, else longer each time."""
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.retry_after if isinstance(error, _NotNowError) else None
    if asked is None:
        return _GROWING(state)
    if asked > MOST_PATIENCE_SECONDS:
        raise LinkError(f"{error} and asks to wait for {asked:.0f} s: run this again later")
    return asked
