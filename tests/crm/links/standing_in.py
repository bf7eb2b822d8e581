"""A real HTTP server on 127.0.0.1 that stands in for another CRM, and can fail as one does."""

import json
import ssl
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered: JSON, or bytes as they are."""

    status: int
    data: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """As it is sent."""
        return self.data if isinstance(self.data, bytes) else json.dumps(self.data).encode()


class Handler(BaseHTTPRequestHandler):
    """One connection to the stand-in."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are sent apart, and would wait for each other
    server: "Server"

    def do_GET(self) -> None:
        """A request without a body."""
        self._serve("")

    def do_POST(self) -> None:
        """A request with a form."""
        self._serve(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _serve(self, form: str) -> None:
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            dict(parse_qsl(form, keep_blank_values=True)),
            dict(self.headers),
        )
        stand_in = self.server.stand_in
        with stand_in.lock:
            stand_in.requests.append(request)
            fault = stand_in.faults.popleft() if stand_in.faults else None
            response = stand_in.answer(request) if fault is None else None
        if fault is not None:
            fault(self)
        if response is not None:
            self.send(response)

    def send(self, response: Response) -> None:
        """Answer."""
        body = response.body()
        self.send_response(response.status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self) -> None:
        """Promise more than is sent, and go."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"success": tr')
        self.close_connection = True

    def log_message(self, *words: object) -> None:
        """Say nothing on the terminal."""


Fault: TypeAlias = Callable[[Handler], None]


def answers(status: int, data: Any = b"", **headers: str) -> Fault:  # noqa: ANN401  whatever JSON can hold
    """A fault: this answer, whatever was asked. Dashes in headers are written as underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.send(Response(status, data, named))


def as_usual(handler: Handler) -> None:
    """No fault: what would have been answered, so that a later request gets the next one."""
    handler.send(handler.server.stand_in.answer(handler.server.stand_in.requests[-1]))


def cuts(handler: Handler) -> None:
    """A fault: the connection breaks in the middle of an answer."""
    handler.cut()


class Server(ThreadingHTTPServer):
    """Serves a stand-in."""

    daemon_threads = True
    request_queue_size = 128
    stand_in: "StandIn"

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asks may go at any time; anything else is a mistake of the stand-in."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class StandIn:
    """A program that answers; `faults` take the place of its next answers."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.requests: list[Request] = []
        self.faults: deque[Fault] = deque()
        self.url = ""

    def answer(self, request: Request) -> Response:
        """What to answer."""
        raise NotImplementedError

    @contextmanager
    def serving(self, tls: ssl.SSLContext | None = None) -> Iterator[None]:
        """Listen on a port of its own; `url` says where."""
        with Server(("127.0.0.1", 0), Handler) as server:
            server.stand_in = self
            self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
            if tls is not None:
                server.socket = tls.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()
