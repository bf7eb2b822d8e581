"""Metrics and health over HTTP, on a port of their own.

The few lines of HTTP are our own: a request must be whole within a deadline, and clients that say
nothing cannot keep others out, neither of which the standard library's server promises. It runs on
the supervisor's event loop, where nothing waits for a worker.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from prometheus_client.exposition import choose_encoder

from agi_server.metrics import make_registry
from agi_server.service_state import ServiceState, health_of
from agi_server.settings import Address

REQUEST_SECONDS: Final = 5.0
"""For a whole request, answer included; Prometheus itself gives up after 10 by default."""

LONGEST_REQUEST: Final = 16 * 1024
"""Bytes. A browser sends about one kB."""

MOST_CLIENTS: Final = 32
"""At once. Some Prometheus servers and load balancers, not a crowd: of more, the one that has been
here longest must go, for an honest client is done in a moment."""

_JSON: Final = "application/json"
_PLAIN: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Response:
    """What an HTTP client gets."""

    status: HTTPStatus
    kind: str
    body: bytes


class Monitoring:
    """Answers `/metrics` and `/health`.

    Args:
        state: How the service stands, asked at each request.
    """

    def __init__(self, state: Callable[[], ServiceState]) -> None:
        self._state = state
        self._registry = make_registry(state)
        self._clients: dict[asyncio.StreamWriter, None] = {}
        """In the order of their coming."""

    @asynccontextmanager
    async def listening(self, listener: socket.socket) -> AsyncIterator[Address]:
        """Answer requests that come to `listener`, which is closed afterwards; its address."""
        server = await asyncio.start_server(
            self._converse, sock=listener, limit=LONGEST_REQUEST, backlog=MOST_CLIENTS
        )
        try:
            yield listener.getsockname()[:2]
        finally:
            server.close()

    def answer(self, target: str, accept: str) -> Response:
        """The answer to a GET.

        Args:
            target: The path, with or without a query.
            accept: The header `Accept`: Prometheus may ask for the OpenMetrics form.
        """
        match target.partition("?")[0]:
            case "/metrics":
                encode, kind = choose_encoder(accept)
                return Response(HTTPStatus.OK, kind, encode(self._registry))
            case "/health":
                return health_response(self._state())
            case _:
                text = b"There is /metrics, and /health.\n"
                return Response(HTTPStatus.NOT_FOUND, _PLAIN, text)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, if it comes in time."""
        self._admit(writer)
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                await self._serve(reader, writer)
        except (TimeoutError, ConnectionError):
            # A client that is too slow, or gone, gets nothing more.
            writer.transport.abort()
        finally:
            self._clients.pop(writer, None)
            writer.close()

    def _admit(self, writer: asyncio.StreamWriter) -> None:
        """Let a client in, for another one if there are too many."""
        self._clients[writer] = None
        if len(self._clients) > MOST_CLIENTS:
            longest = next(iter(self._clients))
            del self._clients[longest]
            longest.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        method, response = self._response(head.decode("latin-1"))
        writer.write(_head(response))
        if method != "HEAD":
            writer.write(response.body)
        await writer.drain()

    def _response(self, head: str) -> tuple[str, Response]:
        """The method of a request, and its answer."""
        first, *headers = head.split("\r\n")
        method, _, rest = first.partition(" ")
        if method not in {"GET", "HEAD"}:
            text = b"Only GET is answered here.\n"
            return method, Response(HTTPStatus.METHOD_NOT_ALLOWED, _PLAIN, text)
        named = (header.partition(":") for header in headers)
        accept = next((value for name, _, value in named if name.lower() == "accept"), "")
        return method, self.answer(rest.partition(" ")[0], accept.strip())


def health_response(state: ServiceState) -> Response:
    """200 when calls are served, else 503; with the reason, and how each worker stands."""
    health = health_of(state)
    told = {
        "status": health.value,
        "revision": state.revision,
        "workers": [
            {
                "worker": worker.number,
                "pid": worker.pid,
                "status": worker.phase.value,
                "revision": worker.revision,
                "report_age_seconds": worker.report_age and round(worker.report_age, 3),
            }
            for worker in state.workers
        ],
    }
    status = HTTPStatus.OK if health.serves else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(status, _JSON, json.dumps(told).encode() + b"\n")


def _head(response: Response) -> bytes:
    lines = (
        f"HTTP/1.1 {response.status.value} {response.status.phrase}",
        f"Content-Type: {response.kind}",
        f"Content-Length: {len(response.body)}",
        "Cache-Control: no-store",
        "Connection: close",
        "\r\n",
    )
    return "\r\n".join(lines).encode("latin-1")
